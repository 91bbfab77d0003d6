"""The judgement finds what engineers did in Linear and Slack does not tell, tells twice, or to the wrong ones."""

import json

import pytest

from bot.domain.effects import LinearField
from bot.domain.places import Audience
from sandbox.slack.records import Call
from tests.faults.crowd import Noted
from tests.faults.linear_sightings import judge_customers, judge_need, judge_owed, judge_said, judge_taken, leaks
from tests.faults.taken import Kept, Taken
from tests.faults.verdict import Verdict


def counts(verdict: Verdict) -> tuple[int, int, int]:
    return len(verdict.lost), len(verdict.doubled), len(verdict.disordered)


@pytest.mark.parametrize(
    ("done", "taken", "doubled", "disordered"),
    [
        ("abc", "abc", 0, 0),
        # What changed again before anybody looked.
        ("abc", "c", 0, 0),
        ("abab", "aab", 0, 0),
        ("", "", 0, 0),
        # Told twice, or never done.
        ("abc", "abbc", 1, 0),
        ("abc", "x", 1, 0),
        ("abc", "ba", 0, 1),
    ],
)
def test_what_is_taken_over_was_done_once_and_in_its_order(
    done: str, taken: str, doubled: int, disordered: int
) -> None:
    verdict = Verdict()
    judge_taken(list(done), list(taken), "status", verdict)
    assert counts(verdict) == (0, doubled, disordered)


BOTH, VENDORS = frozenset({Audience.TRIAGE, Audience.CUSTOMER}), frozenset({Audience.TRIAGE})
IN_ONE = frozenset({Audience.BOTH})


@pytest.mark.parametrize(
    ("owed_to", "overruled", "both", "lost"),
    [
        (BOTH, False, False, 0),
        (VENDORS, False, False, 1),
        (frozenset(), False, False, 2),
        # That ours stood against it, vendors alone are told.
        (VENDORS, True, False, 0),
        (frozenset(), True, False, 1),
        (IN_ONE, False, True, 0),
        (frozenset(), False, True, 1),
        (frozenset(), True, True, 0),
    ],
)
def test_each_change_is_told_to_everybody_who_is_to_read_of_it(
    owed_to: frozenset[Audience],
    overruled: bool,  # noqa: FBT001 - a case's
    both: bool,  # noqa: FBT001 - a case's
    lost: int,
) -> None:
    verdict = Verdict()
    field = LinearField.STATE
    taken = Taken(field=field, value="resolved", overruled=overruled, words="resolved", owed_to=owed_to)
    judge_owed([taken], "ISS-1", verdict, both=both)
    assert counts(verdict) == (lost, 0, 0)


@pytest.mark.parametrize(
    ("kept", "lost", "doubled"),
    [
        ([("OPEN1", True), ("HUSH2", False)], 0, 0),
        ([("OPEN1", True)], 1, 0),
        ([("OPEN1", True), ("HUSH2", False), ("HUSH2", False)], 0, 1),
        # Deleted there, and still here; or as it was before it was changed.
        ([("OPEN1", True), ("HUSH2", False), ("OPEN3", True)], 0, 1),
        ([("OPEN1", True), ("HUSH2", True)], 1, 1),
    ],
)
def test_what_is_said_in_linear_is_stored_once_as_it_was_said_last(
    kept: list[tuple[str, bool]], lost: int, doubled: int
) -> None:
    said = [Noted("a", "1", "OPEN1", public=True), Noted("a", "2", "HUSH2", public=False)]
    gone = Noted("a", "3", None, public=True)
    verdict = Verdict()
    judge_said([*said, gone], [Kept(text=f"It is {word}", public=is_) for word, is_ in kept], "ISS-1", verdict)
    assert counts(verdict) == (lost, doubled, 0)


@pytest.mark.parametrize(
    ("named", "lost", "doubled"),
    [(["Ada"], 0, 0), ([], 1, 0), (["Ada", "Ada"], 0, 1), (["Bo"], 1, 1)],
)
def test_each_issue_has_its_customer_in_linear_once(named: list[str], lost: int, doubled: int) -> None:
    verdict = Verdict()
    judge_need(["Ada"], named, "ISS-1", verdict)
    assert counts(verdict) == (lost, doubled, 0)


def test_each_customer_is_in_linear_once() -> None:
    verdict = Verdict()
    judge_customers(["acme:1", "acme:2", "globex:1", "acme:2"], verdict)
    assert verdict.doubled == ["customer acme:2 in Linear"]


def call(method: str, channel: str, text: str) -> Call:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": text}}]
    return Call(method, {"channel": channel, "text": "", "blocks": json.dumps(blocks)}, 1.0)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (call("chat.postMessage", "C1", "It is OPEN1"), []),
        (call("chat.postMessage", "C2", "It is HUSH1"), []),
        (call("chat.postMessage", "C1", "It is HUSH1"), ["HUSH1 in help"]),
        (call("chat.update", "C1", "It is HUSH1"), ["HUSH1 in help"]),
    ],
)
def test_internal_words_where_customers_read_are_a_leak(said: Call, found: list[str]) -> None:
    verdict = Verdict(leaked=leaks([said], {"C1": "help"}))
    assert verdict.leaked == found
    assert verdict.is_good == (not found)
