"""Linear's own Slack app beside a bot: what its synced threads look like from outside."""

import pytest

from tests.sandbox.linear.bench import Bench

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERMALINK = "https://vendor.slack.com/archives/C1/p1700000000000100"
ISSUE = """
query($id: String!) {
  issue(id: $id) {
    syncedWith { id service metadata { ... on ExternalEntitySlackMetadata { channelId messageUrl isFromSlack } } }
    comments { nodes {
      body user { name } externalUser { name } botActor { type userDisplayName }
      externalThread { type url isConnected }
      syncedWith { service metadata { ... on ExternalEntitySlackMetadata { isFromSlack } } }
    } }
  }
}
"""


async def test_a_thread_is_connected_and_disconnected(bench: Bench) -> None:
    await bench.create()
    assert await bench.data(ISSUE, {"id": "ENG-1"}) == {"syncedWith": None, "comments": {"nodes": []}}
    engineer = bench.linear.as_user(bench.ada)
    root = engineer.connect_slack("ENG-1", PERMALINK)
    found = await bench.data(ISSUE, {"id": "ENG-1"})
    metadata = {"channelId": "C1", "messageUrl": PERMALINK, "isFromSlack": True}
    assert found["syncedWith"] == [{"id": "1700000000.000100", "service": "slack", "metadata": metadata}]
    (comment,) = found["comments"]["nodes"]
    assert comment["externalThread"] == {"type": "slack", "url": PERMALINK, "isConnected": True}
    assert (root.author, bench.linear.issue("ENG-1").slack_threads) == (None, (PERMALINK,))
    engineer.disconnect_slack("ENG-1")
    found = await bench.data(ISSUE, {"id": "ENG-1"})
    assert found["syncedWith"] is None
    assert found["comments"]["nodes"][0]["externalThread"]["isConnected"] is False
    engineer.disconnect_slack("ENG-1", connected=True)
    assert bench.linear.issue("ENG-1").slack_threads == (PERMALINK,)


async def test_what_slack_says_bears_its_mark(bench: Bench, ear_url: str) -> None:
    await bench.create()
    bench.linear.add_webhook(bench.vendor, ear_url)
    engineer = bench.linear.as_user(bench.ada)
    root = engineer.connect_slack("ENG-1", PERMALINK)
    said = bench.linear.slack_says(root, "Still broken", by=bench.ada)
    bench.linear.slack_says(said, "Again", by=bench.ada, shown_as="nobody")
    bench.linear.slack_says(root, "Reminder", by=bench.ada, person=None)
    engineer.comment("ENG-1", "On it", answering=root)
    await bench.linear.quiet()
    grace, again, reminder, ada = (one.payload for one in bench.linear.webhooks.deliveries[1:])
    assert grace["actor"] == {
        "id": grace["data"]["externalUserId"],
        "name": "Grace Hopper",
        "email": "grace@customer.example",
        "type": "externalUser",
    }
    assert grace["data"]["externalUser"]["name"] == "Grace Hopper"
    assert grace["data"]["syncedWith"][0]["metadata"]["isFromSlack"] is True
    assert not {"user", "userId"} & grace["data"].keys()
    assert again["actor"] is None
    assert again["data"]["externalUserId"] == grace["data"]["externalUserId"]
    assert (reminder["actor"]["type"], reminder["actor"]["service"]) == ("integration", "slack")
    assert '"type": "slack"' in reminder["data"]["botActor"]
    assert ada["data"]["syncedWith"][0]["metadata"]["isFromSlack"] is False
    assert {one["data"]["parentId"] for one in (grace, again, reminder, ada)} == {root.id}
    _root, *nodes = (await bench.data(ISSUE, {"id": "ENG-1"}))["comments"]["nodes"][::-1]
    assert [one["syncedWith"][0]["metadata"]["isFromSlack"] for one in nodes] == [True, True, True, False]
    assert [one.author for one in bench.linear.issue("ENG-1").comments] == [
        None,
        "Grace Hopper",
        "Grace Hopper",
        "A Slack bot",
        "Ada",
    ]
    engineer.disconnect_slack("ENG-1")
    engineer.comment("ENG-1", "Alone", answering=root)
    assert "syncedWith" not in bench.linear.webhooks.deliveries[-1].payload["data"]
