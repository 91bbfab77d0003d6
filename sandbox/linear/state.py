"""``GET /_/state``: all that Linear holds, as JSON, for people who look into the sandbox."""

from typing import Any

from sandbox.linear.scalars import iso
from sandbox.linear.snapshots import snapshot, state_data, team_data, user_data
from sandbox.linear.world import World


def state_of(world: World) -> dict[str, Any]:
    """Return the organizations, teams, states, users, labels, issues, comments and attachments."""
    return {
        "now": iso(world.now()),
        "organizations": [
            {"id": one.id, "name": one.name, "urlKey": one.url_key} for one in world.organizations.values()
        ],
        "users": [
            {**user_data(one), "admin": one.admin, "app": one.app, "organizationId": one.organization.id}
            for one in world.users.values()
        ],
        "teams": [
            {
                **team_data(one),
                "visibility": one.visibility,
                "triageEnabled": one.triage_enabled,
                "organizationId": one.organization.id,
                "memberIds": [member.id for member in one.members],
            }
            for one in world.teams.values()
        ],
        "states": [
            {**state_data(one), "position": one.position, "teamId": one.team.id} for one in world.states.values()
        ],
        "labels": [
            {"id": one.id, "name": one.name, "color": one.color, "teamId": one.team.id if one.team else None}
            for one in world.labels.values()
        ],
        "issues": [snapshot(one) for one in world.issues.values()],
        "comments": [snapshot(one) for one in world.comments.values()],
        "attachments": [snapshot(one) for one in world.attachments.values()],
    }
