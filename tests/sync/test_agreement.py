"""Two hundred histories by chance, after each of which both sides agree. ``make sync-soak`` runs more."""

import pytest

from tests.sync.run import run_histories

SEED = 20261128
HISTORIES = 40


@pytest.mark.timeout(240)
def test_both_sides_agree_whatever_happens(any_database: str) -> None:
    run_histories(any_database, histories=HISTORIES, seed=SEED)
