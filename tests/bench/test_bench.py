"""The bench runs: a few requests, and no time is asserted."""

from tests.bench.report import throughput_table
from tests.bench.staging import open_stage
from tests.bench.throughput import DOCUMENTED, OURS, STOCK, compare


async def test_everybody_acknowledges_and_ours_is_stored_and_counted() -> None:
    async with open_stage("sqlite") as stage:
        results = await compare(stage, rounds=1, seconds=5, connections=[2], most=4)
        told = throughput_table(results, rounds=1, seconds=5)
        assert [result.label.partition(",")[0] for result in results] == [STOCK, DOCUMENTED, OURS]
        assert [(result.errors, result.first_error) for result in results] == [(0, "")] * 3, told
        assert "| stock | 2 |" in told
