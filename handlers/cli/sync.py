"""``python app.py sync --dry-run``: what would Linear's webhooks of the last days change by the present rules?"""

import re
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from bot.domain.effects import LinearField
from bot.domain.organizations import Organization
from bot.domain.sync import Decision, Verdict
from bot.usecases.customers import find_organization
from bot.usecases.findings import counted
from handlers.cli.parts import CliParts, printable, run, say
from storage.linear_events import KeptEvent, events_since
from storage.linear_people import email_of
from storage.organizations import all_organizations
from storage.shown import issue_facts
from storage.transaction import Database, Transaction

PAGE = 100
ONLY_DRY = "sync only rehearses: give --dry-run. Changes come from Linear by themselves."
WRONG_SINCE = "--since takes a number with m, h or d behind it, such as 7d"
NO_EVENTS = "{organization}: nothing came from Linear in this time."
ALL = "{events} rehearsed, {changes} would change something. Nothing was changed."
VERDICTS = {
    Verdict.ACCEPT: "would become {value}",
    Verdict.WRITE: "would be written to Linear again",
    Verdict.LEAVE: "would stay apart",
}
GONE = "vendors would read that it was deleted or archived in Linear"
SAID = "would change what is said"
NOTHING = "nothing"
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class SyncCommand:
    """The command, with what it needs."""

    def __init__(self, parts: CliParts) -> None:
        self._parts = parts

    def sync(
        self,
        since: Annotated[str, typer.Option(help="How far back: 90m, 12h or 7d.")] = "7d",
        organization: Annotated[str, typer.Option(help="One organization only: its id or slug.")] = "",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Rehearse; nothing changes.")] = False,  # noqa: FBT002
    ) -> None:
        """Rehearse what Linear told: what would it change under the present rules? Changes nothing."""
        if not dry_run:
            raise typer.BadParameter(ONLY_DRY)
        events, changes = run(self._rehearse(organization, _back(since)))
        say(ALL.format(events=counted(events, "webhook"), changes=changes))

    async def _rehearse(self, key: str, back: timedelta) -> tuple[int, int]:
        """Return how many webhooks were rehearsed, and how many would change something."""
        now, count, changes = self._parts.clock(), 0, 0
        async with self._parts.transaction() as database:
            for organization in await _organizations(database, key):
                found = False
                after = ""
                while True:
                    look = partial(
                        events_since,
                        organization_id=organization.id,
                        since=now - back,
                        after=after,
                        limit=PAGE,
                    )
                    events = await database.read(look)
                    for event in events:
                        found, count = True, count + 1
                        changes += await self._show(database, organization, event, now)
                    if len(events) < PAGE:
                        break
                    after = events[-1].key
                if not found:
                    say(printable(NO_EVENTS.format(organization=organization.name)))
        return count, changes

    async def _show(self, database: Database, organization: Organization, event: KeptEvent, now: datetime) -> bool:
        """Print what one webhook would change; tells whether it would."""
        # Each alone, and given up at once: nobody is held up, and none of it is kept.
        async with database.rehearsal() as transaction:
            rehearsed = await self._parts.rehearse(transaction, organization.id, event, now)
            news = [one for one in rehearsed.decisions if one.verdict is not Verdict.NOTHING]
            lines = [await _line(transaction, one) for one in news]
        head = f"{event.received_at:%Y-%m-%d %H:%M} {organization.name}: {rehearsed.event_type} {rehearsed.action}"
        if rehearsed.gone:
            lines = [GONE]
        elif rehearsed.said:
            lines = [SAID]
        say(printable(f"{head}: {'; '.join(lines) or NOTHING}"))
        return bool(lines)


def _back(since: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", since)
    if found is None:
        raise typer.BadParameter(WRONG_SINCE)
    return int(found[1]) * _UNITS[found[2]]


async def _organizations(database: Database, key: str) -> list[Organization]:
    if key:
        return [await database.read(partial(find_organization, key=key))]
    return list(await database.read(all_organizations))


async def _line(transaction: Transaction, one: Decision) -> str:
    look = partial(issue_facts, organization_id=one.ref.organization_id, issue_id=one.ref.issue_id)
    number = (await transaction.read(look)).issue.number
    value = "nobody" if one.value is None else str(one.value)
    if one.field is LinearField.ASSIGNEE and one.value is not None:
        email = await transaction.read(partial(email_of, user_id=int(one.value)))
        value = email or f"user {value}"
    return f"{number} {one.field}: {VERDICTS[one.verdict].format(value=value)} ({one.why})"
