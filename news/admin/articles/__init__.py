"""The newsroom's list of stories, and the screen on which one is written and taken through its steps."""
