"""The table in which it ends."""

from collections import Counter
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.faults.plan import Outcome

# How many of each sort of finding are told one by one.
TOLD = 20
GOOD = "Nothing lost, nothing doubled, nothing out of order, nothing leaked."
BAD = "This must not be. Run it again with SEED={seed} FAULTS={faults} KILLS={kills}."
EXPLANATIONS = {"late": "a call acted too late", "frozen": "a replica was frozen while it posted"}


def show(outcome: Outcome, console: Console) -> None:
    """Print what came of it, as a table and, where it is not good, in words."""
    table = Table("What", "How often", title="Faults")
    for counter in (_by(outcome, "kind"), outcome.webhooks, outcome.blows, outcome.deeds):
        for what, count in sorted(counter.items()):
            table.add_row(what, str(count))
        table.add_section()
    for what, result in _came_of_it(outcome):
        table.add_row(what, str(result))
    console.print(table)
    _show_methods(outcome, console)
    for sort, found in vars(outcome.verdict).items():
        for line in found[:TOLD]:
            console.print(f"{sort}: {escape(line)}")
    for line in outcome.unproven:
        console.print(f"[bold]not as it should be:[/] {escape(line)}")
    for complaint, count in outcome.complaints.most_common(TOLD):
        console.print(f"the program's log, {count} times: {escape(' '.join(complaint))}", style="dim")


def _came_of_it(outcome: Outcome) -> list[tuple[str, object]]:
    verdict = outcome.verdict
    return [
        ("faults injected", outcome.faults.total()),
        ("issues stored", outcome.issues),
        ("comments stored", outcome.comments),
        ("changes taken over from Linear", outcome.taken),
        ("lanes parked", outcome.parked),
        ("effects owed", outcome.effects.total()),
        *((f"effects {state}", count) for state, count in sorted(outcome.effects.items())),
        ("lost", len(verdict.lost)),
        ("doubled", len(verdict.doubled)),
        ("out of order", len(verdict.disordered)),
        ("told to whom it is not for", len(verdict.leaked)),
        ("transient duplicates", outcome.duplicates.total()),
        *((f"explained: {words}", outcome.duplicates[why]) for why, words in EXPLANATIONS.items()),
        ("said under one of them", outcome.stranded),
        ("slowest recovery, in seconds", f"{outcome.slowest:.1f}"),
        ("longest takeover, in seconds", "-" if outcome.takeover is None else f"{outcome.takeover:.1f}"),
    ]


def _show_methods(outcome: Outcome, console: Console) -> None:
    methods = _by(outcome, "method")
    by_method = ", ".join(f"{method} {count}" for method, count in methods.most_common())
    console.print(f"Faults by method: {by_method or 'none'}.")
    spared = sorted(set(outcome.calls) - set(methods))
    if spared:
        console.print(f"Called, and never met one: {', '.join(spared)}.")


def _by(outcome: Outcome, what: Literal["method", "kind"]) -> Counter[str]:
    counted = Counter[str]()
    for met, count in outcome.faults.items():
        counted[getattr(met, what)] += count
    return counted
