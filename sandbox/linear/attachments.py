"""Attachments: links on an issue, kept once per issue and address.

The address is compared as it was sent. Two spellings of one Slack permalink are two attachments, as in Linear.
"""

from typing import Any
from urllib.parse import urlsplit

from sandbox.linear.access import Access, Actor
from sandbox.linear.comments import Comments
from sandbox.linear.errors import invalid_argument
from sandbox.linear.journal import Journal
from sandbox.linear.model import Attachment
from sandbox.linear.world import World


class Attachments:
    """What can be done to attachments."""

    def __init__(self, world: World, journal: Journal, comments: Comments) -> None:
        self._world = world
        self._journal = journal
        self._comments = comments

    def create(self, actor: Actor, given: dict[str, Any]) -> Attachment:
        """Carry out ``attachmentCreate``: an upsert by issue and address.

        An existing attachment keeps its id, whatever id is sent; Linear's own answer to that is not established.

        Args:
            actor: who asks.
            given: an AttachmentCreateInput.

        Raises:
            LinearError: something is not found, not valid or not allowed.
        """
        issue = Access(self._world, actor.user).issue(given["issueId"])
        _check(given)
        actor.bot(given.get("createAsUser"), given.get("displayIconUrl"))
        present = next((one for one in issue.attachments if one.url == given["url"]), None)
        attachment = self._change(actor, present, given) if present else self._add(actor, given)
        if given.get("commentBody"):
            self._comments.create(actor, {"issueId": issue.id, "body": given["commentBody"]})
        return attachment

    def delete(self, actor: Actor, attachment_id: str) -> Attachment:
        """Carry out ``attachmentDelete``."""
        attachment = Access(self._world, actor.user).attachment(attachment_id)
        attachment.archived_at = self._world.now()
        self._world.touch(attachment)
        del self._world.attachments[attachment.id]
        attachment.issue.attachments.remove(attachment)
        self._journal.removed(attachment, actor)
        return attachment

    def _add(self, actor: Actor, given: dict[str, Any]) -> Attachment:
        issue = Access(self._world, actor.user).issue(given["issueId"])
        attachment_id = self._world.claim("Attachment", given.get("id"), self._world.attachments)
        now, turn = self._world.now(), self._world.next_turn()
        attachment = Attachment(
            id=attachment_id,
            created_at=now,
            updated_at=now,
            created_turn=turn,
            turn=turn,
            issue=issue,
            url=given["url"],
            title=given["title"],
            subtitle=given.get("subtitle"),
            metadata=dict(given.get("metadata") or {}),
            group_by_source=bool(given.get("groupBySource")),
            creator=actor.user,
            source={"type": "oauthClient", "name": actor.user.name} if actor.as_app else None,
        )
        self._world.attachments[attachment.id] = attachment
        issue.attachments.append(attachment)
        self._journal.created(attachment, actor)
        return attachment

    def _change(self, actor: Actor, attachment: Attachment, given: dict[str, Any]) -> Attachment:
        with self._journal.updating(attachment, actor):
            attachment.title = given["title"]
            if "subtitle" in given:
                attachment.subtitle = given["subtitle"]
            if given.get("metadata") is not None:
                attachment.metadata = dict(given["metadata"])
            if given.get("groupBySource") is not None:
                attachment.group_by_source = given["groupBySource"]
        return attachment


def _check(given: dict[str, Any]) -> None:
    if not given["title"].strip():
        raise invalid_argument("title must be longer than or equal to 1 characters.")
    parts = urlsplit(given["url"])
    if not parts.scheme or not (parts.netloc or parts.path):
        raise invalid_argument("url must be a URL address.")
