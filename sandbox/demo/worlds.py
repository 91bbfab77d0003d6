"""The company of the demo: founded once, kept in a file, and found again."""

import asyncio
import contextlib
import dataclasses
import inspect
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sandbox.clock import SystemClock
from sandbox.company import Company, found_company
from sandbox.demo.place import Place
from sandbox.demo.snapshot import SnapshotError, Snapshots
from sandbox.faults import Faults
from sandbox.linear import customer_model, oauth, uploads
from sandbox.linear import delivery as linear_delivery
from sandbox.linear import model as linear_model
from sandbox.linear.credentials import Credential
from sandbox.linear.linear import Linear
from sandbox.linear.subscription import Webhook
from sandbox.linear.switches import Switches
from sandbox.serving import Server
from sandbox.slack import Slack
from sandbox.slack import model as slack_model
from sandbox.slack.events import Failed

WEBHOOK_SECRET = "sandbox-webhook-secret"  # noqa: S105 - the sandbox's own, of no use elsewhere
LABELS = ("Bug", "Customer", "Regression")
# Slack tries again at once, after one minute and after five; who tries the demo has two minutes in all.
RETRY_SECONDS = (1.0, 10.0, 30.0)
_LOOK_SECONDS = 0.3
# All of the company but what is of this start alone.
_OF_COMPANY = [
    field.name for field in dataclasses.fields(Company) if field.name not in {"slack", "linear", "linear_url"}
]


def _kinds_of(module: ModuleType) -> Iterator[type]:
    for _name, kind in inspect.getmembers(module, inspect.isclass):
        if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__:
            yield kind


_MODULES = (slack_model, linear_model, customer_model, linear_delivery, oauth, uploads)
SNAPSHOTS = Snapshots(
    [*(kind for module in _MODULES for kind in _kinds_of(module)), Credential, Failed, Switches, Webhook]
)


@dataclass(frozen=True)
class Outside:
    """Slack and Linear, served."""

    slack: Slack
    linear: Linear
    linear_url: str
    ports: tuple[int, int]


@contextlib.asynccontextmanager
async def serving(
    slack_faults: Faults, linear_faults: Faults, ports: tuple[int, int] = (0, 0)
) -> AsyncIterator[Outside]:
    """Serve a Slack and a Linear with nobody in them until the context ends.

    Args:
        slack_faults: what calls of Slack meet.
        linear_faults: what calls of Linear meet.
        ports: where they were last time, as texts may name addresses of files there; else, and where one is taken
            by now, it is a free one.
    """
    clock, seed = SystemClock(), secrets.randbits(64)
    # Another seed each time: what is made after a restart must not get the ids of what was made before.
    slack = Slack(clock, faults=slack_faults, seed=seed, retry_after=RETRY_SECONDS)
    linear = Linear(clock, faults=linear_faults, seed=seed)
    async with contextlib.AsyncExitStack() as stack:
        slack_server, linear_server = _at(slack.program, ports[0]), _at(linear.program, ports[1])
        for server in (slack_server, linear_server):
            await server.start()
            stack.push_async_callback(server.stop)
        stack.push_async_callback(slack.aclose)
        stack.push_async_callback(linear.aclose)
        slack.base_url = slack_server.url
        yield Outside(slack, linear, f"{linear_server.url}/graphql", (slack_server.port, linear_server.port))


def _at(program: Any, port: int) -> Server:
    with contextlib.suppress(OSError):
        return Server(program, port)
    return Server(program)


def found(outside: Outside, manifest: Mapping[str, Any]) -> Company:
    """Let the company come about: its people and channels, and the app, which is installed by its manifest.

    In Linear the bot has an account of its own: what Dana and Emil do there is a person's.
    """
    company = found_company(outside.slack, outside.linear, outside.linear_url, manifest, "Acme")
    linear, organization = outside.linear, company.linear_organization
    linear.add_user(organization, "Emil Engineer", "emil@acme.example")
    for name in LABELS:
        linear.add_label(organization, name)
    # Where to is said once the bot has its port.
    linear.add_webhook(organization, f"{outside.linear_url}/nowhere", secret=WEBHOOK_SECRET)
    account = linear.add_user(organization, "Threadline", "threadline@acme.example", app=True)
    return dataclasses.replace(company, linear_key=linear.add_api_key(account))


def recall(outside: Outside, manifest: Mapping[str, Any], text: str) -> Company:
    """Find the company again, as it was kept.

    Raises:
        SnapshotError: it cannot be read, or is of another version.
    """
    kept = SNAPSHOTS.read(text)
    expected = {
        "slack": _shape(outside.slack.kept(), 2),
        "linear": _shape(outside.linear.kept(), 2),
        "company": dict.fromkeys(_OF_COMPANY),
    }
    if _shape(kept, 3) != expected:
        raise SnapshotError("it has other parts")
    outside.slack.recall(kept["slack"])
    outside.linear.recall(kept["linear"])
    company = Company(slack=outside.slack, linear=outside.linear, linear_url=outside.linear_url, **kept["company"])
    outside.slack.update_app(company.app, manifest)
    return company


def _shape(kept: Any, depth: int) -> Any:
    """Return the names of the parts of what was kept, and of theirs, so deep."""
    return (
        {name: _shape(part, depth - 1) for name, part in kept.items()} if depth and isinstance(kept, dict) else None
    )


def keep(company: Company, place: Place) -> None:
    """Write down what Slack and Linear are."""
    place.write_worlds(_written(company))


async def keep_on_change(company: Company, place: Place) -> None:
    """Write it down after each change, until cancelled; a writing under way is finished first."""
    seen = (-1, -1)
    while True:
        now = (company.slack.world.changes.count, company.linear.rings)
        if now != seen:
            seen = now
            # Aside: a disk may take its time, and people wait for answers meanwhile.
            writing = asyncio.ensure_future(asyncio.to_thread(place.write_worlds, _written(company)))
            try:
                await asyncio.shield(writing)
            finally:
                await writing
        await asyncio.sleep(_LOOK_SECONDS)


def _written(company: Company) -> str:
    return SNAPSHOTS.write(
        {
            "slack": company.slack.kept(),
            "linear": company.linear.kept(),
            "company": {name: getattr(company, name) for name in _OF_COMPANY},
        }
    )
