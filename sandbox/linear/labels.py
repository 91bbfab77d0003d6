"""Labels: made, renamed and deleted by people."""

from sandbox.linear.access import Actor
from sandbox.linear.journal import Journal
from sandbox.linear.model import IssueLabel, Organization, Team, User
from sandbox.linear.world import World

COLOR = "#bec2c8"


class Labels:
    """What can be done to labels."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal

    def add(
        self, organization: Organization, name: str, team: Team | None, creator: User | None = None
    ) -> IssueLabel:
        """Keep a new label, without a word to webhooks."""
        now, turn = self._world.now(), self._world.next_turn()
        label = IssueLabel(
            id=self._world.new_id(),
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            organization=organization,
            name=name,
            color=COLOR,
            team=team,
            creator=creator,
        )
        self._world.labels[label.id] = label
        return label

    def create(self, actor: Actor, name: str, team: Team | None) -> IssueLabel:
        """Make a label."""
        label = self.add(actor.user.organization, name, team, actor.user)
        self._journal.created(label, actor)
        return label

    def rename(self, actor: Actor, label: IssueLabel, name: str) -> None:
        """Write another name."""
        with self._journal.updating(label, actor):
            label.name = name

    def delete(self, actor: Actor, label: IssueLabel) -> None:
        """Take the label off its issues, and out of the world."""
        for issue in self._world.issues.values():
            if label in issue.labels:
                with self._journal.updating(issue, actor):
                    issue.labels = [one for one in issue.labels if one is not label]
        label.archived_at = self._world.now()
        self._world.touch(label)
        del self._world.labels[label.id]
        self._journal.removed(label, actor)
