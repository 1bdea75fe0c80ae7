"""Folding and slugs of text, whatever its language."""
