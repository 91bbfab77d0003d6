"""Creating, changing and deleting webhooks, which takes an admin."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.linear.access import Access, Actor
from sandbox.linear.errors import forbidden, invalid_argument, not_found
from sandbox.linear.model import Organization, Team, User
from sandbox.linear.naming import is_uuid
from sandbox.linear.subscription import KNOWN_TYPES, Webhook
from sandbox.linear.world import World

SECRET_PREFIX = "lin_wh_"  # noqa: S105 - what a secret begins with is none
SECRET_LENGTH = 36


class Subscribing:
    """What can be done to webhooks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(
        self,
        organization: Organization,
        url: str,
        *,
        secret: str | None,
        resource_types: list[str],
        team: Team | None,
        webhook_id: str | None = None,
        creator: User | None = None,
        label: str | None = None,
    ) -> Webhook:
        """Keep a new webhook; a secret is made when none is given.

        Raises:
            LinearError: the address, a type or the id will not do.
        """
        now, turn = self._world.now(), self._world.next_turn()
        webhook = Webhook(
            id=self._world.claim("Webhook", webhook_id, self._world.webhooks),
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            organization=organization,
            url=_url(url),
            secret=secret or self._new_secret(),
            resource_types=_types(resource_types),
            team=team,
            creator=creator,
            label=label,
        )
        self._world.webhooks[webhook.id] = webhook
        return webhook

    def create(self, actor: Actor, given: dict[str, Any]) -> Webhook:
        """Carry out ``webhookCreate`` with a WebhookCreateInput."""
        access = self._administered(actor)
        wanted = given.get("teamId")
        if (wanted is None) == (not given.get("allPublicTeams")):
            raise invalid_argument("One of teamId and allPublicTeams must be given.")
        webhook = self.add(
            access.organization,
            given["url"],
            secret=given.get("secret"),
            resource_types=given["resourceTypes"],
            team=None if wanted is None else _team(access, wanted),
            webhook_id=given.get("id"),
            creator=actor.user,
            label=given.get("label"),
        )
        webhook.enabled = given.get("enabled") is not False
        return webhook

    def update(self, actor: Actor, webhook_id: str, given: dict[str, Any]) -> Webhook:
        """Carry out ``webhookUpdate`` with a WebhookUpdateInput; what is absent stays."""
        webhook = self.one(actor, webhook_id)
        if given.get("url") is not None:
            webhook.url = _url(given["url"])
        if given.get("resourceTypes") is not None:
            webhook.resource_types = _types(given["resourceTypes"])
        for name in ("enabled", "secret", "label"):
            if given.get(name) is not None:
                setattr(webhook, name, given[name])
        self._world.touch(webhook)
        return webhook

    def delete(self, actor: Actor, webhook_id: str) -> Webhook:
        """Carry out ``webhookDelete``."""
        webhook = self.one(actor, webhook_id)
        del self._world.webhooks[webhook.id]
        return webhook

    def rotate_secret(self, actor: Actor, webhook_id: str) -> str:
        """Carry out ``webhookRotateSecret``: the old secret signs nothing more from now on."""
        webhook = self.one(actor, webhook_id)
        webhook.secret = self._new_secret()
        self._world.touch(webhook)
        return webhook.secret

    def all(self, actor: Actor) -> list[Webhook]:
        """Return the workspace's webhooks."""
        access = self._administered(actor)
        return [one for one in self._world.webhooks.values() if one.organization is access.organization]

    def one(self, actor: Actor, webhook_id: str) -> Webhook:
        """Return the webhook of that id; raises "Entity not found: Webhook"."""
        for webhook in self.all(actor):
            if webhook.id == webhook_id.lower():
                return webhook
        raise not_found("Webhook")

    def _administered(self, actor: Actor) -> Access:
        # The scope `admin` cannot be asked for together with actor=app [D].
        if actor.as_app or not actor.user.admin:
            raise forbidden("Only admins can manage webhooks.")
        return Access(self._world, actor.user)

    def _new_secret(self) -> str:
        return SECRET_PREFIX + self._world.random_text(SECRET_LENGTH)


def _url(url: str) -> str:
    # The real Linear wants public HTTPS; everything here is on the loopback.
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise invalid_argument("url must be a URL address.")
    return url


def _types(names: list[str]) -> list[str]:
    unknown = [name for name in names if name not in KNOWN_TYPES]
    if unknown or not names:
        raise invalid_argument(
            f"resourceTypes must name types of resources: {', '.join(unknown) or 'none is named'}."
        )
    return list(names)


def _team(access: Access, reference: str) -> Team:
    if is_uuid(reference):
        return access.team(reference)
    for team in access.teams():
        if team.key == reference.upper():
            return team
    raise not_found("Team")
