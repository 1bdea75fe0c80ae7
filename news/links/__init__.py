"""Links from one story to another."""
