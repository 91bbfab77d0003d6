"""Comments on issues. A comment does not move its issue's ``updatedAt``: Linear does not say that it does."""

from typing import Any

from sandbox.linear.access import Access, Actor, require_uuid
from sandbox.linear.errors import invalid_argument, refused_input
from sandbox.linear.journal import Journal
from sandbox.linear.model import Comment, Issue
from sandbox.linear.outside import Outside, SlackEntity
from sandbox.linear.world import World


class Comments:
    """What can be done to comments, by API clients and by people alike."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal

    def create(self, actor: Actor, given: dict[str, Any], outside: Outside | None = None) -> Comment:
        """Carry out ``commentCreate`` with a CommentCreateInput.

        Args:
            actor: who asks.
            given: the input; of the things that can be commented on the sandbox has issues only.
            outside: where it came from, when Linear's own integration brought it.

        Raises:
            LinearError: something is not found, not valid or not allowed.
        """
        access = Access(self._world, actor.user)
        if given.get("issueId") is None:
            raise invalid_argument("One of issueId, projectId or documentContentId must be given.")
        issue = access.issue(given["issueId"])
        body = _body(given.get("body"))
        parent = _parent(access, issue, given.get("parentId"))
        bot = actor.bot(given.get("createAsUser"), given.get("displayIconUrl"))
        comment_id = self._world.claim("Comment", given.get("id"), self._world.comments)
        now, turn = self._world.now(), self._world.next_turn()
        comment = Comment(
            id=comment_id,
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            issue=issue,
            body=body,
            # What came through an integration has no user [O]; it names its bot instead.
            user=None if outside else actor.user,
            parent=parent,
            bot_actor=outside.bot if outside else bot,
            external_user=outside.user if outside else None,
            external_thread=outside.thread if outside else None,
            synced_with=_synced(parent, outside),
        )
        self._world.comments[comment.id] = comment
        issue.comments.append(comment)
        self._journal.created(comment, actor)
        return comment

    def update(
        self, actor: Actor, comment_id: str, given: dict[str, Any], *, skip_edited_at: bool = False
    ) -> Comment:
        """Carry out ``commentUpdate`` with a CommentUpdateInput."""
        comment = Access(self._world, actor.user).comment(comment_id)
        if given.get("body") is None or given["body"] == comment.body:
            return comment
        body = _body(given["body"])
        with self._journal.updating(comment, actor):
            comment.body = body
            if not skip_edited_at:
                comment.edited_at = self._world.now()
        return comment

    def delete(self, actor: Actor, comment_id: str) -> Comment:
        """Carry out ``commentDelete``: the comment is gone, and with a thread's first one its answers."""
        comment = Access(self._world, actor.user).comment(comment_id)
        for answer in [other for other in comment.issue.comments if other.parent is comment]:
            self._remove(actor, answer)
        self._remove(actor, comment)
        return comment

    def _remove(self, actor: Actor, comment: Comment) -> None:
        # A published removal has the comment as it was: no archivedAt, and the updatedAt of its last edit.
        del self._world.comments[comment.id]
        comment.issue.comments.remove(comment)
        self._journal.removed(comment, actor)


def _body(body: str | None) -> str:
    if body is None or not body.strip():
        raise invalid_argument("body must be longer than or equal to 1 characters.")
    return body


def _synced(parent: Comment | None, outside: Outside | None) -> list[SlackEntity] | None:
    if outside is not None:
        return [outside.message] if outside.message else None
    thread = parent.external_thread if parent else None
    # An answer in a thread that is kept in step is posted to Slack by Linear's app.
    return [SlackEntity.of(thread.url, from_slack=False)] if thread and thread.is_connected else None


def _parent(access: Access, issue: Issue, parent_id: str | None) -> Comment | None:
    if parent_id is None:
        return None
    parent = access.comment(require_uuid("parentId", parent_id))
    if parent.issue is not issue:
        raise refused_input("The parent comment belongs to another issue.")
    if parent.parent is not None:
        raise refused_input("The parent comment must be the first of its thread.")
    return parent
