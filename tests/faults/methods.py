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
FIRST_PRIVATE = 2


def methods_until(number: int, rounds: int, *, most: int) -> frozenset[str]:
    """Return what is to have met a fault by the end of one of several rounds: all together, everything.

    Args:
        number: of the round, from 0.
        rounds: how many there are.
        most: how many faults have come by then.
    """
    dealt = [method for each in range(min(number + 1, rounds)) for method in sorted(EVERYWHERE)[each::rounds]]
    # The third round is the first whose customers are told in their direct messages.
    return frozenset([*(PRIVATE if number >= FIRST_PRIVATE else ()), *dealt][:most])


def is_private(number: int) -> bool:
    """Tell whether the customers of a round, from 0, are told in their direct messages."""
    return number % (2 * FIRST_PRIVATE) >= FIRST_PRIVATE
