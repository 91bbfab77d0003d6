"""Whether both sides say the same of one issue."""

import re
from collections import Counter
from collections.abc import Mapping

from sandbox.linear.reading import ReadIssue
from tests.sync.scene import Subject

# Which types of Linear's states say the same as our status (reference: Linear, status mapping).
SAY_THE_SAME: Mapping[str, frozenset[str]] = {
    "open": frozenset({"triage", "backlog", "unstarted"}),
    "in_progress": frozenset({"started"}),
    "resolved": frozenset({"completed"}),
    "closed": frozenset({"completed", "canceled", "duplicate"}),
}
PRIORITIES = {"urgent": 1, "high": 2, "medium": 3, "low": 4}


async def expect_agreement(subject: Subject, *, deleted_there: bool) -> None:
    """Expect the same title, status, priority, assignee and comments on both sides.

    ``deleted_there``: comments were deleted in Linear. Where no webhook told of that, only the daily look at open
    issues finds it, so a closed one may keep them.
    """
    page, theirs = await subject.ours(), subject.in_linear
    ours = page["issue"]
    here = (ours["title"], PRIORITIES[ours["priority"]])
    assert here == (theirs.title, theirs.priority), (ours, theirs)
    assert theirs.state_type in SAY_THE_SAME[ours["status"]], (ours["status"], theirs.state)
    _expect_same_assignee(subject, ours["assignee"], theirs)
    _expect_same_comments(page["comments"], theirs, may_keep=deleted_there and ours["status"] == "closed")


def _expect_same_assignee(subject: Subject, ours: dict[str, str] | None, theirs: ReadIssue) -> None:
    """Expect one and the same person, as far as the other side knows them."""
    accounts = {subject.scene.dana.name: subject.scene.dana.email}
    in_linear = accounts.get(theirs.assignee or "")
    here = None if ours is None else ours["email"]
    if in_linear is not None or here in accounts.values():
        assert here == in_linear, (ours, theirs.assignee)


# Who speaks in Linear by themselves, and not for somebody here.
_SAID_THERE = re.compile(r"(?:Engineer|Rewritten) \d+-\d+")
_WORD = re.compile(r"(?:Vendor|Customer|Edited|Engineer|Rewritten) \d+-\d+")


def _expect_same_comments(ours: list[dict[str, str]], theirs: ReadIssue, *, may_keep: bool) -> None:
    """Expect each comment on both sides once, and what the customer may read marked as such by those in Linear."""
    here = sorted((_word(one["text"]), one["visibility"]) for one in ours)
    there = sorted((_word(one.body), _visibility(one.body)) for one in theirs.comments)
    if may_keep:
        here = sorted((Counter(here) & Counter(there)).elements())
    assert here == there, (here, there)


def _word(text: str) -> str:
    found = _WORD.search(text)
    assert found, text
    return found.group()


def _visibility(body: str) -> str:
    """Return who may read a comment in Linear: what was said there tells by itself."""
    if _SAID_THERE.search(body):
        return "public" if body.startswith("@customer ") else "internal"
    internal = "internal note" in body.casefold()
    return "internal" if internal else "public"
