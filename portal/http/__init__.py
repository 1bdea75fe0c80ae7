"""What every request and response has in common."""
