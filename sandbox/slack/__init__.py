"""An offline Slack workspace: the Web API, signed deliveries and the people who use it, on loopback HTTP."""

from sandbox.slack.errors import PersonError, WrongAnswerError
from sandbox.slack.model import App, Channel, Command, File, Message, Shortcut, Team, User, View
from sandbox.slack.person import Person
from sandbox.slack.submission import SubmitResult
from sandbox.slack.window import Outcome
from sandbox.slack.workspace import Slack

__all__ = [
    "App",
    "Channel",
    "Command",
    "File",
    "Message",
    "Outcome",
    "Person",
    "PersonError",
    "Shortcut",
    "Slack",
    "SubmitResult",
    "Team",
    "User",
    "View",
    "WrongAnswerError",
]
