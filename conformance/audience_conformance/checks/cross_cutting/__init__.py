"""Checks that span resources: concurrent requests (CON), safe methods (GET-01), and the state machine."""
