"""What a story says: its fields, its revisions, and how two of them compare."""
