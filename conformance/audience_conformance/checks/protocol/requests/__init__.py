"""The requests that the protocol checks send: valid, invalid and hostile ones, and the resources they are sent to."""
