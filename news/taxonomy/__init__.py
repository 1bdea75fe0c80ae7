"""Sections, tags and authors: how they are found, created and renamed."""
