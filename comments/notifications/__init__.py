"""Mail to commenters about what became of their comments."""
