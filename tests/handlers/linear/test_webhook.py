"""What the Linear door takes, and what it refuses, over HTTP."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.domain.linear_told import Heard, Served
from handlers.linear import webhook_routes
from handlers.linear.parts import LinearParts, Unmeasured
from handlers.linear.signatures import Subscription
from handlers.linear.webhook import BODY_LIMIT
from sandbox.linear.reading import ReadIssue
from sandbox.serving import Server
from storage import tables
from tests.handlers.linear.deliveries import DANA, Sender, comment_data, issue_data, payload
from tests.plain_http import plain_http
from tests.world import NOW, World, register

SECRET = "what an engineer wrote"


def its_issue(world: World) -> ReadIssue:
    """Return the issue that was raised, as it is in Linear."""
    [issue] = world.company.linear.issues()
    return issue


def told_of(world: World, **changes: Any) -> dict[str, Any]:
    """Return what Linear tells of the issue."""
    issue = its_issue(world)
    usual = {"id": issue.id, "teamId": issue.team_id, "team": None, "identifier": issue.identifier}
    return payload("Issue", issue_data(**{**usual, **changes}))


async def counted(world: World, heard: Heard) -> int:
    """Return how many deliveries had this outcome."""
    await world.bot.tasks.finish()
    async with plain_http() as http:
        lines = (await http.get(f"{world.server.url}/metrics")).text.splitlines()
    name = f'threadline_linear_webhooks_total{{outcome="{heard}"}} '
    return int(sum(float(line.removeprefix(name)) for line in lines if line.startswith(name)))


async def remembered(world: World) -> int:
    """Return how much the inbox has of Linear."""

    async def count(session: AsyncSession) -> int:
        query = select(func.count()).where(tables.Inbox.key.startswith("linear:"))
        return await session.scalar(query) or 0

    return await world.bot.transaction.read(count)


async def asked_again(world: World) -> int:
    """Return how often Linear was asked for an issue, once all is delivered."""
    before = len(world.company.linear.calls_of("IssueRefetch"))
    await world.settle()
    return len(world.company.linear.calls_of("IssueRefetch")) - before


async def test_what_is_signed_and_fresh_is_taken(world: World, sender: Sender) -> None:
    before = await remembered(world)
    answer = await sender.send(told_of(world))
    assert (answer.status_code, answer.json()) == (200, {"heard": True})
    await world.bot.tasks.finish()
    assert await remembered(world) == before + 2


async def test_what_is_not_signed_changes_nothing(world: World, sender: Sender) -> None:
    before = await remembered(world)
    for signature in ("", "0" * 64, "g" * 64, "sha256=" + "0" * 64, "x" * 10_000):
        answer = await sender.send(told_of(world), headers={"Linear-Signature": signature})
        assert (answer.status_code, answer.json()["error"]) == (401, "Unauthorized")
    assert await remembered(world) == before
    assert await counted(world, Heard.FORGED) == 5


async def test_each_of_several_secrets_is_good(world: World, sender: Sender) -> None:
    for secret, status in [("new-one", 200), (sender.secret, 200), (f"new-one, {sender.secret}", 401), (" ", 401)]:
        assert (await sender.send(told_of(world), secret=secret)).status_code == status


async def test_one_changed_byte_makes_it_a_forgery(world: World, sender: Sender) -> None:
    await sender.send(told_of(world))
    signature = sender.sent[-1]["Linear-Signature"]
    other = await sender.send(told_of(world, title="Changed"), headers={"Linear-Signature": signature})
    assert other.status_code == 401
    assert await counted(world, Heard.FORGED) == 1


async def test_a_doubled_one_changes_nothing(world: World, sender: Sender) -> None:
    assert (await sender.send(told_of(world))).status_code == 200
    before = await remembered(world)
    # Told again as it was, under another name, and signed anew under the same name.
    for headers, ago in [(sender.sent[0], 0), ({}, 0), ({"Linear-Delivery": sender.sent[0]["Linear-Delivery"]}, 1)]:
        assert (await sender.send(told_of(world), headers=headers, ago=ago)).status_code == 200
    assert await counted(world, Heard.DOUBLED) == 3
    # The signature of what was signed anew is known from now on, and no more.
    assert await remembered(world) == before + 1


async def test_a_stale_one_is_asked_for_and_an_old_one_refused(world: World, sender: Sender) -> None:
    for count, ago in enumerate((61, 3600, 7 * 3600, -61), 1):
        assert (await sender.send(told_of(world, title=SECRET), ago=ago)).status_code == 200
        assert await counted(world, Heard.STALE) == count
    before = await remembered(world)
    for ago in (8 * 3600, -8 * 3600, 365 * 86400):
        assert (await sender.send(told_of(world), ago=ago)).status_code == 401
    assert await remembered(world) == before


async def test_without_a_signed_time_it_is_refused_whatever_the_header_says(world: World, sender: Sender) -> None:
    stamps: tuple[Any, ...] = (None, "2026-11-22T12:00:00.000Z", True, 1e300, [], {})
    for stamp in stamps:
        body = json.dumps({**told_of(world), "webhookTimestamp": stamp}).encode()
        answer = await sender.send_bytes(body, headers={"Linear-Timestamp": str(world.clock.now() * 1000)})
        assert (answer.status_code, answer.json()["error"]) == (400, "Bad Request")


BAD: Mapping[str, tuple[bytes, dict[str, str], int]] = {
    "text": (b"{}", {"Content-Type": "text/plain"}, 415),
    "a form": (b"{}", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "too large": (b" " * (BODY_LIMIT + 1), {}, 413),
    "empty": (b"", {}, 400),
    "words": (b"not JSON", {}, 400),
    "no UTF-8": (b"\xff\xfe", {}, 400),
    "a list": (b"[]", {}, 400),
    "no number": (b'{"a": NaN}', {}, 400),
    "beyond numbers": (b'{"a": 1e999}', {}, 400),
    "long digits": (b'{"a": ' + b"9" * 5000 + b"}", {}, 400),
    "too deep": (b'{"a": ' + b"[" * 100_000 + b"}", {}, 400),
    "nothing in it": (b"{}", {}, 400),
}


async def test_bad_input_is_named_and_never_our_failure(sender: Sender) -> None:
    for what, (body, headers, status) in BAD.items():
        answer = await sender.send_bytes(body, headers=headers)
        assert answer.status_code == status, what
        assert set(answer.json()) == {"error", "details"}


async def test_words_that_no_database_takes_are_asked_for(world: World, sender: Sender) -> None:
    nobody = {"actor": {**DANA, "name": "nul \0", "type": "user"}}
    for count, words in enumerate(({"title": "nul \0"}, {"description": "half a pair \ud83d"}), 1):
        assert (await sender.send(told_of(world, **words) | nobody)).status_code == 200
        assert await counted(world, Heard.STALE) == count
    await world.settle()
    assert its_issue(world).title in world.company.slack.as_text(world.posts(world.company.triage)[-1])


async def test_types_of_no_interest_leave_nothing_behind(world: World, sender: Sender) -> None:
    before = await remembered(world)
    with capture_logs() as logs:
        for kind in ("Project", "IssueLabel", "Novelty", "Novelty"):
            assert (await sender.send(payload(kind, {"id": "1", "name": SECRET}))).status_code == 200
    assert await counted(world, Heard.IGNORED) == 4
    assert await remembered(world) == before
    assert [line["event_type"] for line in logs if line["log_level"] == "warning"] == ["Novelty"]
    assert SECRET not in str(logs)


async def test_an_engineers_own_issue_leaves_nothing_behind(world: World, sender: Sender) -> None:
    before = await remembered(world)
    for told in (issue_data(teamId=its_issue(world).team_id), comment_data()):
        kind = "Comment" if "body" in told else "Issue"
        assert (await sender.send(payload(kind, told))).status_code == 200
    assert await counted(world, Heard.IGNORED) == 2
    assert await remembered(world) == before


async def test_no_word_of_a_body_is_logged(world: World, sender: Sender) -> None:
    with capture_logs() as logs:
        await sender.send(told_of(world, title=SECRET, description=SECRET))
        await sender.send(told_of(world, title=SECRET, state=SECRET))
        await sender.send(told_of(world, title=SECRET), ago=9 * 3600)
        await world.bot.tasks.finish()
    assert len(logs) == 3
    assert SECRET not in str(logs)


async def connect(session: AsyncSession, organization_id: int) -> None:
    """Let an organization have a connection of its own."""
    given = {
        "path": "own",
        "kind": "api_key",
        "secret": "x",
        "webhook_secret": None,
        "actor_id": "a",
        "actor_name": "A",
    }
    more = {"linear_organization_id": "o", "linear_organization_name": "Own", "created_at": NOW}
    await session.execute(insert(tables.LinearConnection).values(organization_id=organization_id, **given, **more))


class Counted(Unmeasured):
    """Keeps what followed from each delivery."""

    def __init__(self) -> None:
        self.heard = list[Heard]()

    def hear_linear(self, heard: Heard) -> None:
        """Keep it."""
        self.heard.append(heard)


async def test_each_webhook_tells_only_of_the_organizations_it_serves(world: World, sender: Sender) -> None:
    other = await register(world.bot.transaction, world.company, "Other", world.company.victor)
    acme = world.acme.organization_id
    meter = Counted()

    async def subscriptions(path: str) -> Subscription | None:
        served = {"acme": acme, "other": other.organization_id}.get(path)
        return None if served is None else Subscription(secrets=(f"{path}-1", f"{path}-2"), served=Served(served))

    parts = LinearParts(
        transaction=world.bot.transaction,
        clock=world.bot.clock,
        tasks=world.bot.tasks,
        subscriptions=subscriptions,
        meter=meter,
    )
    server = Server(Starlette(routes=webhook_routes(parts)))
    await server.start()
    sender.world.server = server
    results = []
    for path, secret in [("acme", "acme-1"), ("other", "other-2"), ("acme", "other-1"), ("nobody", "x")]:
        sender.path = f"/linear/webhook/{path}"
        results.append((await sender.send(told_of(world), secret=secret)).status_code)
        await world.bot.tasks.finish()
    assert results == [200, 200, 401, 401]
    assert meter.heard[0] is not Heard.IGNORED
    assert meter.heard[1:] == [Heard.IGNORED, Heard.FORGED, Heard.FORGED]

    # No secret of the environment: nothing is taken there.
    sender.path = "/linear/webhook"
    assert (await sender.send(told_of(world), secret="")).status_code == 401
    await server.stop()


async def test_the_environments_webhook_tells_nothing_of_who_has_a_connection_of_their_own(
    world: World, sender: Sender
) -> None:
    await world.bot.transaction.write(partial(connect, organization_id=world.acme.organization_id))
    before = await remembered(world)
    assert (await sender.send(told_of(world))).status_code == 200
    assert await counted(world, Heard.IGNORED) == 1
    assert await remembered(world) == before


async def test_what_left_for_another_organizations_team_is_not_read(world: World, sender: Sender) -> None:
    other = await register(world.bot.transaction, world.company, "Other", world.company.victor)
    theirs = world.company.linear.add_team(world.company.linear_organization, "Other")

    async def take(session: AsyncSession) -> None:
        query = update(tables.Organization).where(tables.Organization.id == other.organization_id)
        await session.execute(query.values(linear_team_id=theirs.id))

    await world.bot.transaction.write(take)
    told = told_of(
        world, title=SECRET, teamId=theirs.id, team=None, state={"id": "z", "name": "Z", "type": "completed"}
    )
    assert (await sender.send(told)).status_code == 200
    await world.bot.tasks.finish()

    async def titles(session: AsyncSession) -> list[str | None]:
        return list(await session.scalars(select(tables.LinearIssue.state_id)))

    assert "z" not in await world.bot.transaction.read(titles)
    assert SECRET not in str([message.text for message in world.company.slack.messages(world.company.triage)])
