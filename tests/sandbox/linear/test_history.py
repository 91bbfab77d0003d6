"""An issue's history, as it is asked for: who changed what, and when."""

import pytest

from sandbox.linear.history import SETTLED_SECONDS
from tests.sandbox.linear.bench import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

HISTORY = """
query($id: String!) {
  issue(id: $id) {
    history(first: 10) {
      nodes {
        id createdAt updatedAt archivedAt issue { identifier } actor { name } actorId botActor { type }
        fromPriority toPriority fromStateId toStateId fromAssigneeId toAssigneeId fromTitle toTitle
        updatedDescription trashed archived
      }
    }
  }
}
"""


async def history(bench: Bench) -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = (await bench.data(HISTORY, {"id": "ENG-1"}))["history"]["nodes"]
    return nodes


async def test_each_change_is_an_entry_with_who_did_it_the_newest_first(bench: Bench) -> None:
    issue = await bench.create()
    engineer = bench.linear.as_user(bench.ada)
    bench.clock.move(SETTLED_SECONDS)
    engineer.set_priority("ENG-1", "High")
    bench.clock.move(1)
    bo = bench.linear.add_user(bench.vendor, "Bo", "bo@vendor.example")
    bench.linear.add_member(bench.team, bo)
    bench.linear.as_user(bo).move("ENG-1", "In Progress")
    newest, older = await history(bench)
    assert (newest["actor"], older["actor"]) == ({"name": "Bo"}, {"name": bench.ada.name})
    assert (newest["fromStateId"], newest["toStateId"]) == (issue["state"]["id"], bench.state_id("In Progress"))
    assert (older["fromPriority"], older["toPriority"], older["toStateId"]) == (0, 2, None)
    assert (newest["toPriority"], newest["botActor"]) == (None, None)


async def test_what_is_changed_right_after_the_opening_is_no_entry(bench: Bench) -> None:
    await bench.create()
    bench.clock.move(SETTLED_SECONDS - 1)
    bench.linear.as_user(bench.ada).rename("ENG-1", "Soon")
    assert await history(bench) == []
    bench.clock.move(1)
    bench.linear.as_user(bench.ada).rename("ENG-1", "Later")
    assert [one["toTitle"] for one in await history(bench)] == ["Later"]
