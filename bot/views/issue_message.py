"""The message that shows an issue's present state: for its customer, for triage, or for both."""

from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ContextBlock, RichTextBlock, RichTextElementParts, RichTextSectionElement
from slack_sdk.models.blocks.block_elements import RichTextElement

from bot.domain.effects import Destination
from bot.domain.issues import SLACK_DESCRIPTION_LIMIT
from bot.domain.shown import InternalIssue, LinearProgress, LinkedIssue, PublicIssue
from bot.domain.text import shorten
from bot.views.file_words import files_line
from bot.views.issue_buttons import customer_buttons, trouble_buttons, vendor_buttons
from bot.views.trouble_words import NOT_YET_IN_LINEAR, stuck_lines
from bot.views.words import (
    PRIORITY_WORDS,
    SEPARATOR,
    STATUS_WORDS,
    bold_line,
    category_word,
    escape,
    plain,
    quote,
)

LINEAR_OFF = "Linear is off"
LINEAR_NO_TEAM = "Waits for a Linear team"
LINEAR_WAITING = NOT_YET_IN_LINEAR
LINEAR_GONE = "cannot be reached: {reason}"
LINEAR_UNLINKED = "Not in Linear"
FOLLOWED_BY = " (followed by {count} issues)"
LINEAR_PAUSED = "Linear is paused"
RAISED_FROM = "Raised from "
THIS_MESSAGE = "this message"
_PROGRESS_WORDS = {
    LinearProgress.OFF: LINEAR_OFF,
    LinearProgress.NO_TEAM: LINEAR_NO_TEAM,
    LinearProgress.WAITING: LINEAR_WAITING,
    LinearProgress.UNLINKED: LINEAR_UNLINKED,
}


@dataclass(frozen=True)
class MessageView:
    """A message for Slack: blocks, and the fallback text of notifications and screen readers."""

    text: str
    blocks: Sequence[Block]


def customer_message(issue: PublicIssue) -> MessageView:
    """Return the message for the customer's eyes."""
    blocks = [bold_line(issue.title), *_files(issue), _facts(issue), *_source(issue), customer_buttons(issue)]
    return MessageView(_fallback(issue), blocks)


def shared_message(issue: PublicIssue, linear: LinkedIssue | None) -> MessageView:
    """Return the one message of a channel in which customers and vendors both are: nothing internal."""
    blocks: list[Block] = [bold_line(issue.title), *_files(issue), _facts(issue), *_source(issue)]
    if linear is not None:
        blocks.append(_line(_linear_link(linear)))
    blocks += [vendor_buttons(issue), customer_buttons(issue, beside_vendors=True)]
    return MessageView(_fallback(issue), blocks)


def triage_message(issue: InternalIssue) -> MessageView:
    """Return the message for vendors: all of it."""
    blocks: list[Block] = [bold_line(issue.public.title)]
    if issue.public.description:
        blocks.append(quote(shorten(issue.public.description, SLACK_DESCRIPTION_LIMIT)))
    blocks += [*_files(issue.public), _facts(issue.public), _customer(issue), *_source(issue.public)]
    blocks += [*_where_in_linear(issue), vendor_buttons(issue.public), *_trouble(issue)]
    return MessageView(_fallback(issue.public), blocks)


def _facts(issue: PublicIssue) -> ContextBlock:
    words = [
        issue.number,
        STATUS_WORDS[issue.status],
        f"{PRIORITY_WORDS[issue.priority]} priority",
        category_word(issue.category),
    ]
    if issue.assignee_first_name:
        words.append(f"{issue.assignee_first_name} is on it")
    return ContextBlock(elements=[plain(SEPARATOR.join(words))])


def _customer(issue: InternalIssue) -> ContextBlock:
    public, email = issue.public, issue.customer_email
    customer = public.customer_name + (f" ({email})" if email else "")
    raised_by = f"{public.raised_by_name} for {customer}" if public.raised_by_name else customer
    return ContextBlock(elements=[plain(f"Raised by {raised_by}")])


def _where_in_linear(issue: InternalIssue) -> list[Block]:
    if isinstance(issue.linear, LinkedIssue):
        state = RichTextElementParts.Text(text=SEPARATOR + _standing(issue.linear))
        return [_line([*_linear_link(issue.linear), state])]
    if any(stuck.destination is Destination.LINEAR for stuck in issue.stuck):
        # It is said below, with the reason.
        return []
    return [ContextBlock(elements=[plain(_PROGRESS_WORDS[issue.linear])])]


def _standing(linear: LinkedIssue) -> str:
    followed = FOLLOWED_BY.format(count=linear.followers) if linear.followers > 1 else ""
    word = linear.state_name if linear.gone is None else LINEAR_GONE.format(reason=linear.gone)
    return word + followed + (SEPARATOR + LINEAR_PAUSED if linear.paused else "")


def _trouble(issue: InternalIssue) -> list[Block]:
    """Return what is stuck and why, and the button for trying it again."""
    if not issue.stuck:
        return []
    lines = stuck_lines(issue.stuck, in_linear=isinstance(issue.linear, LinkedIssue))
    return [*(ContextBlock(elements=[plain(line)]) for line in lines), trouble_buttons(issue.public.ref)]


def _files(issue: PublicIssue) -> list[Block]:
    return [ContextBlock(elements=[plain(files_line(issue.files))])] if issue.files else []


def _source(issue: PublicIssue) -> list[Block]:
    if issue.source_url is None:
        return []
    link = RichTextElementParts.Link(url=issue.source_url, text=THIS_MESSAGE)
    return [_line([RichTextElementParts.Text(text=RAISED_FROM), link])]


def _linear_link(linear: LinkedIssue) -> list[RichTextElement]:
    # The state's name is the team's own word: it is left to whoever may read it.
    link = RichTextElementParts.Link(url=linear.url, text=linear.identifier)
    return [RichTextElementParts.Text(text="In Linear: "), link]


def _line(parts: Sequence[RichTextElement]) -> RichTextBlock:
    return RichTextBlock(elements=[RichTextSectionElement(elements=list(parts))])


def _fallback(issue: PublicIssue) -> str:
    return escape(f"{issue.number}: {issue.title} ({STATUS_WORDS[issue.status]})")
