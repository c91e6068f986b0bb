"""Mapped dataclasses that are shown: their `__repr__` reads what it shows."""

import logging
from typing import Any, ClassVar

from sqlalchemy import Engine, ForeignKey, String, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedAsDataclass,
    Session,
    deferred,
    mapped_column,
    registry,
    relationship,
    selectinload,
    undefer,
)
from sqlalchemy.orm.exc import DetachedInstanceError

from models import Note, User, elsewhere

logger = logging.getLogger(__name__)


class Base(MappedAsDataclass, DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kinds: ClassVar[str] = "authors"
    books: Mapped[list["Book"]] = relationship(default_factory=list)
    bio: Mapped[str] = mapped_column(deferred=True, default="")


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"), init=False)
    text: Mapped[str] = mapped_column(deferred=True, repr=False, default="")
    note: Mapped[str] = deferred(mapped_column(String), repr=False, default="")


class Stamped(MappedAsDataclass):
    created: Mapped[str] = mapped_column(default="", deferred=True)


class Label(Stamped, Base):
    __tablename__ = "labels"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


class Hidden(Stamped, Base):
    __tablename__ = "hidden"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    created: Mapped[str] = mapped_column(default="", deferred=True, repr=False)


class Quiet(Base, repr=False):
    __tablename__ = "quiet"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


class Own(Base):
    __tablename__ = "own"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)

    def __repr__(self) -> str:
        return "<own>"


class OfOwn(Own):
    __tablename__ = "of_own"
    id: Mapped[int] = mapped_column(ForeignKey("own.id"), primary_key=True, init=False)


class Titled(Base):
    __tablename__ = "titled"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)

    def __str__(self) -> str:
        return "<titled>"


class Replaced(Base):
    __tablename__ = "replaced"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


Replaced.__repr__ = lambda self: "<replaced>"  # type: ignore[method-assign]


class Shape(Base):
    __tablename__ = "shapes"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "shape"}
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    kind: Mapped[str]


class Circle(Shape):
    __mapper_args__ = {"polymorphic_identity": "circle"}

    def __repr__(self) -> str:
        return "<circle>"


class QuietBase(MappedAsDataclass, DeclarativeBase, repr=False):
    pass


class OfQuietBase(QuietBase):
    __tablename__ = "of_quiet_base"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


class ShownOfQuietBase(QuietBase, repr=True):
    __tablename__ = "shown_of_quiet_base"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


class Hooked(MappedAsDataclass, DeclarativeBase):
    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.__repr__ = lambda self: "<hooked>"  # type: ignore[method-assign]


class OfHooked(Hooked):
    __tablename__ = "of_hooked"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


mappers = registry()


@mappers.mapped_as_dataclass
class Decorated:
    __tablename__ = "decorated"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


@mappers.mapped_as_dataclass(repr=False)
class QuietDecorated:
    __tablename__ = "quiet_decorated"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)


def in_repr_bad(engine: Engine) -> str:
    with Session(engine) as session:
        author = session.get_one(Author, 1)
    return repr(author)  # error: [session-detached] Author.__repr__() reads it, which raises DetachedInstanceError (sqlalche.me/e/20/bhk3)


def in_f_string_bad(engine: Engine) -> str:
    with Session(engine) as session:
        author = session.get_one(Author, 1, options=[selectinload(Author.books)])
    return f"{author} is here"  # error: [session-detached] Author.__repr__(), called by the f-string, reads it, which raises DetachedInstanceError (sqlalche.me/e/20/bhk3)


def printed_bad(engine: Engine) -> None:
    with Session(engine) as session:
        note = session.get_one(Note, 1)
        session.expire_all()
    print("note", note)  # error: [session-detached] Note.__repr__(), called by print(), reads it, which raises DetachedInstanceError (sqlalche.me/e/20/bhk3)


def one_report_of_what_is_expired_bad(engine: Engine) -> str:
    with Session(engine) as session:
        note = session.get_one(Note, 1)
        session.expire_all()
    print(note)  # error: [session-detached]
    return note.text


def formatted_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    return [
        "%s" % label,  # error: [session-detached] Label.__repr__(), called by %, reads it, which raises DetachedInstanceError (sqlalche.me/e/20/bhk3)
        "%d: %r" % (1, label),  # error: [session-detached]
        "{}".format(label),  # error: [session-detached]
        "{0}{1!r:>10}".format(1, label),  # error: [session-detached]
        "{label}".format(label=label),  # error: [session-detached]
        f"{label!s:>10}",  # error: [session-detached]
        f"{label=}",  # error: [session-detached]
        str(label),  # error: [session-detached]
        format(label),  # error: [session-detached]
        ascii(label),  # error: [session-detached]
    ]


def in_containers_bad(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    pair = (1, label)
    print([label])  # error: [session-detached] "label.created" is not loaded
    print({"label": (label,)})  # error: [session-detached] "label.created" is not loaded
    print(f"{pair}")  # error: [session-detached] "pair[1].created" is not loaded


def in_a_loop_bad(engine: Engine) -> None:
    with Session(engine) as session:
        labels = session.scalars(select(Label)).all()
    for label in labels:
        print(label)  # error: [session-detached]


def of_a_decorated_class_bad(engine: Engine) -> None:
    with Session(engine) as session:
        decorated = session.get_one(Decorated, 1)
        session.expire_all()
    print(decorated)  # error: [session-detached]


def said_by_itself_bad(engine: Engine) -> None:
    with Session(engine) as session:
        shown = session.get_one(ShownOfQuietBase, 1)
        session.expire_all()
    print(shown)  # error: [session-detached]


def below_a_class_with_its_own_bad(engine: Engine) -> None:
    with Session(engine) as session:
        below = session.get_one(OfOwn, 1)
        session.expire_all()
    print(below)  # error: [session-detached]


def made_here_bad(engine: Engine) -> None:
    circle = Shape(kind="shape")
    with Session(engine) as session:
        session.add(circle)
        session.commit()
    print(circle)  # error: [session-detached]


def asked_for_its_repr_bad(engine: Engine) -> None:
    with Session(engine) as session:
        titled = session.get_one(Titled, 1)
        session.expire_all()
    print(repr(titled), f"{titled!r}", [titled])  # error: [session-detached] "titled.id" is not loaded


def in_an_exception_bad(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    raise ValueError(f"wrong label {label}")  # error: [session-detached]


def known_miss_shown_by_a_helper_and_read_nowhere(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    _tell(label)


def by_a_helper_bad(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    print(label.id)
    _tell(label)  # error: [session-detached] in "_tell" at line


def _tell(label: Label) -> None:
    print(label)


def all_is_loaded_ok(engine: Engine) -> str:
    with Session(engine) as session:
        author = session.get_one(Author, 1, options=[undefer(Author.bio), selectinload(Author.books)])
    return f"{author}"


def what_is_hidden_is_not_read_ok(engine: Engine) -> None:
    with Session(engine) as session:
        book, note = session.get_one(Book, 1), session.get_one(Note, 1)
        hidden = session.get_one(Hidden, 1)
    print(book, note, hidden)


def within_the_session_ok(engine: Engine) -> None:
    with Session(engine) as session:
        author = session.get_one(Author, 1)
        session.expire_all()
        print(author)


def shown_before_ok(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
        print(label)
    print(label)


def another_representation_ok(engine: Engine) -> None:
    with Session(engine) as session:
        quiet, own = session.get_one(Quiet, 1), session.get_one(Own, 1)
        titled, replaced = session.get_one(Titled, 1), session.get_one(Replaced, 1)
        of_quiet, hooked = session.get_one(OfQuietBase, 1), session.get_one(OfHooked, 1)
        decorated, user = session.get_one(QuietDecorated, 1), session.get_one(User, 1)
        session.expire_all()
    print(quiet, own, titled, replaced, of_quiet, hooked, decorated, user)
    print(f"{titled}", "%s" % titled, "{}".format(titled))


def perhaps_of_a_subclass_ok(engine: Engine) -> None:
    with Session(engine) as session:
        shape = session.get_one(Shape, 1)
        session.expire_all()
    print(shape)


def perhaps_none_ok(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get(Label, 1)
    print(label)


def perhaps_not_written_ok(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    logger.debug("label %s", label)
    logger.debug("label %(label)s", {"label": label})


def its_own_format_raises_ok(engine: Engine) -> str:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    return f"{label:>10}"


def an_attribute_is_shown_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    return ["{0.id}".format(label), "{0[0].id}".format([label]), "%(id)s" % {"id": label.id}, f"{label.id}"]


def perhaps_empty_ok(engine: Engine) -> None:
    with Session(engine) as session:
        labels = session.scalars(select(Label)).all()
    print(labels)


def expected_ok(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    try:
        print(label)
    except DetachedInstanceError:
        print("a label")


def not_certain_ok(engine: Engine, loud: bool) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
        if loud:
            print(label.created)
    print(label)


def only_given_ok(engine: Engine) -> None:
    with Session(engine) as session:
        label = session.get_one(Label, 1)
    elsewhere(label)
    print(type(label), id(label), len([label]), isinstance(label, Label))


def showing_keeps_nothing_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="anna")
        session.add(user)
        print(user, f"{user}")
        session.commit()
