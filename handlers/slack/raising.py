"""The raise modal at Slack's door: opened at once, filled afterwards, submitted, answered."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from slack_sdk.models.views import View

from bot.domain.issues import Draft, check, prefill, prefill_note, tidy
from bot.domain.linear_names import LinearName
from bot.domain.organizations import Organization
from bot.domain.people import SlackAccount, User
from bot.domain.places import Audience, Place, goes_to_channel
from bot.errors import ForbiddenError, InvalidError
from bot.usecases.choose_organization import Options, find_known_options, find_options, pick
from bot.usecases.follow_linear import check_link_of_new, may_link_new
from bot.usecases.raise_in_channel import Submitted, as_told, raise_in_channel
from bot.usecases.raise_issue import raise_issue
from bot.usecases.store_issues import Raised, RaiseRequest
from bot.views import ids
from bot.views.raise_inputs import Customer, Customers
from bot.views.raise_modal import (
    ModalOrigin,
    Submission,
    inline_errors,
    raise_modal,
    raised_modal,
    read_submission,
)
from handlers.slack.acts import DOOR, Act, Answer, Press
from handlers.slack.errors import words_for
from handlers.slack.files import given_files
from handlers.slack.opening import open_and_fill
from handlers.slack.sources import look_up_author, recognize_author, with_address

log = structlog.stdlib.get_logger(__name__)

# The raise modal with what it begins with already in it; the rest is passed on to ``raise_modal``.
Form = Callable[..., View]


async def open_raise_modal(act: Act, text: str, origin: ModalOrigin) -> None:
    """Open the complete form, begun with ``text``, with no database and no look-up before it.

    What is known of the person is filled in afterwards.

    Raises:
        SlackApiError: the trigger has expired (3 s after the person acted) or is used.
    """
    form = partial(raise_modal, prefill(text), note=prefill_note(text))
    await open_and_fill(act, form(origin), partial(_fill, act, form=form, origin=origin))


async def raise_by_button(press: Press) -> None:
    """Open the form for whoever pressed the button in a channel; it goes where a command typed there would.

    Raises:
        SlackApiError: as ``open_raise_modal``.
    """
    await open_raise_modal(press, "", ModalOrigin(press.channel))


async def _fill(act: Act, *, form: Form, origin: ModalOrigin) -> View:
    origin = await with_address(act, origin)
    user = await act.user()
    options = await _options(act, user, origin)
    form = await _with_linear(act, user, options, form)
    return _filled(form, origin, options, await _customers(act, user, origin, options))


async def _user_and_options(act: Act, origin: ModalOrigin) -> tuple[User, Options]:
    for_other = origin.author is not None
    find = partial(find_known_options, account=act.account, origin=origin.channel, for_other=for_other)
    known = await act.parts.transaction.read(find)
    if known is not None:
        return known
    user = await act.user()
    return user, await _options(act, user, origin)


async def _options(act: Act, user: User, origin: ModalOrigin) -> Options:
    for_other = origin.author is not None
    find = partial(find_options, user=user, origin=origin.channel, for_other=for_other)
    return await act.parts.transaction.read(find)


async def _with_linear(act: Act, user: User, options: Options, form: Form) -> Form:
    """Return the form with the field for a Linear issue, where the person may let one be followed."""
    look = partial(may_link_new, user=user, found=options.organizations, linear_on=act.parts.linear_on)
    return partial(form, links_linear=await act.parts.transaction.read(look))


async def _linear(act: Act, user: User, organization: Organization, text: str) -> LinearName | None:
    """Return the Linear issue that was typed; raises as ``check_link_of_new``."""
    if not text:
        return None
    look = partial(check_link_of_new, user=user, organization=organization, text=text)
    return await act.parts.transaction.read(partial(look, linear_on=act.parts.linear_on))


async def _customers(act: Act, user: User, origin: ModalOrigin, options: Options) -> Customers | None:
    """Return for whom the issue may be, where whoever presses may raise it for the message's author.

    Raises:
        ForbiddenError: there is no author to raise it for, and the person may not raise it for themselves.
        UnavailableError: Slack does not tell who the author is.
    """
    if origin.author is None or not options.vendor_at:
        return None
    member = await look_up_author(act, origin.author)
    if member is not None:
        return Customers(member.name, None if options.refusal else user.name)
    if options.refusal:
        raise options.refusal
    return None


def _filled(form: Form, origin: ModalOrigin, options: Options, customers: Customers | None) -> View:
    if len(options.organizations) > 1:
        return form(origin, choices=options.organizations, customers=customers)
    link, in_channel = options.origin, None
    if link is not None and goes_to_channel(link):
        in_channel = link.address.channel_id
    told = replace(origin, private=link is not None and in_channel is None)
    return form(told, organization=options.organizations[0], customers=customers, in_channel=in_channel)


async def submit_raise_modal(act: Act, view: Mapping[str, Any]) -> Answer:
    """Raise the issue of a submitted form; returns what to acknowledge with, once it is stored.

    Raises:
        ThreadlineError: it was not raised; the sentence says why. The form keeps what was typed.
        KeyError, TypeError, ValueError: this is not our form.
    """
    submission = read_submission(view)
    draft = tidy(submission.draft)
    if problems := check(draft):
        return {"response_action": "errors", "errors": inline_errors(problems)}
    raise_key = f"slack:{act.account.team_id}:{view['id']}"
    raised = await _raise_in_channel(act, submission, draft, raise_key)
    if raised is not None:
        return _tell_raised(raised, raised.customer, act.account)
    user, options = await _user_and_options(act, submission.origin)
    organization = pick(options, submission.organization_id)
    if organization is None or _asks_for_whom(submission, options, organization):
        customers = await _customers(act, user, submission.origin, options)
        if organization is None or customers is not None:
            form = await _with_linear(act, user, options, partial(raise_modal, submission.draft))
            return {"response_action": "update", "view": _filled(form, submission.origin, options, customers)}
    try:
        linear = await _linear(act, user, organization, submission.linear)
    except (ForbiddenError, InvalidError) as error:
        return {"response_action": "errors", "errors": {ids.LINEAR_BLOCK: words_for(error)}}
    request = RaiseRequest(
        user=user,
        account=act.account,
        organization=organization,
        origin=options.origin and as_told(options.origin, private=submission.origin.private),
        draft=draft,
        raise_key=raise_key,
        door=DOOR,
        given_files=given_files(act.team_id, submission.files),
        source_url=await _source_url(act, submission.origin),
        linear=linear,
    )
    if submission.customer is Customer.AUTHOR:
        return await _raise_for_author(act, request, submission.origin.author)
    if options.refusal is not None:
        raise options.refusal
    raised = await raise_issue(act.parts.transaction, request, act.parts.clock())
    return _tell_raised(raised, user, act.account)


async def _raise_in_channel(act: Act, submission: Submission, draft: Draft, raise_key: str) -> Raised | None:
    """Raise it the short way, where it was neither raised from a message nor is to follow a Linear issue."""
    origin = submission.origin
    if origin.channel is None or origin.source is not None or submission.linear:
        return None
    submitted = Submitted(
        account=act.account,
        channel=origin.channel,
        private=origin.private,
        organization_id=submission.organization_id,
        draft=draft,
        raise_key=raise_key,
        door=DOOR,
        given_files=given_files(act.team_id, submission.files),
        now=act.parts.clock(),
    )
    return await raise_in_channel(act.parts.transaction, submitted)


def _asks_for_whom(submission: Submission, options: Options, organization: Organization) -> bool:
    """Tell whether a vendor submitted the form before it could ask for whom the issue is."""
    return submission.customer is None and organization.id in options.vendor_at


async def _raise_for_author(act: Act, request: RaiseRequest, author: SlackAccount | None) -> Answer:
    """Raise the issue for whoever wrote the message; a refusal stands beside the choice.

    Raises:
        ThreadlineError: as ``submit_raise_modal``.
        ValueError: the form offers nobody.
    """
    if author is None:
        raise ValueError("nobody wrote the message")
    try:
        customer, account = await recognize_author(act, author)
        request = replace(request, user=customer, account=account, raised_by=request.user)
        raised = await raise_issue(act.parts.transaction, request, act.parts.clock())
    except ForbiddenError as error:
        return {"response_action": "errors", "errors": {ids.CUSTOMER_BLOCK: words_for(error)}}
    return _tell_raised(raised, request.raiser, account)


def _tell_raised(raised: Raised, raiser: User, customer: SlackAccount) -> Answer:
    for_name = None if raised.customer.id == raiser.id else raised.customer.name
    # Whoever is in Slack has a message there: only issues of programs can lack it.
    place = raised.place or Place(Audience.CUSTOMER, customer)
    view = raised_modal(raised.issue.number, place, customer_name=for_name)
    return {"response_action": "update", "view": view}


async def _source_url(act: Act, origin: ModalOrigin) -> str | None:
    source = (await with_address(act, origin)).source
    return None if source is None else source.url
