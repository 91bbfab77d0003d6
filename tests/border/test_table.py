"""The table is whole: a new command, button, form, shortcut, event or route without a row fails here."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.views import ids
from bot.views.issue_buttons import MENU_LABELS
from handlers.http.api import open_api
from handlers.http.parts import NORMAL_PACE, HttpParts
from handlers.slack.actions import Actions
from handlers.slack.commands import Commands
from handlers.slack.events import Events
from handlers.slack.modals import Modals
from handlers.slack.parts import SlackParts
from handlers.slack.shortcuts import Shortcuts
from handlers.tasks import TaskKeeper
from storage.engine import open_engine
from storage.transaction import Transaction, open_transaction
from tests.border.forms import GIVEN
from tests.border.roles import IN_SLACK, OVER_HTTP, Who
from tests.border.routes import ROUTES
from tests.border.table import CASES, EXPECTED, IN_SLACK_EXPECTED, OVER_HTTP_EXPECTED, Kind
from tests.border.walk import SLACK_DOORS

METHODS = {"get", "post", "put", "patch", "delete"}
# Events that no person's role decides about: Slack tells of a channel.
OF_CHANNELS = {
    *("channel_archive", "channel_id_changed", "channel_left", "channel_shared"),
    *("channel_unarchive", "group_archive", "group_left", "group_unarchive", "member_joined_channel"),
}


@pytest.fixture
def never_opened(tmp_path: Path) -> Transaction:
    return open_transaction(open_engine(f"sqlite:///{tmp_path / 'never.db'}"))


def now() -> datetime:
    return datetime.now(UTC)


def named(door: str) -> str:
    """Return a door's name without the way in which it is tried; a menu's entries are doors of their own."""
    return door if door.startswith(f"button {ids.MENU} (") else door.partition(" (")[0]


def test_every_door_of_slack_has_its_row(never_opened: Transaction) -> None:
    parts = SlackParts(transaction=never_opened, clock=now, tasks=TaskKeeper())
    commands, actions = Commands(parts), Actions(parts)
    registered = {f"/threadline {subcommand}" for subcommand in commands.subcommands}
    registered |= {command for command in commands.table if command != "/threadline"}
    registered |= {f"shortcut {callback_id}" for callback_id in Shortcuts(parts).table}
    registered |= {f"button {action_id}" for action_id in actions.table if action_id != ids.MENU}
    registered |= {f"button {ids.MENU} ({entry})" for entry in MENU_LABELS}
    registered |= {f"modal {callback_id}" for callback_id in Modals(parts).table}
    registered |= {f"event {kind}" for kind in Events(parts).table if kind not in OF_CHANNELS}
    assert {named(door) for door in IN_SLACK_EXPECTED} == registered


async def test_every_route_has_its_row(never_opened: Transaction) -> None:
    api = open_api(HttpParts(never_opened, now, None, linear_on=False, pace=NORMAL_PACE))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://api.example") as http:
        document = (await http.get("/openapi.json")).json()
    described = {
        f"{method.upper()} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
        for path in _written_out(path, operation, document)
    }
    assert {named(door) for door in OVER_HTTP_EXPECTED} == described


def _written_out(path: str, operation: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return a path once for each action that may stand in it."""
    if "{action}" not in path:
        return [path]
    [schema] = [each["schema"] for each in operation["parameters"] if each["name"] == "action"]
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return [path.replace("{action}", action) for action in schema["enum"]]


def test_every_row_is_walked() -> None:
    assert SLACK_DOORS.keys() == IN_SLACK_EXPECTED.keys()
    assert ROUTES.keys() == OVER_HTTP_EXPECTED.keys()
    assert GIVEN.keys() <= SLACK_DOORS.keys()


def test_the_table_is_as_large_as_is_said_of_it() -> None:
    assert (len(EXPECTED), len(Who), CASES) == (92, 12, 1012)
    assert len(IN_SLACK) == len(OVER_HTTP) == len(Who) - 1


def test_nobody_of_another_organization_and_nobody_switched_off_gets_through_but_to_what_is_everybodys() -> None:
    outside = {Who.GLOBEX_VENDOR, Who.GLOBEX_CUSTOMER, Who.PROFILE_OFF, Who.USER_OFF, Who.WITH_GLOBEX_TOKEN}
    open_to_them = {door: entry.allowed & outside for door, entry in EXPECTED.items() if entry.allowed & outside}
    assert {named(door) for door in open_to_them if EXPECTED[door].kind in {Kind.WRITES, Kind.READS}} == {
        # By joining in an intake channel, and by taking back what was theirs.
        f"modal {ids.RAISE_MODAL}",
        "event message",
    }
