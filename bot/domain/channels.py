"""A Slack channel as Slack tells of it, the companies in it, and what follows for who sees its issues."""

import enum
from collections.abc import Collection
from dataclasses import dataclass

from bot.domain.organizations import Visibility
from bot.domain.people import SlackMember, normalize_email
from bot.domain.trouble import Cause

# Everybody can have an address there, so it names no company.
_MAILBOXES = frozenset(
    {
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.ru",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "web.de",
        "yahoo.com",
        "yandex.ru",
    }
)


class OwnerNews(enum.StrEnum):
    """What an organization's owner is told of a channel."""

    TRIAGE_SHARED = "triage_shared"
    NOW_PRIVATE = "now_private"
    ARCHIVED = "archived"
    REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class SlackChannel:
    """What Slack says of a channel, as far as it decides anything.

    Args:
        direct: it is a direct message, with one person or several.
        private: the bot can only be invited to it.
        archived: nobody can write there any more.
        joined: the bot is a member.
        external: people of other companies' workspaces are in it, or are invited.
        companies: those workspaces, as far as they are named.
    """

    direct: bool
    private: bool
    archived: bool
    joined: bool
    external: bool
    companies: frozenset[str]


@dataclass(frozen=True)
class Crowd:
    """The customer companies in a channel; ``complete`` tells whether everyone there was looked at."""

    companies: frozenset[str]
    complete: bool


def company_of(member: SlackMember) -> str | None:
    """Return the customer company that a channel's member belongs to; None: the vendor's own people, and bots.

    Somebody of another workspace belongs to that one. A guest belongs to where their e-mail is, or stands for
    themselves: two whose addresses tell nothing may well be of two companies.
    """
    if member.bot or member.deleted:
        return None
    if member.foreign:
        return member.account.team_id
    if not member.guest:
        return None
    _, _, domain = normalize_email(member.email or "").rpartition("@")
    return domain if domain and domain not in _MAILBOXES else str(member.account)


def default_visibility(crowd: Crowd) -> Visibility:
    """Return who sees the issues of a channel where nobody has chosen: a second customer company never does.

    Where not everyone could be looked at, somebody of a second company may be there.
    """
    alone = crowd.complete and not several(crowd.companies)
    return Visibility.SHARED if alone else Visibility.PRIVATE


def loss_of(channel: SlackChannel) -> Cause | None:
    """Return why the bot cannot write in a channel, as far as its looks tell; None: it may well be able to."""
    if channel.archived:
        return Cause.ARCHIVED
    if channel.joined:
        return None
    # Of one that was deleted Slack says the same as of one to which the bot was not invited.
    return Cause.CHANNEL_GONE if channel.private else Cause.REMOVED


def several(companies: Collection[str]) -> bool:
    """Tell whether there is more than one company."""
    return len(companies) > 1
