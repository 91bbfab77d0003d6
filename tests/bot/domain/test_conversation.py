"""What people say, and where it may stand. How a reply is sorted stands in ``test_reply_marker.py`` too."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import (
    CommentVisibility,
    InternalComment,
    PublicComment,
    may_be_shown,
    sort_reply,
)
from bot.domain.places import Audience

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
MARKER = "@customer"


@pytest.mark.parametrize("audience", [Audience.CUSTOMER, Audience.BOTH])
@pytest.mark.parametrize("typed", ["hello", "@customer hello", ""])
def test_what_is_said_where_customers_read_is_public_as_it_was_typed(audience: Audience, typed: str) -> None:
    assert sort_reply(typed, audience, MARKER) == (PUBLIC, typed)


@given(st.text())
def test_without_a_marker_nothing_said_in_triage_is_public(typed: str) -> None:
    assert sort_reply(typed, Audience.TRIAGE, "") == (INTERNAL, typed)


@given(st.text(), st.text(min_size=1))
def test_nothing_that_does_not_begin_with_the_marker_is_public(typed: str, marker: str) -> None:
    if not typed.casefold().startswith(marker.casefold()):
        assert sort_reply(typed, Audience.TRIAGE, marker) == (INTERNAL, typed)


@pytest.mark.parametrize(
    ("visibility", "audience", "shown"),
    [
        (PUBLIC, Audience.CUSTOMER, True),
        (PUBLIC, Audience.TRIAGE, True),
        (PUBLIC, Audience.BOTH, True),
        (INTERNAL, Audience.CUSTOMER, False),
        (INTERNAL, Audience.TRIAGE, True),
        (INTERNAL, Audience.BOTH, False),
    ],
)
def test_internal_words_stand_in_triage_alone(
    visibility: CommentVisibility,
    audience: Audience,
    shown: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert may_be_shown(visibility, audience) is shown


def test_public_and_internal_words_are_no_types_of_one_another() -> None:
    assert not issubclass(InternalComment, PublicComment)
    assert not issubclass(PublicComment, InternalComment)
    names = {field.name for field in dataclasses.fields(InternalComment)}
    # What reads ``text`` of whatever it gets cannot read an internal one's.
    assert "text" not in names
