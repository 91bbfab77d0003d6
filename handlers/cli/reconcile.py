"""``python app.py reconcile``: is everything there that our records say, and once?"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from bot.domain.issues import IssueRef
from bot.domain.organizations import Organization
from bot.domain.places import Audience
from bot.domain.reconciled import Compared, Difference, What, Wrong
from bot.domain.retry import DeliveryFailure
from bot.usecases.customers import find_organization
from bot.usecases.findings import counted
from bot.usecases.reconcile import repair, repair_alone
from handlers.cli.parts import CliParts, Reconciler, printable, run, say
from storage.organizations import all_organizations
from storage.reconciling import issues_since
from storage.transaction import Database

PAGE = 200
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
PUT_RIGHT = "is put right"
BY_HAND = "only a person can decide"
ON_ITS_WAY = "still on its way, so look again later"
ALL_AGREES = "{count} compared: everything is there, and once."
DISAGREES = "{count} compared, {wrong} wrong in them."
CANNOT_LOOK = "The comparison stopped: {reason}. Nothing was changed by looking; run it again later."


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
        """Compare our records with Slack and Linear; exit code 0: all agrees, 1: not all does, 2: cannot look."""
        try:
            count, wrong, left = run(self._compare(organization, days, repair=repair))
        except DeliveryFailure as failure:
            say(CANNOT_LOOK.format(reason=failure.reason), err=True)
            raise typer.Exit(2) from None
        issues = counted(count, "issue")
        say(DISAGREES.format(count=issues, wrong=wrong) if wrong else ALL_AGREES.format(count=issues))
        if left:
            raise typer.Exit(1)

    async def _compare(self, key: str, days: int, *, repair: bool) -> tuple[int, int, int]:
        """Return how many issues were compared, what was wrong, and what is left wrong."""
        since = self._parts.clock() - timedelta(days=days)
        count = wrong = left = 0
        async with self._parts.transaction() as database, self._parts.reconciler(database, since) as reconciler:
            async for compared in _compared(database, reconciler, key, since):
                count, wrong = count + (compared.ref is not None), wrong + len(compared.differences)
                for difference in compared.differences:
                    mended = repair and await _mend(database, compared, difference)
                    left += not mended
                    say(printable(_line(compared, difference, mended=mended, repair=repair)))
        return count, wrong, left


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
    told = f"{compared.name}: {NOUNS[difference.what]}{where} {WORDS[difference.wrong]}"
    if mended:
        return f"{told}; {PUT_RIGHT}"
    if compared.on_its_way:
        return f"{told}; {ON_ITS_WAY}"
    return f"{told}; {BY_HAND}" if repair else told
