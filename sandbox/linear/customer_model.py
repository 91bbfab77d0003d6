"""Customers and their needs ("customer requests" in Linear's app)."""

from dataclasses import dataclass, field

from sandbox.linear.model import Attachment, Entity, Issue, Organization, User
from sandbox.linear.naming import slug


@dataclass(eq=False, repr=False, kw_only=True)
class Customer(Entity):
    """A company that a workspace works for."""

    organization: Organization
    name: str
    slug_id: str
    domains: list[str] = field(default_factory=list)
    external_ids: list[str] = field(default_factory=list)
    slack_channel_id: str | None = None
    logo_url: str | None = None
    revenue: int | None = None
    size: int | None = None
    owner: User | None = None
    approximate_need_count: int = 0

    @property
    def url(self) -> str:
        """The customer's address in Linear."""
        return f"https://linear.app/{self.organization.url_key}/customer/{slug(self.name)}-{self.slug_id}"


@dataclass(eq=False, repr=False, kw_only=True)
class CustomerNeed(Entity):
    """What a customer asks for, on an issue; ``priority`` is 0 or 1 (important)."""

    customer: Customer
    issue: Issue
    body: str | None
    priority: int
    creator: User | None
    attachment: Attachment | None = None
    original_issue: Issue | None = None

    @property
    def url(self) -> str:
        """Where it is seen: on its issue."""
        return f"{self.issue.url}#customer-need-{self.id[:8]}"
