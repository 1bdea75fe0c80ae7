"""How a story gets from a draft to its readers."""
