"""Issues: creating, changing, archiving and trashing them."""

from typing import Any

from sandbox.linear.access import Access, Actor, require_uuid
from sandbox.linear.errors import forbidden, invalid_argument, refused_input
from sandbox.linear.journal import Journal
from sandbox.linear.model import PRIORITY_LABELS, Issue, IssueLabel, Team, WorkflowState
from sandbox.linear.world import World

# Linear publishes no limit. 255 is our assumption, and a strict one: a client has to shorten its titles.
TITLE_LIMIT = 255


class Issues:
    """What can be done to issues, by API clients and by people alike."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal
        #: Whether the trash moves ``updatedAt``. In the published removal it did not, so a client that asks for
        #: what was updated lately does not hear of it.
        self.trash_is_an_update = False

    def create(self, actor: Actor, given: dict[str, Any]) -> Issue:
        """Carry out ``issueCreate`` with an IssueCreateInput.

        Raises:
            LinearError: something is not found, not valid or not allowed.
        """
        access = Access(self._world, actor.user)
        team = access.team(require_uuid("teamId", given["teamId"]))
        # A title may be left out for a template's sake; the sandbox has no templates, so it must be there.
        filled = {**given, "title": given.get("title") or "", "priority": given.get("priority") or 0}
        wanted = _values(access, team, filled)
        bot = actor.bot(given.get("createAsUser"), given.get("displayIconUrl"))
        state: WorkflowState = wanted.pop("state", None) or team.triage_issue_state or team.default_issue_state
        issue_id = self._world.claim("Issue", given.get("id"), self._world.issues)
        team.issue_count += 1
        now, turn = self._world.now(), self._world.next_turn()
        issue = Issue(
            id=issue_id,
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            team=team,
            number=team.issue_count,
            creator=actor.user,
            bot_actor=bot,
            state=state,
            **{"description": None, "assignee": None, **wanted},
        )
        _enter(issue, state, now)
        self._world.issues[issue.id] = issue
        self._journal.created(issue, actor)
        return issue

    def update(self, actor: Actor, reference: str, given: dict[str, Any], *, by_hand: bool = False) -> Issue:
        """Carry out ``issueUpdate`` with an IssueUpdateInput; what is absent stays.

        Args:
            actor: who asks.
            reference: a UUID or an identifier.
            given: the input.
            by_hand: a person in Linear's own app, which asks for the original before it marks a duplicate.

        Raises:
            LinearError: something is not found, not valid or not allowed.
        """
        access = Access(self._world, actor.user)
        issue = access.issue(reference)
        team = issue.team
        if given.get("teamId"):
            team = access.team(require_uuid("teamId", given["teamId"]))
        wanted = _values(access, team, given, issue.labels)
        state = wanted.pop("state", None)
        if state is not None and state.type == "duplicate" and state is not issue.state and not by_hand:
            # Since May 2026 a duplicate must be linked with its original (README, section 1); wording ours.
            raise refused_input("An issue is marked as a duplicate by linking it to the original issue.")
        with self._journal.updating(issue, actor):
            if team is not issue.team:
                self._move(issue, team)
            for name, value in wanted.items():
                setattr(issue, name, value)
            if state is not None:
                _enter(issue, state, self._world.now())
        if given.get("trashed") is not None and bool(issue.trashed) != given["trashed"]:
            self._trash(actor, issue) if given["trashed"] else self.unarchive(actor, issue.id)
        return issue

    def archive(self, actor: Actor, reference: str, *, trash: bool = False) -> Issue:
        """Carry out ``issueArchive``; with ``trash`` it is ``issueDelete``."""
        issue = Access(self._world, actor.user).issue(reference)
        if trash:
            self._trash(actor, issue)
        elif issue.archived_at is None:
            with self._journal.updating(issue, actor):
                issue.archived_at = self._world.now()
        return issue

    def unarchive(self, actor: Actor, reference: str) -> Issue:
        """Carry out ``issueUnarchive``, which takes an issue out of the trash as well."""
        issue = Access(self._world, actor.user).issue(reference)
        with self._journal.updating(issue, actor):
            issue.archived_at = None
            issue.trashed = None
        return issue

    def delete(self, actor: Actor, reference: str, *, permanently: bool = False) -> Issue:
        """Carry out ``issueDelete``: into the trash, or for good, which only admins may."""
        issue = Access(self._world, actor.user).issue(reference)
        if permanently and not actor.user.admin:
            raise forbidden("Only admins can permanently delete issues.")
        self._trash(actor, issue)
        if permanently:
            del self._world.issues[issue.id]
            for comment in issue.comments:
                del self._world.comments[comment.id]
            for need in [one for one in self._world.needs.values() if one.issue is issue]:
                del self._world.needs[need.id]
            for attachment in issue.attachments:
                del self._world.attachments[attachment.id]
        return issue

    def _trash(self, actor: Actor, issue: Issue) -> None:
        if issue.trashed:
            return
        issue.trashed = True
        issue.archived_at = self._world.now()
        if self.trash_is_an_update:
            self._world.touch(issue)
        self._journal.removed(issue, actor)

    def _move(self, issue: Issue, team: Team) -> None:
        issue.previous_identifiers.append(issue.identifier)
        team.issue_count += 1
        issue.team, issue.number = team, team.issue_count
        issue.labels = [label for label in issue.labels if label.team in (None, team)]
        alike = [state for state in team.states if state.type == issue.state.type]
        issue.state = min(alike, key=lambda state: state.position) if alike else team.states[0]


def _values(
    access: Access, team: Team, given: dict[str, Any], labels: list[IssueLabel] | None = None
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.get("title") is not None:
        values["title"] = _title(given["title"])
    if "description" in given:
        values["description"] = given["description"]
    if given.get("priority") is not None:
        values["priority"] = _priority(given["priority"])
    if "assigneeId" in given:
        values["assignee"] = None if given["assigneeId"] is None else _assignee(access, given["assigneeId"])
    if given.get("stateId") is not None:
        values["state"] = _state(access, team, given["stateId"])
    if any(given.get(name) is not None for name in ("labelIds", "addedLabelIds", "removedLabelIds")):
        values["labels"] = _labels(access, given, labels or [])
    return values


def _title(title: str) -> str:
    if not title.strip():
        raise invalid_argument("title must be longer than or equal to 1 characters.")
    if len(title) > TITLE_LIMIT:
        raise invalid_argument(f"title must be shorter than or equal to {TITLE_LIMIT} characters.")
    return title


def _priority(priority: int) -> int:
    if not 0 <= priority < len(PRIORITY_LABELS):
        raise invalid_argument("priority must be between 0 and 4.")
    return priority


def _assignee(access: Access, user_id: str) -> Any:
    return access.user_of(require_uuid("assigneeId", user_id))


def _state(access: Access, team: Team, state_id: str) -> WorkflowState:
    state = access.state(require_uuid("stateId", state_id))
    if state.team is not team:
        raise refused_input("Discrepancy between issue team and workflow state team.")
    return state


def _labels(access: Access, given: dict[str, Any], present: list[IssueLabel]) -> list[IssueLabel]:
    ids = [label.id for label in present] if given.get("labelIds") is None else list(given["labelIds"])
    ids += [added for added in given.get("addedLabelIds") or [] if added not in ids]
    removed = set(given.get("removedLabelIds") or [])
    return [access.label(require_uuid("labelIds", label_id)) for label_id in ids if label_id not in removed]


def _enter(issue: Issue, state: WorkflowState, now: float) -> None:
    # Writing the same completed state again refreshes completedAt [O], so nothing is compared here.
    issue.state = state
    if state.type in {"triage", "backlog", "unstarted"}:
        issue.started_at = None
    elif state.type == "started" and issue.started_at is None:
        issue.started_at = now
    issue.completed_at = now if state.type == "completed" else None
    issue.canceled_at = now if state.type in {"canceled", "duplicate"} else None
