"""What moderators decide."""
