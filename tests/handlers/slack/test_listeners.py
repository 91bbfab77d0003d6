"""What Bolt listens to: an argument that it does not know would silently be None."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from handlers.slack import register
from handlers.slack.parts import SlackParts
from handlers.tasks import TaskKeeper
from storage.engine import open_engine
from storage.transaction import open_transaction

KNOWN = set(AsyncArgs.__annotations__)
# Given to the error handler only.
KNOWN_TO_ERRORS = KNOWN | {"error"}
Listener = Callable[..., Any]


class Registrations:
    """Bolt's app as far as ``register`` uses it: keeps what is registered, by kind, whatever the kind."""

    def __init__(self) -> None:
        self.listeners: dict[str, list[Listener]] = {}

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        def add(listener: Listener) -> Listener:
            self.listeners.setdefault(kind, []).append(listener)
            return listener

        def take(constraint: Any, **_more: Any) -> Listener:
            # app.error takes the listener itself; the others give a decorator.
            return add(constraint) if callable(constraint) else add

        return take


@pytest.fixture
def registered(tmp_path: Path) -> dict[str, list[Listener]]:
    """Everything that ``register`` registers; the database is never opened."""
    engine = open_engine(f"sqlite:///{tmp_path / 'never.db'}")
    parts = SlackParts(transaction=open_transaction(engine), clock=lambda: datetime.now(UTC), tasks=TaskKeeper())
    registrations = Registrations()
    register(cast("AsyncApp", registrations), parts)
    return registrations.listeners


def unknown(listener: Listener, known: set[str]) -> set[str]:
    return set(inspect.signature(listener).parameters) - known


def test_every_argument_of_a_listener_is_one_that_bolt_fills(registered: dict[str, list[Listener]]) -> None:
    for kind, listeners in registered.items():
        for listener in listeners:
            assert unknown(listener, KNOWN_TO_ERRORS if kind == "error" else KNOWN) == set(), listener


def test_each_kind_of_payload_has_one_listener(registered: dict[str, list[Listener]]) -> None:
    counts = {kind: len(listeners) for kind, listeners in registered.items()}
    assert counts == dict.fromkeys(["command", "shortcut", "view", "action", "event", "error"], 1)


def test_a_misspelled_argument_would_be_noticed() -> None:
    async def listener(ack: Any, boddy: Any) -> None: ...

    assert unknown(listener, KNOWN) == {"boddy"}
