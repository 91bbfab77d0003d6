"""Bad weather on the page, with the real bot in a process of its own: nothing is lost, nothing is said twice."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.demo.running import Demo, running
from tests.page.visitor import Visitor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]
# How long the bot may take after the weather, on a busy machine.
PATIENCE = 60_000


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def program(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A demo in which Acme is registered, and has no issue yet."""
    async with running(tmp_path_factory.mktemp("weather") / "demo", "--issues", "0") as demo:
        yield demo


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser, program: Demo) -> AsyncIterator[Visitor]:
    """Somebody before the page, with all its panes."""
    context = await chromium.new_context(viewport={"width": 3000, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    page = await context.new_page()
    visitor = Visitor(page, program.url)
    await page.goto(program.url)
    yield visitor
    await context.close()


def kind(page: Page, title: str) -> Any:
    return page.locator("#pane-weather").get_by_role("region", name=title)


async def start(page: Page, title: str) -> None:
    await kind(page, title).get_by_role("button").click()
    await expect(kind(page, title).get_by_role("button", name="End it")).to_be_visible()


async def calm(page: Page) -> None:
    await expect(page.locator("#pane-weather").get_by_role("status")).to_have_text(
        "The bot is up, nothing waits.", timeout=PATIENCE
    )


async def raise_issue(visitor: Visitor, title: str) -> None:
    ada = visitor.first
    await ada.say(f"/raise-issue {title}")
    await ada.modal.get_by_label("Title").wait_for()
    await ada.modal.get_by_role("button", name="Raise", exact=True).click()
    await ada.modal.get_by_text("is raised").wait_for()
    await ada.modal.get_by_text("Close", exact=True).click()


async def test_when_answers_get_lost_each_message_is_there_once(visitor: Visitor) -> None:
    page, ada, victor = visitor.page, visitor.first, visitor.second
    await victor.open("acme-triage")
    await start(page, "Answers get lost")
    await raise_issue(visitor, "Said only once")
    await expect(ada.message("Said only once")).to_have_count(1, timeout=PATIENCE)
    await expect(kind(page, "Answers get lost")).to_contain_text("left")
    await kind(page, "Answers get lost").get_by_role("button", name="End it").click()
    await expect(kind(page, "Answers get lost")).to_contain_text("Struck", timeout=PATIENCE)
    await calm(page)
    await expect(ada.message("Said only once")).to_have_count(1)
    await expect(victor.message("Said only once")).to_have_count(1)
    await expect(
        page.locator("#pane-linear").get_by_role("article").filter(has_text="Said only once")
    ).to_have_count(1)
    wires = page.locator("#pane-hood").get_by_role("region", name="Requests")
    await expect(wires.get_by_text("done, and its answer lost").first).to_be_visible()


async def test_what_is_said_while_the_bot_is_dead_reaches_it_afterwards(visitor: Visitor) -> None:
    page, ada, victor = visitor.page, visitor.first, visitor.second
    await victor.open("acme-triage")
    await raise_issue(visitor, "Said to nobody")
    await expect(victor.message("Said to nobody")).to_contain_text("In Linear")
    await calm(page)
    await start(page, "Kill the bot")
    await expect(page.locator("#pane-hood")).to_contain_text("Down")
    await ada.message("Said to nobody").locator(".replies").click()
    await ada.thread.locator("textarea").fill("Is anybody there?")
    await ada.thread.locator("textarea").press("Enter")
    await expect(page.locator("#pane-weather").get_by_role("status")).to_contain_text("again")
    await calm(page)
    await victor.message("Said to nobody").locator(".replies").click()
    await expect(victor.thread.get_by_text("Is anybody there?")).to_have_count(1)
    await expect(page.locator("#pane-hood")).to_contain_text("started 2 times")
