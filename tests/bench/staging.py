"""What every measurement begins with: the sandbox, a registered organization, and a real submission to repeat."""

import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.manifest import read_manifest
from sandbox.clock import SystemClock
from sandbox.company import Company, open_company
from sandbox.slack import Channel, Person
from storage.engine import open_engine
from storage.transaction import Database, open_transaction
from tests.bench.processes import Program, program
from tests.databases import migrated, running_postgres
from tests.world import link, register

# With it, a submission of our form is about 5 KB long, as Slack sends it.
_DESCRIPTION = "The export of March stops half-way with an error, and nobody can send the invoices. "
_REPEATED = 9


@dataclass(frozen=True)
class Submission:
    """A submission of the raise modal as Slack sent it. ``view_id`` stands in the body, once or more."""

    body: str
    view_id: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The sandbox's company, and databases in which it is registered, by name (``sqlite``, ``postgresql``)."""

    company: Company
    databases: dict[str, str]
    folder: Path

    def settings(self, database: str) -> dict[str, str]:
        """Return what a program needs to serve this company from a database."""
        return {**self.company.settings(), "database_url": self.databases[database]}


@contextlib.asynccontextmanager
async def open_stage(*kinds: str) -> AsyncIterator[Stage]:
    """Make the company and these kinds of databases; both databases keep what they commit through a power cut."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="threadline-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        company = await stack.enter_async_context(open_company(read_manifest(), SystemClock()))
        databases = dict[str, str]()
        if "sqlite" in kinds:
            databases["sqlite"] = f"sqlite:///{folder / 'bench.db'}"
            await migrated(databases["sqlite"])
        if "postgresql" in kinds:
            server = stack.enter_context(running_postgres(durable=True))
            databases["postgresql"] = await server.create()
        for url in databases.values():
            async with opened(url) as transaction:
                await enroll(transaction, company)
        yield Stage(company=company, databases=databases, folder=folder)


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Open a database for what the bench itself writes and counts."""
    engine = open_engine(url)
    transaction = open_transaction(engine)
    yield transaction
    await transaction.close()
    await engine.dispose()


async def enroll(transaction: Database, company: Company) -> int:
    """Register Acme and link its channels; returns the organization's id."""
    acme = await register(transaction, company, "Acme", company.vera)
    await link(transaction, acme.organization_id, company.intake, intake=True)
    await link(transaction, acme.organization_id, company.triage, triage=True)
    return acme.organization_id


def ours(stage: Stage, database: str, *options: str) -> contextlib.AbstractAsyncContextManager[Program]:
    """Run the real program on a database; its worker is left out unless ``--works`` is among the options."""
    return program("-m", "tests.bench.ours", *options, settings=stage.settings(database))


async def real_submission(stage: Stage, running: Program) -> Submission:
    """Let Ada raise one issue with the real program; returns what Slack sent when she pressed the button.

    She is a customer afterwards, as whoever raises a second issue is.
    """
    company = stage.company
    person = await filled_form(company, running, company.intake)
    person.fill("Description", _DESCRIPTION * _REPEATED)
    view = person.modal
    assert view is not None
    result = await person.submit()
    assert (result.status, result.errors) == (200, {}), result
    assert result.delivery is not None
    return Submission(result.delivery.body.decode(), view.id)


async def filled_form(company: Company, running: Program, channel: Channel) -> Person:
    """Let Ada type the command in a channel, and wait until her form is filled in."""
    company.app.request_url = f"{running.url}/slack/events"
    person = company.slack.as_user(company.ada)
    outcome = await person.slash(channel, "/raise-issue", "Export fails")
    assert outcome.ok, outcome
    view = person.modal
    assert view is not None
    await company.slack.wait_until(
        lambda: any(call.args.get("view_id") == view.id for call in company.slack.calls_of("views.update"))
    )
    return person
