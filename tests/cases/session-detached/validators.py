"""A method that validates what is assigned reads what it likes of its instance."""

from sqlalchemy import Engine, ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from models import Base


class Crate(Base):
    __tablename__ = "crates"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    colour: Mapped[str]
    size: Mapped[int]
    weight: Mapped[int]
    items: Mapped[list["Item"]] = relationship(back_populates="crate")
    notes: Mapped[list["Item"]] = relationship(viewonly=True)

    @validates("label")
    def check_label(self, key: str, value: str) -> str:
        return f"{value} ({len(self.items)})"

    @validates("size")
    def check_size(self, key: str, value: int) -> int:
        self.colour = "red" if value > 5 else "blue"
        return value

    @validates("items")
    def check_item(self, key: str, item: "Item") -> "Item":
        assert len(self.notes) < 100
        return item


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    crate_id: Mapped[int] = mapped_column(ForeignKey("crates.id"))
    crate: Mapped[Crate] = relationship(back_populates="items")


def validated_ok(engine: Engine) -> int:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
        crate.label = "red"
        session.expunge(crate)
    return len(crate.items)


def not_validated_bad(engine: Engine) -> int:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
        crate.colour = "red"
        session.expunge(crate)
    return len(crate.items)  # error: [session-detached] "crate.items" is not loaded


def assigned_by_the_validator_ok(engine: Engine) -> str:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
        session.expire(crate)
    crate.size = 7
    return crate.colour


def nothing_validated_bad(engine: Engine) -> str:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
        session.expire(crate)
    crate.weight = 7
    return crate.colour  # error: [session-detached] "crate.colour" is not loaded


def other_side_validated_ok(engine: Engine) -> int:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
        Item(crate=crate)
        session.expunge(crate)
    return len(crate.notes)


def collection_validated_ok(engine: Engine) -> int:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
        crate.items.append(Item())
        session.expunge(crate)
    return len(crate.notes)


def collection_not_touched_bad(engine: Engine) -> int:
    with Session(engine) as session:
        crate = session.get_one(Crate, 1)
    return len(crate.items)  # error: [session-detached] "crate.items" is not loaded
