"""What people chose for channels and for a team in Linear, by the database, and whether pinned buttons stand."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.views.button_message import RAISE
from sandbox.slack import Channel, Message
from sandbox.slack.model import Json
from storage import tables
from storage.transaction import Transaction
from tests.faults.crowd import OWNED_NAME, Crowd
from tests.faults.verdict import Verdict


async def judge_links(transaction: Transaction, crowd: Crowd) -> Verdict:
    """Hold the channels against what is stored of them, and that against what somebody was told."""

    async def look(session: AsyncSession) -> set[str]:
        query = select(tables.ChannelLink.channel_id).where(tables.ChannelLink.intake)
        return set(await session.scalars(query))

    linked, verdict = await transaction.read(look), Verdict()
    for channel in (crowd.company.intake, crowd.both, *crowd.linked):
        judge_link(crowd, channel, verdict, is_linked=channel.id in linked)
    return verdict


async def judge_team(transaction: Transaction, crowd: Crowd) -> Verdict:
    """Hold the team in Linear that somebody was told is chosen against what is stored."""

    async def look(session: AsyncSession) -> str | None:
        organization = tables.Organization
        return await session.scalar(select(organization.linear_team_id).where(organization.name == OWNED_NAME))

    verdict, stored = Verdict(), await transaction.read(look)
    if crowd.team_chosen not in {None, stored}:
        verdict.lost.append(f"the team in Linear that was chosen: {stored} is stored")
    return verdict


def judge_link(crowd: Crowd, channel: Channel, verdict: Verdict, *, is_linked: bool) -> None:
    """Look at one channel."""
    told = crowd.linked.get(channel)
    if told is not None and told is not is_linked:
        verdict.lost.append(f"#{channel.name}: somebody was told that it is {'' if told else 'not '}linked")
    buttons = [each for each in crowd.company.slack.messages(channel) if RAISE in _labels(each)]
    for count, what in ((len(buttons), "message with the button"), (len(channel.pins), "pin")):
        if is_linked:
            verdict.exactly_one(count, f"the {what} in #{channel.name}")
        else:
            verdict.doubled += [f"a {what} in #{channel.name}, which is not linked"] * count


def _labels(message: Message) -> list[str]:
    return [each.get("text", {}).get("text", "") for block in message.blocks or [] for each in _elements(block)]


def _elements(block: Json) -> list[Json]:
    return block["elements"] if block["type"] == "actions" else []
