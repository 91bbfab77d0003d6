"""Words for what is stuck: why, and what to do about it."""

from collections.abc import Iterable, Mapping

from bot.domain.effects import Destination
from bot.domain.trouble import Cause, Stuck

# Stands after a colon.
WHY: Mapping[Cause, str] = {
    Cause.ARCHIVED: "the channel is archived",
    Cause.REMOVED: "I am not in the channel any more",
    Cause.CHANNEL_GONE: "I cannot find the channel any more",
    Cause.RESTRICTED: "I may not write in the channel",
    Cause.SLACK_TOKEN: "Slack does not accept my token",
    Cause.SLACK_SCOPE: "I lack a permission in Slack",
    Cause.SLACK_REFUSES: "Slack refuses it",
    Cause.LINEAR_CREDENTIAL: "Linear is disconnected, as it does not accept my key",
    Cause.LINEAR_TEAM: "Linear does not know the team any more",
    Cause.LINEAR_REFUSES: "Linear refuses it",
    Cause.TRIED_OUT: "it failed for days",
}
FIXES: Mapping[Cause, str] = {
    Cause.ARCHIVED: (
        "Unarchive the channel; or, if it was your team's, type /threadline link-channel in the one that takes its "
        "place."
    ),
    Cause.REMOVED: "Type /invite @Threadline in the channel.",
    Cause.CHANNEL_GONE: (
        "If it is private, type /invite @Threadline there. If it was your team's and is deleted, type /threadline "
        "link-channel in the one that takes its place."
    ),
    Cause.RESTRICTED: "Let Threadline post there, in the channel's settings.",
    Cause.SLACK_TOKEN: "Whoever runs Threadline needs to give it a new token and start it again.",
    Cause.SLACK_SCOPE: "Install Threadline in the workspace again: that gives it every permission.",
    Cause.SLACK_REFUSES: "Whoever runs Threadline finds Slack's answer in the log.",
    Cause.LINEAR_CREDENTIAL: (
        "The organization's owner connects it again with /threadline linear, or whoever runs Threadline gives it a "
        "new key and starts it again."
    ),
    Cause.LINEAR_TEAM: "Restore the team in Linear, or let Threadline's key see it.",
    Cause.LINEAR_REFUSES: "Whoever runs Threadline finds Linear's answer in the log.",
    Cause.TRIED_OUT: (
        "Type /threadline status and press Try again, or whoever runs Threadline types python app.py retry."
    ),
}
# What does not come on, where it says so under an issue.
_NOT_COMING: Mapping[Destination, str] = {
    Destination.LINEAR: "Linear is not up to date",
    Destination.LINEAR_EXTRAS: "Files and links for Linear wait",
    Destination.CUSTOMER: "The customer's thread waits",
    Destination.TRIAGE: "This thread waits",
    Destination.CUSTOMER_FILES: "Files for the customer wait",
    Destination.TRIAGE_FILES: "Files for this thread wait",
}
PLACES: Mapping[Destination, str] = {
    Destination.LINEAR: "Linear",
    Destination.LINEAR_EXTRAS: "files and links in Linear",
    Destination.CUSTOMER: "customers' messages",
    Destination.TRIAGE: "triage messages",
    Destination.CUSTOMER_FILES: "customers' files",
    Destination.TRIAGE_FILES: "triage files",
    Destination.PERSON: "messages to the owner",
    Destination.TIDY: "messages to delete",
}
NOT_YET_IN_LINEAR = "Not yet in Linear"
WAITS = "Something waits"
TRYING_AGAIN = "Trying again now. To see what comes of it, type /threadline status."
NOTHING_STUCK = "Nothing of this issue is stuck any more."
NOTHING_STUCK_AT_ALL = "Nothing is stuck any more."


def stuck_line(stuck: Stuck, *, in_linear: bool) -> str:
    """Return what of an issue is stuck, and why; ``in_linear``: it was opened there."""
    what = _NOT_COMING.get(stuck.destination, WAITS)
    if stuck.destination is Destination.LINEAR and not in_linear:
        what = NOT_YET_IN_LINEAR
    return f"{what}: {WHY[stuck.cause]}"


def stuck_lines(found: Iterable[Stuck], *, in_linear: bool) -> list[str]:
    """Return each such line once."""
    return list(dict.fromkeys(stuck_line(stuck, in_linear=in_linear) for stuck in found))
