"""The conversation as readers see it."""
