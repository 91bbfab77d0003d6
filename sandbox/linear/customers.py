"""Customers and their needs: only in workspaces where they are switched on."""

from collections.abc import Callable
from typing import Any

from sandbox.linear.access import Access, Actor, require_uuid
from sandbox.linear.attachments import Attachments
from sandbox.linear.customer_model import Customer, CustomerNeed
from sandbox.linear.errors import feature_not_accessible, invalid_argument, not_found, refused_input
from sandbox.linear.journal import Journal
from sandbox.linear.model import Issue, User
from sandbox.linear.world import World

# Linear refuses the domains of public e-mail; which ones it knows is not published.
PUBLIC_DOMAINS = {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de"}
_PLAIN = {"name": "name", "logoUrl": "logo_url", "revenue": "revenue", "size": "size"}


class Customers:
    """What can be done to customers and their needs."""

    def __init__(self, world: World, journal: Journal, attachments: Attachments) -> None:
        self._world = world
        self._journal = journal
        self._attachments = attachments

    # ------------------------------------------------------------------ customers

    def all(self, actor: Actor) -> list[Customer]:
        """Return the workspace's customers.

        Raises:
            LinearError: "feature not accessible".
        """
        organization = actor.user.organization
        if not organization.customers_enabled:
            raise feature_not_accessible("Customers")
        return [one for one in self._world.customers.values() if one.organization is organization]

    def one(self, actor: Actor, reference: str) -> Customer:
        """Return the customer of an id or a slug; raises "Entity not found: Customer"."""
        for customer in self.all(actor):
            if reference in {customer.id, customer.slug_id}:
                return customer
        raise not_found("Customer")

    def upsert(self, actor: Actor, given: dict[str, Any]) -> Customer:
        """Carry out ``customerUpsert``: the first match by id, externalId, slackChannelId or domains is changed.

        Raises:
            LinearError: something is not valid, or belongs to another customer.
        """
        domains = [_domain(one) for one in given.get("domains") or []]
        customer = self._match(actor, given, domains)
        for taken in self._takers(actor, given, domains):
            if taken is not customer:
                raise refused_input("A customer with this domain, external id or Slack channel already exists.")
        owner = self._owner(actor, given)
        if customer is None:
            customer = self._add(actor, given)
            _fill(customer, given, domains, owner)
            self._journal.created(customer, actor)
        else:
            with self._journal.updating(customer, actor):
                _fill(customer, given, domains, owner)
        return customer

    def _match(self, actor: Actor, given: dict[str, Any], domains: list[str]) -> Customer | None:
        tests: list[Callable[[Customer], bool]] = [
            lambda one: one.id == (given.get("id") or "").lower(),
            lambda one: given.get("externalId") in one.external_ids,
            lambda one: one.slack_channel_id is not None and one.slack_channel_id == given.get("slackChannelId"),
            lambda one: bool(set(domains) & set(one.domains)),
        ]
        held = self.all(actor)
        return next((one for test in tests for one in held if test(one)), None)

    def _takers(self, actor: Actor, given: dict[str, Any], domains: list[str]) -> list[Customer]:
        return [
            one
            for one in self.all(actor)
            if given.get("externalId") in one.external_ids
            or (one.slack_channel_id is not None and one.slack_channel_id == given.get("slackChannelId"))
            or set(domains) & set(one.domains)
        ]

    def _owner(self, actor: Actor, given: dict[str, Any]) -> User | None:
        if given.get("ownerId") is None:
            return None
        owner = Access(self._world, actor.user).user_of(require_uuid("ownerId", given["ownerId"]))
        if owner.app:
            raise refused_input("App users cannot own customers.")
        return owner

    def _add(self, actor: Actor, given: dict[str, Any]) -> Customer:
        if not (given.get("name") or "").strip():
            raise invalid_argument("name must be given for a new customer.")
        customer_id = self._world.claim("Customer", given.get("id"), self._world.customers)
        now, turn = self._world.now(), self._world.next_turn()
        customer = Customer(
            id=customer_id,
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            organization=actor.user.organization,
            name=given["name"],
            slug_id=self._world.random_text(12).lower(),
        )
        self._world.customers[customer.id] = customer
        customer.organization.customer_count += 1
        return customer

    # ------------------------------------------------------------------ needs

    def needs(self, actor: Actor) -> list[CustomerNeed]:
        """Return the needs on issues that the actor sees; none where customers are not switched on."""
        access = Access(self._world, actor.user)
        return [one for one in self._world.needs.values() if access.sees(one.issue.team)]

    def need(self, actor: Actor, need_id: str | None) -> CustomerNeed:
        """Return the need; raises "Entity not found: CustomerNeed"."""
        self.all(actor)
        for need in self.needs(actor):
            if need.id == (need_id or "").lower():
                return need
        raise not_found("CustomerNeed")

    def create_need(self, actor: Actor, given: dict[str, Any]) -> CustomerNeed:
        """Carry out ``customerNeedCreate``: the customer by id or by its id in the CRM, never by both.

        Raises:
            LinearError: something is not found, not valid, taken or not allowed.
        """
        customer = self._customer_of(actor, given)
        if given.get("issueId") is None:
            raise invalid_argument("issueId or projectId must be given.")
        issue = Access(self._world, actor.user).issue(given["issueId"])
        priority = _priority(given.get("priority") or 0)
        actor.bot(given.get("createAsUser"), given.get("displayIconUrl"))
        need_id = self._world.claim("CustomerNeed", given.get("id"), self._world.needs)
        now, turn = self._world.now(), self._world.next_turn()
        need = CustomerNeed(
            id=need_id,
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            customer=customer,
            issue=issue,
            body=given.get("body"),
            priority=priority,
            creator=actor.user,
        )
        if given.get("attachmentUrl"):
            link = {"issueId": issue.id, "url": given["attachmentUrl"], "title": customer.name}
            need.attachment = self._attachments.create(actor, link)
        self._world.needs[need.id] = need
        customer.approximate_need_count += 1
        self._journal.created(need, actor)
        return need

    def update_need(self, actor: Actor, need_id: str, given: dict[str, Any]) -> CustomerNeed:
        """Carry out ``customerNeedUpdate`` with a CustomerNeedUpdateInput; what is absent stays."""
        need = self.need(actor, need_id)
        priority = None if given.get("priority") is None else _priority(given["priority"])
        with self._journal.updating(need, actor):
            if "body" in given:
                need.body = given["body"]
            if priority is not None:
                need.priority = priority
        return need

    def delete_need(self, actor: Actor, need_id: str, *, keep_attachment: bool) -> CustomerNeed:
        """Carry out ``customerNeedDelete``."""
        need = self.need(actor, need_id)
        if need.attachment is not None and not keep_attachment and need.attachment.id in self._world.attachments:
            self._attachments.delete(actor, need.attachment.id)
        need.archived_at = self._world.now()
        self._world.touch(need)
        del self._world.needs[need.id]
        need.customer.approximate_need_count -= 1
        self._journal.removed(need, actor)
        return need

    def move_needs(self, actor: Actor, issue: Issue, kept: Issue) -> None:
        """Put an issue's needs on another one."""
        for need in [one for one in self._world.needs.values() if one.issue is issue]:
            with self._journal.updating(need, actor):
                need.original_issue = need.original_issue or issue
                need.issue = kept

    def _customer_of(self, actor: Actor, given: dict[str, Any]) -> Customer:
        customer_id, external = given.get("customerId"), given.get("customerExternalId")
        if (customer_id is None) == (external is None):
            raise invalid_argument("One of customerId and customerExternalId must be given, and not both.")
        if customer_id is not None:
            return self.one(actor, require_uuid("customerId", customer_id))
        for customer in self.all(actor):
            if external in customer.external_ids:
                return customer
        raise not_found("Customer")


def _fill(customer: Customer, given: dict[str, Any], domains: list[str], owner: User | None) -> None:
    for name, attribute in _PLAIN.items():
        if given.get(name) is not None:
            setattr(customer, attribute, given[name])
    if given.get("slackChannelId") is not None:
        customer.slack_channel_id = given["slackChannelId"]
    if owner is not None:
        customer.owner = owner
    external = [given["externalId"]] if given.get("externalId") else []
    # New lists: whoever has read the old ones keeps them.
    customer.domains = list(dict.fromkeys([*customer.domains, *domains]))
    customer.external_ids = list(dict.fromkeys([*customer.external_ids, *external]))


def _domain(domain: str) -> str:
    if domain.lower() in PUBLIC_DOMAINS or "." not in domain:
        raise invalid_argument(f"domains must be a company's own, and {domain} is not.")
    return domain.lower()


def _priority(priority: float) -> int:
    if priority not in {0, 1}:
        raise invalid_argument("priority must be 0 or 1.")
    return int(priority)
