"""``GET /_/state``: all that Linear holds, as JSON, for people who look into the sandbox."""

from collections.abc import Sequence
from typing import Any

from sandbox.linear.delivery import Delivery
from sandbox.linear.scalars import iso, maybe_iso
from sandbox.linear.snapshots import snapshot, state_data, team_data, user_data
from sandbox.linear.subscription import Webhook
from sandbox.linear.world import World


def state_of(world: World, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """Return everything that is kept, without secrets, and what webhooks were told."""
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
        "customers": [snapshot(one) for one in world.customers.values()],
        "customerNeeds": [snapshot(one) for one in world.needs.values()],
        "webhooks": [_webhook(one) for one in world.webhooks.values()],
        "deliveries": [_delivery(one) for one in deliveries],
    }


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "enabled": webhook.enabled,
        "resourceTypes": list(webhook.resource_types),
        "teamId": webhook.team.id if webhook.team else None,
        "organizationId": webhook.organization.id,
    }


def _delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "webhookId": delivery.webhook.id,
        "event": delivery.event,
        "action": delivery.action,
        "entityId": delivery.entity_id,
        "url": delivery.url,
        "body": delivery.body.decode(errors="replace"),
        "signature": delivery.signature,
        "state": delivery.state,
        "oddity": delivery.oddity,
        "due": maybe_iso(delivery.due),
        "attempts": [
            {"at": iso(one.at), "status": one.status, "answer": one.answer, "seconds": one.seconds}
            for one in delivery.attempts
        ],
    }
