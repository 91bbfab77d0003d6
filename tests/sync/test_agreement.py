"""Two hundred histories by chance; both sides agree after each. ``make sync-soak`` runs more, and longer ones."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.sync.run import run_histories

SEED = 20261128
PARTS = 4
IN_ONE_PART = 40
ON_POSTGRES = 40
STEPS = 10


# On a busy machine they take longer than others.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_both_sides_agree_whatever_happens(sqlite_template: Path, tmp_path: Path, part: int) -> None:
    shutil.copy(sqlite_template, tmp_path / "test.db")
    run_histories(f"sqlite:///{tmp_path / 'test.db'}", histories=IN_ONE_PART, seed=SEED + part, steps=STEPS)


# What is kept in PostgreSQL costs more, and comes to the same.
@pytest.mark.timeout(300)
def test_both_sides_agree_where_it_is_kept_in_postgresql(postgres: Postgres) -> None:
    url = asyncio.run(postgres.emptied("threadline_kept_for_agreement"))
    run_histories(url, histories=ON_POSTGRES, seed=SEED + PARTS, steps=STEPS)
