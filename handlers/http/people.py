"""/api/auth/ and /api/me/: organizations and their owners, and whoever holds a token."""

from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse

from bot.domain.people import ProfileKind
from bot.usecases.modes import NO_SUCH_PROFILE, mode_of, modes_of, set_mode
from bot.usecases.once import Answer
from bot.usecases.register import NAME_TAKEN, Registration
from bot.usecases.register_by_operator import register_by_operator
from bot.usecases.tokens import Bearer
from handlers.http import examples
from handlers.http.asked import Key, ModeBody, RegisterBody, Who, check_admin
from handlers.http.documents import errors, success
from handlers.http.gate import REGISTERING_IS_OFF
from handlers.http.parts import HttpParts
from handlers.http.shapes import MeShape, OrganizationShape, ProfileShape, RegisteredShape
from handlers.http.showing import user_shape
from handlers.http.writing import keyed, told, write_once
from storage import organizations

OWNERS_PROFILES = (ProfileKind.VENDOR, ProfileKind.EMPLOYEE, ProfileKind.CUSTOMER)


class People:
    """The routes about who somebody is.

    Args:
        parts: of the API.
    """

    def __init__(self, parts: HttpParts) -> None:
        self._parts = parts

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/api", tags=["people"])
        add = router.add_api_route
        add(
            "/auth/register/",
            self.register,
            methods=["POST"],
            summary="Register an organization",
            dependencies=[Depends(check_admin)],
            status_code=HTTPStatus.CREATED,
            responses={
                **success(201, "It is registered.", examples.REGISTERED),
                **errors(
                    *(400, 403, 409),
                    s400="organization is required",
                    s403=REGISTERING_IS_OFF,
                    s409=NAME_TAKEN.format(name="Globex"),
                ),
            },
        )
        add(
            "/me/",
            self.me,
            methods=["GET"],
            summary="Who am I?",
            responses={**success(200, "You.", examples.ME), **errors()},
        )
        add(
            "/me/mode/",
            self.choose_mode,
            methods=["POST"],
            summary="Choose the profile under which I look",
            response_model=MeShape,
            responses={
                **success(200, "It is chosen.", examples.ME),
                **errors(
                    *(400, 403, 409),
                    conflicts=["key"],
                    s400=examples.WRONG_MODE,
                    s403=NO_SUCH_PROFILE.format(kind="employee"),
                ),
            },
        )
        return router

    async def register(self, body: RegisterBody) -> RegisteredShape:
        """Register an organization with its owner, who gets a vendor, an employee and a customer profile.

        Needs the admin token. Whoever has this e-mail already becomes the owner; all of it happens, or nothing.
        """
        wanted = Registration(
            organization_name=body.organization,
            email=body.email,
            first_name=body.first_name,
            last_name=body.last_name,
        )
        now, team_id = self._parts.clock(), body.slack_team_id
        work = partial(register_by_operator, wanted=wanted, team_id=team_id, now=now)
        vouched = await self._parts.transaction.write(work)
        look = partial(organizations.organization, organization_id=vouched.registered.organization_id)
        found = await self._parts.transaction.read(look)
        return RegisteredShape(
            organization=OrganizationShape(id=found.id, name=found.name, slug=found.slug),
            user=user_shape(vouched.registered.owner),
            profiles=list(OWNERS_PROFILES),
            token=vouched.token,
        )

    async def me(self, who: Who) -> MeShape:
        """Tell whose token this is, and what they are in its organization."""
        return await self._parts.transaction.read(partial(_me, who=who))

    async def choose_mode(self, body: ModeBody, who: Who, request: Request, key: Key = None) -> JSONResponse:
        """Choose the profile under which I look, in Slack too. It changes nothing about what I may do."""

        async def work(session: AsyncSession) -> Answer:
            await set_mode(session, who.user.id, who.organization_id, body.mode)
            return told(HTTPStatus.OK, await _me(session, who))

        return await write_once(self._parts, keyed(request, who, key, body), work)


async def _me(session: AsyncSession, who: Bearer) -> MeShape:
    organization = await organizations.organization(session, who.organization_id)
    chosen = await mode_of(session, who.user.id, who.organization_id)
    # A token tells of its own organization alone.
    mine = [mode for mode in await modes_of(session, who.user.id) if mode.organization_id == organization.id]
    return MeShape(
        user=user_shape(who.user),
        organization=OrganizationShape(id=organization.id, name=organization.name, slug=organization.slug),
        mode=None if chosen is None else chosen.kind,
        profiles=[ProfileShape(kind=mode.kind, mode=mode == chosen) for mode in mine],
    )
