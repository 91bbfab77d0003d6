"""Which code delivers which kind of effect."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.linear import LinearDelivery
from bot.delivery.slack import SlackDelivery
from bot.delivery.slack_channels import ChannelDelivery
from bot.delivery.slack_comments import SlackCommentDelivery
from bot.delivery.slack_files import SlackFiles
from bot.delivery.worker import Deliver, Record
from bot.domain.effects import Effect, EffectKind
from bot.domain.retry import AlreadyDone
from bot.usecases.tell import show_to_vendors

LINEAR_IS_OFF = "Linear is off"


def delivery_routes(
    slack: SlackDelivery,
    comments: SlackCommentDelivery,
    files: SlackFiles,
    channels: ChannelDelivery,
    linear: LinearDelivery | None,
) -> Deliver:
    """Return what delivers any effect. Without Linear its effects are skipped, with that reason kept."""
    routes: Mapping[EffectKind, Deliver] = {
        EffectKind.SLACK_POST_ISSUE: slack.post_issue,
        EffectKind.SLACK_EDIT_ISSUE: slack.edit_issue,
        EffectKind.SLACK_POST_LINE: slack.post_line,
        EffectKind.SLACK_SHOW_COMMENT: comments.show_comment,
        EffectKind.SLACK_SHARE_FILE: files.share,
        EffectKind.SLACK_ASK_OWNER: slack.ask_owner,
        EffectKind.SLACK_POST_BUTTON: channels.post_button,
        EffectKind.SLACK_PIN_BUTTON: channels.pin_button,
        EffectKind.SLACK_REMOVE_BUTTON: channels.remove_button,
        EffectKind.SLACK_TELL_OWNER: channels.tell_owner,
        EffectKind.LINEAR_CONFIGURE_TEAM: linear.configure_team if linear else _linear_is_off,
        EffectKind.LINEAR_CREATE_ISSUE: linear.create_issue if linear else _linear_is_off,
        EffectKind.LINEAR_ATTACH_THREAD: linear.attach_thread if linear else _linear_is_off,
        EffectKind.LINEAR_UPDATE_ISSUE: linear.update_issue if linear else _linear_is_off,
    }

    async def deliver(effect: Effect) -> Record:
        return await routes[effect.kind](effect)

    return deliver


async def tell_of_parked(session: AsyncSession, effect: Effect) -> None:
    """Let the vendors' message say that an issue could not be opened in Linear."""
    if effect.kind is EffectKind.LINEAR_CREATE_ISSUE:
        await show_to_vendors(session, effect.ref)


async def _linear_is_off(_effect: Effect) -> Record:
    raise AlreadyDone(LINEAR_IS_OFF)
