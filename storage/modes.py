"""Under which of their profiles people look."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain.people import Mode, ProfileKind
from storage.tables import CrmUser, Organization, Profile, UserMode
from storage.upsert import upsert


async def active_modes(session: AsyncSession, user_id: int) -> list[Mode]:
    """Under which profiles may this user look? By organization, each time the primary one first.

    Nobody who is switched off looks at anything. Asked across organizations: a user may be in several.
    """
    query = (
        select(Profile.id, Profile.organization_id, Organization.name, Profile.kind)
        .join(Organization, Organization.id == Profile.organization_id)
        .join(CrmUser, CrmUser.id == Profile.user_id)
        .where(Profile.user_id == user_id, Profile.active, CrmUser.active)
        .order_by(Organization.name_key, Profile.is_primary.desc(), Profile.id)
    )
    return [
        Mode(
            profile_id=row.id,
            organization_id=row.organization_id,
            organization_name=row.name,
            kind=ProfileKind(row.kind),
        )
        for row in await session.execute(query)
    ]


async def chosen_profile_id(session: AsyncSession, user_id: int) -> int | None:
    """Which profile did this user choose last? It may be switched off since."""
    return await session.scalar(select(UserMode.profile_id).where(UserMode.user_id == user_id))


async def choose_profile(session: AsyncSession, user_id: int, profile_id: int) -> None:
    """Remember the profile under which this user looks."""
    await session.execute(
        upsert(session, UserMode)
        .values(user_id=user_id, profile_id=profile_id)
        .on_conflict_do_update(index_elements=["user_id"], set_={"profile_id": profile_id})
    )
