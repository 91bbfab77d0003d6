"""The lines of a thread: one short line for each thing that happened.

The customer's thread reads like a story, by first names; the triage thread like a log, by full names.
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from slack_sdk.models.blocks import SectionBlock

from bot.domain.issues import Priority, Status
from bot.domain.linear_links import LINK_EVENTS, LINKED, NOT_LINKED, PAUSED, RELINKED, RESUMED, UNLINKED
from bot.domain.linear_seen import LINEAR_DOOR
from bot.domain.people import SOMEBODY
from bot.domain.shown import EventFacts, PublicIssue
from bot.views.issue_message import MessageView
from bot.views.linear_lines import CUSTOMERS_BY_NOBODY, IN_LINEAR, IS_IT_SOLVED, TRIAGE_BY_NOBODY
from bot.views.words import PRIORITY_WORDS, STATUS_WORDS, category_word, escape, plain

RAISED_LINE = "{customer} raised this issue with {organization}."
RAISED_FOR_LINE = "{actor} raised this issue for {customer}."
ASK_FOR_TEAM = (
    "{organization} has no Linear team yet: none of that name can be seen, and a new one cannot be made with this "
    "credential. Make a team called “{organization}” in Linear, or let the credential see it. "
    "It is found by itself within a few minutes; until then issues wait, and none is lost."
)
RESOLVED_LINE = f"{{actor}} resolved it. {IS_IT_SOLVED}"
# By what happened. A reopening by the customer has words of its own.
CUSTOMER_LINES: Mapping[str, str] = {
    "claimed": "{actor} is on it.",
    "assigned": "{assignee} is on it.",
    "started": "{actor} started working on it.",
    "resolved": RESOLVED_LINE,
    "confirmed": "{actor} confirmed that it is solved. Thank you!",
    "reopened": "{actor} reopened it.",
    "closed": "{actor} closed it.",
    "priority": "{actor} set the priority to {becomes}.",
    "category": "{actor} set the category to {becomes}.",
    "title": "{actor} changed the title to “{becomes}”.",
    "moved": "{actor} moved it to {becomes}.",
    "unassigned": "{actor} gave it back to the team.",
}
TRIAGE_LINES: Mapping[str, str] = {
    "claimed": "{actor} claimed it.",
    "assigned": "{actor} assigned it to {assignee}.",
    "started": "{actor} started it.",
    "resolved": "{actor} resolved it.",
    "confirmed": "{actor} confirmed that it is solved.",
    "reopened": "{actor} reopened it.",
    "closed": "{actor} closed it.",
    "priority": "{actor} changed the priority from {was} to {becomes}.",
    "category": "{actor} changed the category from {was} to {becomes}.",
    "title": "{actor} changed the title from “{was}”.",
    "moved": "{actor} moved it from {was} to {becomes}.",
    "unassigned": "{actor} unassigned it.",
    "kept_status": "{actor} moved it to {was}, but {becomes} was set here later and stays.",
    "kept_title": "{actor} changed the title to “{was}”, but “{becomes}” was set here later and stays.",
    "kept_priority": "{actor} changed the priority to {was}, but {becomes} was set here later and stays.",
    "kept_assignee": "{actor} assigned it to {was}, but it was given to {becomes} here later.",
    "linear_gone": "Its Linear issue cannot be reached: {becomes}. Here it goes on as before; Linear is not told.",
    "linear_back": "Its Linear issue can be reached again.",
    LINKED: "{actor} linked it with {becomes} in Linear, and it follows that from now on.",
    RELINKED: "{actor} linked it with {becomes} in Linear, in place of {was}. {was} stays there as it is.",
    UNLINKED: "{actor} unlinked it from {was}: nothing is exchanged with Linear any more. There it stays as it is.",
    NOT_LINKED: "{was} is not linked: {becomes}.",
    PAUSED: "{actor} paused Linear: nothing is exchanged until somebody resumes it.",
    RESUMED: "{actor} resumed Linear. What was missed on either side follows.",
}
# What Linear said instead, where that was nothing.
NOTHING_THERE = {"kept_priority": "none", "kept_assignee": "nobody"}
# About the Linear issue as a whole.
_ABOUT_LINEAR = frozenset({"linear_gone", "linear_back"})
# Whoever is the customer too did this as a vendor, or is named as the customer already.
_NOT_AS_CUSTOMER = frozenset({"raised", *LINK_EVENTS})
# Slack posts a longer text, and then refuses to edit it ("msg_too_long").
MOST_TEXT = 4000
AND_MORE = "\N{HORIZONTAL ELLIPSIS}"
STILL_BROKEN_LINE = "{actor} says that it is still broken. It is open again."
BY_CUSTOMER = "{name} (customer)"


def customer_line(event: EventFacts, issue: PublicIssue) -> MessageView:
    """Return what the customer's thread tells of an event."""
    return _line(customer_words(event, issue))


def triage_line(event: EventFacts, issue: PublicIssue) -> MessageView:
    """Return what the triage thread tells of an event."""
    return _line(triage_words(event, issue))


def customer_words(event: EventFacts, issue: PublicIssue) -> str:
    """Return what a customer reads of an event, as plain text."""
    lines = CUSTOMERS_BY_NOBODY if _by_nobody(event) else CUSTOMER_LINES
    return _told(lines, event, _words(event, issue, first_names=True))


def triage_words(event: EventFacts, issue: PublicIssue) -> str:
    """Return what the organization's people read of an event, as plain text."""
    lines = TRIAGE_BY_NOBODY if _by_nobody(event) else TRIAGE_LINES
    return _told(lines, event, _words(event, issue, first_names=False))


def in_one(lines: Sequence[MessageView]) -> MessageView:
    """Return one message with several lines, in their order; its text for notifications has as many as fit."""
    fitting = fit_in_one(lines)
    text = "\n".join([*(line.text for line in lines[:fitting]), *(AND_MORE for _ in lines[fitting : fitting + 1])])
    return MessageView(text, [block for line in lines for block in line.blocks])


def fit_in_one(lines: Sequence[MessageView]) -> int:
    """Return how many of these lines go in one message that Slack lets be edited: one at least."""
    lengths = accumulate(len(line.text) + len("\n") for line in lines)
    return max(sum(length + len(AND_MORE) <= MOST_TEXT for length in lengths), 1)


def ask_for_team(organization_name: str) -> MessageView:
    """Return what the owner is asked where the Linear team cannot be configured by itself."""
    return _line(ASK_FOR_TEAM.format(organization=organization_name))


def _template(lines: Mapping[str, str], event: EventFacts) -> str:
    if event.what == "raised":
        return RAISED_LINE if event.by_customer else RAISED_FOR_LINE
    if event.what == "reopened" and event.by_customer:
        return STILL_BROKEN_LINE
    return lines[event.what]


def _told(lines: Mapping[str, str], event: EventFacts, words: Mapping[str, str]) -> str:
    line = _template(lines, event).format(**words)
    return IN_LINEAR.format(line=line) if _in_linear(event) else line


def _in_linear(event: EventFacts) -> bool:
    return event.door == LINEAR_DOOR and event.what not in _ABOUT_LINEAR


def _by_nobody(event: EventFacts) -> bool:
    return _in_linear(event) and not event.actor_name


def _words(event: EventFacts, issue: PublicIssue, *, first_names: bool) -> dict[str, str]:
    if first_names:
        actor, assignee = event.actor_first_name, event.assignee_first_name
    else:
        actor, assignee = event.actor_name, event.assignee_name
        if event.by_customer and actor and event.what not in _NOT_AS_CUSTOMER:
            actor = BY_CUSTOMER.format(name=actor)
    return {
        "actor": actor or SOMEBODY,
        "assignee": assignee or SOMEBODY,
        "customer": issue.customer_name,
        "organization": issue.organization_name,
        "was": _value(event.what, event.was),
        "becomes": _value(event.what, event.becomes),
    }


def _value(what: str, value: str | None) -> str:
    if value is None and what in NOTHING_THERE:
        return NOTHING_THERE[what]
    if what in {"priority", "kept_priority"} and value in set(Priority):
        return PRIORITY_WORDS[Priority(value)]
    if what in {"moved", "kept_status"} and value in set(Status):
        return STATUS_WORDS[Status(value)]
    return category_word(value or "") if what == "category" else value or ""


def _line(text: str) -> MessageView:
    return MessageView(escape(text), [SectionBlock(text=plain(text))])
