"""What the server remembers. Nothing here knows of HTTP but the statuses of errors.py."""
