"""``python app.py demo``: it begins, is found again, forgets, and leaves nothing behind."""

import asyncio
import contextlib
import json
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.demo.running import Demo, begin, running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo"


async def messages(demo: Demo, channel: str = "acme-help") -> list[Any]:
    """Return the messages of a channel, as Vera sees them."""
    players = (await demo.get("/_/slack/players"))["players"]
    vera = next(one for one in players if one["name"].startswith("Vera"))
    seen = await demo.get(f"/_/slack?as={vera['id']}&window=test")
    [found] = [one["id"] for one in seen["channels"] if one["name"] == channel]
    seen = await demo.get(f"/_/slack?as={vera['id']}&window=test&channel={found}")
    shown: list[Any] = seen["open"]["messages"]
    return shown


def issues_in(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "threadline.db")) as database:
        [count] = database.execute("SELECT count(*) FROM issue").fetchone()
        return int(count)


@pytest.mark.timeout(300)
async def test_the_first_start_has_ten_issues_and_the_second_finds_them_again(folder: Path) -> None:
    async with running(folder) as demo:
        linear = await demo.get("/_/linear")
        assert {one["name"] for one in linear["people"]} == {"Dana Engineer", "Emil Engineer"}
        hood = await demo.get("/_/hood")
        assert hood["story"]["raised"] == hood["story"]["of"] == 10
        assert hood["acknowledged"]["count"] > 10
        assert {one["to"] for one in hood["requests"]} >= {"bot", "Slack", "Linear"}
        assert issues_in(folder) == 10
        there = await messages(demo)
    async with running(folder) as demo:
        again = await messages(demo)
        assert [one["ts"] for one in again[: len(there)]] == [one["ts"] for one in there]
        assert (await demo.get("/_/hood"))["ready"]["ready"] is True
        assert issues_in(folder) == 10
        assert "Acme opens" not in demo.said
        await expect_a_second_one_is_told_where_the_first_one_is(demo, folder)


async def expect_a_second_one_is_told_where_the_first_one_is(demo: Demo, folder: Path) -> None:
    second = await begin(folder, stderr=asyncio.subprocess.PIPE)
    out, err = await second.process.communicate()
    assert (second.process.returncode, out) == (1, b"")
    assert demo.url in err.decode()


@pytest.fixture
def unreadable(folder: Path) -> Path:
    """A folder with data of which nothing can be made."""
    folder.mkdir()
    (folder / "worlds.json").write_text("{", "utf-8")
    (folder / "threadline.db").write_text("of another Slack", "utf-8")
    return folder


async def test_what_cannot_be_read_is_laid_aside_and_said(unreadable: Path) -> None:
    async with running(unreadable, "--no-data") as demo:
        assert "cannot be used" in demo.said
        assert (await demo.get("/_/hood"))["ready"]["ready"] is True
    [aside] = [path for path in unreadable.parent.iterdir() if path.name.startswith("demo-")]
    assert (aside / "worlds.json").read_text("utf-8") == "{"


@pytest.fixture
async def killed(folder: Path) -> AsyncIterator[psutil.Process]:
    """The bot that is left of a demo which began with nobody registered, and was killed; an issue is in Linear."""
    demo = await begin(folder, "--no-data")
    await demo.opened()
    [bot] = [one for one in demo.family() if one.pid != demo.process.pid]
    try:
        assert await messages(demo) == []
        people = await demo.get("/_/linear")
        engineer, team = people["people"][0]["id"], people["teams"][0]["id"]
        body = {"as": engineer, "do": "raise", "team": team, "title": "Only this once"}
        assert (await demo.post("/_/linear/act", body)).json()["ok"] is True
        assert [one["title"] for one in (await demo.get("/_/linear"))["issues"]] == ["Only this once"]
        demo.process.send_signal(signal.SIGKILL)
        await demo.process.wait()
        yield bot
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            bot.kill()


async def test_a_demo_that_was_killed_leaves_a_bot_that_the_next_one_ends_and_fresh_forgets(
    folder: Path, killed: psutil.Process
) -> None:
    assert killed.is_running()
    assert json.loads((folder / "running.json").read_text("utf-8"))["bot"] == killed.pid
    async with running(folder, "--fresh", "--no-data") as demo:
        assert not killed.is_running() or killed.status() == psutil.STATUS_ZOMBIE
        assert (await demo.get("/_/hood"))["ready"]["ready"] is True
        assert (await demo.get("/_/linear"))["issues"] == []
