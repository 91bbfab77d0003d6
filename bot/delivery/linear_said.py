"""What is said in Linear, read from there: one comment, or all of an issue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.delivery.linear_ways import LinearCalls
from bot.domain.linear_seen import LinearPerson, SeenComment

# Of another address than Slack's nothing is known but that it is there.
ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Conversation:
    """What stands under an issue, and the threads elsewhere that Linear keeps in step with it.

    ``threads`` are their addresses, by the comments with which they begin. ``whole``: all of it can be seen; of an
    issue in the trash or the archive nobody promises that.
    """

    comments: Sequence[SeenComment]
    threads: Mapping[str, str]
    whole: bool = True


async def read_conversation(linear: LinearCalls, organization_id: int, linear_id: str) -> Conversation:
    """Read all that stands under an issue.

    Raises:
        LinearError: Linear refused: there is no such issue, or see ``LinearApi.run``.
        httpx.TransportError: no answer came.
        DeliveryFailure: there is no way to Linear now.
    """
    nodes, after = list[dict[str, Any]](), None
    while True:
        data = await linear.try_to_run(organization_id, "IssueComments", {"id": linear_id, "after": after})
        issue = data["issue"]
        page = issue["comments"]
        nodes += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    threads = {node["id"]: _thread(node)["url"] or ELSEWHERE for node in nodes if _thread(node)}
    whole = not issue["trashed"] and issue["archivedAt"] is None
    return Conversation([seen_comment(node, linear_id) for node in nodes], threads, whole)


def seen_comment(node: Mapping[str, Any], linear_issue_id: str) -> SeenComment:
    """Return a comment as it is known here, from Linear's ``Comment`` with the fields of ``Comment.graphql``."""
    user, thread = node["user"], _thread(node)
    return SeenComment(
        id=node["id"],
        linear_issue_id=linear_issue_id,
        body=node["body"],
        author=None if user is None else LinearPerson(id=user["id"], name=user["name"], email=user["email"]),
        parent_id=node["parentId"],
        by_integration=user is None or bool(node["botActor"] or node["externalUser"] or thread),
        # Whatever repeats it: an address that is none of Slack's is none of ours.
        slack_url=None if thread is None else str(thread["url"] or ELSEWHERE),
        created_at=moment(node["createdAt"]),
        updated_at=moment(node["updatedAt"]),
    )


def moment(text: str) -> datetime:
    """Return a moment that Linear tells."""
    return datetime.fromisoformat(text)


def _thread(node: Mapping[str, Any]) -> Any:
    """Return the thread elsewhere with which a comment is kept in step; None: with none now."""
    thread = node["externalThread"]
    return thread if thread is not None and thread["isConnected"] else None
