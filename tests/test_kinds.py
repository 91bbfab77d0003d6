"""Which of two tests that differ in the kind of database alone is run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kinds import BOTH, EITHER, KINDS, asked_for, chosen

NAMES = [f"tests/journeys/test_{module}.py::test_of_sqlite" for module in range(200)]
BARE = st.text(min_size=1).filter(lambda text: not any(kind in text for kind in KINDS))


def test_of_two_that_differ_in_the_kind_alone_one_is_run_about_as_often_of_either() -> None:
    found = chosen([f"{name}[{kind}]" for name in NAMES for kind in KINDS])
    assert {name.partition("[")[0] for name in found} == set(NAMES)
    assert len(found) == len(NAMES)
    assert 80 <= sum("[sqlite]" in name for name in found) <= 120


def test_the_choice_is_the_same_wherever_the_kind_stands_among_the_parameters_and_whatever_else_is_collected() -> (
    None
):
    both = [f"{NAMES[0]}[{kind}-3]" for kind in KINDS]
    assert chosen(both) == chosen([*reversed(both), *NAMES]) - set(NAMES)
    assert {name.replace("-3", "") for name in chosen(both)} != set()


@given(st.sets(BARE))
def test_what_is_there_of_one_kind_or_of_none_is_run(names: set[str]) -> None:
    alone = {f"a.py::test[{name}-{KINDS[len(name) % 2]}]" for name in names}
    assert chosen(alone | names) == alone | names


@pytest.mark.parametrize(
    ("given", "wanted"), [({}, EITHER), ({"DATABASES": ""}, EITHER), ({"DATABASES": BOTH}, BOTH)]
)
def test_either_is_enough_unless_both_are_asked_for(given: dict[str, str], wanted: str) -> None:
    assert asked_for(given) == wanted


def test_a_word_that_means_neither_is_refused() -> None:
    with pytest.raises(pytest.UsageError, match="DATABASES is both or either, not 'all'"):
        asked_for({"DATABASES": "all"})
