"""What the demo says in the terminal."""

STARTING = "Starting Slack, Linear and the bot ..."
TELLING = "Acme opens: its people register it, raise {issues} issues through the bot, and work on them ..."
UNREADABLE = """\
What was kept last time cannot be used: {why}.
It lies in {aside} now, and Acme begins afresh."""
ALONE = "Slack and Linear of last time are gone, and the bot's database is no use without: all begins afresh."
KEPT = "--no-data is for a new beginning, and there is data of last time; --fresh --no-data forgets that first."
READY = """
  Open  {url}

Be the customer, the vendor and the engineer, side by side. Nothing leaves this machine.
Ctrl-C ends it; everything is there next time (--fresh forgets it)."""
ENDED = "Ended. What there was is kept in {folder}."
STORY_ENDED = "The story of Acme's people ended early ({why}); all else goes on."
PORT_TAKEN = "Port {port} is taken by another program: choose one with --port."
BOT_ENDED = "The bot did not come up: {why}. --log-level INFO shows what it says."
