"""What vendors read who ask how deliveries stand."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    RichTextBlock,
    RichTextElementParts,
)
from slack_sdk.models.blocks.block_elements import RichTextElement

from bot.domain.status import DeliveryStatus
from bot.domain.text import is_whole_number
from bot.domain.trouble import Cause, StuckSince
from bot.views import ids
from bot.views.issue_buttons import LABELS
from bot.views.issue_message import MessageView
from bot.views.people_words import bullets, line, text
from bot.views.trouble_words import FIXES, WHY
from bot.views.words import bold_line, escape, plain

ALL_DELIVERED = "Everything is delivered. Nothing waits."
WAITING = "{updates} on the way. {the_oldest} for {age}."
STUCK = "{updates} been stuck for {age}: {why}. {fix}"
ARE_STUCK = "{updates} stuck."
NOTHING_ELSE = "Nothing else is on the way."
PRESS_BELOW = "Press Try again below."
LOST = "Channels that I cannot use: "
LINEAR_OFF = "Linear is off."
LINEAR_ON = "Linear is on, with the team {team}."
LINEAR_NO_TEAM = "Linear is on, and has no team for {organization} yet."
WEBHOOK_OFF = (
    "It does not tell me what happens there, so I ask every 10 minutes: look at the webhook in Linear, under "
    "Settings, API, Webhooks."
)
LINEAR_REFUSED = "Linear does not let me in."
AGAIN = (
    "What is stuck is tried again by itself every 15 minutes, and at once when you press Try again. To see how it "
    "stands with one issue, type /threadline issue and its number."
)
MORE = "and {count} more"
# Much more is more than Slack takes, and than anybody reads.
MOST_CAUSES, MOST_CHANNELS = 4, 10
_OF_ONE = {"are": "is", "have": "has"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def status_answer(found: Sequence[DeliveryStatus]) -> MessageView:
    """Return how it stands, for each organization."""
    blocks = [block for status in found for block in _blocks(status)]
    if any(status.stuck for status in found):
        blocks.append(ContextBlock(elements=[plain(AGAIN)]))
    summary = " ".join(f"{status.organization_name}: {_summary(status)}" for status in found)
    return MessageView(escape(summary), blocks)


def tried_again(sentence: str) -> MessageView:
    """Return what stands in the answer's place once its button was pressed."""
    return MessageView(escape(sentence), [line(text(sentence))])


def age_words(seconds: float) -> str:
    """Return a time in words, rounded down: "5 minutes"."""
    for unit, word in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= unit:
            count = int(seconds // unit)
            return f"{count} {word}" if count == 1 else f"{count} {word}s"
    return "less than a minute"


def _blocks(status: DeliveryStatus) -> list[Block]:
    blocks: list[Block] = [bold_line(status.organization_name), line(text(_summary(status)))]
    rows: list[Sequence[RichTextElement]] = [[text(_stuck(each, status))] for each in status.stuck[:MOST_CAUSES]]
    if len(status.stuck) > MOST_CAUSES:
        rows.append([text(MORE.format(count=len(status.stuck) - MOST_CAUSES))])
    if status.lost_channels:
        rows.append([text(LOST), *_channels(status.lost_channels)])
    if rows:
        blocks.append(RichTextBlock(elements=[bullets(rows)]))
    blocks.append(line(text(_linear(status))))
    return [*blocks, _button(status)] if status.stuck else blocks


def _button(status: DeliveryStatus) -> ActionsBlock:
    value = str(status.organization_id)
    button = ButtonElement(text=plain(LABELS[ids.TRY_AGAIN]), action_id=ids.TRY_ALL_AGAIN, value=value)
    return ActionsBlock(block_id=f"{ids.STATUS_BUTTONS}:{value}", elements=[button])


def read_organization(value: str) -> int | None:
    """Return the organization that the button names; None: the value is none of ours."""
    return int(value) if is_whole_number(value) else None


def _summary(status: DeliveryStatus) -> str:
    said = []
    if status.on_the_way:
        the_oldest = "It has waited" if status.on_the_way == 1 else "The oldest has waited"
        age = age_words(status.oldest_seconds)
        said.append(WAITING.format(updates=_updates(status.on_the_way, "are"), the_oldest=the_oldest, age=age))
    if status.stuck:
        said.append(ARE_STUCK.format(updates=_updates(sum(each.count for each in status.stuck), "are")))
        said += [NOTHING_ELSE] * (not status.on_the_way)
    return " ".join(said) or ALL_DELIVERED


def _stuck(stuck: StuckSince, status: DeliveryStatus) -> str:
    age = age_words((status.now - stuck.since).total_seconds())
    fix = PRESS_BELOW if stuck.cause is Cause.TRIED_OUT else FIXES[stuck.cause]
    return STUCK.format(updates=_updates(stuck.count, "have"), age=age, why=WHY[stuck.cause], fix=fix)


def _updates(count: int, verb: str) -> str:
    """Return how many there are, with the verb that follows in its right form."""
    return f"1 update {_OF_ONE[verb]}" if count == 1 else f"{count} updates {verb}"


def _channels(channel_ids: Sequence[str]) -> list[RichTextElement]:
    parts: list[RichTextElement] = []
    for channel_id in channel_ids[:MOST_CHANNELS]:
        parts += [*([text(", ")] if parts else []), RichTextElementParts.Channel(channel_id=channel_id)]
    left_out = len(channel_ids) - MOST_CHANNELS
    return [*parts, text(f", {MORE.format(count=left_out)}")] if left_out > 0 else parts


def _linear(status: DeliveryStatus) -> str:
    if not status.linear_on:
        return LINEAR_OFF
    if status.linear_lost:
        return LINEAR_REFUSED
    if status.linear_team is None:
        return LINEAR_NO_TEAM.format(organization=status.organization_name)
    on = LINEAR_ON.format(team=status.linear_team)
    return f"{on} {WEBHOOK_OFF}" if status.webhook_off else on
