"""Why something cannot be done with an issue, in sentences for people."""

from collections.abc import Mapping

from bot.domain.issues import Status
from bot.domain.life import Action, Why
from bot.domain.people import SOMEBODY
from storage.lives import LivingIssue

NO_SUCH_ISSUE = "There is no such issue for you."
NOT_ALLOWED: Mapping[Action, str] = {
    Action.CONFIRM: "Only the customer who has the issue can confirm that it is solved.",
    Action.REOPEN: "Only {organization}'s vendors and the issue's customer can reopen it.",
    Action.CLOSE: "Only {organization}'s vendors and the issue's customer can close it.",
    Action.COMMENT_PUBLIC: (
        "Only {organization}'s people and the issue's customer are heard here. "
        "Type /raise-issue to raise an issue of your own."
    ),
    Action.COMMENT_INTERNAL: "Only {organization}'s people can write internal notes.",
    Action.SEE_TRIAGE: "Only {organization}'s people can see this.",
}
VENDORS_ONLY = "Only {organization}'s vendors can do this."
IS_ALREADY = "{number} is {status} already."
NOT_RESOLVED_YET = "{number} is {status}: it can be confirmed once it is resolved."
REOPEN_FIRST = "{number} is {status}. Reopen it first."
CLOSED_TOO_LONG = "{number} was closed more than {days} days ago. Please raise a new issue."
TAKEN = "{assignee} is on {number} already."
YOURS = "You are on {number} already."
NOT_A_VENDOR = "Choose one of {organization}'s vendors."
UNCHANGED = "It is so already: nothing was changed."
FOLLOWS_ALREADY = "{number} follows {identifier} already."
FOLLOWS_ANOTHER = "{number} follows {identifier} by now: look again first."
FOLLOWS_NOTHING = "{number} follows no Linear issue any more."
ON_ITS_WAY = "{number} is on its way to Linear already. Link it once it is there."
PAUSED_ALREADY = "Linear is paused for {number} already."
RESUMED_ALREADY = "Linear is not paused for {number} any more."
RESUME_FIRST = "Linear is paused for {number}. Resume it first."
LINEAR_OFF = "Linear is off here: there is nothing to link."
NO_LINEAR_NAME = "Paste a Linear issue's address, or type its identifier, such as ENG-12."
STAFF_ONLY_LINK = "Only {organization}'s people can link Linear issues. Leave this empty."
STATUS_WORDS: Mapping[Status, str] = {status: status.value.replace("_", " ") for status in Status}
# From these statuses an action has nothing left to do.
_DONE: Mapping[Action, frozenset[Status]] = {
    Action.START: frozenset({Status.IN_PROGRESS}),
    Action.RESOLVE: frozenset({Status.RESOLVED}),
    Action.CONFIRM: frozenset({Status.CLOSED}),
    Action.REOPEN: frozenset({Status.OPEN, Status.IN_PROGRESS}),
    Action.CLOSE: frozenset({Status.CLOSED}),
}


def not_allowed(action: Action, organization_name: str) -> str:
    """Return who may do this."""
    return NOT_ALLOWED.get(action, VENDORS_ONLY).format(organization=organization_name)


def conflict(action: Action, why: Why, living: LivingIssue) -> str:
    """Return why the issue's present state does not allow this."""
    status, words = (
        living.state.status,
        {
            "number": living.issue.number,
            "status": STATUS_WORDS[living.state.status],
            "assignee": living.assignee_first_name or SOMEBODY,
            "days": living.reopen_days,
        },
    )
    if why is Why.TOO_LATE:
        template = CLOSED_TOO_LONG
    elif why in {Why.TAKEN, Why.ALREADY}:
        template = YOURS if why is Why.ALREADY and action is Action.CLAIM else TAKEN
    elif status in _DONE.get(action, frozenset()):
        template = IS_ALREADY
    else:
        template = NOT_RESOLVED_YET if action is Action.CONFIRM else REOPEN_FIRST
    return template.format(**words)
