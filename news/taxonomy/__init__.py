"""Sections, tags and authors: how they are found, made and renamed."""
