"""What slash commands answer, to the person who typed them alone."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    SectionBlock,
)

from bot.domain.issues import Issue
from bot.domain.text import shorten
from bot.views.issue_message import MessageView
from bot.views.words import SEPARATOR, STATUS_WORDS, bold_line, escape, plain

HELP = "Try `/threadline help`."
NO_ISSUES = "You have not raised an issue yet. Type /raise-issue to raise one."
YOUR_ISSUES = "Your issues, the newest first"
UNKNOWN_SUBCOMMAND = "There is no “{asked}” here. This is what there is:"
COMMANDS = (
    ("/raise-issue [title]", "raise an issue"),
    ("/my-issues", "list the issues that you raised"),
    ("/threadline register", "register your company as an organization"),
    ("/threadline link-channel", "say what this channel is for"),
    ("/threadline unlink-channel", "take this channel out of Threadline"),
    ("/threadline help", "show this list"),
)
UNLINKED = (
    "This channel is not linked to {organization} any more. Issues that were raised here keep their threads. "
    "To link it again, type /threadline link-channel."
)
_ASKED_LIMIT = 80


def issue_list(issues: Sequence[Issue]) -> MessageView:
    """Return somebody's own issues."""
    if not issues:
        return MessageView(NO_ISSUES, [SectionBlock(text=plain(NO_ISSUES))])
    lines = [f"{issue.number}{SEPARATOR}{STATUS_WORDS[issue.status]}{SEPARATOR}{issue.title}" for issue in issues]
    blocks: list[Block] = [bold_line(YOUR_ISSUES), _bullets([[_text(line)] for line in lines])]
    return MessageView(YOUR_ISSUES, blocks)


def help_answer() -> MessageView:
    """Return the list of commands."""
    return MessageView(_commands_text(), [_command_list()])


def unknown_subcommand(asked: str) -> MessageView:
    """Return what somebody reads who asked for something that there is not."""
    words = UNKNOWN_SUBCOMMAND.format(asked=shorten(asked, _ASKED_LIMIT))
    return MessageView(f"{escape(words)} {_commands_text()}", [SectionBlock(text=plain(words)), _command_list()])


def unlinked(organization_name: str) -> MessageView:
    """Return what a vendor reads who unlinked a channel."""
    words = UNLINKED.format(organization=organization_name)
    return MessageView(escape(words), [SectionBlock(text=plain(words))])


def _commands_text() -> str:
    return ", ".join(f"{command}: {what}" for command, what in COMMANDS)


def _command_list() -> RichTextBlock:
    code = RichTextElementParts.TextStyle(code=True)
    rows = [[RichTextElementParts.Text(text=command, style=code), _text(f" {what}")] for command, what in COMMANDS]
    return _bullets(rows)


def _text(text: str) -> RichTextElementParts.Text:
    return RichTextElementParts.Text(text=text)


def _bullets(rows: Sequence[Sequence[RichTextElementParts.Text]]) -> RichTextBlock:
    sections = [RichTextSectionElement(elements=list(row)) for row in rows]
    return RichTextBlock(elements=[RichTextListElement(style="bullet", elements=sections)])
