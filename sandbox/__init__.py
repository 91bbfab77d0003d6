"""An offline Slack workspace and Linear, speaking the real protocols. Imports nothing of the bot."""
