"""A dashboard server, small enough to read."""
