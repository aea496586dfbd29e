"""What the format rules send: valid calls, invalid ones, odd ones, and things of one's own to send them to."""
