"""What a request of the API holds: body, path, query and headers, checked as far as a shape goes."""

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request
from pydantic import AfterValidator, BaseModel, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from bot.domain.conversation import COMMENT_LIMIT, CommentVisibility
from bot.domain.issues import Category, Priority, Status
from bot.domain.listed import Nobody, Wanted
from bot.domain.people import ProfileKind, normalize_email
from bot.domain.text import can_be_seen, clean, clean_line, is_whole_number
from bot.errors import ForbiddenError, InvalidError
from bot.usecases.tokens import Bearer

DESCRIPTION_LIMIT = 10_000
NAME_LIMIT = 80
EMAIL_LIMIT = 254
SEARCH_LIMIT = 200
KEY_LIMIT = 255
PAGE, MOST = 50, 100
WRONG_CURSOR = "cursor is not one that was given out: leave it out to begin with the newest"
WRONG_ASSIGNEE = "assignee must be a user's id, me or none"
ADMINS_ONLY = "Only the admin token can do this."


def _something(text: str) -> str:
    """Refuse a text in which there is nothing to read, as if it were not there."""
    if not can_be_seen(clean(text)):
        raise PydanticCustomError("missing", "is required")
    return text


def _comment(text: str) -> str:
    length = len(clean(text))
    if length > COMMENT_LIMIT:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": f"{COMMENT_LIMIT:,}"})
    return text


def _email(text: str) -> str:
    email = normalize_email(text)
    name, _, domain = email.rpartition("@")
    if not name or not domain or " " in email or "@" in name or len(email) > EMAIL_LIMIT:
        raise PydanticCustomError("email", "is no e-mail address")
    return email


def _name(text: str) -> str:
    name = clean_line(text)
    if len(name) > NAME_LIMIT:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": NAME_LIMIT})
    return name


_Text = Annotated[str, AfterValidator(_something)]


class RaiseBody(BaseModel):
    """An issue to be raised."""

    title: _Text = Field(description="up to 255 characters", examples=["Export fails"])
    description: str | None = Field(None, description="up to 10,000 characters", examples=["Since this morning."])
    priority: Priority | None = Field(None, description="medium, unless it is said otherwise")
    category: str | None = Field(None, description=f"one of {', '.join(Category)}; general, unless said otherwise")
    organization: StrictInt | StrictStr | None = Field(
        None, description="the id or slug of the token's organization; may be left out", examples=["acme"]
    )


class CommentBody(BaseModel):
    """A public comment."""

    text: Annotated[_Text, AfterValidator(_comment)] = Field(
        description="up to 40,000 characters", examples=["It happens with every file."]
    )


class WholeCommentBody(CommentBody):
    """A comment; internal, unless it is said otherwise."""

    visibility: CommentVisibility = Field(
        CommentVisibility.INTERNAL, description="`public`: the customer reads it too"
    )


class RegisterBody(BaseModel):
    """An organization to be registered, with its owner."""

    organization: _Text = Field(description="its name, up to 80 characters", examples=["Globex"])
    email: Annotated[str, AfterValidator(_email)] = Field(examples=["gwen@globex.example"])
    first_name: Annotated[_Text, AfterValidator(_name)] = Field(examples=["Gwen"])
    last_name: Annotated[str, AfterValidator(_name)] = Field("", examples=["Stone"])
    slack_team_id: str | None = Field(
        None,
        pattern="^[TE][A-Z0-9]{1,20}$",
        description="the Slack workspace that it owns: its members are recognized by their e-mail",
        examples=["T0123456789"],
    )


class ModeBody(BaseModel):
    """The profile under which somebody wants to look."""

    mode: ProfileKind


def _who(request: Request) -> Bearer:
    bearer: Bearer = request.state.bearer
    return bearer


def check_admin(request: Request) -> None:
    """Check once more what the gate checks by the address: that the admin token was shown."""
    if not getattr(request.state, "admin", False):
        raise ForbiddenError(ADMINS_ONLY)


Who = Annotated[Bearer, Depends(_who)]
Reference = Annotated[
    str,
    Path(
        description="The issue's id, or its number: `ISS-2026-0001`. `ISS-0001` and `0001` do as well, "
        "unless several years have one.",
        examples=["ISS-2026-0001"],
    ),
]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=f"^[!-~]{{1,{KEY_LIMIT}}}$",
        description="The same request with the same key gets the first answer for 24 hours, and is done once. "
        "Another request with it is refused with 409.",
    ),
]


def cursor_of(before_id: int | None) -> str | None:
    """Return where the next page begins, in a form that nobody builds by hand."""
    if before_id is None:
        return None
    return base64.urlsafe_b64encode(f"before:{before_id}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        told = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidError(WRONG_CURSOR) from None
    word, _, digits = told.partition(":")
    if word != "before" or not is_whole_number(digits):
        raise InvalidError(WRONG_CURSOR)
    return int(digits)


def _read_assignee(assignee: str | None, who: Bearer) -> int | Nobody | None:
    if assignee is None:
        return None
    if assignee == "me":
        return who.user.id
    if assignee == "none":
        return Nobody.NOBODY
    if not is_whole_number(assignee):
        raise InvalidError(WRONG_ASSIGNEE)
    return int(assignee)


def _wanted(
    who: Who,
    limit: Annotated[int, Query(ge=1, le=MOST, description="how many issues")] = PAGE,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before")] = None,
    status: Annotated[Status | None, Query()] = None,
    priority: Annotated[Priority | None, Query()] = None,
    category: Annotated[str | None, Query()] = None,
    assignee: Annotated[str | None, Query(description="a user's id, `me` or `none`")] = None,
    q: Annotated[
        str | None, Query(max_length=SEARCH_LIMIT, description="text in the title, description or number")
    ] = None,
) -> Wanted:
    return Wanted(
        limit=limit,
        before_id=_read_cursor(cursor),
        status=status,
        priority=priority,
        category=None if category is None else clean(category),
        assignee=_read_assignee(assignee, who),
        text=clean(q or "") or None,
    )


WantedIssues = Annotated[Wanted, Depends(_wanted)]
