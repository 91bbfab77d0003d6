"""What happened in many histories, counted."""

from collections import Counter

from rich.console import Console
from rich.table import Table

from sandbox.linear.delivery import Delivery
from tests.sync.machine import Stage


class Tally:
    """Counts what happened on one stage after another."""

    def __init__(self) -> None:
        self.histories = 0
        self.writes = 0
        self.disagreements = 0
        self.actions = Counter[str]()
        self.webhooks = Counter[str]()

    def add(self, stage: Stage) -> None:
        """Add what happened on a stage."""
        self.histories += stage.begun
        self.writes += stage.scene.writes.count
        self.actions += stage.happened
        self.webhooks += Counter(map(_weather, stage.scene.world.company.linear.webhooks.deliveries))


def show(tally: Tally, console: Console) -> None:
    """Print it."""
    table = Table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("histories", f"{tally.histories:,}", end_section=True)
    for action, count in tally.actions.most_common():
        table.add_row(action.replace("_", " "), f"{count:,}")
    table.add_section()
    for weather, count in tally.webhooks.most_common():
        table.add_row(f"webhooks {weather}", f"{count:,}")
    table.add_section()
    table.add_row("writes to Linear", f"{tally.writes:,}")
    table.add_row("disagreements", f"{tally.disagreements:,}")
    console.print(table)


def _weather(delivery: Delivery) -> str:
    """Name what became of a webhook."""
    switches = delivery.switches
    if delivery.state == "lost":
        return "lost"
    if switches.copies > 1:
        return "doubled"
    if switches.held:
        return "held, and let go in another order"
    if switches.delay:
        return "late"
    return {"free": "in time", "before": "before the answer", "after": "after the answer"}[switches.order]
