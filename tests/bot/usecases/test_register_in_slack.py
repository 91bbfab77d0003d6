"""Who may register an organization from Slack: whoever administers the very workspace, or has a code."""

from functools import partial
from typing import Any

import pytest

from bot.domain.people import SlackAccount
from bot.errors import ForbiddenError
from bot.usecases.register import invite
from bot.usecases.register_in_slack import ADMINS_ONLY, SlackRegistration, register_in_slack
from storage.transaction import Transaction
from tests.bot.usecases.town import ADA, OTHER_TEAM, counts, member
from tests.storage.seeds import NOW

EVE = SlackAccount(OTHER_TEAM, "UEVE")


async def register(transaction: Transaction, code: str = "", **changes: Any) -> str:
    wanted = SlackRegistration(
        organization_name="Beta", code=code, member=member(**changes), request_key="slack:T1:V1"
    )
    return (await transaction.write(partial(register_in_slack, wanted=wanted, now=NOW))).name


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="no admin"),
        pytest.param({"admin": True, "account": EVE}, id="an admin of another workspace"),
        pytest.param({"admin": True, "guest": True}, id="a guest"),
        pytest.param({"admin": True, "bot": True}, id="a bot"),
        pytest.param({"admin": True, "deleted": True}, id="who has left"),
    ],
)
async def test_others_are_refused_and_leave_no_trace(transaction: Transaction, changes: dict[str, Any]) -> None:
    with pytest.raises(ForbiddenError) as refusal:
        await register(transaction, **changes)
    assert refusal.value.sentence == ADMINS_ONLY
    assert set((await counts(transaction)).values()) == {0}


@pytest.mark.both_databases
async def test_a_code_that_no_database_could_hold_is_refused(transaction: Transaction) -> None:
    with pytest.raises(ForbiddenError):
        await register(transaction, "\ud83d\x00code")


async def test_somebody_of_another_workspace_with_a_code_owns_neither_workspace(transaction: Transaction) -> None:
    code = await transaction.write(partial(invite, now=NOW))
    assert await register(transaction, code, account=EVE, admin=True) == "Beta"
    seen = await counts(transaction)
    assert (seen["organization"], seen["workspace_owner"], seen["slack_identity"]) == (1, 0, 1)


async def test_an_admin_owns_the_workspace_for_the_organization(transaction: Transaction) -> None:
    await register(transaction, account=ADA, admin=True)
    seen = await counts(transaction)
    assert (seen["organization"], seen["workspace_owner"]) == (1, 1)
