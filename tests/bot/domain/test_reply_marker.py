"""Who may read a reply: decided by whose thread it is, and by the marker with which it begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import CommentVisibility, sort_reply
from bot.domain.places import Audience

PUBLIC, INTERNAL = CommentVisibility.PUBLIC, CommentVisibility.INTERNAL
MARKER = "@customer"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@customer we found it", "we found it"),
        ("@Customer we found it", "we found it"),
        ("@CUSTOMER: we found it", "we found it"),
        ("@customer:we found it", "we found it"),
        ("@customer, we found it", "we found it"),
        ("@customer! We found it", "We found it"),
        ("@customer\nwe found it", "we found it"),
        ("@customer\u00a0we found it", "we found it"),
        ("@customer - we found it", "- we found it"),
        ("@customer :wave: hello", ":wave: hello"),
        ("@customer: :wave: hello", ":wave: hello"),
        ("@customer", ""),
        ("@customer:", ""),
    ],
)
def test_the_marker_makes_a_reply_public_and_goes(text: str, words: str) -> None:
    assert sort_reply(text, Audience.TRIAGE, MARKER) == (PUBLIC, words)


@pytest.mark.parametrize(
    "text",
    [
        "we found it",
        "we told @customer",
        " @customer stands not at the beginning",
        "@customers are angry",
        "@customer2 is angry",
        "@customer_success, please look",
        "@customer-success, please look",
        "@customer's card was declined",
        "@customer\u2019s card was declined",
        "@customer.io is down",
        "@customer/vendor: who pays?",
        "@customer@customer.example wrote",
        "@customer:wave: is it an emoji?",
        "@customerä",
        "customer: we found it",
        "",
    ],
)
def test_everything_else_in_the_triage_thread_is_internal(text: str) -> None:
    assert sort_reply(text, Audience.TRIAGE, MARKER) == (INTERNAL, text)


@pytest.mark.parametrize(("marker", "text"), [("!kunde", "!Kunde hallo"), (">>", ">> hallo"), ("an:", "an: hallo")])
def test_an_organization_has_its_own_marker(marker: str, text: str) -> None:
    assert sort_reply(text, Audience.TRIAGE, marker) == (PUBLIC, "hallo")
    assert sort_reply("@customer hallo", Audience.TRIAGE, marker) == (INTERNAL, "@customer hallo")


@given(st.text())
def test_what_is_published_follows_the_marker_to_the_letter(text: str) -> None:
    visibility, words = sort_reply(MARKER + text, Audience.TRIAGE, MARKER)
    assert words == (MARKER + text if visibility is INTERNAL else words)
    assert (MARKER + text).endswith(words)
