"""Who gets through which door: written by hand from DESIGN, section 5, and from what README promises.

``own`` are those who get through, and reach what is their own organization's: nothing of Acme's.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from bot.views import ids
from tests.border.roles import IN_SLACK, OVER_HTTP, Who
from tests.border.words import EMPLOYEE, MARKER, TEAM, TITLE

NOBODY = frozenset[Who]()
OWNER = frozenset({Who.OWNER})
VENDORS = OWNER | {Who.VENDOR}
STAFF = VENDORS | {Who.EMPLOYEE}
# The issue's own.
CUSTOMER = frozenset({Who.CUSTOMER})
# Acme's; its owner is one, too.
CUSTOMERS = OWNER | {Who.CUSTOMER, Who.OTHER_CUSTOMER}
OF_ACME = STAFF | CUSTOMERS
GLOBEX_OWNER = frozenset({Who.GLOBEX_VENDOR})
OF_GLOBEX = GLOBEX_OWNER | {Who.GLOBEX_CUSTOMER}
SWITCHED_OFF = frozenset({Who.PROFILE_OFF, Who.USER_OFF})
EVERYBODY = frozenset(IN_SLACK)
ALL_BUT_THE_SWITCHED_OFF = EVERYBODY - SWITCHED_OFF
# What was theirs in the conversation before two of them were switched off.
WRITERS = STAFF | CUSTOMER | SWITCHED_OFF

UNAUTHORIZED = frozenset({Who.STRANGER, Who.USER_OFF})
WITH_A_TOKEN = frozenset(OVER_HTTP) - UNAUTHORIZED
HAS_GLOBEX_TOKEN = OF_GLOBEX | {Who.WITH_GLOBEX_TOKEN}


class Kind(enum.Enum):
    """By what it is told that somebody got through."""

    WRITES = "rows of Acme's are changed"
    READS = "what stands in the issue is read"
    OPENS = "a form lies before them"
    TELLS = "something is said, and nothing of the issue"
    SHOWS = "something of Acme's is said"


@dataclass(frozen=True)
class Door:
    """What is expected at one door.

    Args:
        kind: what it is there for.
        allowed: who gets through.
        own: who gets through to their own organization.
        forbidden: over HTTP: who is refused with 403; others are with 404, and without a good token with 401.
        done: over HTTP: the status for those who get through.
        shows: a word of Acme's that stands in the form, or in what is said, where it is about Acme.
    """

    kind: Kind
    allowed: frozenset[Who]
    own: frozenset[Who] = NOBODY
    forbidden: frozenset[Who] = NOBODY
    done: int = 200
    shows: str = ""


def _writes(allowed: frozenset[Who], own: frozenset[Who] = NOBODY) -> Door:
    return Door(Kind.WRITES, allowed, own)


def _opens(allowed: frozenset[Who], own: frozenset[Who] = NOBODY, shows: str = "") -> Door:
    return Door(Kind.OPENS, allowed, own, shows=shows)


IN_SLACK_EXPECTED: Mapping[str, Door] = {
    # Raising: everybody in an intake channel may become a customer, unless they were switched off.
    "/raise-issue (in Acme's intake channel)": _opens(ALL_BUT_THE_SWITCHED_OFF, shows="Acme"),
    "/raise-issue (elsewhere)": _opens(CUSTOMERS, own=OF_GLOBEX, shows="Acme"),
    f"shortcut {ids.RAISE_GLOBAL_SHORTCUT}": _opens(CUSTOMERS, own=OF_GLOBEX, shows="Acme"),
    f"shortcut {ids.RAISE_MESSAGE_SHORTCUT}": _opens(ALL_BUT_THE_SWITCHED_OFF, shows="Acme"),
    f"button {ids.RAISE_BUTTON}": _opens(ALL_BUT_THE_SWITCHED_OFF, shows="Acme"),
    f"modal {ids.RAISE_MODAL} (in Acme's intake channel)": _writes(ALL_BUT_THE_SWITCHED_OFF),
    f"modal {ids.RAISE_MODAL} (there, where customers are invited)": _writes(CUSTOMERS),
    f"modal {ids.RAISE_MODAL} (elsewhere, with Acme)": _writes(CUSTOMERS),
    f"modal {ids.RAISE_MODAL} (for somebody else)": _writes(VENDORS),
    f"modal {ids.RAISE_MODAL} (with a Linear issue)": _writes(STAFF),
    # The life of an issue.
    f"button {ids.CLAIM}": _writes(VENDORS),
    f"button {ids.CLAIM} (Acme's issue by Globex's id)": _writes(NOBODY),
    f"button {ids.START}": _writes(VENDORS),
    f"button {ids.RESOLVE}": _writes(VENDORS),
    f"button {ids.REOPEN}": _writes(VENDORS | CUSTOMER),
    f"button {ids.CLOSE}": _writes(VENDORS | CUSTOMER),
    f"button {ids.TRY_AGAIN}": _writes(VENDORS),
    f"button {ids.TRY_ALL_AGAIN}": _writes(VENDORS),
    f"button {ids.CONFIRM_SOLVED}": _writes(CUSTOMER),
    f"button {ids.STILL_BROKEN}": _writes(VENDORS | CUSTOMER),
    f"button {ids.ADD_DETAILS}": _opens(STAFF | CUSTOMER),
    f"button {ids.MENU} ({ids.MENU_REPLY})": _opens(STAFF | CUSTOMER),
    f"button {ids.MENU} ({ids.MENU_NOTE})": _opens(STAFF),
    f"button {ids.MENU} ({ids.MENU_ASSIGN})": _opens(VENDORS, shows="Victor"),
    f"button {ids.MENU} ({ids.MENU_CHANGE})": _opens(VENDORS, shows=TITLE),
    f"modal {ids.DETAILS_MODAL}": _writes(STAFF | CUSTOMER),
    f"modal {ids.REPLY_MODAL}": _writes(STAFF | CUSTOMER),
    f"modal {ids.NOTE_TO_TEAM_MODAL}": _writes(STAFF),
    f"modal {ids.ASSIGN_MODAL}": _writes(VENDORS),
    f"modal {ids.CHANGE_MODAL}": _writes(VENDORS),
    # What it follows in Linear.
    f"button {ids.MENU} ({ids.MENU_LINEAR})": _opens(VENDORS),
    f"modal {ids.LINEAR_TIE_MODAL}": _writes(VENDORS),
    f"button {ids.LINK_LINEAR}": _writes(VENDORS),
    f"button {ids.LINK_LINEAR} (Acme's issue by Globex's id)": _writes(NOBODY),
    f"button {ids.UNLINK_LINEAR}": _writes(VENDORS),
    f"button {ids.PAUSE_LINEAR}": _writes(VENDORS),
    f"button {ids.RESUME_LINEAR}": _writes(VENDORS),
    # The threads. What was said can be taken back by whoever said it, whatever they are now.
    "event message (in the customer's thread)": _writes(STAFF | CUSTOMER),
    "event message (in the triage thread)": _writes(STAFF),
    "event message (to the customer)": _writes(STAFF | CUSTOMER),
    "event message (an edit for the customer)": _writes(STAFF | CUSTOMER),
    "event message (an edit for the team)": _writes(STAFF),
    "event message (an edit from the team to the customer)": _writes(STAFF | CUSTOMER),
    "event message (a deletion)": _writes(STAFF | SWITCHED_OFF),
    # Channels: vendors. People and settings: the owner.
    "/threadline link-channel": _opens(VENDORS),
    "/threadline unlink-channel": _writes(VENDORS),
    f"modal {ids.LINK_CHANNEL_MODAL} (Acme's channel)": _writes(VENDORS),
    f"modal {ids.LINK_CHANNEL_MODAL} (a free channel, with Acme)": _writes(VENDORS),
    "/threadline people": _opens(OWNER, own=GLOBEX_OWNER, shows=EMPLOYEE),
    f"button {ids.PEOPLE_ORGANIZATION}": _opens(OWNER, shows=EMPLOYEE),
    f"modal {ids.PEOPLE_MODAL}": _writes(OWNER),
    "/threadline settings": _opens(OWNER, own=GLOBEX_OWNER, shows=MARKER),
    f"button {ids.SETTINGS_ORGANIZATION}": _opens(OWNER, shows=MARKER),
    f"modal {ids.SETTINGS_MODAL}": _writes(OWNER),
    "/threadline linear": _opens(OWNER, own=GLOBEX_OWNER, shows=TEAM),
    f"button {ids.LINEAR_ORGANIZATION}": _opens(OWNER, shows=TEAM),
    f"button {ids.LINEAR_DISCONNECT}": _writes(OWNER),
    f"modal {ids.LINEAR_MODAL}": _writes(OWNER),
    f"modal {ids.LINEAR_MODAL} (the webhook's secret)": _writes(OWNER),
    f"modal {ids.LINEAR_MODAL} (Globex's team)": _writes(NOBODY),
    # What is one's own. The form of a registration opens for all; who may register is asked of what is sent.
    "/my-issues": Door(Kind.READS, STAFF | CUSTOMER, own=EVERYBODY - STAFF - CUSTOMER),
    # Others read that there is none, or see their own organization's of that number.
    "/threadline issue": Door(Kind.READS, STAFF | CUSTOMER, own=EVERYBODY - STAFF - CUSTOMER),
    "/threadline help": Door(Kind.TELLS, EVERYBODY),
    "/threadline whoami": Door(Kind.TELLS, EVERYBODY),
    "/threadline status": Door(Kind.SHOWS, VENDORS, own=GLOBEX_OWNER, shows="Acme"),
    "/threadline mode": Door(Kind.TELLS, EVERYBODY),
    "/threadline mode (as Acme's vendor)": _writes(VENDORS),
    f"button {ids.CHOOSE_MODE}": _writes(VENDORS),
    "/threadline token": _opens(OF_ACME | OF_GLOBEX),
    f"modal {ids.TOKENS_MODAL}": _writes(OF_ACME),
    f"button {ids.REVOKE_TOKEN}": _writes(OWNER),
    "/threadline register": _opens(EVERYBODY),
    f"modal {ids.REGISTER_MODAL}": _writes(NOBODY, own=OWNER),
}

_CLIENT, _VENDOR = "/api/client/issues", "/api/vendor/issues"
_ONES_OWN = Door(Kind.WRITES, CUSTOMER)
_VENDORS_ACT = Door(Kind.WRITES, VENDORS, forbidden=CUSTOMER | {Who.EMPLOYEE})
_STAFF_SAYS = Door(Kind.WRITES, STAFF, forbidden=CUSTOMER, done=201)

# Another organization's issue is not there (404), as another customer's is not.
OVER_HTTP_EXPECTED: Mapping[str, Door] = {
    f"POST {_CLIENT}/raise/": Door(
        Kind.WRITES,
        CUSTOMERS,
        # That there is an organization called Acme is told to those who are in it.
        forbidden=frozenset({Who.VENDOR, Who.EMPLOYEE, Who.PROFILE_OFF, Who.WITH_GLOBEX_TOKEN}),
        done=201,
    ),
    f"GET {_CLIENT}/": Door(
        Kind.READS,
        CUSTOMER,
        own=OWNER | HAS_GLOBEX_TOKEN | {Who.OTHER_CUSTOMER},
        forbidden=frozenset({Who.VENDOR, Who.EMPLOYEE, Who.PROFILE_OFF}),
    ),
    f"GET {_CLIENT}/{{issue}}/": Door(Kind.READS, CUSTOMER),
    f"POST {_CLIENT}/{{issue}}/comments/": Door(Kind.WRITES, CUSTOMER, done=201),
    f"POST {_CLIENT}/{{issue}}/confirm/": _ONES_OWN,
    f"POST {_CLIENT}/{{issue}}/reopen/": _ONES_OWN,
    f"POST {_CLIENT}/{{issue}}/close/": _ONES_OWN,
    f"GET {_VENDOR}/": Door(
        Kind.READS,
        STAFF,
        own=GLOBEX_OWNER,
        forbidden=WITH_A_TOKEN - STAFF - GLOBEX_OWNER,
    ),
    f"GET {_VENDOR}/{{issue}}/": Door(Kind.READS, STAFF, forbidden=CUSTOMER),
    f"POST {_VENDOR}/{{issue}}/comments/ (internal)": _STAFF_SAYS,
    f"POST {_VENDOR}/{{issue}}/comments/ (public)": _STAFF_SAYS,
    f"POST {_VENDOR}/{{issue}}/claim/": _VENDORS_ACT,
    f"POST {_VENDOR}/{{issue}}/start/": _VENDORS_ACT,
    f"POST {_VENDOR}/{{issue}}/resolve/": _VENDORS_ACT,
    f"POST {_VENDOR}/{{issue}}/reopen/": _VENDORS_ACT,
    f"POST {_VENDOR}/{{issue}}/close/": _VENDORS_ACT,
    "GET /api/me/": Door(Kind.TELLS, WITH_A_TOKEN),
    "POST /api/me/mode/": Door(
        Kind.WRITES,
        VENDORS,
        own=GLOBEX_OWNER,
        forbidden=WITH_A_TOKEN - VENDORS - GLOBEX_OWNER,
    ),
    # Nobody's token is the admin's.
    "POST /api/auth/register/": Door(Kind.WRITES, NOBODY),
}
EXPECTED: Mapping[str, Door] = {**IN_SLACK_EXPECTED, **OVER_HTTP_EXPECTED}
CASES = len(IN_SLACK_EXPECTED) * len(IN_SLACK) + len(OVER_HTTP_EXPECTED) * len(OVER_HTTP)


def status_expected(door: Door, who: Who) -> int:
    """Return the HTTP status with which somebody is answered."""
    if who in door.allowed | door.own:
        return door.done
    if who in door.forbidden:
        return 403
    return 404 if who in WITH_A_TOKEN and door is not OVER_HTTP_EXPECTED["POST /api/auth/register/"] else 401
