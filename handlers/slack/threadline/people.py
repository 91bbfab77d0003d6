"""``/threadline people``: an organization's owner says who is what there."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View

from bot.domain.people import SlackAccount, SlackMember, User
from bot.errors import InvalidError
from bot.usecases.owners import owned_organizations
from bot.usecases.people_admin import Appointment, KindsError, appoint, list_people
from bot.views.people_modal import (
    CHOOSE_A_PERSON,
    PeopleForm,
    is_now,
    kinds_block,
    people_modal,
    person_block,
    read_people_form,
    read_people_submission,
)
from handlers.slack.acts import Act, Answer, Press
from handlers.slack.errors import words_for
from handlers.slack.opening import open_and_fill
from handlers.slack.people import look_up
from handlers.slack.whispers import update_view
from storage import people

WHO_IS_IT = "Slack did not tell us who this is. Please try again in a moment."


async def open_people(act: Act, _words: str) -> None:
    """Open the form, and show who is there.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    await open_and_fill(act, people_modal(PeopleForm()), partial(_form, act, PeopleForm()))


async def choose_people_organization(press: Press) -> None:
    """Show the people of the organization that was chosen.

    Raises:
        ForbiddenError: it is not the person's.
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    form = PeopleForm(int(press.value), read_people_form(press.view or {}).turn)
    await update_view(press, await _form(press, form))


async def submit_people(act: Act, view: Mapping[str, Any]) -> Answer:
    """Let the chosen person be what was ticked; the form begins anew below what came of it.

    Raises:
        ThreadlineError: nothing was changed; the sentence says why.
        KeyError, TypeError, ValueError, AttributeError: this is not our form.
    """
    wanted, owner, transaction = read_people_submission(view), await act.user(), act.parts.transaction
    form = wanted.form
    organization_id = form.organization_id
    if organization_id is None:
        # Submitted before it was filled.
        owned = await transaction.read(partial(owned_organizations, user_id=owner.id))
        if len(owned) > 1:
            return {"response_action": "update", "view": await _form(act, form)}
        organization_id = owned[0].id
    if wanted.slack_user_id is None:
        return {"response_action": "errors", "errors": {person_block(form): CHOOSE_A_PERSON}}
    appointment = Appointment(
        owner_user_id=owner.id,
        organization_id=organization_id,
        person=await _person(act, wanted.slack_user_id),
        kinds=wanted.kinds,
    )
    try:
        person, organization = await transaction.write(partial(appoint, wanted=appointment, now=act.parts.clock()))
    except InvalidError as error:
        block = kinds_block(form) if isinstance(error, KindsError) else person_block(form)
        return {"response_action": "errors", "errors": {block: words_for(error)}}
    said = is_now(person, wanted.kinds, organization.name)
    return {
        "response_action": "update",
        "view": await _form(act, PeopleForm(organization.id, form.turn + 1), said=said),
    }


async def _person(act: Act, slack_user_id: str) -> User | SlackMember:
    """Return whom the account is known for; Slack is asked about one that is not."""
    account = SlackAccount(act.team_id, slack_user_id)
    known = await act.parts.transaction.read(partial(people.user_of, account=account))
    return known or await look_up(act.client, account, act.team_id, unknown=WHO_IS_IT)


async def _form(act: Act, form: PeopleForm, *, said: str = "") -> View:
    user = await act.user()
    organization_id, read = form.organization_id, act.parts.transaction.read
    owned, found = await read(partial(list_people, owner_user_id=user.id, organization_id=organization_id))
    return people_modal(PeopleForm(found.organization.id, form.turn), found, owned, said=said)
