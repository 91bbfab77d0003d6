"""Our lines and the libraries' have one form: structlog's own, written sooner."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import bind_request_id, configure_logs

QUOTED = "it broke\nDETAIL: (what somebody typed)"


def _break(told: str) -> None:
    raise ValueError(told)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    kept, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = io.StringIO()
    configure_logs("INFO", stream=written)
    yield written
    structlog.configure(**kept)
    root.handlers[:] = handlers
    root.setLevel(level)


def _line(stream: io.StringIO) -> str:
    """Return what was written, without its time."""
    moment, _, rest = stream.getvalue().partition(" ")
    assert moment.endswith("Z")
    return rest.rstrip("\n")


def test_ours_has_its_level_its_words_and_its_fields(stream: io.StringIO) -> None:
    bind_request_id("abc")
    log = structlog.stdlib.get_logger("ours")
    log.info("Issue %s raised by 100%% of %s", "ISS-1", "us", count=2, reason="no such thing", code="x")
    assert _line(stream) == (
        "[info     ] Issue ISS-1 raised by 100% of us count=2 reason='no such thing' code=x request_id=abc"
    )


def test_a_librarys_has_the_same_form(stream: io.StringIO) -> None:
    bind_request_id("abc")
    logging.getLogger("theirs").warning("%s is slow", "it")
    assert _line(stream) == "[warning  ] it is slow request_id=abc"


@pytest.mark.parametrize("reason", ["plain", "two words", 'a "quote"', "a=b", "", None, 1.5, "a\nb", "it's"])
def test_it_is_the_line_that_structlog_would_write(stream: io.StringIO, reason: object) -> None:
    event = {"timestamp": "2026-01-01T00:00:00Z", "level": "error", "event": "failed", "reason": reason}
    expected = structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)(None, "error", dict(event))
    assert isinstance(expected, str)
    structlog.contextvars.clear_contextvars()
    structlog.stdlib.get_logger("ours").error("failed", reason=reason)
    assert _line(stream) == expected.partition(" ")[2]


@pytest.mark.parametrize("strange", ["\ud800", "\x00", "\x1b[2J", "\x85", "\u202e"])
def test_what_cannot_be_shown_is_escaped(stream: io.StringIO, strange: str) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.stdlib.get_logger("ours").warning("an event that we do not know", event_type=f"app{strange}")
    line = _line(stream)
    assert line.isascii()
    assert line.isprintable()
    assert line == f"[warning  ] an event that we do not know event_type={f'app{strange}'!r}"


def test_an_exception_stands_below_without_the_rows_that_postgresql_quotes(stream: io.StringIO) -> None:
    log = structlog.stdlib.get_logger("ours")
    try:
        _break(QUOTED)
    except ValueError:
        log.exception("failed")
    told = stream.getvalue()
    assert "[error    ] failed" in told
    assert "ValueError: it broke" in told
    assert "Traceback" in told
    assert "typed" not in told


def test_what_is_below_the_level_is_not_written(stream: io.StringIO) -> None:
    structlog.stdlib.get_logger("ours").debug("Using existing customer record")
    logging.getLogger("theirs").debug("no")
    assert stream.getvalue() == ""


def test_a_stream_that_is_gone_breaks_nothing(stream: io.StringIO) -> None:
    stream.close()
    structlog.stdlib.get_logger("ours").warning("nobody reads this")


def test_a_debug_line_is_shown_once_that_is_asked_for(stream: io.StringIO) -> None:
    configure_logs("DEBUG", stream=stream)
    structlog.contextvars.clear_contextvars()
    structlog.stdlib.get_logger("ours").debug("Using existing customer record")
    assert _line(stream) == "[debug    ] Using existing customer record"
