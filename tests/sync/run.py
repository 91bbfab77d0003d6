"""Runs histories one after another in one scene."""

import asyncio
from contextlib import AsyncExitStack

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine import Agreement, Stage
from tests.sync.scene import open_scene

# How much happens in one history at most, where nothing else is said.
STEPS = 25


def run_histories(database_url: str, *, histories: int, seed: int, steps: int = STEPS) -> None:
    """Run so many histories; the first that does not end in agreement is made as short as it can be, and raised.

    Args:
        database_url: a migrated, empty database.
        histories: how many.
        seed: the same seed gives the same histories.
        steps: how much happens in one, at most.
    """
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        scene = runner.run(stack.enter_async_context(open_scene(database_url)))
        try:
            _run(Stage(scene, runner), histories, seed, steps)
        finally:
            runner.run(stack.aclose())


def _run(stage: Stage, histories: int, chosen: int, steps: int) -> None:
    machine = type("Agreement", (Agreement,), {"stage": stage})
    run_state_machine_as_test(
        seed(chosen)(machine),
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            verbosity=Verbosity.normal,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
