"""What of Slack and Linear the program calls while it serves: each is to meet a fault in a run."""

# Called in every round, whatever the people there do by chance: the plan sees to it that they do enough.
EVERYWHERE = frozenset(
    {
        "auth.test",
        "chat.delete",
        "chat.getPermalink",
        "chat.postMessage",
        "chat.update",
        "conversations.history",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "pins.add",
        "upload",
        "url_private",
        "users.info",
        "views.open",
        "views.update",
        "AttachmentCreate",
        "Capabilities",
        "CommentCreate",
        "CommentDelete",
        "CommentUpdate",
        "FileUpload",
        "Issue",
        "IssueComments",
        "IssueCreate",
        "IssueUpdate",
        "TeamCreate",
        "TeamStates",
        "Teams",
        "UserByEmail",
        "upload_url",
    }
)
# Where customers are told in their direct messages.
PRIVATE = frozenset({"conversations.open"})


def methods_of(number: int, rounds: int, *, private: bool, most: int) -> frozenset[str]:
    """Return what is to meet a fault in one of several rounds: all together, everything.

    Args:
        number: of the round, from 0.
        rounds: how many there are.
        private: its customers are told in their direct messages.
        most: how many faults come in it.
    """
    dealt = sorted(EVERYWHERE)[number::rounds]
    return frozenset([*(PRIVATE if private else ()), *dealt][:most])
