"""The page in a real browser: the system's Chromium, one for all tests of a worker; nothing is downloaded."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ViewportSize, async_playwright, expect

from bot.domain.people import ProfileKind
from sandbox.demo.hood import Hood, Pulse
from sandbox.demo.page import serving_page
from sandbox.demo.story import Telling
from sandbox.demo.weather import Weather
from tests.page.visitor import Visitor
from tests.world import WEBHOOK_SECRET, World, open_world

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
SIZE: ViewportSize = {"width": 1280, "height": 800}
# Milliseconds that the page is given, however busy the machine is.
PATIENCE = 20_000


@dataclass(frozen=True)
class Demo:
    """Acme with the bot at work, and where its page is."""

    world: World
    url: str


@dataclass
class Inside:
    """The bot of a world: it runs in the process of the tests."""

    url: str
    starts: int = 1
    state: str = "up"
    pid: int | None = None


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
async def demo(new_sqlite: Callable[[], str]) -> AsyncIterator[Demo]:
    """The whole bot, its worker at work, with Victor as a vendor; one for the tests of a file, to be quick.

    The page is no matter of the kind of database.
    """
    weather = Weather()
    faults = {"slack_faults": weather.slack, "linear_faults": weather.linear}
    async with open_world(new_sqlite(), works=True, linear_webhook_secret=WEBHOOK_SECRET, **faults) as world:
        await world.join(world.company.victor, ProfileKind.VENDOR)
        bot = Inside(world.server.url)
        hood = Hood(world.company, bot, Pulse(bot, ""), weather, Telling())
        async with serving_page(hood, 0) as url:
            yield Demo(world, url)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def profile(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """What one browser keeps: the page's files are loaded and read once for the tests of a file."""
    context = await chromium.new_context(viewport=SIZE, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(profile: BrowserContext, demo: Demo) -> AsyncIterator[Visitor]:
    """Somebody before the page. Whatever goes wrong inside it, or leads outside, fails the test."""
    page = await profile.new_page()
    visitor = Visitor(page, demo.url)
    await page.goto(demo.url)
    yield visitor
    # Who somebody was, and what they were typing, is not for the next one.
    await page.evaluate("localStorage.clear()")
    await page.close()
    assert visitor.wrong == []
