"""Every limit of a modal or Home has an example that just fits and one that does not."""

import pytest

from sandbox.slack.view_table import check_view, view_too_large
from tests.sandbox.slack.office import Json, modal, mrkdwn, plain, section, text_input

X = "x"

VIEWS: list[tuple[str, Json, Json]] = [
    ("title", modal(title=plain(X * 24)), modal(title=plain(X * 25))),
    ("submit", modal(submit=plain(X * 24)), modal(submit=plain(X * 25))),
    ("close", modal(close=plain(X * 24)), modal(close=plain(X * 25))),
    ("title kind", modal(title=plain(X)), modal(title=mrkdwn(X))),
    ("title there", modal(), {key: value for key, value in modal().items() if key != "title"}),
    ("private_metadata", modal(private_metadata=X * 3000), modal(private_metadata=X * 3001)),
    ("callback_id", modal(callback_id=X * 255), modal(callback_id=X * 256)),
    ("external_id", modal(external_id=X * 255), modal(external_id=X * 256)),
    ("blocks there", modal(), {key: value for key, value in modal().items() if key != "blocks"}),
    ("some blocks", modal(section(X)), {**modal(), "blocks": []}),
    ("submit with input", modal(text_input("L")), modal(text_input("L"), submit=None)),
    ("no submit without input", modal(section(X), submit=None), modal(text_input("L"), submit=None)),
    ("type", modal(), modal(type="home")),
    ("no other fields", modal(), modal(colour="red")),
]


@pytest.mark.parametrize(("good", "bad"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS])
def test_a_view_rule_lets_one_pass_and_refuses_the_other(good: Json, bad: Json) -> None:
    assert check_view(good, "modal") == []
    assert check_view(bad, "modal")


def test_a_home_has_no_title_and_no_submit() -> None:
    home = {"type": "home", "blocks": [section(X)]}
    assert check_view(home, "home") == []
    assert check_view({**home, "title": plain(X)}, "home")
    assert check_view({**home, "submit": plain(X)}, "home")


def test_a_view_is_bounded_in_bytes() -> None:
    assert not view_too_large(modal(*[section(X * 2400)] * 99))
    assert view_too_large(modal(*[section("ü" * 2400)] * 99))
