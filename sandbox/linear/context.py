"""What a resolver knows about the request it serves."""

from dataclasses import dataclass
from typing import TypeAlias

from graphql import GraphQLResolveInfo

from sandbox.linear.access import Access, Actor
from sandbox.linear.attachments import Attachments
from sandbox.linear.budget import Budget
from sandbox.linear.comments import Comments
from sandbox.linear.customers import Customers
from sandbox.linear.duplicates import Duplicates
from sandbox.linear.issues import Issues
from sandbox.linear.journal import Journal
from sandbox.linear.labels import Labels
from sandbox.linear.slack_app import SlackApp
from sandbox.linear.subscribing import Subscribing
from sandbox.linear.teams import Teams
from sandbox.linear.uploads import Uploads
from sandbox.linear.world import World


class Acts:
    """Everything that can be done to the world."""

    def __init__(self, world: World, journal: Journal) -> None:
        self.teams = Teams(world)
        self.issues = Issues(world, journal)
        self.comments = Comments(world, journal)
        self.attachments = Attachments(world, journal, self.comments)
        self.customers = Customers(world, journal, self.attachments)
        self.duplicates = Duplicates(world, journal, self.issues, self.customers)
        self.slack = SlackApp(world, self.comments)
        self.labels = Labels(world, journal)
        self.webhooks = Subscribing(world)


@dataclass(frozen=True)
class Context:
    """One request.

    Args:
        world: what Linear holds.
        acts: what can be done to it.
        actor: who asks.
        budget: what the request was paid from.
        points: what it cost.
        now: when it is carried out, in seconds since the epoch.
        uploads: where files go.
        base_url: where this Linear is served, without a slash at its end.
    """

    world: World
    acts: Acts
    actor: Actor
    budget: Budget
    points: int
    now: float
    uploads: Uploads
    base_url: str

    @property
    def access(self) -> Access:
        """The world through the actor's eyes."""
        return Access(self.world, self.actor.user)


Info: TypeAlias = GraphQLResolveInfo[Context]
