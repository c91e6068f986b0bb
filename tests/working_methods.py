"""Programs in which Python calls special methods of the author's classes: these read, and do, what they like."""

# ruff: noqa: B018, C416, PT018

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    posts: Mapped[list[Post]] = relationship()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, User) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __lt__(self, other: User) -> bool:
        return self.name < other.name

    def __len__(self) -> int:
        return len(self.posts)

    def __iter__(self) -> Iterator[Post]:
        return iter(self.posts)

    def __contains__(self, post: object) -> bool:
        return post in self.posts

    def __getitem__(self, key: int) -> Post:
        return self.posts[key]

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, key, value)

    def __delitem__(self, key: int) -> None:
        del self.posts[key]

    def __neg__(self) -> int:
        return -len(self.posts)

    def __add__(self, other: int) -> int:
        return len(self.posts) + other

    def __deepcopy__(self, _memo: object) -> User:
        return User(name=self.name, posts=[Post() for _post in self.posts])

    def __getattr__(self, name: str) -> Any:
        if name == "number_of_posts":
            return len(self.posts)
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(*(("name", f"{value}{len(self.posts)}") if name == "label" else (name, value)))


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Note(MappedAsDataclass, Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    text: Mapped[str]


def seed(session: Session) -> None:
    session.add_all([User(id=1, name="ann", posts=[Post(), Post()]), User(id=2, name="bob")])
    session.add_all([Note(text="a"), Note(text="b")])


def compared(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert ann != bob
    assert ann.name == "ann" and bob.name == "bob"


def found_in_a_list(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert ann in [bob, ann]
    assert ann.name == "ann" and bob.name == "bob"


def put_into_a_set(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert len({ann, bob}) == 2
    assert ann.name == "ann" and bob.name == "bob"


def keys(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert {ann: 1, bob: 2}
    assert ann.name == "ann" and bob.name == "bob"


def added_to_a_set(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        seen: set[User] = set()
        seen.add(ann)
        seen.add(bob)
    assert ann.name == "ann" and bob.name == "bob"


def comprehended(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert {user for user in (ann, bob)}
    assert ann.name == "ann" and bob.name == "bob"


def a_key_asked_for(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        ages: dict[User, int] = {}
        assert ages.get(ann) is ages.get(bob) is None
    assert ann.name == "ann" and bob.name == "bob"


def sorted_by_themselves(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert sorted([bob, ann])[0] is ann
    assert ann.name == "ann" and bob.name == "bob"


def the_largest(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert max(ann, bob) is bob
    assert ann.name == "ann" and bob.name == "bob"


def looked_for(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = session.get_one(User, 1), session.get_one(User, 2)
        session.expire_all()
        assert [bob, ann].index(ann) == 1
    assert ann.name == "ann" and bob.name == "bob"


def measured(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        len(user)
    assert len(user.posts) == 2


def gone_through(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        for _post in user:
            pass
    assert len(user.posts) == 2


def listed(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        list(user)
    assert len(user.posts) == 2


def comprehended_posts(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        [post.id for post in user]
    assert len(user.posts) == 2


def taken_apart(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        first, second = user
        assert first is not second
    assert len(user.posts) == 2


def starred(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        [*user]
    assert len(user.posts) == 2


def searched(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert 1 not in user
    assert len(user.posts) == 2


def subscribed(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user[0]
    assert len(user.posts) == 2


def tested(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        if user:
            pass
    assert len(user.posts) == 2


def asserted(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert user
    assert len(user.posts) == 2


def one_or_the_other(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user or None
    assert len(user.posts) == 2


def negated(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        not user
    assert len(user.posts) == 2


def unary(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        -user
    assert len(user.posts) == 2


def calculated(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user + 1
    assert len(user.posts) == 2


def computed(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.number_of_posts
    assert len(user.posts) == 2


def iterated_backwards(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        next(iter(user))
    assert len(user.posts) == 2


def encoded(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        json.dumps(user, default=lambda each: [post.id for post in each.posts])
    assert len(user.posts) == 2


def copied(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        copy.deepcopy(user)
    assert len(user.posts) == 2


def set_by_key(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user["name"] = "carol"
        session.commit()
    with Session(engine) as session:
        assert session.get_one(User, 1).name == "carol"


def deleted_by_key(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        with session.no_autoflush:
            del user[0]
            session.expunge(user)
    assert len(user.posts) == 1


def set_by_hook(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        user.label = "carol"
        session.expunge(user)
    assert user.posts and user.name == "carol2"


def compared_field_by_field(engine: Engine) -> None:
    with Session(engine) as session:
        one, other = session.get_one(Note, 1), session.get_one(Note, 2)
        session.expire_all()
        assert one != other
    assert one.text == "a"


def found_field_by_field(engine: Engine) -> None:
    with Session(engine) as session:
        one, other = session.get_one(Note, 1), session.get_one(Note, 2)
        session.expire_all()
        assert one not in [other]
    assert one.text == "a"
