"""Which companies are in a channel, and who sees its issues where nobody has chosen."""

from typing import Any

import pytest

from bot.domain.channels import Crowd, company_of, default_visibility
from bot.domain.organizations import Visibility
from bot.domain.people import SlackAccount, SlackMember

HOME, AWAY = SlackAccount("T1", "U1"), SlackAccount("T2", "U2")


def member(account: SlackAccount = HOME, **changes: Any) -> SlackMember:
    given: dict[str, Any] = {
        "account": account,
        "seen_by_team_id": "T1",
        "email": "somebody@globex.example",
        "email_confirmed": True,
        "first_name": "Some",
        "last_name": "Body",
        "guest": False,
        "bot": False,
        "deleted": False,
        **changes,
    }
    return SlackMember(**given)


@pytest.mark.parametrize(
    ("who", "company"),
    [
        pytest.param(member(), None, id="the vendor's own"),
        pytest.param(member(AWAY), "T2", id="of another workspace"),
        pytest.param(member(AWAY, guest=True), "T2", id="a guest of another workspace"),
        pytest.param(member(guest=True), "globex.example", id="a guest"),
        pytest.param(member(guest=True, email=" Some@GLOBEX.example "), "globex.example", id="spelled otherwise"),
        pytest.param(member(guest=True, email=None), "slack:T1/U1", id="a guest without an address"),
        pytest.param(member(guest=True, email="nonsense"), "nonsense", id="an address that is none"),
        pytest.param(member(guest=True, email="some@gmail.com"), "slack:T1/U1", id="an address that tells nothing"),
        pytest.param(member(guest=True, bot=True), None, id="a bot"),
        pytest.param(member(AWAY, deleted=True), None, id="who has left"),
    ],
)
def test_a_members_company(who: SlackMember, company: str | None) -> None:
    assert company_of(who) == company


@pytest.mark.parametrize(
    ("companies", "complete", "visibility"),
    [
        (set(), True, Visibility.SHARED),
        ({"globex.example"}, True, Visibility.SHARED),
        ({"globex.example", "T2"}, True, Visibility.PRIVATE),
        (set(), False, Visibility.PRIVATE),
        ({"globex.example"}, False, Visibility.PRIVATE),
    ],
)
def test_issues_are_private_unless_one_company_alone_is_known_to_be_there(
    companies: set[str], *, complete: bool, visibility: Visibility
) -> None:
    assert default_visibility(Crowd(frozenset(companies), complete)) is visibility
