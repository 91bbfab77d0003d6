"""One case of the walk: somebody tries a door, and it is read off the rows and the answers what came of it."""

import enum
from dataclasses import dataclass
from functools import partial

from tests.border.buttons import BUTTONS
from tests.border.commands import COMMANDS, THREADS
from tests.border.forger import Heard
from tests.border.forms import FORMS, GIVEN
from tests.border.roles import Who
from tests.border.routes import ROUTES, call
from tests.border.rows import Rows, are_of, changes_between, undo
from tests.border.scene import Scene
from tests.border.table import EXPECTED, OVER_HTTP_EXPECTED, STAFF, Door, Kind, status_expected
from tests.border.words import DESCRIPTION, EMPLOYEE, MARKER, OTHER, SECRETS, TITLE

BAD_REQUEST = 400
SLACK_DOORS = {**COMMANDS, **THREADS, **BUTTONS, **FORMS}


class Came(enum.StrEnum):
    """What came of it."""

    THROUGH = "through"
    TO_THEIR_OWN = "to their own"
    REFUSED = "refused"


@dataclass(frozen=True)
class Found:
    """What came of it, and what was wrong with it beside that."""

    came: Came
    wrong: tuple[str, ...] = ()


def expected(door: str, who: Who) -> Found:
    """Return what the table says."""
    entry = EXPECTED[door]
    came = Came.THROUGH if who in entry.allowed else Came.TO_THEIR_OWN if who in entry.own else Came.REFUSED
    return Found(came)


async def walk(scene: Scene, door: str, who: Who) -> Found:
    """Let somebody try a door, and then let everything be as it was."""
    transaction = scene.world.bot.transaction
    before = scene.rows
    if door in GIVEN:
        await transaction.write(partial(GIVEN[door], organization_id=scene.acme))
        before = await scene.read()
    heard = await (_over_http if door in ROUTES else _in_slack)(scene, door, who)
    after = await scene.read()
    found = _judge(scene, door, who, heard, before, after)
    if changes := changes_between(scene.rows, after):
        await transaction.write(partial(undo, changes=changes))
    return found


async def _over_http(scene: Scene, door: str, who: Who) -> Heard:
    answer = await call(scene, door, who)
    return Heard(everything=answer.text, said=True, form=False, status=answer.status_code)


async def _in_slack(scene: Scene, door: str, who: Who) -> Heard:
    forger = scene.forger(who)
    await SLACK_DOORS[door](scene, forger, who)
    await scene.world.bot.tasks.finish()
    return forger.heard()


def _judge(scene: Scene, door: str, who: Who, heard: Heard, before: Rows, after: Rows) -> Found:
    entry = EXPECTED[door]
    changes = [change for change in changes_between(before, after) if change.counts]
    of_acme = are_of(scene.acme, changes, {**before, **after})
    came = _came(entry, heard, changed=bool(changes), of_acme=of_acme)
    wrong = []
    if came is not Came.THROUGH or entry.kind is not Kind.WRITES:
        wrong += ["Acme was changed"] * of_acme
    if came is Came.REFUSED:
        wrong += [f"changed {change}" for change in changes]
        wrong += ["not a word was said"] * (not heard.said)
    wrong += [f"read {secret}" for secret in _leaks(who, came, heard.everything)]
    wanted = status_expected(entry, who) if door in OVER_HTTP_EXPECTED else 200
    wrong += [f"answered with {heard.status}"] * (heard.status != wanted)
    return Found(came, tuple(wrong))


def _came(entry: Door, heard: Heard, *, changed: bool, of_acme: bool) -> Came:
    if entry.kind is Kind.WRITES:
        return Came.THROUGH if of_acme else Came.TO_THEIR_OWN if changed else Came.REFUSED
    if entry.kind is Kind.SHOWS:
        theirs = Came.TO_THEIR_OWN if OTHER in heard.everything else Came.REFUSED
        return Came.THROUGH if entry.shows in heard.everything else theirs
    if entry.kind is Kind.OPENS and heard.form:
        return Came.THROUGH if entry.shows in heard.everything else Came.TO_THEIR_OWN
    if entry.kind is Kind.OPENS or not heard.said or heard.status >= BAD_REQUEST:
        return Came.REFUSED
    return Came.THROUGH if entry.kind is Kind.TELLS or TITLE in heard.everything else Came.TO_THEIR_OWN


def _leaks(who: Who, came: Came, text: str) -> list[str]:
    """Return the words of Acme's that somebody read, and should not have."""
    theirs = {TITLE, DESCRIPTION, EMPLOYEE} if came is Came.THROUGH and who is Who.CUSTOMER else set[str]()
    if came is Came.THROUGH and who in STAFF:
        theirs = {*SECRETS, EMPLOYEE, MARKER}
    return [word for word in (*SECRETS, EMPLOYEE, MARKER) if word in text and word not in theirs]
