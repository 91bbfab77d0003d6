"""The tables that the bench prints, in Markdown: they can be taken into docs/performance.md as they are."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Mapping, Sequence

from tests.bench.effects import Drained, WakeUp
from tests.bench.footprint import Counted, Footprint
from tests.bench.size import Times
from tests.bench.throughput import STOCK, Result

Rows = Sequence[Sequence[str]]


def table(title: str, columns: Sequence[str], rows: Rows) -> str:
    """Return a table in Markdown, with its title over it."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join([f"\n{title}\n", *("| " + " | ".join(line) + " |" for line in lines)])


def head() -> str:
    """Say on what this runs."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"{machine}, SQLite {sqlite3.sqlite_version}. Compare nothing but the ratios of one call."


def throughput_table(results: Sequence[Result], *, rounds: int, seconds: float) -> str:
    """Show what a second brought, the part of what Bolt alone brought, and the processor time of one submission.

    That is the program's alone, without the database server's: it is told though the machine has more to do.
    """
    stock = {result.connections: result.rate for result in results if result.label == STOCK}
    rows = [
        [
            result.label,
            str(result.connections),
            f"{result.rate:.0f}",
            f"{result.rate / stock[result.connections]:.2f}",
            f"{statistics.median(result.middle):.1f}",
            f"{statistics.median(result.late):.1f}",
            f"{statistics.median(result.processor):.2f}",
            str(result.errors) + (f" ({result.first_error[-90:]})" if result.errors else ""),
        ]
        for result in results
    ]
    columns = ("program", "connections", "a second", "ratio to stock", "p50 ms", "p99 ms", "processor ms", "errors")
    return table(f"Submissions acknowledged: medians of {rounds} rounds of {seconds:g} s", columns, rows)


def counted_table(counted: Mapping[str, Sequence[Counted]]) -> str:
    """Show what a submission asks of the database."""
    rows = [[name, str(each.connections), *_counted(each)] for name, found in counted.items() for each in found]
    return table(
        "What a submission asks of the database", ("database", "connections", "statements", "writes a commit"), rows
    )


def _counted(found: Counted) -> list[str]:
    if found.errors or not found.commits:
        return ["-", "-"]
    return [f"{found.statements:.1f}", f"{1 / found.commits:.1f}"]


def footprint_table(taken: Mapping[str, Footprint]) -> str:
    """Show what the program takes of a machine."""
    rows = [
        [name, f"{each.start:.2f}", f"{each.memory:.0f}", f"{each.memory_after:.0f}", f"{each.idle:.1f}"]
        for name, each in taken.items()
    ]
    columns = ("database", "start s", "memory MiB", "after work MiB", "idle % of a core")
    return table("What the program takes", columns, rows)


def effects_table(waits: Sequence[tuple[str, WakeUp]], drained: Mapping[str, Drained]) -> str:
    """Show how soon the outside hears, and how much a second is delivered."""
    heard = [
        [name, each.where, str(len(each.milliseconds)), f"{each.middle:.1f}", f"{max(each.milliseconds):.1f}"]
        for name, each in waits
    ]
    given = [[name, str(each.effects), f"{each.rate:.0f}"] for name, each in drained.items()]
    first = table(
        "From the acknowledgement to the first attempt outside",
        ("database", "the worker is in", "samples", "median ms", "longest ms"),
        heard,
    )
    return first + "\n" + table("What one worker delivers", ("database", "effects", "a second"), given)


def size_table(database: str, found: Mapping[int, Times]) -> str:
    """Show what many issues make slower."""
    (few, with_few), (many, with_many) = found.items()
    rows = [
        [name, f"{before:.1f}", f"{with_many[name]:.1f}", f"{with_many[name] / before:.2f}"]
        for name, before in with_few.items()
    ]
    columns = ("request", f"{few:,} issues, ms", f"{many:,} issues, ms", "ratio")
    return table(f"The same with few and many issues ({database})", columns, rows)
