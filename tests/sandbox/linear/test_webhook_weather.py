"""What can happen to webhooks on their way: late, lost, doubled, forged, out of order, and tried again."""

import asyncio

import httpx
import pytest

from sandbox.faults import Fault
from sandbox.linear.delivery import sign
from sandbox.linear.linear import Linear
from sandbox.linear.switches import Switches
from tests.sandbox.linear.bench import Bench
from tests.sandbox.linear.ear import Ear

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_refused_delivery_is_tried_three_times_more(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    ear.statuses = [503, 404, 302, 201]
    await bench.create()
    await bench.linear.quiet()
    (delivery,) = webhooks.deliveries
    assert (delivery.state, delivery.due) == ("waiting", 1_800_000_060)
    for seconds in (60, 3_600, 21_600):
        bench.clock.move(seconds - 1)
        assert await webhooks.retry_due() == 0
        bench.clock.move(1)
        assert await webhooks.retry_due() == 1
    assert (delivery.state, delivery.statuses) == ("failed", [503, 404, 302, 201])
    assert delivery.times == [1_800_000_000 + seconds for seconds in (0, 60, 3_660, 25_260)]
    assert len({one.body for one in ear.heard}) == 1
    assert len({one.headers["linear-delivery"] for one in ear.heard}) == 1
    bench.clock.move(100_000)
    assert await webhooks.retry_due() == 0


async def test_a_webhook_that_is_switched_off_is_not_tried_again(bench: Bench, ear: Ear, ear_url: str) -> None:
    webhook = bench.linear.add_webhook(bench.vendor, ear_url)
    ear.statuses = [500]
    await bench.create()
    await bench.linear.quiet()
    webhook.enabled = False
    bench.clock.move(60)
    assert await bench.linear.webhooks.retry_due() == 0
    assert bench.linear.webhooks.deliveries[0].state == "lost"


async def test_retries_may_be_stamped_anew(bench: Bench, ear: Ear, ear_url: str) -> None:
    webhook = bench.linear.add_webhook(bench.vendor, ear_url)
    bench.linear.webhooks.switches = Switches(restamp_retries=True, rename_retries=True)
    ear.statuses = [500]
    await bench.create()
    await bench.linear.quiet()
    bench.clock.move(60)
    await bench.linear.webhooks.retry_due()
    first, second = ear.heard
    assert second.json["webhookTimestamp"] - first.json["webhookTimestamp"] == 60_000
    assert second.signed_with(webhook.secret)
    assert first.headers["linear-delivery"] != second.headers["linear-delivery"]
    assert bench.linear.webhooks.deliveries[0].state == "delivered"


async def test_silence_is_a_failure(ear: Ear, ear_url: str, bench: Bench) -> None:
    linear = Linear(bench.clock, ack_seconds=0.05)
    vendor = linear.add_organization("Vendor", "vendor")
    ada = linear.add_user(vendor, "Ada", "ada@vendor.example")
    team = linear.add_team(vendor, "Engineering")
    linear.add_webhook(vendor, ear_url)
    ear.deaf = asyncio.Event()
    linear.as_user(ada).raise_issue(team, "Nobody answers")
    await linear.quiet()
    ear.deaf.set()
    linear.add_webhook(vendor, "http://127.0.0.1:9/closed")
    linear.as_user(ada).rename("ENG-1", "Nobody is there")
    await linear.quiet()
    late, _heard, unheard = linear.webhooks.deliveries
    assert (late.state, late.attempts[0].timed_out, late.statuses) == ("waiting", True, [0])
    assert (unheard.state, unheard.attempts[0].timed_out, unheard.statuses) == ("waiting", False, [0])
    assert unheard.attempts[0].answer.startswith("ConnectError")
    await linear.aclose()


async def test_held_deliveries_are_released_in_any_order(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    await bench.create()
    await bench.linear.quiet()
    webhooks.switches.held = True
    engineer = bench.linear.as_user(bench.ada)
    for title in ("One", "Two", "Three", "Four"):
        engineer.rename("ENG-1", title)
    await bench.linear.quiet()
    one, two, three, four = webhooks.deliveries[1:]
    assert [delivery.state for delivery in (one, two)] == ["held", "held"]
    assert len(ear.heard) == 1
    bench.clock.move(3_600)
    await webhooks.release(three, one)
    webhooks.lose(two)
    webhooks.switches.held = False
    await webhooks.release()
    assert [heard.json["data"]["title"] for heard in ear.heard[1:]] == ["Three", "One", "Four"]
    assert [delivery.state for delivery in (one, two, three, four)] == [
        "delivered",
        "lost",
        "delivered",
        "delivered",
    ]
    assert ear.heard[1].json["webhookTimestamp"] == 1_800_003_600_000


async def test_while_held_nothing_is_tried_again(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    ear.statuses = [500, 500]
    await bench.create()
    await bench.create()
    await bench.linear.quiet()
    bench.clock.move(60)
    webhooks.switches.held = True
    assert await webhooks.retry_due() == 0
    webhooks.switches.held = False
    first, second = webhooks.deliveries
    webhooks.hold(first)
    assert await webhooks.retry_due() == 1
    assert (first.state, second.state) == ("held", "delivered")
    await webhooks.release(first)
    assert first.statuses == [500, 200]


async def test_late_and_lost(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    webhooks.switches.delay = 18
    await bench.create()
    webhooks.switches.lose = True
    await bench.create()
    bench.clock.move(18)
    assert await webhooks.retry_due() == 1
    assert [one.state for one in webhooks.deliveries] == ["delivered", "lost"]
    assert ear.heard[0].json["webhookTimestamp"] == 1_800_000_018_000
    assert ear.heard[0].json["createdAt"] == "2027-01-15T08:00:00.000Z"


async def test_doubled(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    webhooks.switches.copies = 2
    await bench.create()
    await bench.linear.quiet()
    await webhooks.send_again(webhooks.deliveries[0])
    assert len({(one.body, one.headers["linear-delivery"]) for one in ear.heard}) == 1
    assert webhooks.deliveries[0].statuses == [200, 200, 200]
    await webhooks.send_again(webhooks.deliveries[0], renamed=True)
    assert (ear.heard[3].body, ear.heard[3].headers["linear-signature"]) == (
        ear.heard[0].body,
        ear.heard[0].headers["linear-signature"],
    )
    assert ear.heard[3].headers["linear-delivery"] != ear.heard[0].headers["linear-delivery"]


async def test_forged_and_stale(bench: Bench, ear: Ear, ear_url: str) -> None:
    webhook = bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    await bench.create()
    await bench.linear.quiet()
    honest = webhooks.deliveries[0]
    await webhooks.forge(honest)
    forged = await webhooks.forge(honest, body=honest.body.replace(b"late", b"ripe"))
    await webhooks.forge(honest, body=b"{", signature=sign(webhook.secret, b"{"))
    await webhooks.send_stale(honest, 61)
    _first, wrong, changed, broken, stale = ear.heard
    assert wrong.body == ear.heard[0].body
    assert not wrong.signed_with(webhook.secret)
    assert not changed.signed_with(webhook.secret)
    assert changed.json["data"]["title"] == "Bananas are ripe"
    assert (broken.body, broken.signed_with(webhook.secret)) == (b"{", True)
    assert stale.signed_with(webhook.secret)
    assert stale.json["webhookTimestamp"] == 1_799_999_939_000
    assert [one.oddity for one in webhooks.deliveries] == ["", "forged", "forged", "forged", "stale"]
    assert (forged.state, honest.attempts[0].status) == ("delivered", 200)


async def test_forged_and_stale_by_a_standing_switch(bench: Bench, ear: Ear, ear_url: str) -> None:
    webhook = bench.linear.add_webhook(bench.vendor, ear_url)
    webhooks = bench.linear.webhooks
    weather = iter([Switches(forge=True), Switches(stale=7_200), Switches()])
    webhooks.weather = lambda _delivery: next(weather)
    ear.statuses = [401]
    for _ in range(3):
        await bench.create()
        await bench.linear.quiet()
    assert [one.signed_with(webhook.secret) for one in ear.heard] == [False, True, True]
    assert ear.heard[1].json["webhookTimestamp"] == 1_799_992_800_000
    assert [one.state for one in webhooks.deliveries] == ["failed", "delivered", "delivered"]


async def test_a_webhook_overtakes_the_answer(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    bench.linear.webhooks.switches.order = "before"
    ear.deaf = asyncio.Event()
    creating = asyncio.create_task(bench.create())
    await ear.arrived.wait()
    assert bench.linear.calls[-1].status is None
    ear.deaf.set()
    await creating
    assert bench.linear.webhooks.deliveries[0].state == "delivered"


async def test_a_webhook_waits_for_the_answer(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    bench.linear.webhooks.switches.order = "after"
    held = asyncio.Event()
    bench.linear.faults.plant("IssueCreate", Fault(hold=held, commit=True), Fault(drop=True, commit=True))
    creating = asyncio.create_task(bench.create())
    await bench.linear.wait_until(lambda: bench.linear.issues() != [])
    await bench.linear.quiet()
    assert ear.heard == []
    held.set()
    await creating
    await bench.linear.wait_until(lambda: bench.linear.webhooks.deliveries[0].ok)
    with pytest.raises(httpx.TransportError):
        await bench.create()
    await bench.linear.wait_until(lambda: bench.linear.webhooks.deliveries[1].ok)


async def test_a_webhook_races_a_held_answer(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    held = asyncio.Event()
    bench.linear.faults.plant("IssueCreate", Fault(hold=held, commit=True))
    creating = asyncio.create_task(bench.create())
    await ear.arrived.wait()
    assert bench.linear.calls[-1].status is None
    held.set()
    await creating


async def test_a_closed_linear_tells_nothing(bench: Bench, ear: Ear, ear_url: str) -> None:
    bench.linear.add_webhook(bench.vendor, ear_url)
    ear.deaf = asyncio.Event()
    engineer = bench.linear.as_user(bench.ada)
    engineer.raise_issue(bench.team, "One")
    await ear.arrived.wait()
    await bench.linear.aclose()
    engineer.raise_issue(bench.team, "Two")
    await bench.linear.quiet()
    assert [one.ok for one in bench.linear.webhooks.deliveries] == [False, False]
    ear.deaf.set()
