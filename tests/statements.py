"""Every query carries the organization: each SQL statement that a test lets ``storage/`` run is looked at.

A statement that reaches rows of organizations, in a table with an ``organization_id``, must compare that with a
value, or be of a function that is listed here with the reason why it need not.
"""

import functools
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from greenlet import getcurrent
from sqlalchemy import event
from sqlalchemy.engine import Engine

from storage.tables import Base

ONES_OWN = "by the user: what is theirs, wherever they are"
ADDRESS = "by an address of Slack's, which is one organization's: it is part of the answer"
WORKER = "by a lane that the worker holds, whosesoever it is"
OPERATOR = "for who runs the program: all organizations"
UNIQUE = "by a key that is unique across organizations"
EXCEPTIONS: Mapping[str, str] = {
    "blocked.stuck_everywhere": OPERATOR,
    "blocked._waiting": "by what the caller chose; whoever runs the program chooses all organizations",
    "channels.channel_link": ADDRESS,
    "channels.move_channel": "by an address of Slack's: it is the same channel, for whomever",
    "checks.rows_marked": OPERATOR,
    "comments.comment_said_in": ADDRESS,
    "hurrying.hurry_lanes": "by what the caller chose; whoever runs the program chooses all organizations",
    "hurrying._hurry_left": "by a lane that was chosen just now, as above",
    "issues.issue_raised_by": UNIQUE,
    "issues.issues_of_user": ONES_OWN,
    "leases._one_or_lost": WORKER,
    "leases._pass_by": WORKER,
    "leases.lease": WORKER,
    "leases.lock_held": WORKER,
    "linear_events.prune": "what is old, whosesoever it is",
    "linear_followers.followers": "by Linear's own id, among whom a credential serves: whose it is, is the answer",
    "linear_followers.issues_being_opened": "by our own id, among whom a credential serves: as above",
    "linear_sync.organizations_warned": OPERATOR,
    "linear_sync.teams_to_read": OPERATOR,
    "links.is_being_posted": "by an address of Slack's, where no ts is known that would tell whose it is",
    "links.issue_at": ADDRESS,
    "links.withdraw_triage": "by an address of Slack's: others read the channel, for whomever its messages are",
    "linear_connections.connection_at": "by its webhook's path: whose it is, is the answer",
    "linear_connections.everybodys_state": OPERATOR,
    "linear_installs.begin": "what nobody ended in time, whosesoever it was",
    "linear_installs.find": "by its state's hash: whose it is, is the answer",
    "linear_installs.use": "by its state's hash: whose it is, is the answer",
    "linear_teams.is_taken": "a Linear team belongs to one organization of all",
    "modes.active_modes": ONES_OWN,
    "organizations.all_organizations": OPERATOR,
    "organizations.is_name_taken": UNIQUE,
    "organizations.organization_named": OPERATOR,
    "organizations.organization_of_request": UNIQUE,
    "organizations.organizations_of": ONES_OWN,
    "organizations.organizations_of_vendor": ONES_OWN,
    "organizations.organizations_owned_by": ONES_OWN,
    "organizations.organizations_without_team": OPERATOR,
    "organizations.taken_linear_teams": "a Linear team belongs to one organization of all",
    "outbox.enqueue_all": "by the lane's key, which begins with the organization's id",
    "outbox.is_waiting": "by the lane's key, which begins with the organization's id",
    "outbox.seconds_until_due": WORKER,
    "outbox.lock_subject": "by the subject, which is one organization's",
    "raised.add_raised": "what it joins is what it adds itself",
    "raising.customers_there": ADDRESS,
    "owed.owed_everywhere": OPERATOR,
    "people.users_with_trusted_email": "by the workspace: whoever has an organization that owns it",
    "profiles.profiles_of": ONES_OWN,
    "tokens.find": "by the token's hash: whose it is, is the answer",
    "tokens.note_use": "by the id of a token that was just shown",
    "tokens.revoke": ONES_OWN,
    "tokens.tokens_of": ONES_OWN,
}

TESTS = Path(__file__).parent
STORAGE = TESTS.parent / "storage"
# These run the statements of others.
NOBODYS = frozenset({"transaction.py", "given.py", "built.py", "greenlets.py"})
TENANTS = frozenset(
    {table.name for table in Base.metadata.tables.values() if "organization_id" in table.columns} | {"organization"}
)
# A value, or the one of each row that the statement is given (storage/given.py).
_VALUE = r"(?:\?|\$\d+|given\.organization_id)"
_COMPARES = re.compile(
    # An organization's own id is "organization.id".
    rf"(?:\borganization_id|\borganization\.id) (?:= {_VALUE}|IN \({_VALUE})"
    # What is updated instead of inserted is of the same organization.
    r"|\bON CONFLICT \([^)]*\borganization_id\b"
)
_CONDITION = re.compile(r"\b(?:WHERE|ON)\b.*", re.DOTALL)
_TABLE = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO) (\w+)")


def lacks_organization(statement: str) -> bool:
    """Tell whether a statement reaches rows of organizations, and does not say of which."""
    if not TENANTS & set(_TABLE.findall(statement)):
        return False
    if statement.startswith("INSERT") and "DO UPDATE" not in statement:
        # A new row names its organization: the column takes no NULL.
        return False
    condition = _CONDITION.search(statement)
    return condition is None or not _COMPARES.search(condition.group())


class Watch:
    """Looks at each statement once, and remembers which functions ran those that name no organization."""

    def __init__(self) -> None:
        self._seen = set[str]()
        self.found = dict[str, str]()

    def look(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Take a statement, as SQLAlchemy tells of it before it is run."""
        if statement in self._seen:
            return
        function = _running_function()
        if function is None:
            # A test looks for itself.
            return
        self._seen.add(statement)
        if lacks_organization(statement):
            self.found[function] = statement

    @property
    def unexcused(self) -> dict[str, str]:
        """What was found of functions that are not listed above."""
        return {function: found for function, found in self.found.items() if function not in EXCEPTIONS}


def watch_everything() -> Watch:
    """Look at what runs on any engine from now on."""
    watch = Watch()
    event.listen(Engine, "before_cursor_execute", watch.look)
    return watch


def _running_function() -> str | None:
    """Return the function of ``storage/`` that runs a statement, as ``module.function``; None: none does."""
    for frame in _frames():
        module = _module(frame.f_code.co_filename)
        if module is not None:
            return f"{module}.{frame.f_code.co_qualname.partition('.')[0]}" if module else None
    return None


@functools.cache
def _module(file: str) -> str | None:
    """Name a module of ``storage/``; a test's has an empty name, and what is neither, or nobody's, has none."""
    path = Path(file)
    if path.parent == STORAGE and path.name not in NOBODYS:
        return path.stem
    return "" if TESTS in path.parents and path != Path(__file__) else None


def _frames() -> Iterator[FrameType]:
    """Yield the frames from the innermost on; SQLAlchemy runs its inside in a greenlet of its own."""
    current, frame = getcurrent(), inspect.currentframe()
    while current is not None:
        while frame is not None:
            yield frame
            frame = frame.f_back
        current = current.parent
        frame = None if current is None else current.gr_frame
