"""Whose issue it is, recorded in Linear where that has customers at all."""

from datetime import timedelta

import pytest
import pytest_asyncio

from bot.delivery.linear_customers import NO_CUSTOMERS
from bot.domain.effects import EffectState
from bot.domain.issues import Issue
from sandbox.faults import Fault
from tests.bot.delivery.linear_scene import EXTRAS
from tests.bot.delivery.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOST, NEVER_CAME = Fault(drop=True, commit=True), Fault(drop=True)


@pytest_asyncio.fixture(loop_scope="module")
async def acme(office: Office) -> Office:
    office.workspace.customers_enabled = True
    await office.open_acme()
    return office


async def raised(office: Office, title: str = "Export fails") -> Issue:
    issue = await office.raise_issue(title)
    await office.settle()
    return issue


async def skipped(office: Office, issue: Issue) -> str | None:
    """Return why the need was not recorded."""
    effect, *_ = await office.effects(issue, EXTRAS)
    assert effect.state is EffectState.SKIPPED
    return effect.error


async def test_an_issue_is_a_need_of_its_customer_who_is_one_in_linear(acme: Office) -> None:
    for title in ("One", "Two"):
        await raised(acme, title)
    [customer] = acme.linear.customers
    assert (customer.name, customer.domains) == ("Ada Lovelace", [])
    assert customer.external_ids[0].startswith("acme:")
    assert [need.customer for need in acme.linear.needs] == [customer, customer]
    assert {need.issue.identifier for need in acme.linear.needs} == {"ACM-1", "ACM-2"}
    assert len(acme.linear.calls_of("CustomerUpsert")) == 1
    assert len(acme.linear.calls_of("Capabilities")) == 1


async def test_without_customers_it_is_skipped_and_asked_once_a_day(acme: Office) -> None:
    acme.workspace.customers_enabled = False
    for title in ("One", "Two"):
        assert await skipped(acme, await raised(acme, title)) == NO_CUSTOMERS
    assert len(acme.linear.calls_of("Capabilities")) == 1
    acme.workspace.customers_enabled = True
    acme.clock.move(timedelta(days=1, seconds=1).total_seconds())
    await raised(acme, "Three")
    assert len(acme.linear.needs) == 1


async def test_where_they_were_switched_off_meanwhile_that_is_noted(acme: Office) -> None:
    await raised(acme, "One")
    acme.workspace.customers_enabled = False
    assert await skipped(acme, await raised(acme, "Two")) == NO_CUSTOMERS
    before = len(acme.linear.calls_of("CustomerNeedCreate"))
    await raised(acme, "Three")
    assert len(acme.linear.calls_of("CustomerNeedCreate")) == before


@pytest.mark.parametrize("fault", [LOST, NEVER_CAME])
@pytest.mark.parametrize("operation", ["Capabilities", "CustomerUpsert", "CustomerNeedCreate"])
async def test_a_lost_answer_leaves_one_need_and_one_customer(acme: Office, operation: str, fault: Fault) -> None:
    acme.linear.faults.plant(operation, fault)
    await raised(acme)
    await acme.settle_later()
    assert (len(acme.linear.needs), len(acme.linear.customers)) == (1, 1)


async def test_a_customer_that_was_deleted_there_is_made_anew(acme: Office) -> None:
    await raised(acme, "One")
    [customer] = acme.linear.customers
    del acme.linear._world.customers[customer.id]  # noqa: SLF001 - no API of it is known
    await raised(acme, "Two")
    assert [need.issue.identifier for need in acme.linear.needs if need.customer is not customer] == ["ACM-2"]
