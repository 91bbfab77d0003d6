"""A person in Linear's own application: the same acts as the API's, without requests."""

from typing import Any

from sandbox.linear.access import Access, Actor
from sandbox.linear.context import Acts
from sandbox.linear.errors import not_found
from sandbox.linear.model import PRIORITY_LABELS, IssueLabel, Team, User, WorkflowState
from sandbox.linear.named import Named, reference_of
from sandbox.linear.reading import ReadComment, ReadIssue, read, read_comment
from sandbox.linear.world import World


class Engineer:
    """What one person does. Issues are named by identifier, id, or an object that has the id.

    Every act is done when the method returns, bears the clock's time, and raises LinearError where Linear
    would refuse it.
    """

    def __init__(self, world: World, acts: Acts, user: User) -> None:
        self._world = world
        self._acts = acts
        self._actor = Actor(user)

    def raise_issue(self, team: Named, title: str, description: str | None = None) -> ReadIssue:
        """Write a new issue into a team."""
        given = {"teamId": team.id, "title": title, "description": description}
        return read(self._acts.issues.create(self._actor, given))

    def move(self, issue: str | Named, state: str) -> ReadIssue:
        """Put the issue into the state of that name."""
        team = Access(self._world, self._actor.user).issue(reference_of(issue)).team
        found = next((one for one in team.states if one.name == state), None)
        if found is None:
            raise not_found("WorkflowState")
        return self._update(issue, stateId=found.id)

    def move_to_team(self, issue: str | Named, team: Named) -> ReadIssue:
        """Give the issue to another team, where it gets a new identifier."""
        return self._update(issue, teamId=team.id)

    def rename(self, issue: str | Named, title: str) -> ReadIssue:
        """Write another title."""
        return self._update(issue, title=title)

    def describe(self, issue: str | Named, description: str | None) -> ReadIssue:
        """Write another description."""
        return self._update(issue, description=description)

    def set_priority(self, issue: str | Named, priority: int | str) -> ReadIssue:
        """Set the priority: 0 (none), 1 (urgent) to 4 (low), or its label ("High")."""
        number = PRIORITY_LABELS.index(priority) if isinstance(priority, str) else priority
        return self._update(issue, priority=number)

    def assign(self, issue: str | Named, user: Named | None) -> ReadIssue:
        """Give the issue to someone, or to nobody."""
        return self._update(issue, assigneeId=user.id if user else None)

    def label(self, issue: str | Named, *labels: Named) -> ReadIssue:
        """Put labels on the issue, beside those it has."""
        return self._update(issue, addedLabelIds=[label.id for label in labels])

    def unlabel(self, issue: str | Named, *labels: Named) -> ReadIssue:
        """Take labels off the issue."""
        return self._update(issue, removedLabelIds=[label.id for label in labels])

    def add_label(self, name: str, team: Team | None = None) -> IssueLabel:
        """Make a label, for the workspace or one team."""
        return self._acts.labels.create(self._actor, name, team)

    def rename_label(self, label: IssueLabel, name: str) -> None:
        """Write another name."""
        self._acts.labels.rename(self._actor, label, name)

    def delete_label(self, label: IssueLabel) -> None:
        """Delete a label, which goes from its issues as well."""
        self._acts.labels.delete(self._actor, label)

    def comment(self, issue: str | Named, body: str, *, answering: Named | None = None) -> ReadComment:
        """Write a comment, or an answer in a comment's thread."""
        given = {"issueId": reference_of(issue), "body": body, "parentId": answering.id if answering else None}
        return read_comment(self._acts.comments.create(self._actor, given))

    def edit_comment(self, comment: Named, body: str) -> None:
        """Rewrite a comment."""
        self._acts.comments.update(self._actor, comment.id, {"body": body})

    def delete_comment(self, comment: Named) -> None:
        """Delete a comment, with its thread's answers."""
        self._acts.comments.delete(self._actor, comment.id)

    def archive(self, issue: str | Named) -> ReadIssue:
        """Archive the issue."""
        return read(self._acts.issues.archive(self._actor, reference_of(issue)))

    def restore(self, issue: str | Named) -> ReadIssue:
        """Take the issue out of the archive or the trash."""
        return read(self._acts.issues.unarchive(self._actor, reference_of(issue)))

    def delete(self, issue: str | Named) -> ReadIssue:
        """Put the issue into the trash."""
        return read(self._acts.issues.delete(self._actor, reference_of(issue)))

    def delete_permanently(self, issue: str | Named) -> None:
        """Delete the issue for good, with all that hangs on it; only admins may."""
        self._acts.issues.delete(self._actor, reference_of(issue), permanently=True)

    def mark_duplicate(self, issue: str | Named, original: str | Named) -> ReadIssue:
        """Mark the issue as a duplicate of another, which gets its attachments and its customers' needs."""
        return read(self._acts.duplicates.mark(self._actor, reference_of(issue), reference_of(original)))

    def connect_slack(self, issue: str | Named, url: str) -> ReadComment:
        """Let Linear's own Slack app keep a Slack thread (its permalink) in step with the issue."""
        return read_comment(self._acts.slack.connect(self._actor, reference_of(issue), url))

    def disconnect_slack(self, issue: str | Named, *, connected: bool = False) -> None:
        """Stop that for the issue's threads; ``connected``: let it go on again."""
        self._acts.slack.set_connected(self._actor, reference_of(issue), connected=connected)

    def add_state(self, team: Team, name: str, state_type: str, position: float) -> WorkflowState:
        """Give the team one more state."""
        return self._acts.teams.add_state(team, name, state_type, position, "#bec2c8")

    def rename_state(self, state: WorkflowState, name: str) -> None:
        """Write another name. No webhook tells of states."""
        state.name = name
        self._world.touch(state)

    def _update(self, issue: str | Named, **given: Any) -> ReadIssue:
        return read(self._acts.issues.update(self._actor, reference_of(issue), given, by_hand=True))
