"""Two hundred histories by chance; both sides agree after each. ``make sync-soak`` runs more, and longer ones."""

import pytest

from tests.sync.run import run_histories

SEED = 20261128
PARTS = 4
HISTORIES = 25
STEPS = 10


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_both_sides_agree_whatever_happens(any_database: str, part: int) -> None:
    run_histories(any_database, histories=HISTORIES, seed=SEED + part, steps=STEPS)
