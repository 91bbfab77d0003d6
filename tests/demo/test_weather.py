"""The weather's switches: each does what it says, to those it names, for as long as it is on."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox.demo.weather import (
    ANSWERS_LOST,
    BOT_KILLED,
    DATABASE_HELD,
    KINDS,
    LINEAR_DOWN,
    MOST_SECONDS,
    RETRY_AFTER,
    SLACK_BUSY,
    Weather,
    WeatherError,
)
from sandbox.faults import Fault
from sandbox.linear.endpoint import ANY_OPERATION


@dataclass
class Bot:
    """A bot of which only is noted what is done to it."""

    done: list[str] = field(default_factory=list)
    killed: asyncio.Event = field(default_factory=asyncio.Event)

    async def kill(self) -> None:
        self.done.append("kill")
        self.killed.set()

    async def start(self) -> None:
        self.done.append("start")

    async def ready(self) -> None:
        self.done.append("ready")


def state_of(weather: Weather, name: str) -> Any:
    return next(one for one in weather.states() if one["name"] == name)


async def over(weather: Weather, name: str) -> None:
    """Wait until a switch is off."""
    await weather.changes.wait_until(lambda: not state_of(weather, name)["on"], 10)


async def test_in_fair_weather_nothing_is_met() -> None:
    weather = Weather()
    assert weather.slack.take("chat.postMessage") is None
    assert weather.linear.take("IssueCreate") is None
    assert [one["name"] for one in weather.states()] == [kind.name for kind in KINDS]
    assert not any(one["on"] or one["met"] for one in weather.states())


@pytest.mark.parametrize(
    ("kind", "struck", "spared"),
    [
        (SLACK_BUSY, [("slack", "chat.postMessage"), ("slack", "chat.update")], [("slack", "views.open")]),
        (LINEAR_DOWN, [("linear", "IssueCreate"), ("linear", "Teams")], [("slack", "chat.postMessage")]),
        (
            ANSWERS_LOST,
            [("slack", "chat.postMessage"), ("linear", "IssueCreate")],
            [("slack", "conversations.history"), ("slack", "chat.update"), ("linear", "Issue")],
        ),
    ],
)
async def test_a_switch_strikes_whom_it_names_until_it_is_off(
    kind: Any, struck: list[tuple[str, str]], spared: list[tuple[str, str]]
) -> None:
    weather = Weather()
    skies = {"slack": weather.slack, "linear": weather.linear}
    weather.turn_on(kind.name)
    assert all(skies[sky].take(method) is not None for sky, method in struck)
    assert all(skies[sky].take(method) is None for sky, method in [*spared, ("linear", ANY_OPERATION)])
    assert state_of(weather, kind.name)["met"] == len(struck)
    assert 0 < state_of(weather, kind.name)["left"] <= kind.seconds
    weather.turn_off(kind.name)
    await over(weather, kind.name)
    assert all(skies[sky].take(method) is None for sky, method in struck)


async def test_a_lost_answer_is_of_what_was_done_and_a_planted_fault_comes_first() -> None:
    weather = Weather()
    weather.turn_on(ANSWERS_LOST.name)
    assert weather.slack.take("chat.postMessage") == Fault(drop=True, commit=True)
    planted = Fault(seconds=1)
    weather.slack.plant("chat.postMessage", planted)
    assert weather.slack.take("chat.postMessage") is planted
    weather.turn_on(SLACK_BUSY.name)
    busy = weather.slack.take("chat.postMessage")
    assert busy is not None
    assert busy.answer is not None
    assert (busy.answer.status, busy.answer.headers["Retry-After"]) == (429, str(RETRY_AFTER))
    await weather.end()


async def test_it_ends_by_itself_and_lasts_longer_when_it_is_asked_for_again() -> None:
    weather = Weather()
    weather.turn_on(LINEAR_DOWN.name, 0.05)
    weather.turn_on(LINEAR_DOWN.name, 60)
    assert state_of(weather, LINEAR_DOWN.name)["left"] > 30
    weather.turn_on(LINEAR_DOWN.name, 0.05)
    await over(weather, LINEAR_DOWN.name)


async def test_the_database_is_held_so_that_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as database:
        database.execute("CREATE TABLE said (word)")
        weather = Weather()
        weather.reach(Bot(), path)
        weather.turn_on(DATABASE_HELD.name, 60)
        await weather.changes.wait_until(lambda: state_of(weather, DATABASE_HELD.name)["met"], 10)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            database.execute("INSERT INTO said VALUES ('now')")
        weather.turn_off(DATABASE_HELD.name)
        await over(weather, DATABASE_HELD.name)
        database.execute("INSERT INTO said VALUES ('then')")


async def test_the_bot_is_killed_and_comes_back_but_not_when_all_ends(tmp_path: Path) -> None:
    weather, bot = Weather(), Bot()
    weather.reach(bot, tmp_path / "bot.db")
    weather.turn_on(BOT_KILLED.name, 0.01)
    await over(weather, BOT_KILLED.name)
    assert bot.done == ["kill", "start", "ready"]
    bot.killed.clear()
    weather.turn_on(BOT_KILLED.name, 60)
    await bot.killed.wait()
    await weather.end()
    assert bot.done == ["kill", "start", "ready", "kill"]


@pytest.mark.parametrize("seconds", [0, -1, MOST_SECONDS + 1, float("nan"), float("inf")])
async def test_what_cannot_be_is_refused(seconds: float) -> None:
    weather = Weather()
    with pytest.raises(WeatherError):
        weather.turn_on(LINEAR_DOWN.name, seconds)
    with pytest.raises(WeatherError):
        weather.turn_on("frogs")
    with pytest.raises(WeatherError):
        weather.turn_off("frogs")
    assert not any(one["on"] for one in weather.states())
