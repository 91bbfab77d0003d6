"""Whom the bot takes somebody for, by which rule, and what they are."""

from collections.abc import Sequence
from itertools import groupby

from slack_sdk.models.blocks import Block, RichTextBlock

from bot.domain.people import Doubt, HeldProfile, IdentityRule, Known, Match
from bot.views.issue_message import MessageView
from bot.views.people_words import KIND_WORDS, bullets, line, looks_at, named, text
from bot.views.words import bold_line, escape

YOU_ARE = "We take you for {name}."
RULE_WORDS = {
    IdentityRule.REGISTERED: "You registered an organization from this Slack account.",
    IdentityRule.EMAIL: "Your confirmed e-mail address in this workspace is the one that we knew you by.",
    IdentityRule.NEW: "This Slack account was new to us: it was not matched to anybody.",
}
PRIMARY = "primary"
SWITCHED_OFF = "switched off"
OWNER = "You own it."
NO_PROFILES = "You are not with any organization yet."
USER_OFF = "Your account here is switched off."
UNKNOWN = "We do not know this Slack account yet."
WOULD_BE = "Once you do something here we will take you for {name}, by your confirmed e-mail address."
WOULD_BE_NEW = "Once you do something here you will be somebody new to us: {doubt}."
DOUBT_WORDS = {
    Doubt.FOREIGN: "you are a member of another workspace, whose e-mail addresses we do not go by",
    Doubt.BOT: "you are an app",
    Doubt.DELETED: "your Slack account is deactivated",
    Doubt.GUEST: "you are a guest in this workspace, and we do not go by a guest's e-mail address",
    Doubt.NO_EMAIL: "Slack does not tell us an e-mail address of yours",
    Doubt.UNCONFIRMED: "your e-mail address is not confirmed in Slack",
    Doubt.NOBODY: "nobody here is known by your e-mail address",
    Doubt.SEVERAL: "several people here are known by your e-mail address",
}
MORE = "and {count} more"
# A message of more with long names is more than Slack takes.
MOST_ORGANIZATIONS = 30


def known_answer(known: Known) -> MessageView:
    """Return what somebody reads whom we know."""
    you_are = YOU_ARE.format(name=named(known.user))
    blocks: list[Block] = [bold_line(you_are), line(text(RULE_WORDS[known.rule]))]
    if not known.user.active:
        blocks.append(line(text(USER_OFF)))
    if known.profiles:
        blocks.append(_profiles(known.profiles))
    else:
        blocks.append(line(text(NO_PROFILES)))
    if known.mode is not None:
        blocks.append(line(text(looks_at(known.mode))))
    return MessageView(escape(you_are), blocks)


def unknown_answer(match: Match) -> MessageView:
    """Return what somebody reads whom we do not know: nothing was stored, and this is what would be."""
    if match.user is not None:
        then = WOULD_BE.format(name=named(match.user))
    else:
        then = WOULD_BE_NEW.format(doubt=DOUBT_WORDS[match.doubt or Doubt.NOBODY])
    return MessageView(escape(f"{UNKNOWN} {then}"), [bold_line(UNKNOWN), line(text(then))])


def _profiles(profiles: Sequence[HeldProfile]) -> RichTextBlock:
    grouped = groupby(profiles, lambda profile: (profile.organization_id, profile.organization_name))
    rows = [[text(f"{name}: {_kinds(list(held))}")] for (_, name), held in grouped]
    more = [[text(MORE.format(count=len(rows) - MOST_ORGANIZATIONS))]] if len(rows) > MOST_ORGANIZATIONS else []
    return RichTextBlock(elements=[bullets(rows[:MOST_ORGANIZATIONS] + more)])


def _kinds(profiles: Sequence[HeldProfile]) -> str:
    kinds = ", ".join(_kind(profile) for profile in profiles)
    return f"{kinds}. {OWNER}" if any(profile.owner for profile in profiles) else kinds


def _kind(profile: HeldProfile) -> str:
    marks = [PRIMARY] if profile.primary and profile.active else []
    marks += [] if profile.active else [SWITCHED_OFF]
    word = KIND_WORDS[profile.kind]
    return f"{word} ({', '.join(marks)})" if marks else word
