"""What speaks against a comment before a moderator has looked."""
