"""A change as the body of its webhook: Linear's EntityWebhookPayload."""

from typing import Any

from sandbox.linear.journal import Change
from sandbox.linear.scalars import iso

# Published bodies leave out what is not set; only this one was seen as null.
_SAID_WHEN_UNSET = {"botActor"}
# No published body of these has an address.
_WITHOUT_URL = {"Attachment"}


def payload(change: Change) -> dict[str, Any]:
    """Return the body without ``webhookTimestamp`` and ``webhookId``, which each delivery adds."""
    body: dict[str, Any] = {"action": change.action, "actor": change.actor, "createdAt": iso(change.at)}
    if change.data:
        body["data"] = _set(change.data)
    if change.updated_from is not None:
        body["updatedFrom"] = change.updated_from
    if change.url is not None and change.action != "remove" and change.type not in _WITHOUT_URL:
        body["url"] = change.url
    return {**body, "type": change.type, "organizationId": change.organization_id, **change.more}


def _set(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None or name in _SAID_WHEN_UNSET}
