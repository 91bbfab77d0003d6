"""Which kind of database a test runs on: SQLite, PostgreSQL, or the one and the other (docs/decisions/0020).

A test that reads the same on either kind runs on one of them, chosen by its name; with ``DATABASES=both`` in the
environment each test runs on both, as in continuous integration. What depends on the kind says so with the mark
``both_databases``, or stands in the folder ``WHOLE``.
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping

import pytest

KINDS = ("sqlite", "postgresql")
# Where the database itself is tried.
WHOLE = "tests/storage/"
BOTH, EITHER = "both", "either"
MARK = "both_databases"


def asked_for(environment: Mapping[str, str] = os.environ) -> str:
    """Return whether each test is to run on ``both`` kinds, or on ``either``.

    Raises:
        UsageError: ``DATABASES`` is neither.
    """
    wanted = environment.get("DATABASES") or EITHER
    if wanted not in {BOTH, EITHER}:
        raise pytest.UsageError(f"DATABASES is {BOTH} or {EITHER}, not {wanted!r}")
    return wanted


def chosen(names: Iterable[str]) -> set[str]:
    """Return those of these tests that are run where either kind is enough.

    Whoever collects one kind of a test alone gets it: only of two that differ in nothing else one is left out.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[_without_kind(name)].append(name)
    return {name for bare, several in alike.items() for name in _one_of(bare, several)}


def _without_kind(name: str) -> str:
    """Return a test's name as it is on either kind."""
    test, bracket, parameters = name.partition("[")
    for kind in KINDS:
        parameters = parameters.replace(kind, "")
    return test + bracket + parameters


def _one_of(bare: str, several: list[str]) -> list[str]:
    if len(several) < len(KINDS):
        return several
    # Not hash(): each process has its own, and all of them have to choose alike.
    return [sorted(several)[zlib.crc32(bare.encode()) % len(several)]]


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take from the tests that were collected those that the other kind of database stands for."""
    if asked_for() == BOTH:
        return
    free = [item.nodeid for item in items if not _needs_both(item)]
    left_out = set(free) - chosen(free)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left_out])
    items[:] = [item for item in items if item.nodeid not in left_out]


def _needs_both(item: pytest.Item) -> bool:
    return item.nodeid.startswith(WHOLE) or item.get_closest_marker(MARK) is not None
