"""Where an issue is shown (DESIGN, section 4, step 8)."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import SlackAccount
from bot.domain.places import Audience, Place, goes_to_channel, places_for

HERE, TRIAGE, ELSEWHERE = (ChannelAddress("T1", name) for name in ("CHERE", "CTRIAGE", "CELSEWHERE"))
ADA, VERA = SlackAccount("T1", "UADA"), SlackAccount("T1", "UVERA")
SHARED, PRIVATE = Visibility.SHARED, Visibility.PRIVATE


def link(
    address: ChannelAddress, *, intake: bool = False, triage: bool = False, visibility: Visibility = SHARED
) -> ChannelLink:
    return ChannelLink(address=address, organization_id=1, intake=intake, triage=triage, visibility=visibility)


class Case(NamedTuple):
    """A row: where it was raised, the triage channel, whether the owner is known; and what follows."""

    name: str
    origin: ChannelLink | None
    triage: ChannelLink | None
    owner: SlackAccount | None
    customer: ChannelAddress | SlackAccount
    vendors: ChannelAddress | SlackAccount | None


ONLY_TRIAGE = link(TRIAGE, triage=True)
TRIAGE_AND_INTAKE_ELSEWHERE = link(ELSEWHERE, intake=True, triage=True)
TABLE = [
    Case("a shared intake channel", link(HERE, intake=True), ONLY_TRIAGE, VERA, HERE, TRIAGE),
    Case("a private one", link(HERE, intake=True, visibility=PRIVATE), ONLY_TRIAGE, VERA, ADA, TRIAGE),
    Case("a direct message or App Home", None, ONLY_TRIAGE, VERA, ADA, TRIAGE),
    Case("the triage channel itself", ONLY_TRIAGE, ONLY_TRIAGE, VERA, ADA, TRIAGE),
    Case("a linked channel without either part", link(HERE), ONLY_TRIAGE, VERA, ADA, TRIAGE),
    Case("no triage channel", link(HERE, intake=True), None, VERA, HERE, VERA),
    Case("no triage channel, privately", None, None, VERA, ADA, VERA),
    Case(
        "triage where customers are, elsewhere",
        link(HERE, intake=True),
        TRIAGE_AND_INTAKE_ELSEWHERE,
        VERA,
        HERE,
        VERA,
    ),
    Case("triage where customers are, elsewhere, privately", None, TRIAGE_AND_INTAKE_ELSEWHERE, VERA, ADA, VERA),
    Case(
        "both parts but private",
        link(HERE, intake=True, triage=True, visibility=PRIVATE),
        link(HERE, intake=True, triage=True, visibility=PRIVATE),
        VERA,
        ADA,
        VERA,
    ),
    Case("nobody is known in Slack", link(HERE, intake=True), None, None, HERE, None),
]


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_the_customers_message_first_then_the_one_of_vendors(case: Case) -> None:
    wanted = [Place(Audience.CUSTOMER, case.customer)]
    if case.vendors is not None:
        wanted.append(Place(Audience.TRIAGE, case.vendors))
    assert places_for(case.origin, customer=ADA, triage=case.triage, owner=case.owner) == wanted


def test_a_channel_that_is_both_has_one_message_for_both() -> None:
    both = link(HERE, intake=True, triage=True)
    assert places_for(both, customer=ADA, triage=both, owner=VERA) == [Place(Audience.BOTH, HERE)]


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        (None, False),
        (link(HERE, intake=True), True),
        (link(HERE, intake=True, triage=True), True),
        (link(HERE, intake=True, visibility=PRIVATE), False),
        (ONLY_TRIAGE, False),
        (link(HERE), False),
    ],
)
def test_only_a_shared_intake_channel_shows_what_is_raised_in_it(origin: ChannelLink | None, shown: bool) -> None:  # noqa: FBT001 - a column of the table
    assert goes_to_channel(origin) is shown


addresses = st.sampled_from([HERE, TRIAGE, ELSEWHERE])
links = st.builds(
    ChannelLink,
    address=addresses,
    organization_id=st.just(1),
    intake=st.booleans(),
    triage=st.booleans(),
    visibility=st.sampled_from(Visibility),
)
origins = st.none() | links
# A channel has one link: where the triage channel is the origin, it is the same link.
triages = st.none() | links.filter(lambda one: one.triage)


def _consistent(origin: ChannelLink | None, triage: ChannelLink | None) -> ChannelLink | None:
    if origin is not None and origin.triage:
        return origin
    return None if triage is not None and origin is not None and triage.address == origin.address else triage


@given(origins, triages, st.none() | st.just(VERA))
def test_an_issue_is_never_shown_in_another_intake_channel(
    origin: ChannelLink | None, triage: ChannelLink | None, owner: SlackAccount | None
) -> None:
    triage = _consistent(origin, triage)
    places = places_for(origin, customer=ADA, triage=triage, owner=owner)
    intake = {one.address for one in (origin, triage) if one is not None and one.intake}
    here = {origin.address} if origin is not None and goes_to_channel(origin) else set()
    for place in places:
        assert place.where not in intake - here, place


@given(origins, triages, st.none() | st.just(VERA))
def test_every_issue_is_shown_once_to_its_customer_and_once_at_most_to_vendors(
    origin: ChannelLink | None, triage: ChannelLink | None, owner: SlackAccount | None
) -> None:
    places = places_for(origin, customer=ADA, triage=_consistent(origin, triage), owner=owner)
    audiences = [place.audience for place in places]
    assert audiences[0] in {Audience.CUSTOMER, Audience.BOTH}
    assert audiences[1:] in ([], [Audience.TRIAGE])
    if owner is not None:
        assert set(audiences) in ({Audience.BOTH}, {Audience.CUSTOMER, Audience.TRIAGE})


@given(origins, triages, st.none() | st.just(VERA))
def test_nothing_internal_is_ever_placed_where_customers_read(
    origin: ChannelLink | None, triage: ChannelLink | None, owner: SlackAccount | None
) -> None:
    triage = _consistent(origin, triage)
    intake = {one.address for one in (origin, triage) if one is not None and one.intake}
    for place in places_for(origin, customer=ADA, triage=triage, owner=owner):
        if place.audience is Audience.TRIAGE:
            assert place.where not in intake
            assert place.where != ADA


def test_a_customer_who_is_not_in_slack_has_no_message_and_the_vendors_are_told() -> None:
    assert places_for(None, customer=None, triage=ONLY_TRIAGE, owner=VERA) == [Place(Audience.TRIAGE, TRIAGE)]
    assert places_for(None, customer=None, triage=None, owner=VERA) == [Place(Audience.TRIAGE, VERA)]
    assert places_for(None, customer=None, triage=None, owner=None) == []
