"""Duplicates: an issue that another one stands for."""

from sandbox.linear.access import Access, Actor
from sandbox.linear.customers import Customers
from sandbox.linear.errors import not_found, refused_input
from sandbox.linear.issues import Issues
from sandbox.linear.journal import Journal
from sandbox.linear.model import Issue
from sandbox.linear.world import World


class Duplicates:
    """Marks duplicates, as Linear's app does it."""

    def __init__(self, world: World, journal: Journal, issues: Issues, customers: Customers) -> None:
        self._world = world
        self._journal = journal
        self._issues = issues
        self._customers = customers

    def mark(self, actor: Actor, reference: str, original: str) -> Issue:
        """Put the issue into the team's duplicate state; its links and customers' needs move to the original.

        That they move is so since May 2026.

        Raises:
            LinearError: an issue is not found, they are the same, or the team has no such state.
        """
        access = Access(self._world, actor.user)
        issue, kept = access.issue(reference), access.issue(original)
        if issue is kept:
            raise refused_input("An issue cannot be a duplicate of itself.")
        state = next((one for one in issue.team.states if one.type == "duplicate"), None)
        if state is None:
            raise not_found("WorkflowState")
        self._issues.update(actor, issue.id, {"stateId": state.id}, by_hand=True)
        for attachment in list(issue.attachments):
            with self._journal.updating(attachment, actor):
                attachment.original_issue = attachment.original_issue or issue
                attachment.issue = kept
            issue.attachments.remove(attachment)
            kept.attachments.append(attachment)
        self._customers.move_needs(actor, issue, kept)
        return issue
