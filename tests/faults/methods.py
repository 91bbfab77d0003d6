"""What of Slack and Linear the program calls while it serves: each is to meet a fault in a run.

That nothing is missing here is a test (tests/faults/test_methods.py).
"""

from collections.abc import Mapping

# Called in every round, whatever the people there do by chance: the plan sees to it that they do enough.
EVERYWHERE = frozenset(
    {
        "auth.test",
        "chat.delete",
        "chat.getPermalink",
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.join",
        "conversations.open",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.delete",
        "files.getUploadURLExternal",
        "files.info",
        "pins.add",
        "upload",
        "url_private",
        "users.info",
        "views.open",
        "AttachmentCreate",
        "Capabilities",
        "Comment",
        "CommentCreate",
        "CommentDelete",
        "CommentUpdate",
        "CommentsByIds",
        "CommentsUpdatedSince",
        "FileUpload",
        "Issue",
        "IssueComments",
        "IssueCreate",
        "IssueHistory",
        "IssueUpdate",
        "IssuesByIds",
        "IssuesUpdatedSince",
        "Team",
        "TeamCreate",
        "TeamStates",
        "Teams",
        "UserByEmail",
        "Webhooks",
        "upload_url",
    }
)
# Called in answer to a person who acted, in every round as well, and best effort (DESIGN, promise 1): a fault may
# cost the words or the look, and no more.
BEST_EFFORT = frozenset(
    {"chat.postEphemeral", "conversations.members", "views.push", "views.update"},
)
# Of four rounds, those in which the bot is an app in Linear; elsewhere it has the key of somebody there.
AS_APP = frozenset({0, 3})
# Those in which Linear keeps for which customer an issue is.
WITH_CUSTOMERS = frozenset({0, 1, 3})
# Those in which customers are told in their direct messages.
PRIVATE = frozenset({2, 3})
# What is called in these alone.
SOMETIMES: Mapping[str, frozenset[int]] = {
    "CustomerNeedCreate": WITH_CUSTOMERS,
    "CustomerUpsert": WITH_CUSTOMERS,
    "Viewer": AS_APP,
    "oauth/token": AS_APP,
}
CYCLE = 4
# What the program can call, and meets no fault here, with the reason.
LEFT_OUT: Mapping[str, str] = {
    "IssueAttachments": "Asked by `reconcile` alone, which only reads, and comes when all faults have ended.",
    "apps.connections.open": "Socket Mode alone; Slack's own library opens the connections, again and again.",
    "oauth/authorize": "A browser is sent there, and nobody here connects an organization of their own.",
    "oauth/revoke": "Called when an owner disconnects their organization; best effort, the token ends by itself.",
    "response_url": "A message in place of another, for one person; else they are answered by chat.postEphemeral.",
}
WANTED = frozenset({*EVERYWHERE, *BEST_EFFORT, *SOMETIMES})


def called_in(number: int) -> frozenset[str]:
    """Return what of all that is called in a round, from 0."""
    never = {method for method, rounds in SOMETIMES.items() if number % CYCLE not in rounds}
    return WANTED - never


def methods_until(number: int, rounds: int, *, most: int) -> frozenset[str]:
    """Return what is to have met a fault by the end of one of several rounds: all together, everything.

    Args:
        number: of the round, from 0.
        rounds: how many there are.
        most: how many faults have come by then.
    """
    dealt = [
        method
        for each in range(min(number + 1, rounds))
        for method in sorted(EVERYWHERE | BEST_EFFORT)[each::rounds]
    ]
    begun = range(min(number + 1, rounds))
    some = [method for method in sorted(SOMETIMES) if any(each % CYCLE in SOMETIMES[method] for each in begun)]
    return frozenset([*some, *dealt][:most])
