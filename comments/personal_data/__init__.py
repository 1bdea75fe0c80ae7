"""Commenters' addresses: stored encrypted, shown to few, erased in time."""
