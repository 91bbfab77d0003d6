"""Runs histories one after another in one scene."""

import asyncio
from contextlib import AsyncExitStack

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync.machine import IN_A_ROW, TOGETHER, Agreement, Stage, steps_of
from tests.sync.scene import open_scene
from tests.sync.tally import Tally

# How much happens in one history at most, where nothing else is said.
STEPS = 25


def run_histories(
    database_url: str, *, histories: int, seed: int, steps: int = STEPS, tally: Tally | None = None
) -> None:
    """Run so many histories; the first that does not end in agreement is made as short as it can be, and raised.

    Args:
        database_url: a migrated, empty database.
        histories: how many, at least.
        seed: the same seed gives the same histories.
        steps: how much happens in one, at most.
        tally: counts what happened.
    """
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        scene = runner.run(stack.enter_async_context(open_scene(database_url)))
        stage = Stage(scene, runner, steps)
        try:
            _run(stage, histories, seed)
        finally:
            if tally is not None:
                tally.add(stage)
            runner.run(stack.aclose())


def _run(stage: Stage, histories: int, chosen: int) -> None:
    machine = type("Agreement", (Agreement,), {"stage": stage})
    run_state_machine_as_test(
        seed(chosen)(machine),
        settings=settings(
            # One more: Hypothesis begins with the simplest there is, in which next to nothing happens.
            max_examples=-(-histories // (TOGETHER * IN_A_ROW)) + 1,
            stateful_step_count=steps_of(stage),
            deadline=None,
            database=None,
            print_blob=True,
            verbosity=Verbosity.normal,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
