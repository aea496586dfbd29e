"""Performs a run: the preflight request, the processes, pytest's view of them, and the clean-up."""
