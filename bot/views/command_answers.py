"""What slash commands answer, to the person who typed them alone."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ContextBlock, RichTextBlock, SectionBlock

from bot.domain.issues import Issue
from bot.domain.looks import MyIssues
from bot.domain.people import Mode, ProfileKind
from bot.domain.text import shorten
from bot.views.issue_message import MessageView
from bot.views.people_words import bullets, looks_at, text
from bot.views.words import SEPARATOR, STATUS_WORDS, bold_line, escape, plain

HELP = "Try `/threadline help`."
NO_ISSUES = "You have not raised an issue yet. Type /raise-issue to raise one."
YOUR_ISSUES = "Your issues, the newest first"
NOTHING_TO_DO = "No open issue at {organization} is assigned to you, and none waits for somebody."
ASSIGNED = "Assigned to you at {organization}"
UNASSIGNED = "Nobody works on these yet at {organization}"
NOTHING_THERE = "Nobody has raised an issue with {organization} yet."
NEWEST = "The newest issues at {organization}"
MORE = "There are more than the {count} that are listed here."
CHANGE_MODE = "/threadline mode changes it."
UNKNOWN_SUBCOMMAND = "There is no “{asked}” here. This is what there is:"
COMMANDS = (
    ("/raise-issue [title]", "raise an issue"),
    ("/my-issues", "list your issues"),
    ("/threadline register", "register your company as an organization"),
    ("/threadline link-channel", "say what this channel is for"),
    ("/threadline unlink-channel", "take this channel out of Threadline"),
    ("/threadline mode", "look as a vendor, employee or customer"),
    ("/threadline whoami", "see whom we take you for, and why"),
    ("/threadline issue ISS-...", "see an issue, and what happened to it"),
    ("/threadline status", "see what is on its way or stuck (vendors)"),
    ("/threadline token", "make and revoke tokens for programs"),
    ("/threadline people", "say who is what in your organization (owner)"),
    ("/threadline linear", "connect your organization with Linear (owner)"),
    ("/threadline settings", "change your organization's settings (owner)"),
    ("/threadline help", "show this list"),
)
UNLINKED = (
    "This channel is not linked to {organization} any more. Issues that were raised here keep their threads. "
    "To link it again, type /threadline link-channel."
)
_ASKED_LIMIT = 80


def issue_list(mine: MyIssues) -> MessageView:
    """Return the issues that somebody looks at, under a heading that says which they are."""
    sections = [(heading, found) for heading, found in _sections(mine) if found]
    if not sections:
        nothing = _nothing(mine.mode)
        return MessageView(escape(nothing), [SectionBlock(text=plain(nothing)), *_mode_line(mine.mode)])
    blocks: list[Block] = []
    for heading, found in sections:
        rows = [[text(SEPARATOR.join([one.number, STATUS_WORDS[one.status], one.title]))] for one in found]
        blocks += [bold_line(heading), RichTextBlock(elements=[bullets(rows)])]
    if mine.more:
        count = sum(len(found) for _, found in sections)
        blocks.append(SectionBlock(text=plain(MORE.format(count=count))))
    return MessageView(escape(sections[0][0]), [*blocks, *_mode_line(mine.mode)])


def _sections(mine: MyIssues) -> list[tuple[str, Sequence[Issue]]]:
    if mine.mode is None or mine.mode.kind is ProfileKind.CUSTOMER:
        return [(YOUR_ISSUES, mine.issues)]
    name = mine.mode.organization_name
    if mine.mode.kind is ProfileKind.EMPLOYEE:
        return [(NEWEST.format(organization=name), mine.issues)]
    return [
        (ASSIGNED.format(organization=name), mine.issues),
        (UNASSIGNED.format(organization=name), mine.unassigned),
    ]


def _nothing(mode: Mode | None) -> str:
    if mode is None or mode.kind is ProfileKind.CUSTOMER:
        return NO_ISSUES
    template = NOTHING_THERE if mode.kind is ProfileKind.EMPLOYEE else NOTHING_TO_DO
    return template.format(organization=mode.organization_name)


def _mode_line(mode: Mode | None) -> list[Block]:
    """Return why it is these issues, where that is not plain: customers see what they raised, as they expect."""
    if mode is None or mode.kind is ProfileKind.CUSTOMER:
        return []
    return [ContextBlock(elements=[plain(f"{looks_at(mode)} {CHANGE_MODE}")])]


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
    rows = [[text(command, code=True), text(f" {what}")] for command, what in COMMANDS]
    return RichTextBlock(elements=[bullets(rows)])
