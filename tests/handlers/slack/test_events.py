"""Which events are remembered: those that we act on, before that, and no others."""

import json
from dataclasses import replace
from typing import Any

from handlers.slack.events import LEFT_ALONE
from sandbox.slack.records import Event
from tests.journeys.threads import comments, raised, tell
from tests.journeys.told import events, last_event
from tests.world import World


async def happen(world: World, kind: str, **fields: Any) -> int:
    """Let Slack tell of an event; returns what it was answered."""
    slack, app = world.company.slack, world.company.app
    slack.world.publish(Event(kind, {"type": kind, "event_ts": "1.1", **fields}, world.company.vera, app=app))
    await slack.quiet()
    return slack.deliveries[-1].status


async def test_what_we_leave_alone_is_not_remembered(world: World) -> None:
    answers = {kind: await happen(world, kind, channel=world.company.intake.id) for kind in LEFT_ALONE}
    assert set(answers.values()) == {200}
    assert await events(world) == []


async def test_what_is_said_elsewhere_is_not_remembered(world: World) -> None:
    company, slack = world.company, world.company.slack
    ada, bo = slack.as_user(company.ada), slack.as_user(company.bo)
    question = await ada.post(company.intake, "Lunch?")
    answer = await bo.post(company.intake, "At one", thread=question)
    await bo.edit(answer, "At two")
    await bo.delete(answer)
    await slack.quiet()
    assert {each.status for each in slack.deliveries} == {200}
    assert await events(world) == []


async def test_an_event_without_its_channel_is_not_remembered(world: World) -> None:
    assert await happen(world, "channel_shared", channel={"id": 7}) == 200
    assert await events(world) == []


async def test_it_is_remembered_under_its_id(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    await slack.as_user(company.ada).post(company.intake, "It began on Monday", thread=shown.customer)
    await slack.quiet()
    payload = json.loads(last_event(world).body)
    assert [row.key for row in await events(world)] == [f"slack:{payload['event_id']}"]


async def test_what_no_database_takes_is_refused_for_good(world: World) -> None:
    company, slack = world.company, world.company.slack
    shown = await raised(world)
    await slack.as_user(company.ada).post(company.intake, "It began on Monday", thread=shown.customer)
    await slack.quiet()
    told = last_event(world)
    told = replace(told, body=told.body.replace(b'"event_id": "Ev', b'"event_id": "EvX'))
    await tell(world, told, strange=float("nan"))
    assert len(await comments(world)) == len(await events(world)) == 1
