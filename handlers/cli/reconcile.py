"""``python app.py reconcile``: is everything there that our records say, and once?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from bot.domain.issues import IssueRef
from bot.domain.organizations import Organization
from bot.domain.places import Audience
from bot.domain.reconciled import Compared, Difference, Unread, What, Wrong
from bot.domain.retry import Platform
from bot.domain.trouble import Cause, cause_of
from bot.usecases.customers import find_organization
from bot.usecases.findings import counted
from bot.usecases.reconcile import repair, repair_alone
from bot.views.trouble_words import WHY
from handlers.cli.parts import CliParts, Reconciler, printable, run, say
from storage.organizations import all_organizations
from storage.reconciling import issues_since
from storage.transaction import Database

PAGE = 200
LEFT_WRONG, NOT_READ = 1, 2
WHERE = {
    Audience.CUSTOMER: "the customer's thread",
    Audience.TRIAGE: "the triage thread",
    Audience.BOTH: "the thread that both read",
}
NOUNS = {
    What.MESSAGE: "the issue message",
    What.LINE: "a line",
    What.COMMENT: "a comment",
    What.NOTE: "a note for vendors",
    What.FILE: "a file",
    What.BUTTON: "the message with the button",
    What.OWNER_NEWS: "a message to the owner",
    What.LINEAR_ISSUE: "the issue in Linear",
    What.LINEAR_COMMENT: "a comment in Linear",
    What.LINEAR_FILE: "a file in Linear",
    What.LINEAR_LINK: "the link to Slack in Linear",
    What.LINEAR_REQUEST: "the customer's request in Linear",
    What.LINEAR_STATE: "the state in Linear",
    What.LINEAR_TITLE: "the title in Linear",
    What.LINEAR_PRIORITY: "the priority in Linear",
    What.LINEAR_ASSIGNEE: "the assignee in Linear",
}
WORDS = {
    Wrong.MISSING: "is missing",
    Wrong.DOUBLE: "is there twice",
    Wrong.DIFFERENT: "says something else",
    Wrong.ELSEWHERE: "is not where the records have it, but stands there in another message",
    Wrong.UNWANTED: "stands there though it should not",
}
CHANNEL = "channel {channel}"
# Slack's or Linear's own words say more.
_SAYS_LITTLE = frozenset({Cause.SLACK_REFUSES, Cause.LINEAR_REFUSES, Cause.TRIED_OUT})
PUT_RIGHT = "is put right"
BY_HAND = "only a person can decide"
ON_ITS_WAY = "still on its way, so look again later"
ALL_AGREES = "{count} compared: everything is there, and once."
DISAGREES = "{count} compared, {wrong} wrong in them."
UNREAD = "{where} could not be read: {why}"
OVER = {
    Platform.SLACK: "from here on Slack is asked no more",
    Platform.LINEAR: "from here on Linear is asked no more for {organization}",
}
IN_PART = "{count} compared, as far as could be read; {wrong} wrong in them."


@dataclass
class _Came:
    """What came of it: how many issues were compared, what was wrong, left wrong, and not read."""

    issues: int = 0
    wrong: int = 0
    left: int = 0
    unread: int = 0

    def count(self, compared: Compared) -> None:
        self.issues += compared.ref is not None
        self.wrong += len(compared.differences)
        self.unread += len(compared.unread)

    @property
    def summary(self) -> str:
        words = IN_PART if self.unread else DISAGREES if self.wrong else ALL_AGREES
        return words.format(count=counted(self.issues, "issue"), wrong=self.wrong)

    @property
    def exit_code(self) -> int:
        if self.unread:
            return NOT_READ
        return LEFT_WRONG if self.left else 0


class ReconcileCommand:
    """The command, with what it needs."""

    def __init__(self, parts: CliParts) -> None:
        self._parts = parts

    def reconcile(
        self,
        organization: Annotated[str, typer.Option(help="One organization only: its id or slug.")] = "",
        days: Annotated[int, typer.Option(help="Issues of the last so many days.", min=1)] = 7,
        repair: Annotated[bool, typer.Option("--repair", help="Put right what is wrong.")] = False,  # noqa: FBT002
    ) -> None:
        """Compare our records with Slack and Linear; exit code 0: all agrees, 1: not all, 2: not all was read."""
        came = run(self._compare(organization, days, repair=repair), refused=NOT_READ)
        say(came.summary)
        if came.exit_code:
            raise typer.Exit(came.exit_code)

    async def _compare(self, key: str, days: int, *, repair: bool) -> _Came:
        since = self._parts.clock() - timedelta(days=days)
        came = _Came()
        async with self._parts.transaction() as database, self._parts.reconciler(database, since) as reconciler:
            async for compared in _compared(database, reconciler, key, since):
                came.count(compared)
                for difference in compared.differences:
                    mended = repair and await _mend(database, compared, difference)
                    came.left += not mended
                    say(printable(_line(compared, difference, mended=mended, repair=repair)))
                for unread in compared.unread:
                    say(printable(_unread_line(compared, unread)))
        return came


async def _compared(
    database: Database, reconciler: Reconciler, key: str, since: datetime
) -> AsyncIterator[Compared]:
    for organization in await _organizations(database, key):
        yield await reconciler.compare_channels(organization)
        async for ref in _issues(database, organization.id, since):
            yield await reconciler.compare(ref)


async def _issues(database: Database, organization_id: int, since: datetime) -> AsyncIterator[IssueRef]:
    after = 0
    while True:
        look = partial(issues_since, organization_id=organization_id, since=since, after=after, limit=PAGE)
        found = await database.read(look)
        for issue_id in found:
            yield IssueRef(organization_id, issue_id)
        if len(found) < PAGE:
            break
        after = found[-1]


async def _organizations(database: Database, key: str) -> list[Organization]:
    if key:
        return [await database.read(partial(find_organization, key=key))]
    return list(await database.read(all_organizations))


async def _mend(database: Database, compared: Compared, difference: Difference) -> bool:
    # What is on its way may be the very thing that is missing.
    if compared.on_its_way:
        return False
    if compared.ref is None:
        alone = partial(repair_alone, organization_id=compared.organization_id, difference=difference)
        return await database.write(alone)
    return await database.write(partial(repair, ref=compared.ref, difference=difference))


def _line(compared: Compared, difference: Difference, *, mended: bool, repair: bool) -> str:
    where = f" in {WHERE[difference.audience]}" if difference.audience is not None else ""
    told = f"{_heading(compared)}: {NOUNS[difference.what]}{where} {WORDS[difference.wrong]}"
    if mended:
        return f"{told}; {PUT_RIGHT}"
    if compared.on_its_way:
        return f"{told}; {ON_ITS_WAY}"
    return f"{told}; {BY_HAND}" if repair else told


def _unread_line(compared: Compared, unread: Unread) -> str:
    told = f"{_heading(compared)}: {UNREAD.format(where=_place(unread), why=_why(unread.reason))}"
    over = OVER[unread.platform].format(organization=compared.organization_name)
    return f"{told}; {over}" if unread.over else told


def _heading(compared: Compared) -> str:
    """Return whose it is: numbers are each organization's own."""
    return ", ".join(filter(None, (compared.organization_name, compared.number)))


def _place(unread: Unread) -> str:
    if unread.channel_id is None:
        return unread.platform.value
    channel = CHANNEL.format(channel=unread.channel_id)
    return channel if unread.audience is None else f"{WHERE[unread.audience]} ({channel})"


def _why(reason: str) -> str:
    cause = cause_of(reason)
    return reason if cause in _SAYS_LITTLE else WHY[cause]
