"""The fault harness in short: the real program is killed, between a Slack and a Linear that fail."""

import pytest

from tests.faults.crowd import COMMENTS, ISSUES
from tests.faults.plan import Plan
from tests.faults.rounds import run_round
from tests.faults.verdict import Verdict

pytestmark = pytest.mark.both_databases

SEED = 4


async def test_nothing_is_lost_doubled_or_out_of_order(database_url: str) -> None:
    plan = Plan(
        seed=SEED,
        url=database_url,
        replicas=1 if database_url.startswith("sqlite") else 2,
        faults=8,
        kills=1,
        issues=2,
        most_owed=6,
        chance=0.3,
        lease_seconds=1.0,
        settle_seconds=1.0,
        least_seconds=2.0,
        storm_seconds=30.0,
        least={ISSUES: 1, COMMENTS: 1},
        closings=0,
        all_hands=False,
        # It costs another process, and finds nothing here.
        reconciles=False,
        quiet_seconds=30.0,
    )
    outcome = await run_round(plan)
    assert outcome.verdict == Verdict()
    # It was a storm, and something happened in it: all that was asked for.
    assert outcome.unproven == []
