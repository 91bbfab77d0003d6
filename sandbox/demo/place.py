"""The folder of the demo: what it keeps, and that one demo at a time uses it."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUSY = """\
A demo is running already with the data in {folder} (process {pid}): open {url}
or end it with Ctrl-C where it runs. --folder lets another one keep its data elsewhere."""
_LOCK, _WORLDS, _DATABASE = "running.json", "worlds.json", "threadline.db"
_MOST_BYTES = 1000
_WAIT_SECONDS, _LOOK_SECONDS = 10.0, 0.05


class BusyError(Exception):
    """Another demo uses the folder; the text tells a person what to do."""


@dataclass(frozen=True)
class Place:
    """A folder that is ours as long as the context of ``taken`` lasts.

    Args:
        folder: where everything lies.
        lock: the descriptor of the locked file: whoever inherits it keeps the folder taken.
    """

    folder: Path
    lock: int

    @property
    def database(self) -> Path:
        """The bot's SQLite file."""
        return self.folder / _DATABASE

    @property
    def database_url(self) -> str:
        """The address of the bot's database."""
        return f"sqlite:///{self.database}"

    def read_worlds(self) -> str | None:
        """Return what Slack and Linear were when they were kept last; None: never."""
        try:
            return (self.folder / _WORLDS).read_text("utf-8")
        except FileNotFoundError:
            return None

    def write_worlds(self, text: str) -> None:
        """Keep what Slack and Linear are: the old file or the new one is there whatever happens meanwhile."""
        being_written = self.folder / f"{_WORLDS}.new"
        with being_written.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        being_written.replace(self.folder / _WORLDS)

    def forget(self) -> None:
        """Delete all that was kept."""
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def lay_aside(self) -> Path:
        """Move all that was kept into a folder of its own beside, and return that."""
        aside = self.folder.with_name(f"{self.folder.name}-{time.strftime('%Y%m%d-%H%M%S')}")
        aside.mkdir(parents=True)
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.rename(aside / path.name)
        return aside

    def told(self, name: str) -> Any:
        """Return what was written down by this name, also by the last demo here; None: nothing."""
        return _read(self.lock).get(name)

    def note(self, **told: Any) -> None:
        """Write down who runs here, for whoever comes next: ``url`` of the page, ``bot``'s process, ``ports``."""
        text = json.dumps({**_read(self.lock), "demo": os.getpid(), **told})
        os.truncate(self.lock, 0)
        os.pwrite(self.lock, text.encode(), 0)


@contextlib.contextmanager
def taken(folder: Path) -> Iterator[Place]:
    """Take the folder, which is made if need be.

    A bot whose demo was killed still holds it: that one is ended.

    Raises:
        BusyError: another demo has it.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(lock, folder)
        yield Place(folder, lock)
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    if _is_free(lock):
        return
    told = _read(lock)
    demo, bot = told.get("demo"), told.get("bot")
    if demo is None or _lives(demo) or bot is None:
        raise BusyError(BUSY.format(folder=folder, pid=demo or "?", url=told.get("url", "its page")))
    # The lock is held, and not by the demo: by the bot that inherited it.
    with contextlib.suppress(ProcessLookupError):
        os.kill(bot, signal.SIGKILL)
    until = time.monotonic() + _WAIT_SECONDS
    while not _is_free(lock):
        if time.monotonic() > until:
            raise BusyError(BUSY.format(folder=folder, pid=bot, url=told.get("url", "its page")))
        time.sleep(_LOOK_SECONDS)


def _read(lock: int) -> dict[str, Any]:
    try:
        told = json.loads(os.pread(lock, _MOST_BYTES, 0))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
