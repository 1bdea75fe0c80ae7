"""What readers send: comments, rewrites, reports."""
