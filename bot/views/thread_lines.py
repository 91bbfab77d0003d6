"""The lines of a thread: one short line for each thing that happened."""

from slack_sdk.models.blocks import SectionBlock

from bot.domain.shown import PublicIssue
from bot.views.issue_message import MessageView
from bot.views.words import escape, plain

RAISED_LINE = "{customer} raised this issue with {organization}."
ASK_FOR_TEAM = (
    "{organization} has no Linear team yet: none of that name can be seen, and a new one cannot be made with this "
    "credential. Make a team called “{organization}” in Linear, or let the credential see it. "
    "It is found by itself within a few minutes; until then issues wait, and none is lost."
)


def raised_line(issue: PublicIssue) -> MessageView:
    """Return the first line of an issue's thread."""
    return _line(RAISED_LINE.format(customer=issue.customer_name, organization=issue.organization_name))


def ask_for_team(organization_name: str) -> MessageView:
    """Return what the owner is asked where the Linear team cannot be configured by itself."""
    return _line(ASK_FOR_TEAM.format(organization=organization_name))


def _line(text: str) -> MessageView:
    return MessageView(escape(text), [SectionBlock(text=plain(text))])
