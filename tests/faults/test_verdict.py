"""The verdict finds what is lost, doubled and out of order."""

import pytest

from tests.faults.verdict import Verdict


@pytest.mark.parametrize(
    ("expected", "found", "lost", "doubled", "disordered"),
    [
        ("abc", "abc", 0, 0, 0),
        ("abab", "abab", 0, 0, 0),
        ("abc", "ac", 1, 0, 0),
        ("abc", "abbc", 0, 1, 0),
        ("abc", "abcx", 0, 1, 0),
        ("abc", "acb", 0, 0, 1),
        ("abcd", "dabc", 0, 0, 1),
        ("abcd", "dcba", 0, 0, 3),
        ("abcd", "bax", 2, 1, 1),
        ("", "", 0, 0, 0),
    ],
)
def test_a_thread_is_held_against_what_it_is_to_tell(
    expected: str, found: str, lost: int, doubled: int, disordered: int
) -> None:
    verdict = Verdict()
    verdict.same(list(expected), list(found), "thread")
    assert (len(verdict.lost), len(verdict.doubled), len(verdict.disordered)) == (lost, doubled, disordered)
    assert verdict.is_good == (lost == doubled == disordered == 0)


@pytest.mark.parametrize(("count", "lost", "doubled"), [(0, 1, 0), (1, 0, 0), (3, 0, 2)])
def test_what_must_be_there_once(count: int, lost: int, doubled: int) -> None:
    verdict = Verdict()
    verdict.exactly_one(count, "an issue")
    assert (len(verdict.lost), len(verdict.doubled)) == (lost, doubled)


def test_verdicts_add_up() -> None:
    one, other = Verdict(lost=["a"]), Verdict(doubled=["b"], disordered=["c"])
    one.add(other)
    assert (one.lost, one.doubled, one.disordered) == (["a"], ["b"], ["c"])
