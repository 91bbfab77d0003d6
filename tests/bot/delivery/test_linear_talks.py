"""Conversations in Linear by chance, of which no internal word comes to where a customer reads.

Markers come and go, comments are edited and deleted; what is told of it comes in any order, and doubled.
``make talk-soak`` has more of them.
"""

import asyncio
import os
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.domain.issues import Issue
from bot.domain.linear_seen import LinearPerson, SeenComment
from bot.usecases.accept_linear_comment import accept_linear_comment, accept_linear_comment_gone
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import thread
from tests.storage.seeds import NOW

CONVERSATIONS = int(os.environ.get("THREADLINE_CONVERSATIONS", "120"))
IN_ONE_PART, FEWER, IN_ONE_ISSUE, AT_ONCE = 60, 20, 15, 8
PARTS = max(1, CONVERSATIONS // IN_ONE_PART)
MARKERS = ("@customer ", "@Customer: ", "@customer\n\n")
# What is not clear is internal.
BEGINNINGS = (
    "",
    "",
    "`@customer` ",
    "**@customer** ",
    "@customers ",
    "- @customer ",
    "> @customer ",
    "# @customer ",
)
DANA = LinearPerson(id="dana", name="Dana Engineer")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Said:
    """A comment in Linear: what it was from one moment to the next, and whether it was deleted in the end."""

    linear_issue_id: str
    versions: list[tuple[datetime, str]]
    deleted: bool
    parent_id: str | None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def word(self) -> str | None:
        """The word that it says in the end; None: it is gone."""
        return None if self.deleted else self.versions[-1][1].split()[-1]

    def seen(self, version: int) -> SeenComment:
        """Return it as it was."""
        at, body = self.versions[version]
        return SeenComment(
            id=self.id,
            linear_issue_id=self.linear_issue_id,
            body=body,
            author=DANA,
            parent_id=self.parent_id,
            by_integration=False,
            slack_url=None,
            created_at=self.versions[0][0],
            updated_at=at,
        )


class Chance:
    """Makes conversations, and tells of them, by chance."""

    def __init__(self, office: Office, acme: int, seed: int) -> None:
        self._office, self._acme = office, acme
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._words = 0

    def body(self) -> str:
        """Return words that are for the customer, or not."""
        self._words += 1
        if self._random.random() < 0.5:
            return f"{self._random.choice(MARKERS)}OPEN{self._words}."
        return f"{self._random.choice(BEGINNINGS)}HUSH{self._words}."

    def conversation(self, linear_issue_id: str) -> list[Said]:
        """Return one to three comments, of which those behind the first answer it."""
        said = list[Said]()
        for _ in range(self._random.randint(1, 3)):
            count = self._random.randint(1, 4)
            versions = [(NOW + timedelta(milliseconds=step), self.body()) for step in range(count)]
            parent_id = said[0].id if said else None
            said.append(Said(linear_issue_id, versions, self._random.random() < 0.25, parent_id))
        return said

    async def tell(self, said: list[Said]) -> None:
        """Tell of all that happened, in any order, some of it twice; the bot delivers now and then."""
        told: list[tuple[Said, int | None]] = [
            (one, version) for one in said for version in range(len(one.versions))
        ]
        told += [(one, None) for one in said if one.deleted]
        told += self._random.sample(told, len(told) // 3)
        self._random.shuffle(told)
        while told:
            # Several at once, as webhooks come.
            now = [self._accept(*told.pop()) for _ in range(min(len(told), self._random.randint(1, AT_ONCE)))]
            await asyncio.gather(*now)
            if self._random.random() < 0.04 * len(now):
                await self._office.settle()
        await self._office.settle()

    async def _accept(self, one: Said, version: int | None) -> None:
        told: dict[str, Any] = {"organization_id": self._acme, "now": NOW}
        if version is None:
            accept = partial(accept_linear_comment_gone, linear_comment_id=one.id, **told)
        else:
            accept = partial(accept_linear_comment, seen=one.seen(version), by=None, **told)
        await self._office.transaction.write(accept)


def words_in(office: Office, issues: list[Issue], *, triage: bool) -> list[str]:
    """Return what stands in the threads, word by word."""
    heads = office.posts(office.triage if triage else office.intake)
    lines = [line for head in heads for line in thread(office, head)]
    assert len(heads) == len(issues)
    return sorted(line.split()[-1] for line in lines if "HUSH" in line or "OPEN" in line)


async def expect_no_leak(office: Office, count: int, seed: int) -> None:
    office.linear.add_team(office.workspace, "Acme", "ACM")
    acme = await office.open_acme()
    issues = [await office.raise_issue(f"Export {number}") for number in range(max(1, count // IN_ONE_ISSUE))]
    await office.settle()
    chance, in_linear = Chance(office, acme, seed), [issue.id for issue in office.linear.issues()]
    conversations = [chance.conversation(in_linear[number % len(in_linear)]) for number in range(count)]
    # Some by themselves, and the rest of them all at once.
    for conversation in conversations[: count // 2]:
        await chance.tell(conversation)
    await chance.tell([said for conversation in conversations[count // 2 :] for said in conversation])
    to_customers = [call.args for call in office.slack.calls if call.args.get("channel") == office.intake.id]
    assert "OPEN" in str(to_customers)
    assert "HUSH" not in str(to_customers)
    last = [word for conversation in conversations for said in conversation if (word := said.word)]
    assert words_in(office, issues, triage=True) == sorted(last)
    assert words_in(office, issues, triage=False) == sorted(word for word in last if "OPEN" in word)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(PARTS))
async def test_no_internal_word_comes_to_a_customer(office: Office, seed: int) -> None:
    await expect_no_leak(office, IN_ONE_PART, seed)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_no_internal_word_comes_to_a_customer_where_it_is_kept_in_postgresql(office: Office) -> None:
    await expect_no_leak(office, FEWER, PARTS)
