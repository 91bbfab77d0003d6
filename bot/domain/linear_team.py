"""Which Linear team belongs to an organization: chosen by a rule, so that nobody has to configure it."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass

# Why what is linked in a team that an organization had before cannot be reached.
LEFT_TEAM = "the organization's Linear team is another one now"
NO_TEAM_YET = "the organization has no Linear team yet"


@dataclass(frozen=True)
class LinearTeam:
    """A team of Linear, as far as choosing needs it."""

    id: str
    key: str
    name: str


@dataclass(frozen=True)
class LinearState:
    """A workflow state of a Linear team: ``type`` decides what it means, ``position`` its order."""

    id: str
    name: str
    type: str
    position: float


class Otherwise(enum.Enum):
    """What to do where no team fits."""

    CREATE = "create"


def choose_team(
    organization_name: str, teams: Sequence[LinearTeam], taken: Collection[str]
) -> LinearTeam | Otherwise:
    """Return the team of the same name or key; else the only team that nobody has; else: create one.

    Args:
        organization_name: as people read it.
        teams: what the credential can see.
        taken: the ids of teams that belong to other organizations.
    """
    free = [team for team in teams if team.id not in taken]
    wanted = organization_name.casefold()
    for same in (
        [team for team in free if team.name.casefold() == wanted],
        [team for team in free if team.key.casefold() == wanted],
    ):
        if same:
            return same[0]
    return free[0] if len(free) == 1 else Otherwise.CREATE
