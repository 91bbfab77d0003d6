"""``python app.py verify``: check an installation by walking the way of a new customer; nothing of it is kept."""

import secrets
import sys
from functools import partial
from typing import Annotated

import typer

from bot.domain.organizations import Organization
from bot.logs import configure_logs
from bot.usecases.check_organization import PLAN, Check, check_organization, remove_left_behind
from bot.usecases.customers import find_organization
from bot.usecases.findings import Finding, Outcome
from handlers.cli.parts import CliParts, printable, run, say

INTRODUCTION = "This checks {name} by walking the way of a new customer:"
NOTHING_KEPT = (
    "What the new customer does happens in one transaction that is never kept: nobody sees it, nothing is sent to\n"
    "Slack or Linear, and no issue number is used up."
)
GO_ON = "Go on?"
NOT_DONE = "Nothing was done. Answer y, or give --yes, to let it begin."
STOPPED = "Stopped. Nothing of this check is left."
ALL_WELL = "All is well."
NOT_WELL = "Not all is well: {failed} of {all} steps failed."
FIX = "To do: "
SIGINT_CODE = 130
_COLORS = {Outcome.OK: "green", Outcome.NOTE: "yellow", Outcome.FAILED: "red", Outcome.SKIPPED: None}
_COLUMN = max(len(outcome) for outcome in Outcome) + 2


class VerifyCommand:
    """The command, with what it needs."""

    def __init__(self, parts: CliParts) -> None:
        self._parts = parts

    def verify(
        self,
        organization: Annotated[str, typer.Option(help="The organization: its id or slug.")],
        yes: Annotated[bool, typer.Option("--yes", help="Begin without asking.")] = False,  # noqa: FBT002
        log_level: Annotated[str, typer.Option(help="Show the log from this level on.")] = "ERROR",
    ) -> None:
        """Walk the way of a new customer, to see that all works; nothing of it is kept."""
        configure_logs(log_level.upper(), colors=sys.stderr.isatty())
        found = run(self._find(organization))
        say(plan_text(found))
        if not yes:
            _ask()
        findings = list[Finding]()
        try:
            run(self._check(found, findings))
        except KeyboardInterrupt:
            run(self._remove_left_behind())
            say(STOPPED, err=True)
            raise typer.Exit(SIGINT_CODE) from None
        failed = sum(finding.outcome is Outcome.FAILED for finding in findings)
        say(f"\n{NOT_WELL.format(failed=failed, all=len(findings)) if failed else ALL_WELL}")
        if failed:
            raise typer.Exit(1)

    async def _find(self, key: str) -> Organization:
        async with self._parts.transaction() as transaction:
            return await transaction.read(partial(find_organization, key=key))

    async def _check(self, organization: Organization, findings: list[Finding]) -> None:
        def tell(finding: Finding) -> None:
            findings.append(finding)
            say(finding_text(finding))

        async with self._parts.transaction() as database:
            given = Check(
                database=database,
                organization=organization,
                linear_on=self._parts.settings().has_linear,
                now=self._parts.clock(),
                token=secrets.token_hex(8),
            )
            try:
                await check_organization(given, tell)
            finally:
                # A write that is under way when Ctrl-C comes ends before the connections do.
                await database.close()

    async def _remove_left_behind(self) -> None:
        async with self._parts.transaction() as database:
            await remove_left_behind(database)


def _ask() -> None:
    try:
        wanted = typer.confirm(GO_ON)
    except typer.Abort:
        # There is nobody to ask, or they pressed Ctrl-C: the question still stands in its line.
        say("")
        wanted = False
    if not wanted:
        say(NOT_DONE, err=True)
        raise typer.Exit(1)


def plan_text(organization: Organization) -> str:
    """Return what will be done, step by step."""
    introduction = INTRODUCTION.format(name=printable(organization.name))
    steps = [f"{number:>4}. {step}" for number, step in enumerate(PLAN, 1)]
    return "\n".join([introduction, *steps, "", NOTHING_KEPT, ""])


def finding_text(finding: Finding) -> str:
    """Return how a step ended, in a line; in a second one what helps."""
    word = typer.style(f"{finding.outcome:<{_COLUMN}}", fg=_COLORS[finding.outcome])
    line = f"{word}{finding.step}"
    if finding.detail:
        line += f": {printable(finding.detail)}"
    return f"{line}\n{' ' * _COLUMN}{FIX}{printable(finding.fix)}" if finding.fix else line
