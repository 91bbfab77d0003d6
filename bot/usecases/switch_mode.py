"""Look under another profile, in one's own words: "vendor", or "vendor acme" where there are several."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.looks import Modes, Switch
from bot.domain.organizations import slug_of
from bot.domain.people import ProfileKind
from bot.usecases.modes import mode_of, modes_of, set_mode


async def look_at_modes(session: AsyncSession, user_id: int) -> Modes:
    """Return under which profiles somebody may look, and under which they do."""
    return Modes(offered=await modes_of(session, user_id), now=await mode_of(session, user_id, None))


async def switch_mode(session: AsyncSession, user_id: int, asked: str) -> Switch:
    """Let somebody look under the profile that they name, if it is one and no other."""
    word, _, name = asked.partition(" ")
    kind = next((kind for kind in ProfileKind if kind == word.casefold()), None)
    offered = await modes_of(session, user_id)
    found = [
        mode
        for mode in offered
        if mode.kind is kind and (not name or slug_of(mode.organization_name) == slug_of(name))
    ]
    if len(found) == 1:
        await set_mode(session, user_id, found[0].organization_id, found[0].kind)
    return Switch(modes=await look_at_modes(session, user_id), kind=kind, found=found)
