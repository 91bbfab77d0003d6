"""Presses of buttons. No message has one yet; one of an older or newer version is acknowledged and told."""

from slack_bolt.context.ack.async_ack import AsyncAck


async def accept_action(ack: AsyncAck) -> None:
    """Accept any press: Slack shows a warning sign beside a button that is not acknowledged."""
    await ack()
