"""The page in a real browser: the system's Chromium, one for all tests of a worker; nothing is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect
from starlette.applications import Starlette

from bot.domain.people import ProfileKind
from sandbox.page.feed import Feed
from sandbox.page.server import page_routes
from sandbox.serving import Server
from tests.page.visitor import Visitor
from tests.world import World, open_world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Else it writes to /dev/shm, which is small in a container.
    "--disable-dev-shm-usage",
)
# Milliseconds that the page is given, however busy the machine is.
PATIENCE = 20_000


@dataclass(frozen=True)
class Demo:
    """Acme with the bot at work, and where its page is."""

    world: World
    url: str


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser; tests that need one are skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("No Chromium is installed here, so the page is not tried: apt-get install chromium")
    # Chromium keeps no sandbox of its own for root.
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *alone])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def demo(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """The whole bot, its worker at work, with Victor as a vendor; one for the tests of a file, to be quick.

    The page is no matter of the kind of database.
    """
    kept = tmp_path_factory.mktemp("page") / "page.db"
    shutil.copy(sqlite_template, kept)
    async with open_world(f"sqlite:///{kept}", works=True) as world:
        await world.join(world.company.victor, ProfileKind.VENDOR)
        feed = Feed()
        server = Server(Starlette(routes=page_routes(world.company, feed)))
        await server.start()
        yield Demo(world, server.url)
        feed.close()
        await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser, demo: Demo) -> AsyncIterator[Visitor]:
    """Somebody before the page. Whatever goes wrong inside it, or leads outside, fails the test."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    visitor = Visitor(page, demo.url)
    await page.goto(demo.url)
    yield visitor
    await context.close()
    assert visitor.wrong == []
