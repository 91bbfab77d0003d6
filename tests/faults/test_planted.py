"""The harness finds a fault that is in the bot: a harness that cannot fail shows nothing."""

import random
from pathlib import Path

from tests.databases import migrate_aside
from tests.faults.plan import Plan
from tests.faults.planted import Planted
from tests.faults.rounds import run_round
from tests.faults.weather import UNSETTLING, Storm

POST = "chat.postMessage"


def a_seed_that_loses_the_first_answer() -> int:
    for seed in range(1_000):
        storm = Storm(seed=seed, left=1, chance=0.0, late_seconds=1, too_late_seconds=1, wanted=frozenset({POST}))
        if storm.draw(POST, random.Random(f"{seed}/slack/{POST}")) in UNSETTLING:  # noqa: S311 - no secret
            return seed
    raise AssertionError("none loses it")


async def test_a_bot_that_posts_again_without_looking_is_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'planted.db'}"
    migrate_aside(url)
    plan = Plan(
        seed=a_seed_that_loses_the_first_answer(),
        url=url,
        replicas=1,
        # The one that the first post meets: its message stands there, and the bot does not know.
        faults=1,
        methods=frozenset({POST}),
        kills=0,
        issues=0,
        least={},
        lease_seconds=1.0,
        settle_seconds=0.5,
        least_seconds=0.1,
        storm_seconds=20.0,
        closings=0,
        all_hands=False,
        reconciles=False,
        quiet_seconds=30.0,
        planted=Planted.NO_LOOKUP,
    )
    outcome = await run_round(plan)
    assert outcome.faults.total() == 1
    assert outcome.verdict.doubled
    assert not outcome.is_good
