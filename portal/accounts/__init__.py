"""The people of the newsroom: their accounts and their own settings."""
