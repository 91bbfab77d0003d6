"""Where an issue is shown: decided once, when it is raised."""

import enum
from dataclasses import dataclass

from bot.domain.organizations import ChannelAddress, ChannelLink, Visibility
from bot.domain.people import SlackAccount


class Audience(enum.StrEnum):
    """For whom an issue message is made."""

    CUSTOMER = "customer"
    TRIAGE = "triage"
    BOTH = "both"


class Origin(enum.StrEnum):
    """Where an issue was raised."""

    CHANNEL = "channel"
    DIRECT_MESSAGE = "direct_message"
    API = "api"


@dataclass(frozen=True)
class Place:
    """Where one issue message goes: a channel, or a person's direct message with the bot."""

    audience: Audience
    where: ChannelAddress | SlackAccount


def goes_to_channel(origin: ChannelLink | None) -> bool:
    """Tell whether an issue raised at this origin is shown in the channel where it was raised."""
    return origin is not None and origin.intake and origin.visibility is Visibility.SHARED


def places_for(
    origin: ChannelLink | None,
    *,
    customer: SlackAccount | None,
    triage: ChannelLink | None,
    owner: SlackAccount | None,
) -> list[Place]:
    """Return where a new issue is shown: the customer's message first, then the triage message.

    Args:
        origin: the link of the channel where it was raised, when that channel belongs to the organization.
        customer: whose direct message is used where the channel may not show it; None: they are not known in Slack,
            and there is no message for them.
        triage: the organization's triage channel, if it has one.
        owner: the organization's owner, told directly where no channel may tell the vendors.

    An issue never goes to another intake channel. In a channel that is both there is one message for both.
    """
    if origin is not None and goes_to_channel(origin):
        if origin.triage:
            return [Place(Audience.BOTH, origin.address)]
        places = [Place(Audience.CUSTOMER, origin.address)]
    else:
        places = [] if customer is None else [Place(Audience.CUSTOMER, customer)]
    if triage is not None and not triage.intake:
        places.append(Place(Audience.TRIAGE, triage.address))
    elif owner is not None:
        places.append(Place(Audience.TRIAGE, owner))
    return places
