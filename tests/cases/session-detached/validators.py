"""A method that validates what is assigned reads what it likes of its instance."""

from sqlalchemy import Engine, ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from models import Base


class Crate(Base):
    __tablename__ = "crates"
    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    colour: Mapped[str]
    items: Mapped[list["Item"]] = relationship()
    notes: Mapped[list["Item"]] = relationship(viewonly=True)

    @validates("label")
    def check_label(self, key: str, value: str) -> str:
        return f"{value} ({len(self.items)})"

    @validates("items")
    def check_item(self, key: str, item: "Item") -> "Item":
        assert len(self.notes) < 100
        return item


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    crate_id: Mapped[int] = mapped_column(ForeignKey("crates.id"))


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
