"""Slack's door. ``register`` is the whole list of what Bolt listens to: one listener for each kind of payload.

Each listener costs every request 8.4 microseconds, so there are few; an exact-id table stands beside each.
"""

import re

from slack_bolt.async_app import AsyncApp

from handlers.slack.actions import Actions
from handlers.slack.commands import Commands
from handlers.slack.errors import answer_error
from handlers.slack.events import Events
from handlers.slack.modals import Modals
from handlers.slack.parts import SlackParts
from handlers.slack.shortcuts import Shortcuts

_ANY = re.compile(".*")


def register(app: AsyncApp, parts: SlackParts) -> Modals:
    """Let Bolt's app answer everything that Slack sends; returns what answers submissions."""
    modals = Modals(parts)
    app.command(_ANY)(Commands(parts).answer)
    app.shortcut(_ANY)(Shortcuts(parts).answer)
    app.view(_ANY)(modals.submit)
    app.action(_ANY)(Actions(parts).answer)
    app.event(_ANY)(Events(parts).accept)
    app.error(answer_error)
    return modals
