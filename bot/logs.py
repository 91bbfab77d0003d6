"""Structured logs: one line for each thing, with the request's id; never a token or a message body."""

import contextlib
import logging
import secrets
import sys
from typing import TextIO

import structlog

REQUEST_ID = "request_id"
# Libraries that tell what passes through them: addresses, tokens, the text of messages. Bolt's warnings show whole
# requests, and its loggers take the level of the one that it is given.
BOLT_LOGGER = "slack_bolt"
# This one tells the addresses of connections, which let anybody connect; socket_mode.py says what went wrong.
SOCKET_LOGGER = "slack_sdk.socket_mode"
_TO_QUOTE = frozenset(" \t=\r\n\"'")
_LIBRARIES = {
    BOLT_LOGGER: logging.ERROR,
    "slack_sdk": logging.WARNING,
    SOCKET_LOGGER: logging.CRITICAL,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,
}


class _Writer:
    """Where our own lines end: in the stream itself.

    Python's logging makes a record of each line first, which takes longer than all else that is done for it
    (docs/performance.md).
    """

    def __init__(self, handler: logging.StreamHandler[TextIO]) -> None:
        self._handler = handler

    def msg(self, line: str) -> None:
        """Write a line, whole: the libraries' go to the same stream, from any thread."""
        # Nobody's request fails because nobody reads the log any more.
        with self._handler.lock or contextlib.nullcontext(), contextlib.suppress(OSError, ValueError):
            self._handler.stream.write(f"{line}\n")
            self._handler.stream.flush()

    debug = info = warning = error = critical = msg


def configure_logs(level: str = "INFO", *, stream: TextIO = sys.stderr, colors: bool = False) -> None:
    """Let our own lines and the libraries' go to one stream, in one form: time in UTC, level, words, fields."""
    handler = logging.StreamHandler(stream)
    writer = _Writer(handler)
    render = structlog.dev.ConsoleRenderer(pad_event_to=0) if colors else _in_one_line
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_details,
    ]
    structlog.configure(
        processors=[*shared, render],
        logger_factory=lambda *_name: writer,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    _leave_out_what_no_line_shows()
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in _LIBRARIES.items():
        logging.getLogger(name).setLevel(quiet)


def _leave_out_what_no_line_shows() -> None:
    """Let nobody look for each line's caller, thread and process (Python's logging HOWTO, "Optimization")."""
    vars(logging)["_srcfile"] = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _in_one_line(_logger: structlog.types.WrappedLogger, _method: str, event: structlog.types.EventDict) -> str:
    """Write a line as structlog's ConsoleRenderer does without colors, in a fifth of the time."""
    error = event.pop("exception", None)
    head = f"{event.pop('timestamp')} [{event.pop('level'):<9}] {event.pop('event')}"
    fields = [f"{name}={_shown(value)}" for name, value in event.items()]
    line = " ".join([head, *fields])
    return line if error is None else f"{line}\n{error}"


def _shown(value: object) -> str:
    # What no screen can show, and half a character, which cannot even be written, are in what strangers send.
    bare = isinstance(value, str) and value.isprintable() and not _TO_QUOTE.intersection(value)
    return str(value) if bare else repr(value)


def _without_details(
    _logger: structlog.types.WrappedLogger, _method: str, event: structlog.types.EventDict
) -> structlog.types.EventDict:
    """Leave out the lines in which PostgreSQL quotes the row that it refuses: they hold what people typed."""
    if isinstance(told := event.get("exception"), str):
        event["exception"] = "\n".join(line for line in told.split("\n") if not line.startswith("DETAIL:"))
    return event


def new_request_id() -> str:
    """Return an id short enough to be read out to whoever runs the bot."""
    return secrets.token_hex(4)


def bind_request_id(request_id: str) -> None:
    """Let every following line of this task, and of the tasks that it starts, carry the id."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**{REQUEST_ID: request_id})


def current_request_id() -> str:
    """Return the id that the present task's lines carry, or a dash."""
    return str(structlog.contextvars.get_contextvars().get(REQUEST_ID, "-"))
