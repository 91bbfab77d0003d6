"""``python -m tests.page.pictures``: the pictures of the documentation, taken of the demo as it runs."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import typer
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tests.demo.running import Demo, running
from tests.page.conftest import CHROMIUM, QUIET
from tests.page.visitor import Visitor
from tests.process import ROOT

FOLDER = ROOT / "docs" / "pictures"
MOST_BYTES = 150_000
# Ten issues and all that is owed for them, at Slack's pace, on a busy machine.
PATIENCE = 240.0
ISSUE = "Export to CSV stops at 500 rows"
Take = Callable[[Page, str], Awaitable[Locator]]


class TooLargeError(Exception):
    """A picture that a reader would wait for."""


async def is_told(demo: Demo) -> None:
    """Wait until everything of the story has happened and is delivered."""
    async with asyncio.timeout(PATIENCE):
        while True:
            hood = await demo.get("/_/hood")
            if hood["story"]["told"] == hood["story"]["of"] and hood["owed"] == []:
                return
            await asyncio.sleep(0.5)


async def raise_modal(page: Page, url: str) -> Locator:
    """A customer raises an issue."""
    ada = Visitor(page, url).first
    await ada.say("/raise-issue Invoices are sent twice")
    await ada.modal.get_by_label("Title").wait_for()
    await ada.modal.get_by_label("Description").fill("Since the update, each of our customers gets two.")
    await ada.modal.get_by_text("Acme").first.wait_for()
    return ada.box


async def thread(page: Page, url: str) -> Locator:
    """The customer's thread of an issue."""
    ada = Visitor(page, url).first
    await ada.message(ISSUE).get_by_role("button", name="repl").first.click()
    await ada.thread.get_by_text("Thank you, that was quick!").wait_for()
    return ada.box


async def triage(page: Page, url: str) -> Locator:
    """Where the vendor's people work."""
    victor = Visitor(page, url).first
    await victor.be("Victor Vendor")
    await victor.open("acme-triage")
    await victor.message("Webhooks for new orders").wait_for()
    return victor.box


async def board(page: Page, _url: str) -> Locator:
    """Linear's board."""
    await page.get_by_role("article").filter(has_text=ISSUE).wait_for()
    return page.locator("#pane-linear")


async def weather(page: Page, url: str) -> Locator:
    """Linear is down, and what it is owed waits."""
    await page.get_by_role("region", name="Linear is down").get_by_role("button").click()
    await expect(page.get_by_role("button", name="End it")).to_be_visible()
    other = await page.context.new_page()
    await show(other, ["slack-1"])
    await other.goto(url)
    ada = (await raise_modal(other, url)).get_by_role("dialog")
    await ada.get_by_role("button", name="Raise", exact=True).click()
    await ada.get_by_text("is raised").wait_for()
    await page.locator("#pane-hood").get_by_text("to Linear").first.wait_for()
    return page.locator(".panes")


PICTURES: dict[str, tuple[Take, list[str], int, int]] = {
    "raise": (raise_modal, ["slack-1"], 760, 720),
    "thread": (thread, ["slack-1"], 1000, 600),
    "triage": (triage, ["slack-1"], 820, 700),
    "board": (board, ["linear"], 1420, 540),
    "weather": (weather, ["weather", "hood"], 1100, 640),
}


async def show(page: Page, panes: list[str]) -> None:
    """Let the page show these panes, once it is opened."""
    shown = json.dumps(json.dumps(panes))
    await page.add_init_script(f"localStorage.setItem('panes', {shown})")


@asynccontextmanager
async def opened(browser: Browser, url: str, panes: list[str], width: int, height: int) -> AsyncIterator[Page]:
    """Open the page with these panes."""
    context = await browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    page = await context.new_page()
    await show(page, panes)
    await page.goto(url)
    yield page
    await context.close()


async def take_all(demo: Demo, browser: Browser) -> None:
    """Take every picture."""
    for name, (take, panes, width, height) in PICTURES.items():
        async with opened(browser, demo.url, panes, width, height) as page:
            shown = await take(page, demo.url)
            await page.mouse.move(0, 0)
            # Menus fade, lists scroll.
            await page.wait_for_timeout(400)
            path = FOLDER / f"{name}.png"
            picture = await shown.screenshot(path=path, animations="disabled")
            typer.echo(f"{path.relative_to(ROOT)}: {len(picture) // 1000} KB")
            if len(picture) > MOST_BYTES:
                raise TooLargeError(path)


async def main() -> None:
    """Run the demo, and take the pictures once its story is told."""
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="threadline-pictures-") as folder:
        async with (
            running(Path(folder) / "demo") as demo,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *alone])
            await is_told(demo)
            await take_all(demo, browser)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
