"""The lines of what happened in Linear where nobody knows who did it: found by asking, or so before a link."""

from collections.abc import Mapping

from bot.views import ids
from bot.views.issue_buttons import LABELS

# Where it happened, before what happened there.
IN_LINEAR = "In Linear, {line}"
IS_IT_SOLVED = f"Is it solved? Press {LABELS[ids.CONFIRM_SOLVED]} or {LABELS[ids.STILL_BROKEN]} above."
CUSTOMERS_BY_NOBODY: Mapping[str, str] = {
    "assigned": "{assignee} is on it.",
    "started": "work on it started.",
    "resolved": f"it was resolved. {IS_IT_SOLVED}",
    "reopened": "it was reopened.",
    "closed": "it was closed.",
    "priority": "the priority was set to {becomes}.",
    "title": "the title was changed to “{becomes}”.",
    "moved": "it was moved to {becomes}.",
    "unassigned": "it was given back to the team.",
}
TRIAGE_BY_NOBODY: Mapping[str, str] = {
    "assigned": "it was assigned to {assignee}.",
    "started": "it was started.",
    "resolved": "it was resolved.",
    "reopened": "it was reopened.",
    "closed": "it was closed.",
    "priority": "the priority was changed from {was} to {becomes}.",
    "title": "the title was changed from “{was}”.",
    "moved": "it was moved from {was} to {becomes}.",
    "unassigned": "it was unassigned.",
    "kept_status": "it was moved to {was}, but {becomes} was set here later and stays.",
    "kept_title": "the title was changed to “{was}”, but “{becomes}” was set here later and stays.",
    "kept_priority": "the priority was changed to {was}, but {becomes} was set here later and stays.",
    "kept_assignee": "it was assigned to {was}, but it was given to {becomes} here later.",
}
