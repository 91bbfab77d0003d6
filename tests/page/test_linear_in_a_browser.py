"""Linear's side of the page, tried as an engineer would, with the real bot behind it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.views.linear_lines import IN_LINEAR
from bot.views.thread_lines import CUSTOMER_LINES
from sandbox.linear.reading import ReadIssue
from sandbox.serving import Server
from tests.page.conftest import Demo
from tests.page.visitor import Visitor
from tests.sandbox.linear.ear import Ear
from tests.world import WEBHOOK_SECRET

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Linear:
    """The pane of Linear."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("#pane-linear")

    def column(self, state: str) -> Locator:
        return self.box.get_by_role("region", name=state)

    def card(self, title: str) -> Locator:
        return self.box.get_by_role("article").filter(has_text=title)

    async def open(self, title: str) -> None:
        await self.card(title).get_by_role("button", name=title).click()
        await self.box.get_by_role("heading", name=title).wait_for()


@pytest_asyncio.fixture(loop_scope="session")
async def linear(visitor: Visitor) -> Linear:
    page = visitor.page
    # Room for two of Slack and a board beside.
    await page.set_viewport_size({"width": 2100, "height": 900})
    if await page.get_by_role("button", name="Linear", exact=True).get_attribute("aria-pressed") != "true":
        await page.get_by_role("button", name="Linear", exact=True).click()
    return Linear(page)


async def raised(demo: Demo, title: str) -> ReadIssue:
    """Let Ada raise an issue; returns it once it is in Linear."""
    company = demo.world.company
    await demo.world.raise_issue(company.ada, company.intake, title, "It *fails*\nsince <b>today</b>.")

    def there() -> list[ReadIssue]:
        return [one for one in company.linear.issues() if one.title == title and one.attachments]

    await company.linear.wait_until(lambda: bool(there()))
    return there()[0]


async def test_the_engineer_drags_the_card_and_the_thread_follows(demo: Demo, linear: Linear) -> None:
    issue = await raised(demo, "Export fails")
    company, slack = demo.world.company, demo.world.company.slack
    telling = company.linear.add_webhook(
        company.linear_organization, f"{demo.world.server.url}/linear/webhook", secret=WEBHOOK_SECRET
    )
    demo.world.clock.move(1)
    card = linear.card("Export fails")
    await expect(linear.column("Backlog").get_by_text("Export fails")).to_be_visible()
    await card.drag_to(linear.column("In Progress"))
    await expect(linear.column("In Progress").get_by_text("Export fails")).to_be_visible()
    assert company.linear.issue(issue.id).state == "In Progress"
    await expect(linear.column("Backlog").get_by_text("Export fails")).to_have_count(0)
    [shown] = [one for one in demo.world.posts(company.intake) if "Export fails" in slack.as_text(one)]
    told = IN_LINEAR.format(line=CUSTOMER_LINES["started"].format(actor="Dana"))
    await slack.wait_until(lambda: any(told in slack.as_text(one) for one in slack.replies(shown)))
    assert "In progress" in slack.as_text(shown)
    company.linear.remove_webhook(telling)


async def test_the_card_is_moved_by_the_keyboard_alone(demo: Demo, linear: Linear) -> None:
    issue = await raised(demo, "Search is slow")
    menu = linear.card("Search is slow").get_by_role("button", name=f"{issue.identifier} is Backlog. Move it")
    await menu.focus()
    await linear.page.keyboard.press("Enter")
    await expect(linear.page.get_by_role("menuitemradio", name="Backlog")).to_be_focused()
    await linear.page.keyboard.press("d")
    await linear.page.keyboard.press("Enter")
    await expect(linear.column("Done").get_by_text("Search is slow")).to_be_visible()
    assert demo.world.company.linear.issue(issue.id).state_type == "completed"


async def test_the_engineer_writes_edits_and_deletes_a_comment(demo: Demo, linear: Linear) -> None:
    issue = await raised(demo, "Invoices are late")
    await linear.open("Invoices are late")
    await linear.box.get_by_label("Comment as Dana Engineer").fill("<b>I</b> look into `it`")
    await linear.page.keyboard.press("Control+Enter")
    comment = linear.box.get_by_role("article", name="Comment by Dana Engineer")
    await expect(comment).to_contain_text("<b>I</b> look into it")
    await comment.get_by_role("button", name="Edit the comment").click()
    await comment.get_by_label("comment", exact=True).fill("Done")
    await comment.get_by_role("button", name="Save").click()
    await expect(comment).to_contain_text(["Done", "(edited)"][0])
    await expect(comment).to_contain_text("(edited)")
    company = demo.world.company
    assert [one.body for one in company.linear.issue(issue.id).comments] == ["Done"]
    await comment.get_by_role("button", name="Delete the comment").click()
    await linear.page.get_by_role("button", name="Delete", exact=True).click()
    await expect(linear.box.get_by_text("Nobody has said anything yet.")).to_be_visible()
    assert company.linear.issue(issue.id).comments == ()


async def test_everything_that_can_be_said_of_an_issue_can_be_changed(demo: Demo, linear: Linear) -> None:
    company = demo.world.company
    company.linear.add_label(company.linear_organization, "Regression")
    issue = await raised(demo, "Dates are wrong")
    await linear.open("Dates are wrong")
    for menu, entry in (
        ("Nobody has it", "Dana Engineer"),
        ("Priority: Medium", "Urgent"),
        ("Labels", "Regression"),
        (f"{issue.identifier} is Backlog", "In Review"),
    ):
        await linear.box.get_by_role("button", name=menu).click()
        await linear.page.get_by_role("menuitemradio", name=entry).click()
    await linear.box.get_by_role("button", name="Edit the title").click()
    await linear.box.get_by_label("title").fill("Dates are a day off")
    await linear.page.keyboard.press("Enter")
    await expect(linear.box.get_by_role("heading", name="Dates are a day off")).to_be_visible()
    await linear.box.get_by_role("button", name="Edit the description").click()
    await linear.box.get_by_label("description").fill("Only in Auckland.")
    await linear.page.keyboard.press("Control+Enter")
    await expect(linear.box.get_by_text("Only in Auckland.")).to_be_visible()
    now = company.linear.issue(issue.id)
    assert (now.assignee, now.priority_label, now.label_names, now.state, now.title, now.description) == (
        "Dana Engineer",
        "Urgent",
        ("Regression",),
        "In Review",
        "Dates are a day off",
        "Only in Auckland.",
    )
    await linear.page.keyboard.press("Escape")
    await expect(linear.card("Dates are a day off").get_by_text("Regression")).to_be_visible()


async def test_one_can_be_another_engineer_and_the_page_follows_links_both_ways(
    demo: Demo, linear: Linear, visitor: Visitor
) -> None:
    company = demo.world.company
    company.linear.add_user(company.linear_organization, "Emil Engineer", "emil@acme.example")
    issue = await raised(demo, "Login loops")
    await linear.box.get_by_role("button", name="Be another engineer").click()
    await linear.page.get_by_role("menuitemradio", name="Emil Engineer").click()
    await linear.open("Login loops")
    await linear.box.get_by_label("Comment as Emil Engineer").fill("Me too")
    await linear.box.get_by_role("button", name="Comment", exact=True).click()
    await expect(linear.box.get_by_role("article", name="Comment by Emil Engineer")).to_be_visible()
    await linear.page.get_by_role("button", name="Back to the board").click()
    victor = visitor.second
    await victor.open("acme-triage")
    await victor.message("Login loops").get_by_role("link", name=issue.identifier).click()
    await expect(linear.box.get_by_role("heading", name="Login loops")).to_be_visible()


@pytest_asyncio.fixture(loop_scope="session")
async def ear(demo: Demo) -> AsyncIterator[Ear]:
    """Somebody who hears Linear's webhooks."""
    company, heard = demo.world.company, Ear()
    server = Server(heard)
    await server.start()
    webhook = company.linear.add_webhook(company.linear_organization, f"{server.url}/hears", secret="a secret")
    yield heard
    company.linear.remove_webhook(webhook)
    await company.linear.quiet()
    await server.stop()


async def test_webhooks_are_held_lost_sent_again_and_forged(demo: Demo, linear: Linear, ear: Ear) -> None:
    company = demo.world.company
    issue = await raised(demo, "Webhook weather")
    await company.linear.quiet()
    heard = len(ear.heard)
    box, page = linear.box, linear.page
    await box.get_by_role("button", name="Webhooks", exact=True).click()
    await box.get_by_role("switch", name="Hold back").click()
    await expect(box.get_by_role("switch", name="Hold back")).to_be_checked()
    company.linear.as_user(company.dana).move(issue, "Done")
    company.linear.as_user(company.dana).set_priority(issue, "Low")
    rows = box.get_by_role("listitem")
    await expect(rows.first).to_contain_text("Held back")

    async def choose(row: int, entry: str) -> None:
        await rows.nth(row).get_by_role("button", name="Get in the way").click()
        await page.get_by_role("menuitem", name=entry).click()

    await choose(0, "Lose it")
    await expect(rows.nth(0)).to_contain_text("Lost")
    await choose(1, "Send it now")
    await expect(rows.nth(1)).to_contain_text("Received")
    assert len(ear.heard) == heard + 1
    await choose(1, "Send it again The very same bytes")
    await expect(rows.nth(1)).to_contain_text("2 times")
    assert ear.heard[-1].body == ear.heard[-2].body
    await choose(1, "Forge it")
    await expect(rows.first).to_contain_text("Forged")
    assert not ear.heard[-1].signed_with("a secret")
    assert ear.heard[-2].signed_with("a secret")
    await box.get_by_role("switch", name="Hold back").click()
    await expect(box.get_by_role("switch", name="Hold back")).not_to_be_checked()
    assert company.linear.webhooks.switches.held is False


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_board_is_readable_on_a_phone(demo: Demo, chromium: Any, scheme: Any) -> None:
    await raised(demo, f"On a phone, {scheme}")
    context = await chromium.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    try:
        page = await context.new_page()
        await page.goto(demo.url)
        for tab in ("Linear", "Weather", "Under the hood"):
            await page.get_by_role("tab", name=tab).click()
            await page.get_by_role("tabpanel", name=tab).wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.get_by_role("tab", name="Linear").click()
        box = await page.get_by_role("article").filter(has_text=f"On a phone, {scheme}").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    finally:
        await context.close()
