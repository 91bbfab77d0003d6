"""Lines on their way to the threads: a story for the customer, a log for vendors, in order, once each."""

import pytest

from bot.domain.effects import Destination, EffectState
from bot.domain.life import Action
from bot.views.thread_lines import CUSTOMER_LINES, RAISED_LINE, TRIAGE_LINES
from sandbox.faults import Fault, slack_rate_limit
from tests.bot.delivery.office import Office
from tests.bot.delivery.talk import do, open_shared, thread, withdraw_triage

pytestmark = pytest.mark.asyncio(loop_scope="module")

RAISED = RAISED_LINE.format(customer="Ada Lovelace", organization="Acme")


async def test_each_thread_tells_what_happened_in_its_own_words(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    await do(office, issue, Action.SET_PRIORITY, by=office.vera, value="urgent")
    await office.settle()
    [customer], [triage] = office.posts(office.intake), office.posts(office.triage)
    assert thread(office, customer) == [
        RAISED,
        CUSTOMER_LINES["started"].format(actor="Vera"),
        CUSTOMER_LINES["priority"].format(actor="Vera", becomes="Urgent"),
    ]
    assert thread(office, triage) == [
        TRIAGE_LINES["started"].format(actor="Vera Vendor"),
        TRIAGE_LINES["priority"].format(actor="Vera Vendor", was="Medium", becomes="Urgent"),
    ]


async def test_where_both_read_the_story_is_told_once_and_in_the_customers_words(office: Office) -> None:
    await open_shared(office)
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    await office.settle()
    [head] = office.posts(office.intake)
    assert thread(office, head) == [RAISED, CUSTOMER_LINES["started"].format(actor="Vera")]


async def test_a_line_that_had_to_wait_keeps_its_place(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    for action in (Action.START, Action.RESOLVE):
        await do(office, issue, action, by=office.vera)
    office.slack.faults.plant("chat.postMessage", *[Fault(answer=slack_rate_limit(30))] * 2)
    await office.settle()
    await office.settle_later()
    [triage] = office.posts(office.triage)
    lines = [TRIAGE_LINES[what].format(actor="Vera Vendor") for what in ("started", "resolved")]
    assert thread(office, triage) == lines


async def test_a_thread_that_is_not_shown_any_more_is_told_nothing(office: Office) -> None:
    await office.open_acme()
    issue = await office.raise_issue()
    await office.settle()
    await do(office, issue, Action.START, by=office.vera)
    await withdraw_triage(office)
    await office.settle()
    [triage] = office.posts(office.triage)
    assert thread(office, triage) == []
    effects = await office.effects(issue, Destination.TRIAGE)
    assert [effect.state for effect in effects[-2:]] == [EffectState.SKIPPED] * 2
    assert (await office.lane(issue, Destination.TRIAGE)).due is None
