"""The demo: the sandbox's Slack and Linear with a company in them, and the real bot in a process of its own."""
