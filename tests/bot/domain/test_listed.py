"""Who has the next word."""

import pytest

from bot.domain.issues import Status
from bot.domain.listed import WaitingOn, waiting_on

OPEN = [status for status in Status if status is not Status.CLOSED]


@pytest.mark.parametrize("status", OPEN)
def test_it_is_whoever_did_not_say_the_last_public_one(status: Status) -> None:
    assert waiting_on(status, last_said_by_customer=True) is WaitingOn.US
    assert waiting_on(status, last_said_by_customer=False) is WaitingOn.CUSTOMER
    assert waiting_on(status, last_said_by_customer=None) is None


@pytest.mark.parametrize("last", [True, False, None])
def test_a_closed_issue_waits_for_nobody(last: bool | None) -> None:  # noqa: FBT001
    assert waiting_on(Status.CLOSED, last) is None
