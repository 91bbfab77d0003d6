"""What an app registers with Slack: its commands, shortcuts, events and scopes, as told or as in its manifest."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.slack.model import Command, Shortcut


def commands_of(manifest: Mapping[str, Any]) -> list[Command]:
    """Return the slash commands of a parsed manifest."""
    listed = manifest.get("features", {}).get("slash_commands", [])
    return [
        Command(
            entry["command"],
            bool(entry.get("should_escape")),
            entry.get("description", ""),
            entry.get("usage_hint", ""),
        )
        for entry in listed
    ]


def shortcuts_of(manifest: Mapping[str, Any]) -> list[Shortcut]:
    """Return the shortcuts of a parsed manifest."""
    listed = manifest.get("features", {}).get("shortcuts", [])
    return [
        Shortcut(entry["name"], entry["callback_id"], entry["type"], entry.get("description", ""))
        for entry in listed
    ]


def scopes_of(manifest: Mapping[str, Any]) -> list[str]:
    """Return the bot's scopes of a parsed manifest."""
    return list(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))


def events_of(manifest: Mapping[str, Any]) -> list[str]:
    """Return the events that a parsed manifest subscribes to."""
    return list(manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", []))


def name_of(manifest: Mapping[str, Any]) -> str | None:
    """Return the bot's name in a parsed manifest."""
    name = manifest.get("features", {}).get("bot_user", {}).get("display_name")
    return str(name) if name else None


def as_commands(told: Iterable[str | Command]) -> dict[str, Command]:
    """Return commands by their names."""
    commands = [Command(entry) if isinstance(entry, str) else entry for entry in told]
    return {entry.name: entry for entry in commands}
