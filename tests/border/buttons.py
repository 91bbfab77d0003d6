"""How somebody presses each button and chooses from each menu, with Acme's ids in their hands."""

from collections.abc import Mapping

from bot.domain.issues import IssueRef
from bot.domain.people import ProfileKind
from bot.views import ids
from bot.views.issue_buttons import ACTIONS, MENU_LABELS, issue_value
from bot.views.linear_tie_modal import tie_value
from bot.views.notes import refused_modal
from bot.views.people_modal import PeopleForm, people_modal
from tests.border.commands import Try
from tests.border.forger import Forger
from tests.border.linear import acmes_linear
from tests.border.roles import Who
from tests.border.scene import Scene

OTHER_LINEAR_ISSUE = "0b5cf7a4-3b0c-4f0e-9d43-57a2b1a6f5c1"
_OF_RESOLVED = {ids.REOPEN, ids.STILL_BROKEN, ids.CONFIRM_SOLVED}


def _presses(action_id: str, entry: str = "", *, of_globex: bool = False) -> Try:
    async def press(scene: Scene, forger: Forger, _who: Who) -> None:
        ref = scene.resolved if action_id in _OF_RESOLVED else scene.open
        if of_globex:
            ref = IssueRef(scene.cast.globex, ref.issue_id)
        where = scene.shown(scene.world.company.triage)
        if entry:
            await forger.presses(where, action_id, f"{entry}:{issue_value(ref)}", "overflow")
        else:
            await forger.presses(where, action_id, issue_value(ref))

    return press


def _ties(action_id: str, *, of_globex: bool = False) -> Try:
    async def press(scene: Scene, forger: Forger, _who: Who) -> None:
        ref = IssueRef(scene.cast.globex, scene.open.issue_id) if of_globex else scene.open
        [followed] = [
            row.linear_id
            for key, row in scene.rows.items()
            if key[0] == "linear_issue" and row.issue_id == scene.open.issue_id
        ]
        linear_id = OTHER_LINEAR_ISSUE if action_id == ids.LINK_LINEAR else followed
        where = scene.shown(scene.world.company.triage)
        await forger.presses(where, action_id, tie_value(ref, linear_id))

    return press


async def _raise(scene: Scene, forger: Forger, _who: Who) -> None:
    await forger.presses(scene.shown(scene.world.company.intake), ids.RAISE_BUTTON, "x")


async def _choose_mode(scene: Scene, forger: Forger, _who: Who) -> None:
    value = f"{scene.acme}:{ProfileKind.VENDOR}"
    where = forger.sees(scene.world.company.intake, "You look as somebody else.")
    await forger.presses(where, ids.CHOOSE_MODE, value, "static_select")


async def _try_all_again(scene: Scene, forger: Forger, _who: Who) -> None:
    where = forger.sees(scene.world.company.intake, "Something is stuck.")
    await forger.presses(where, ids.TRY_ALL_AGAIN, str(scene.acme))


async def _revoke_owners_token(scene: Scene, forger: Forger, _who: Who) -> None:
    owner = scene.cast.ids[Who.OWNER]
    [token] = [row for key, row in scene.rows.items() if key[0] == "api_token" and row.user_id == owner]
    await forger.presses(forger.holds(refused_modal("Tokens", title="Tokens")), ids.REVOKE_TOKEN, str(token.id))


async def _choose_people(scene: Scene, forger: Forger, _who: Who) -> None:
    form = forger.holds(people_modal(PeopleForm()))
    await forger.presses(form, ids.PEOPLE_ORGANIZATION, str(scene.acme), "static_select")


async def _choose_settings(scene: Scene, forger: Forger, _who: Who) -> None:
    form = forger.holds(refused_modal("Settings", title="Settings"))
    await forger.presses(form, ids.SETTINGS_ORGANIZATION, str(scene.acme), "static_select")


async def _choose_linear(scene: Scene, forger: Forger, _who: Who) -> None:
    form = forger.holds(await acmes_linear(scene))
    await forger.presses(form, ids.LINEAR_ORGANIZATION, str(scene.acme), "static_select")


async def _disconnect(scene: Scene, forger: Forger, _who: Who) -> None:
    form = forger.holds(await acmes_linear(scene))
    await forger.presses(form, ids.LINEAR_DISCONNECT, str(scene.acme))


BUTTONS: Mapping[str, Try] = {
    **{f"button {action_id}": _presses(action_id) for action_id in [*ACTIONS, ids.ADD_DETAILS, ids.TRY_AGAIN]},
    **{f"button {ids.MENU} ({entry})": _presses(ids.MENU, entry) for entry in MENU_LABELS},
    **{
        f"button {action_id}": _ties(action_id)
        for action_id in (ids.LINK_LINEAR, ids.UNLINK_LINEAR, ids.PAUSE_LINEAR, ids.RESUME_LINEAR)
    },
    f"button {ids.LINK_LINEAR} (Acme's issue by Globex's id)": _ties(ids.LINK_LINEAR, of_globex=True),
    f"button {ids.CLAIM} (Acme's issue by Globex's id)": _presses(ids.CLAIM, of_globex=True),
    f"button {ids.RAISE_BUTTON}": _raise,
    f"button {ids.TRY_ALL_AGAIN}": _try_all_again,
    f"button {ids.CHOOSE_MODE}": _choose_mode,
    f"button {ids.REVOKE_TOKEN}": _revoke_owners_token,
    f"button {ids.PEOPLE_ORGANIZATION}": _choose_people,
    f"button {ids.SETTINGS_ORGANIZATION}": _choose_settings,
    f"button {ids.LINEAR_ORGANIZATION}": _choose_linear,
    f"button {ids.LINEAR_DISCONNECT}": _disconnect,
}
