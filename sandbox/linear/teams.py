"""Teams: how they come about, with the states Linear gives them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.linear.access import Actor, may_create_teams
from sandbox.linear.errors import forbidden, invalid_argument, refused_input
from sandbox.linear.model import Organization, Team, User, WorkflowState
from sandbox.linear.naming import key_from_name
from sandbox.linear.world import World

KEY_LIMIT = 7


@dataclass(frozen=True)
class _Default:
    name: str
    type: str
    position: float
    color: str


# The order of a fresh team. "In Review" stands behind the other types' numbers and is the second started
# state, so that "the lowest position of a type" is what a client has to look for.
_DEFAULTS = (
    _Default("Backlog", "backlog", 0, "#bec2c8"),
    _Default("Todo", "unstarted", 1, "#e2e2e2"),
    _Default("In Progress", "started", 2, "#f2c94c"),
    _Default("Done", "completed", 3, "#5e6ad2"),
    _Default("Canceled", "canceled", 4, "#95a2b3"),
    _Default("Duplicate", "duplicate", 5, "#95a2b3"),
    _Default("In Review", "started", 1002, "#0f783c"),
)
_TRIAGE = _Default("Triage", "triage", 0, "#fc7840")


class Teams:
    """Creates teams."""

    def __init__(self, world: World) -> None:
        self._world = world

    def create(self, actor: Actor, given: dict[str, Any]) -> Team:
        """Carry out ``teamCreate``: the creator becomes a member.

        Args:
            actor: who asks.
            given: a TeamCreateInput.

        Raises:
            LinearError: the actor may not, or the name, key or id will not do.
        """
        if not may_create_teams(actor.user):
            raise forbidden("You do not have permission to create teams in this workspace.")
        team = self.add(
            actor.user.organization,
            given["name"],
            given.get("key"),
            private=bool(given.get("private")),
            triage=bool(given.get("triageEnabled")),
            team_id=given.get("id"),
            description=given.get("description"),
        )
        team.members.append(actor.user)
        return team

    def add(
        self,
        organization: Organization,
        name: str,
        key: str | None,
        *,
        private: bool,
        triage: bool,
        team_id: str | None = None,
        description: str | None = None,
    ) -> Team:
        """Keep a new team with the default states.

        Raises:
            LinearError: the name, key or id will not do.
        """
        if not name.strip():
            raise invalid_argument("name must be longer than or equal to 1 characters.")
        now = self._world.now()
        turn = self._world.next_turn()
        team = Team(
            id=self._world.claim("Team", team_id, self._world.teams),
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            organization=organization,
            name=name,
            key=self._key(organization, name, key),
            private=private,
            triage_enabled=triage,
            description=description,
        )
        self._world.teams[team.id] = team
        for default in (*_DEFAULTS, *([_TRIAGE] if triage else [])):
            self.add_state(team, default.name, default.type, default.position, default.color)
        return team

    def add_state(self, team: Team, name: str, state_type: str, position: float, color: str) -> WorkflowState:
        """Keep a new workflow state of the team."""
        now = self._world.now()
        turn = self._world.next_turn()
        state = WorkflowState(
            id=self._world.new_id(),
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            team=team,
            name=name,
            type=state_type,
            color=color,
            position=position,
        )
        self._world.states[state.id] = state
        team.states.append(state)
        return state

    def set_states(self, team: Team, states: Sequence[tuple[str, str]]) -> None:
        """Give the team other states (names and types, by position) than Linear's; it must have no issue yet."""
        for state in team.states:
            del self._world.states[state.id]
        team.states.clear()
        for position, (name, state_type) in enumerate(states):
            self.add_state(team, name, state_type, position, "#bec2c8")

    def set_triage(self, team: Team, *, enabled: bool) -> None:
        """Let new issues begin in Triage or not; the state stays, with the issues that are in it."""
        team.triage_enabled = enabled
        if enabled and not any(state.type == "triage" for state in team.states):
            self.add_state(team, _TRIAGE.name, _TRIAGE.type, _TRIAGE.position, _TRIAGE.color)
        self._world.touch(team)

    def _key(self, organization: Organization, name: str, wanted: str | None) -> str:
        taken = {team.key for team in self._world.teams.values() if team.organization is organization}
        if not wanted:
            return key_from_name(name, taken)
        key = wanted.upper()
        if not key.isalnum() or not key[0].isalpha() or len(key) > KEY_LIMIT:
            raise invalid_argument(f"key must be up to {KEY_LIMIT} letters and digits.")
        if key in taken:
            raise refused_input("Team key is already in use.")
        return key


def add_member(team: Team, user: User) -> None:
    """Let the user into the team; a private team is seen by its members only."""
    if user not in team.members:
        team.members.append(user)
