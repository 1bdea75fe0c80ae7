"""What readers send: comments, changes of their own, reports."""
