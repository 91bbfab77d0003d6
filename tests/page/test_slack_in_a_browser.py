"""The Slack side of the page, tried as people would, with the real bot behind it."""

import pytest
from playwright.async_api import FilePayload, expect

from tests.page.conftest import Demo
from tests.page.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOG: FilePayload = {"name": "trace.log", "mimeType": "text/plain", "buffer": b"row 501: header counted twice"}


async def test_a_customer_raises_an_issue_with_a_file_and_sees_it_in_the_thread(visitor: Visitor) -> None:
    ada = visitor.first
    await ada.say("/raise-issue")
    await ada.modal.get_by_label("Title").fill("Export <b>fails</b> & *stops*")
    await ada.modal.locator("input[type=file]").set_input_files([LOG])
    await expect(ada.modal.get_by_text("trace.log", exact=True)).to_be_visible()
    await ada.modal.get_by_role("button", name="Priority").click()
    await visitor.page.get_by_role("option", name="High").click()
    await ada.modal.get_by_role("button", name="Raise", exact=True).click()
    await ada.modal.get_by_text("is raised").wait_for()
    await ada.modal.get_by_text("Close", exact=True).click()
    issue = ada.message("Export <b>fails</b> & *stops*")
    await expect(issue).to_contain_text("High priority")
    await issue.get_by_role("button", name="replies").or_(issue.get_by_role("button", name="reply")).first.click()
    await expect(ada.thread.get_by_text("trace.log", exact=True)).to_be_visible()


async def test_a_vendor_claims_and_resolves_and_the_customer_sees_it(visitor: Visitor, demo: Demo) -> None:
    company = demo.world.company
    await demo.world.raise_issue(company.ada, company.intake, "Invoices as PDF")
    ada, victor = visitor.first, visitor.second
    await victor.open("acme-triage")
    await victor.press("Invoices as PDF", "Claim")
    await expect(victor.message("Invoices as PDF")).to_contain_text("Victor is on it")
    await victor.press("Invoices as PDF", "Resolve")
    await expect(ada.message("Invoices as PDF")).to_contain_text("Resolved")
    await ada.press("Invoices as PDF", "Confirm solved")
    await expect(victor.message("Invoices as PDF")).to_contain_text("Closed")


async def test_what_is_wrong_in_a_form_is_said_below_it_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    ada = visitor.first
    await ada.say("/raise-issue")
    await ada.modal.get_by_label("Description").fill("It stops at 500 rows.")
    await ada.modal.get_by_role("button", name="Raise", exact=True).click()
    title = ada.modal.get_by_label("Title")
    await expect(ada.modal.get_by_role("alert")).to_have_text("!Please complete this required field.")
    await expect(title).to_be_focused()
    await expect(title).to_have_attribute("aria-invalid", "true")
    # What the app itself finds wrong stands in the same place.
    await title.fill("x" * 300)
    await ada.modal.get_by_role("button", name="Raise", exact=True).click()
    await expect(ada.modal.get_by_role("alert")).to_contain_text("256 characters")
    await expect(ada.modal.get_by_label("Description")).to_have_value("It stops at 500 rows.")


async def test_an_unknown_command_is_answered_as_slack_does(visitor: Visitor) -> None:
    await visitor.first.say("/foo bar")
    answer = visitor.first.message("/foo is not a valid command.")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(visitor.second.log).not_to_contain_text("/foo")
    await answer.get_by_role("button", name="Dismiss").click()
    await expect(answer).to_have_count(0)


async def test_the_composer_lists_the_commands_that_begin_with_what_is_typed(visitor: Visitor) -> None:
    composer = visitor.first.composer
    await composer.press_sequentially("/ra")
    hints = visitor.first.box.get_by_role("listbox", name="Suggestions")
    await expect(hints.get_by_role("option")).to_have_count(1)
    await expect(hints).to_contain_text("[title]")
    await composer.press("Tab")
    await expect(composer).to_have_value("/raise-issue ")
    await expect(hints).to_have_count(0)


async def test_what_people_type_stays_text(visitor: Visitor) -> None:
    await visitor.first.say(
        '<img src=x onerror="document.title=1"> javascript:alert(1) <a href="/">b</a> https://example.com/x'
    )
    message = visitor.second.message("javascript:alert(1)")
    await expect(message).to_contain_text('<img src=x onerror="document.title=1">')
    await expect(message.locator("img, a[href^=javascript], script")).to_have_count(0)
    link = message.get_by_role("link")
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    # It leads outside only after a question.
    await link.click()
    question = visitor.page.get_by_role("dialog", name="This link leads outside the sandbox")
    await expect(question).to_contain_text("https://example.com/x")
    await question.get_by_role("button", name="Stay here").click()
    await expect(question).to_have_count(0)


async def test_a_message_is_edited_reacted_to_and_deleted(visitor: Visitor) -> None:
    ada, victor = visitor.first, visitor.second
    await ada.say("Any *news*?")
    mine = ada.message("Any news?")
    await mine.hover()
    await mine.get_by_role("button", name="More actions").click()
    await visitor.page.get_by_role("menuitem", name="Edit message").click()
    await ada.log.get_by_label("Edit the message").fill("Any news today?")
    await ada.log.get_by_role("button", name="Save changes").click()
    theirs = victor.message("Any news today?")
    await expect(theirs).to_contain_text("(edited)")
    await theirs.hover()
    await theirs.get_by_role("button", name="Add a reaction").click()
    await visitor.page.get_by_role("option", name="eyes", exact=True).click()
    await expect(ada.message("Any news today?").get_by_role("button", name="eyes, 1")).to_be_visible()
    await theirs.get_by_role("button", name="eyes, 1").click()
    await expect(ada.log.get_by_role("button", name="eyes, 1")).to_have_count(0)
    mine = ada.message("Any news today?")
    await mine.hover()
    await mine.get_by_role("button", name="More actions").click()
    await visitor.page.get_by_role("menuitem", name="Delete message").click()
    await ada.modal.get_by_role("button", name="Delete").click()
    await expect(victor.log.get_by_text("Any news")).to_have_count(0)


async def test_a_link_to_a_message_is_followed_inside_the_page(visitor: Visitor, demo: Demo) -> None:
    company = demo.world.company
    vera = company.slack.as_user(company.vera)
    above = await vera.post(company.triage, "where it began")
    told = await vera.post(company.triage, "the reply", thread=above)
    address = (
        f"https://acme.slack.com/archives/{company.triage.id}/p{told.ts.replace('.', '')}?thread_ts={above.ts}"
    )
    await vera.post(company.intake, f"see {address}")
    victor = visitor.second
    await victor.message("see https").get_by_role("link").click()
    await expect(victor.message("where it began")).to_be_visible()
    await expect(victor.thread.get_by_text("the reply")).to_be_visible()


async def test_everything_is_done_by_the_keyboard_alone(visitor: Visitor) -> None:
    ada, keyboard = visitor.first, visitor.page.keyboard
    await ada.composer.focus()
    await keyboard.type("/raise-issue By keyboard")
    await keyboard.press("Enter")
    await expect(ada.modal.get_by_label("Title")).to_be_focused()
    for _ in range(2):
        await keyboard.press("Tab")
    await expect(ada.modal.get_by_role("button", name="Priority")).to_be_focused()
    await keyboard.press("ArrowDown")
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(ada.modal.get_by_role("button", name="Priority")).to_have_accessible_name("Priority: High")
    await keyboard.press("Escape")
    await expect(ada.modal).to_have_count(0)
    await expect(ada.composer).to_be_focused()


async def test_one_becomes_somebody_else_and_sees_only_what_they_may(visitor: Visitor) -> None:
    ada = visitor.first
    await expect(ada.channels).to_contain_text("acme-help")
    await expect(ada.channels).not_to_contain_text("acme-triage")
    await ada.be("Vera Vendor")
    await expect(ada.channels).to_contain_text("acme-triage")


async def test_a_phone_shows_one_pane_at_a_time(visitor: Visitor) -> None:
    await visitor.page.set_viewport_size({"width": 390, "height": 800})
    tabs = visitor.page.get_by_role("tablist", name="Panes").get_by_role("tab")
    await expect(visitor.first.box).to_be_visible()
    await expect(visitor.second.box).to_have_count(0)
    await tabs.first.focus()
    await visitor.page.keyboard.press("ArrowRight")
    await expect(visitor.second.box).to_be_visible()
    await expect(visitor.first.box).to_have_count(0)
    wide = await visitor.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    await visitor.second.open("acme-triage")
