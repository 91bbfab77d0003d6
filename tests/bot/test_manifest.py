"""manifest.yml is what Slack publishes a schema for, and what the bot really listens to."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, validators
from typer.testing import CliRunner

from app import cli
from bot.manifest import EVENTS_PATH, REDIRECT_PATH, fill_manifest, manifest_text, read_manifest
from bot.views.command_answers import COMMANDS
from handlers.slack.commands import Commands
from handlers.slack.events import LEFT_ALONE, Events
from handlers.slack.parts import SlackParts
from handlers.slack.shortcuts import Shortcuts
from handlers.tasks import TaskKeeper
from storage.engine import open_engine
from storage.transaction import open_transaction

URL = "https://bot.customer.example"
PLACEHOLDER = "threadline.example.com"
SCHEMA_FILE = Path(__file__).parents[3] / "shared" / "reference" / "slack" / "manifest.schema.json"
# The list of the reference (Slack, 1.9), and what DESIGN adds to it (section 3).
SCOPES_OF_THE_PLAN = {
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "metadata.message:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
}
# Which scope an event needs to be sent at all (docs.slack.dev, "Events API reference", each event's page).
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_id_changed": "channels:read",
    "channel_left": "channels:read",
    "channel_rename": "channels:read",
    "channel_shared": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_unshared": "channels:read",
    "file_shared": "files:read",
    "group_archive": "groups:read",
    "group_left": "groups:read",
    "group_unarchive": "groups:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "user_change": "users:read",
}
NEEDS_NO_SCOPE = {"app_home_opened", "app_uninstalled", "tokens_revoked"}


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[SlackParts]:
    """Parts over a database that is never opened."""
    engine = open_engine(f"sqlite:///{tmp_path / 'never.db'}")
    yield SlackParts(transaction=open_transaction(engine), clock=lambda: datetime.now(UTC), tasks=TaskKeeper())
    await engine.dispose()


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """Slack's published schema of manifests."""
    if not SCHEMA_FILE.exists():
        pytest.skip("Slack's published manifest schema is not beside this clone, so there is nothing to hold to.")
    loaded: dict[str, Any] = json.loads(SCHEMA_FILE.read_text("utf-8"))
    return loaded


def problems(schema: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    validator = validators.validator_for(schema, Draft202012Validator)(schema)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]


def addresses(value: Any, key: str = "") -> list[str]:
    """Return every address in a manifest."""
    if isinstance(value, dict):
        return [address for name, inner in value.items() for address in addresses(inner, name)]
    if isinstance(value, list):
        return [address for inner in value for address in addresses(inner, key)]
    return [value] if key in {"url", "request_url", "redirect_urls", "message_menu_options_url"} else []


@pytest.mark.parametrize("socket", [None, False, True], ids=["as it is", "filled in", "for Socket Mode"])
def test_the_manifest_is_one_that_slack_takes(schema: dict[str, Any], socket: bool | None) -> None:  # noqa: FBT001 - a column of the table
    manifest = read_manifest() if socket is None else fill_manifest(URL, socket=socket)
    assert problems(schema, manifest) == []


def test_the_schema_would_notice(schema: dict[str, Any]) -> None:
    manifest = read_manifest()
    manifest["features"]["slash_commands"][0]["comand"] = "/x"
    assert problems(schema, manifest)


async def test_the_commands_are_those_that_are_answered(parts: SlackParts) -> None:
    listed = [entry["command"] for entry in read_manifest()["features"]["slash_commands"]]
    assert sorted(listed) == sorted(Commands(parts).table)


async def test_help_lists_every_subcommand_and_no_other(parts: SlackParts) -> None:
    listed = [command.split()[1] for command, _ in COMMANDS if command.startswith("/threadline ")]
    assert sorted(listed) == sorted(Commands(parts).subcommands)
    assert {command.split()[0] for command, _ in COMMANDS} == set(Commands(parts).table)
    # One line each, also on a phone.
    assert all(len(f"{command} {what}") <= 70 for command, what in COMMANDS)


async def test_the_shortcuts_are_those_that_are_answered(parts: SlackParts) -> None:
    listed = [entry["callback_id"] for entry in read_manifest()["features"]["shortcuts"]]
    assert sorted(listed) == sorted(Shortcuts(parts).table)


async def test_the_events_are_those_that_are_known(parts: SlackParts) -> None:
    events = read_manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert {event.split(".")[0] for event in events} == LEFT_ALONE | Events(parts).table.keys()
    assert LEFT_ALONE.isdisjoint(Events(parts).table)
    assert {event for event in events if "." in event} == {"message.channels", "message.groups", "message.im"}
    assert len(events) == len(set(events))


def test_the_scopes_are_those_of_the_whole_plan() -> None:
    scopes = read_manifest()["oauth_config"]["scopes"]["bot"]
    assert set(scopes) == SCOPES_OF_THE_PLAN
    assert len(scopes) == len(set(scopes))


def test_every_event_has_the_scope_without_which_it_never_comes() -> None:
    manifest = read_manifest()
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    for event in set(manifest["settings"]["event_subscriptions"]["bot_events"]) - NEEDS_NO_SCOPE:
        assert SCOPE_OF_EVENT[event] in scopes, event


def test_commands_take_text_as_it_is_typed() -> None:
    # Escaped, a title with a name in it would arrive as <@U1|ada>; our own text() would have to guess.
    assert not any(entry["should_escape"] for entry in read_manifest()["features"]["slash_commands"])


@pytest.mark.parametrize("url", [URL, f"{URL}/"])
def test_a_filled_manifest_has_our_address_everywhere(url: str) -> None:
    manifest = fill_manifest(url, socket=False)
    expected = {URL + EVENTS_PATH, URL + REDIRECT_PATH}
    assert set(addresses(manifest)) == expected
    assert len(addresses(manifest)) == len(addresses(read_manifest()))
    assert PLACEHOLDER not in manifest_text(manifest)
    assert manifest["settings"]["socket_mode_enabled"] is False


def test_for_socket_mode_nothing_is_reached_from_outside() -> None:
    manifest = fill_manifest(URL, socket=True)
    assert addresses(manifest) == [URL + REDIRECT_PATH]
    assert manifest["settings"]["socket_mode_enabled"] is True
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}
    assert PLACEHOLDER not in manifest_text(manifest)


def test_filling_in_changes_nothing_but_addresses_and_the_mode() -> None:
    filled = manifest_text(fill_manifest(URL, socket=False))
    assert yaml.safe_load(filled.replace(URL, f"https://{PLACEHOLDER}")) == read_manifest()


@pytest.mark.parametrize("options", [[], ["--socket"]], ids=["http", "socket"])
def test_the_command_line_prints_the_manifest(options: list[str]) -> None:
    result = CliRunner().invoke(cli, ["manifest", "--url", URL, *options])
    assert result.exit_code == 0, result.output
    assert yaml.safe_load(result.stdout) == fill_manifest(URL, socket=bool(options))


def test_the_command_line_refuses_an_address_that_slack_would_not_take() -> None:
    result = CliRunner().invoke(cli, ["manifest", "--url", "http://bot.customer.example"], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert "https://" in result.output
    assert "Slack only takes an address" in result.output
    assert result.stdout == ""
