"""What the commands share: their parts, how they are run, and how they speak."""

import asyncio
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

import typer

if sys.platform != "win32":
    import uvloop

from bot.domain.issues import IssueRef
from bot.domain.organizations import Organization
from bot.domain.reconciled import Compared
from bot.domain.sync import Decision
from bot.errors import ThreadlineError
from bot.settings import Settings
from storage.linear_events import KeptEvent
from storage.transaction import Database, Transaction


class Reconciler(Protocol):
    """Looks what there is, as far as it can be read."""

    async def compare(self, ref: IssueRef) -> Compared:
        """Compare an issue with what stands in Slack and Linear."""
        ...

    async def compare_channels(self, organization: Organization) -> Compared:
        """Compare what an organization has in Slack beside its issues."""
        ...


class Rehearsed(Protocol):
    """What a kept webhook would change; the Linear door knows."""

    @property
    def event_type(self) -> str:
        """Linear's name of the type."""
        ...

    @property
    def action(self) -> str:
        """What happened to it."""
        ...

    @property
    def received_at(self) -> datetime:
        """When it came."""
        ...

    @property
    def gone(self) -> bool:
        """Whether it would be said that the Linear issue cannot be reached any more."""
        ...

    @property
    def decisions(self) -> Sequence[Decision]:
        """Of an issue, by field."""
        ...

    @property
    def said(self) -> bool | None:
        """Whether a comment would change anything."""
        ...


Rehearse = Callable[[Transaction, int, KeptEvent, datetime], Awaitable[Rehearsed]]


T = TypeVar("T")
# Marks that turn the direction of what follows, up to the end of the line and past the end of a name.
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, kw_only=True)
class CliParts:
    """What the commands need, opened for one command at a time.

    Args:
        transaction: the database of the settings, its tables up to date.
        migrate: brings the tables of that database up to date.
        settings: as read; what is wrong with them ends the command in words.
        clock: gives the time in UTC.
        reconciler: compares issues; channels are read from a moment on (UTC).
        rehearse: carries a webhook of Linear's through, in a rehearsal, as if it came now.
    """

    transaction: Callable[[], AbstractAsyncContextManager[Database]]
    migrate: Callable[[], Coroutine[Any, Any, None]]
    settings: Callable[[], Settings]
    clock: Callable[[], datetime]
    reconciler: Callable[[Database, datetime], AbstractAsyncContextManager[Reconciler]]
    rehearse: Rehearse


def _new_loop() -> asyncio.AbstractEventLoop:
    """Return the quickest event loop that there is here: Windows has no other than Python's own."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def run(work: Coroutine[Any, Any, T], *, refused: int = 1) -> T:
    """Run a command's work; what a person is to be told of goes to standard error, with exit code ``refused``."""
    try:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(work)
    except ThreadlineError as error:
        say(error.sentence, err=True)
        raise typer.Exit(refused) from None


def printable(text: str) -> str:
    """Return what somebody typed as a terminal may show it: nothing that moves the cursor or turns the line."""
    return "".join(each for each in text if unicodedata.category(each) != "Cc" and each not in _TURNING)


def say(text: str, *, err: bool = False) -> None:
    """Print, with a question mark for what the terminal's encoding lacks; colours only in a terminal."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    typer.echo(text.encode(encoding, "replace").decode(encoding), err=err)
