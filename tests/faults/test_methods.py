"""What the harness lets meet faults is what the program can call: nothing is forgotten, and nothing is made up."""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.linear_documents import documents
from tests.faults.methods import CYCLE, EVERYWHERE, LEFT_OUT, SOMETIMES, WANTED, called_in, methods_until

ROOT = Path(__file__).parent.parent.parent
# What slack_sdk has a method for; it has the method's name with "_" for the first ".".
SLACK = frozenset(
    name for name, _ in inspect.getmembers(AsyncWebClient, inspect.iscoroutinefunction) if not name.startswith("_")
)
# Addresses that Slack and Linear give for one file each, as the sandbox calls them; those beside Linear's GraphQL.
FILES = frozenset({"upload", "url_private", "upload_url"})
OAUTH = re.compile(r"[\"/](oauth/[a-z]+)")
# What is called by Slack's own library, and by the address that a form brings.
UNSEEN = frozenset({"apps.connections.open", "response_url"})


def slack_methods() -> Iterator[str]:
    """Yield each method of Slack that is named in the program, as Slack has it."""
    for room in ("bot", "handlers"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in SLACK:
                    yield node.attr.replace("_", ".", 1)


def oauth_addresses() -> set[str]:
    return set(OAUTH.findall((ROOT / "bot" / "delivery" / "linear_oauth.py").read_text("utf-8")))


def test_everything_that_the_program_can_call_meets_faults_or_is_left_out_for_a_reason() -> None:
    called = {*slack_methods(), *documents(), *oauth_addresses(), *FILES, *UNSEEN}
    assert called == {*WANTED, *LEFT_OUT}
    assert not WANTED & LEFT_OUT.keys()
    assert all(LEFT_OUT.values())


def test_what_is_found_in_the_program_is_something() -> None:
    assert {"chat.postMessage", "files.getUploadURLExternal", "auth.test"} <= {*slack_methods()}
    assert "oauth/token" in oauth_addresses()


@pytest.mark.parametrize("rounds", [2, 3, 4, 5])
def test_all_rounds_together_want_everything_that_can_be_called_in_them(rounds: int) -> None:
    callable_then = frozenset[str]().union(*(called_in(number) for number in range(rounds)))
    assert methods_until(rounds - 1, rounds, most=1_000) == callable_then
    assert called_in(rounds) >= EVERYWHERE


def test_what_is_wanted_in_a_round_grows_and_is_callable_by_then() -> None:
    wanted = [methods_until(number, CYCLE, most=1_000) for number in range(CYCLE)]
    assert all(before < after for before, after in pairwise(wanted))
    assert len(methods_until(0, CYCLE, most=5)) == 5
    for method, rounds in SOMETIMES.items():
        assert [method in called_in(number) for number in range(CYCLE)] == [each in rounds for each in range(CYCLE)]
