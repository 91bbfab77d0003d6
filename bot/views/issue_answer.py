"""What somebody reads who looks at one issue. What is rendered for its customer takes a public type."""

from collections.abc import Sequence
from datetime import UTC, datetime

from slack_sdk.models.blocks import Block, ContextBlock, RichTextBlock, RichTextElementParts
from slack_sdk.models.blocks.block_elements import RichTextElement

from bot.domain.listed import LinearLook
from bot.domain.looked import InternalLook, PublicLook
from bot.domain.shown import PublicIssue
from bot.domain.text import shorten
from bot.domain.trouble import Owed
from bot.views.issue_message import LINEAR_GONE, MessageView
from bot.views.linear_tie_modal import AGREEMENT, FIELD_WORDS
from bot.views.people_words import bullets, line, text
from bot.views.thread_lines import customer_words, triage_words
from bot.views.trouble_words import PLACES, WHY
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

USAGE = "Which issue? Type its number after it: /threadline issue ISS-2026-0001"
NOT_IN_LINEAR = "It is not in Linear."
LINEAR_SAYS = "What Linear has as its description (customers do not see it):"
PAUSED = "The exchange with Linear is paused."
NOTHING_OWED = "Everything of it is delivered."
OWED = "On the way: {listed}."
EARLIER = "and {count} earlier"
WHAT_HAPPENED = "What happened:"
TIME_FORMAT = "{date_short_pretty} at {time}"
# An answer has room for so much; a message of Slack's for 13,000 characters.
MOST_EVENTS = 12
DESCRIPTION_LIMIT = 700
LINE_LIMIT = 200


def issue_answer(looks: Sequence[PublicLook | InternalLook]) -> MessageView:
    """Return what there is to see of the issues that were meant."""
    blocks: list[Block] = []
    for look in looks:
        blocks += _public(look) if isinstance(look, PublicLook) else _internal(look)
    entries = [look.entry if isinstance(look, PublicLook) else look.entry.entry for look in looks]
    summary = ", ".join(f"{one.public.number} ({STATUS_WORDS[one.public.status]})" for one in entries)
    return MessageView(escape(summary), blocks)


def usage() -> MessageView:
    """Return what somebody reads who named no issue."""
    return MessageView(USAGE, [line(text(USAGE))])


def _public(look: PublicLook) -> list[Block]:
    issue = look.entry.public
    lines = [(event.at, customer_words(event, issue)) for event in look.events]
    return [*_heading(issue), *_timeline(lines)]


def _internal(look: InternalLook) -> list[Block]:
    issue = look.entry.entry.public
    lines = [(event.at, triage_words(event, issue)) for event in look.events]
    customer = look.entry.customer
    raised_by = f"Raised by {customer.name}" + (f" ({customer.email})" if customer.email else "")
    return [
        *_heading(issue),
        ContextBlock(elements=[plain(raised_by)]),
        *_linear(look.linear),
        *_timeline(lines),
        line(text(_owed(look.owed))),
    ]


def _heading(issue: PublicIssue) -> list[Block]:
    facts = [
        issue.organization_name,
        STATUS_WORDS[issue.status],
        f"{PRIORITY_WORDS[issue.priority]} priority",
        category_word(issue.category),
        *([f"{issue.assignee_first_name} is on it"] if issue.assignee_first_name else []),
    ]
    blocks: list[Block] = [bold_line(f"{issue.number}: {issue.title}")]
    if issue.description:
        blocks.append(quote(shorten(issue.description, DESCRIPTION_LIMIT)))
    return [*blocks, ContextBlock(elements=[plain(SEPARATOR.join(facts))])]


def _timeline(lines: Sequence[tuple[datetime, str]]) -> list[Block]:
    shown, left_out = lines[-MOST_EVENTS:], len(lines) - MOST_EVENTS
    rows: list[Sequence[RichTextElement]] = [[text(EARLIER.format(count=left_out))]] if left_out > 0 else []
    rows += [[_time(at), text(f" {shorten(words, LINE_LIMIT)}")] for at, words in shown]
    return [line(text(WHAT_HAPPENED)), RichTextBlock(elements=[bullets(rows)])] if rows else []


def _linear(linear: LinearLook | None) -> list[Block]:
    if linear is None:
        return [line(text(NOT_IN_LINEAR))]
    words = [linear.state_name if linear.gone is None else LINEAR_GONE.format(reason=linear.gone)]
    words += [linear.assignee_name] if linear.assignee_name else []
    link = RichTextElementParts.Link(url=linear.url, text=linear.identifier)
    blocks: list[Block] = [line(text("In Linear: "), link, text(SEPARATOR + SEPARATOR.join(words)))]
    if linear.paused:
        blocks.append(line(text(PAUSED)))
    if linear.description:
        blocks += [line(text(LINEAR_SAYS)), quote(shorten(linear.description, DESCRIPTION_LIMIT))]
    if linear.reasons:
        rows = [
            [_time(one.at), text(f" {FIELD_WORDS[one.field]}: {one.why}" + (f" ({one.by})" if one.by else ""))]
            for one in sorted(linear.reasons, key=lambda one: one.at)
        ]
        blocks += [line(text(AGREEMENT)), RichTextBlock(elements=[bullets(rows)])]
    return blocks


def _owed(owed: Sequence[Owed]) -> str:
    if not owed:
        return NOTHING_OWED
    parts = [
        f"{one.count} to {PLACES[one.destination]}"
        + (f", stuck: {WHY[one.cause]}" if one.cause is not None else "")
        for one in owed
    ]
    return OWED.format(listed="; ".join(parts))


def _time(at: datetime) -> RichTextElement:
    """Return a moment as each reader's own clock shows it."""
    return RichTextElementParts.Date(
        timestamp=int(at.timestamp()), format=TIME_FORMAT, fallback=f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    )
