"""Owed effects on their way to Slack and Linear: later, and again until done."""
