"""The tables of people: who somebody is."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base


class CrmUser(Base):
    """A person. ``email_trusted``: somebody vouched for the e-mail, when the person registered.

    ``email_team_id`` is the workspace that did, as any workspace's admin can give its members any address;
    none: whoever runs Threadline did.
    """

    __tablename__ = "crm_user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(index=True)
    email_trusted: Mapped[bool]
    email_team_id: Mapped[str | None]
    first_name: Mapped[str]
    last_name: Mapped[str]
    active: Mapped[bool]
    created_at: Mapped[datetime]


class Profile(Base):
    """What a user is in one organization."""

    __tablename__ = "profile"
    __table_args__ = (
        UniqueConstraint("user_id", "organization_id", "kind"),
        Index(
            "ix_profile_one_primary",
            "user_id",
            "organization_id",
            unique=True,
            postgresql_where=text("is_primary"),
            sqlite_where=text("is_primary"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    active: Mapped[bool]
    is_primary: Mapped[bool]
    created_at: Mapped[datetime]


class SlackIdentity(Base):
    """Who a Slack account is in the CRM, and the rule that matched."""

    __tablename__ = "slack_identity"
    team_id: Mapped[str] = mapped_column(primary_key=True)
    slack_user_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"), index=True)
    rule: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class VendorRecord(Base):
    """A vendor in an organization."""

    __tablename__ = "vendor_record"
    __table_args__ = (UniqueConstraint("user_id", "organization_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    created_at: Mapped[datetime]


class CustomerRecord(Base):
    """A customer of an organization; ``linear_customer_id`` is theirs in Linear, where it has customers."""

    __tablename__ = "customer_record"
    __table_args__ = (UniqueConstraint("user_id", "organization_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    linear_customer_id: Mapped[str | None]
    created_at: Mapped[datetime]


class UserMode(Base):
    """The profile under which a user looks; without a row it is the primary one."""

    __tablename__ = "user_mode"
    user_id: Mapped[int] = mapped_column(ForeignKey("crm_user.id"), primary_key=True, autoincrement=False)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profile.id"))
