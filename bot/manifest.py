"""Slack's app manifest: ``manifest.yml``, filled in for one installation."""

from pathlib import Path
from typing import Any

import yaml

MANIFEST_FILE = Path(__file__).parent.parent / "manifest.yml"
EVENTS_PATH = "/slack/events"
REDIRECT_PATH = "/slack/oauth_redirect"


def read_manifest() -> dict[str, Any]:
    """Return manifest.yml, which is written for the placeholder address in it."""
    manifest: dict[str, Any] = yaml.safe_load(MANIFEST_FILE.read_text("utf-8"))
    return manifest


def fill_manifest(url: str, *, socket: bool) -> dict[str, Any]:
    """Return the manifest for a bot that Slack reaches at ``url``.

    With ``socket`` nothing is reached from outside: Socket Mode needs, and takes, no request address.
    """
    manifest, base = read_manifest(), url.rstrip("/")
    settings = manifest["settings"]
    settings["socket_mode_enabled"] = socket
    manifest["oauth_config"]["redirect_urls"] = [base + REDIRECT_PATH]
    addressed = [
        *manifest["features"]["slash_commands"],
        settings["interactivity"],
        settings["event_subscriptions"],
    ]
    for part in addressed:
        key = "url" if "command" in part else "request_url"
        part.pop(key, None)
        if not socket:
            part[key] = base + EVENTS_PATH
    return manifest


def manifest_text(manifest: dict[str, Any]) -> str:
    """Return a manifest as YAML, in the order in which it is written."""
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=120)
