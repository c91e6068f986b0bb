"""Collections of no known type: what is done to them leaves the instance in its session."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import Base, elsewhere


class Role(Base):
    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(primary_key=True)


class Member(Base):
    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("roles.id"))
    role: Mapped[Role] = relationship(backref="members")


def taken_out_bad(session: Session, member: Member) -> None:
    elsewhere(session)
    role = session.get_one(Role, 1)
    role.members.remove(member)  # type: ignore[attr-defined]
    session.merge(role)  # error: [session-merge]
