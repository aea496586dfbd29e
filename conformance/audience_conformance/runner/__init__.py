"""Performs a run: the pytest session, its workers, the preflight request, and the clean-up."""
