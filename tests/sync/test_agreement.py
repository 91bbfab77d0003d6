"""Seventy histories by chance; both sides agree after each. ``make sync-soak`` runs more, and longer ones."""

import asyncio
from collections.abc import Callable

import pytest

from tests.databases import Postgres
from tests.sync.run import run_histories

# Chosen: in these few, everything that can happen does, and webhooks come in every way that they can.
# ``python -m tests.sync --histories 16 --steps 10 --seed 3`` tells what happens in those of one.
SEEDS = (3, 5, 8)
ON_POSTGRES = 4
OF_ONE_SEED = 16
STEPS = 10


# On a busy machine they take longer than others.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
def test_both_sides_agree_whatever_happens(new_sqlite: Callable[[], str], seed: int) -> None:
    run_histories(new_sqlite(), histories=OF_ONE_SEED, seed=seed, steps=STEPS)


# What is kept in PostgreSQL costs more, and comes to the same.
@pytest.mark.timeout(300)
def test_both_sides_agree_where_it_is_kept_in_postgresql(postgres: Postgres) -> None:
    url = asyncio.run(postgres.emptied("threadline_kept_for_agreement"))
    run_histories(url, histories=OF_ONE_SEED, seed=ON_POSTGRES, steps=STEPS)
