"""Block Kit: facts in, slack_sdk models out. No input or output."""
