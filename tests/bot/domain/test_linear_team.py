"""Which Linear team belongs to an organization."""

from typing import NamedTuple

import pytest

from bot.domain.linear_team import LinearTeam, Otherwise, choose_team

ACME = LinearTeam("1", "ACM", "Acme")
ACME_AGAIN = LinearTeam("2", "AC2", "acme")
KEYED = LinearTeam("3", "ACME", "Rockets")
PLATFORM = LinearTeam("4", "PLA", "Platform")


class Case(NamedTuple):
    name: str
    teams: list[LinearTeam]
    taken: set[str]
    chosen: LinearTeam | Otherwise


TABLE = [
    Case("none at all", [], set(), Otherwise.CREATE),
    Case("one of the same name among several", [PLATFORM, ACME], set(), ACME),
    Case("the name before the key", [KEYED, ACME, PLATFORM], set(), ACME),
    Case("one of the same key", [PLATFORM, KEYED], set(), KEYED),
    Case("the first of two of the same name", [ACME, ACME_AGAIN], set(), ACME),
    Case("the other of two, where the first is taken", [ACME, ACME_AGAIN], {"1"}, ACME_AGAIN),
    Case("the key, where the name is taken", [ACME, KEYED, PLATFORM], {"1"}, KEYED),
    Case("the only team", [PLATFORM], set(), PLATFORM),
    Case("the only team that nobody has", [ACME, PLATFORM], {"1"}, PLATFORM),
    Case("several, none of which fits", [PLATFORM, LinearTeam("5", "OPS", "Operations")], set(), Otherwise.CREATE),
    Case("all are taken", [ACME, PLATFORM], {"1", "4"}, Otherwise.CREATE),
]


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_the_team_of_acme(case: Case) -> None:
    assert choose_team("Acme", case.teams, case.taken) == case.chosen


@pytest.mark.parametrize("name", ["acme", "ACME", "Acme"])
def test_case_does_not_matter(name: str) -> None:
    assert choose_team(name, [PLATFORM, ACME], set()) == ACME


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_a_team_is_never_given_to_two_organizations(case: Case) -> None:
    chosen = choose_team("Acme", case.teams, case.taken)
    assert chosen is Otherwise.CREATE or chosen.id not in case.taken
