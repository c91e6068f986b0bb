"""Attributes that no statement has loaded: relationships, deferred columns, options, new instances."""

from sqlalchemy import Engine, ForeignKey, select
from sqlalchemy.orm import (
    DynamicMapped,
    Mapped,
    MappedAsDataclass,
    Query,
    Session,
    WriteOnlyMapped,
    contains_eager,
    defer,
    joinedload,
    lazyload,
    load_only,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
    undefer,
    undefer_group,
)

from models import Base, Post, User, elsewhere


class Page(Base):
    __tablename__ = "pages"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(deferred=True)
    notes: Mapped[str] = mapped_column(deferred=True, deferred_group="extra")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id"))
    lines: Mapped[list["Line"]] = relationship(back_populates="page", lazy="selectin")
    readers: DynamicMapped["Line"] = relationship(viewonly=True)
    writers: WriteOnlyMapped["Line"] = relationship(viewonly=True)

    @property
    def title(self) -> str:
        return self.text[:10]


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("pages.id"))
    page: Mapped[Page] = relationship(back_populates="lines", lazy="joined")


class Filled(MappedAsDataclass, Base):
    __tablename__ = "filled"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), default=1)
    posts: Mapped[list[Post]] = relationship(default_factory=list)


def collection_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    return len(user.posts)  # error: [session-detached] "user.posts" is not loaded (loaded at line 58 without it) and "user" is detached (block left at line 57); reading it raises DetachedInstanceError (sqlalche.me/e/20/bhk3)


def deferred_bad(engine: Engine) -> str:
    with Session(engine) as session:
        page = session.get_one(Page, 1)
    return page.text  # error: [session-detached] "page.text" is not loaded


def deferred_by_the_statement_bad(session: Session) -> str:
    user = session.scalars(select(User).options(defer(User.name))).one()
    session.expunge(user)
    return user.name  # error: [session-detached]


def not_among_the_loaded_bad(session: Session) -> str:
    user = session.scalars(select(User).options(load_only(User.id))).one()
    session.expunge(user)
    return user.name  # error: [session-detached]


def lazy_by_the_statement_bad(engine: Engine) -> int:
    with Session(engine) as session:
        page = session.scalars(select(Page).options(lazyload(Page.lines))).one()
    return len(page.lines)  # error: [session-detached]


def of_a_query_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.query(User).filter(User.name == "ann").one()
    return len(user.posts)  # error: [session-detached]


def one_step_further_bad(engine: Engine) -> int:
    with Session(engine) as session:
        post = session.scalars(select(Post).options(joinedload(Post.author))).one()
    return len(post.author.posts)  # error: [session-detached] "post.author.posts" is not loaded


def new_bad(engine: Engine) -> int:
    with Session(engine, expire_on_commit=False) as session:
        user = User(name="anna")
        session.add(user)
        session.commit()
    return len(user.posts)  # error: [session-detached] "user.posts" is not loaded (never set


def all_of_them_bad(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
    return sum(len(user.posts) for user in users)  # error: [session-detached]


def in_a_condition_bad(engine: Engine) -> bool:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    if user.posts:  # error: [session-detached]
        return True
    return False


def loaded_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1, options=[selectinload(User.posts)])
        other = session.scalars(select(User).options(subqueryload(User.posts))).first()
    return len(user.posts) + (len(other.posts) if other else 0)


def loaded_by_a_query_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.query(User).options(joinedload(User.posts)).first()
    return len(user.posts) if user else 0


def of_a_variable_ok(engine: Engine, wide: bool) -> int:
    statement = select(User)
    if wide:
        statement = statement.options(selectinload(User.posts))
    with Session(engine) as session:
        user = session.scalars(statement).one()
    return len(user.posts)


def joined_by_hand_ok(engine: Engine) -> int:
    with Session(engine) as session:
        statement = select(User).join(User.posts).options(contains_eager(User.posts))
        user = session.scalars(statement).unique().one()
    return len(user.posts)


def of_unknown_options_ok(engine: Engine, *options: object) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User).options(*options)).one()  # type: ignore[arg-type]
    return len(user.posts)


def of_a_query_that_was_given_ok(session: Session, query: Query[User]) -> int:
    user = query.one()
    session.expunge(user)
    return len(user.posts)


def mapped_to_come_along_ok(engine: Engine) -> int:
    with Session(engine) as session:
        page = session.get_one(Page, 1)
        line = session.get_one(Line, 1)
    return len(page.lines) + line.page.id


def never_loaded_ok(engine: Engine) -> None:
    with Session(engine) as session:
        page = session.get_one(Page, 1)
    elsewhere(page.readers, page.writers)


def undeferred_ok(engine: Engine) -> str:
    with Session(engine) as session:
        page = session.get_one(Page, 1, options=[undefer(Page.text), undefer_group("extra")])
    return page.text + page.notes


def read_by_a_property_ok(engine: Engine) -> str:
    with Session(engine) as session:
        page = session.get_one(Page, 1)
        assert page.title
    return page.text


def read_in_a_loop_ok(engine: Engine) -> int:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        for user in users:
            elsewhere(len(user.posts))
    return sum(len(user.posts) for user in users)


def loaded_for_another_variable_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.scalars(select(User).options(selectinload(User.posts))).all()
    return len(user.posts)


def loaded_before_ok(engine: Engine) -> int:
    with Session(engine) as session:
        everybody = session.scalars(select(User).options(selectinload(User.posts))).all()
        user = session.get_one(User, everybody[0].id)
    return len(user.posts)


def loaded_before_and_dropped_ok(engine: Engine) -> int:
    with Session(engine) as session:
        everybody = session.scalars(select(User).options(selectinload(User.posts))).all()
        elsewhere(len(everybody))
        user = session.get_one(User, 1)
    return len(user.posts)


def read_before_ok(engine: Engine) -> int:
    with Session(engine) as session:
        first = session.get_one(User, 1)
        elsewhere(len(first.posts))
        user = session.get_one(User, 1)
    return len(user.posts)


def refreshed_by_name_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.refresh(user, ["posts"])
    return len(user.posts)


def new_with_a_collection_ok(engine: Engine) -> int:
    with Session(engine, expire_on_commit=False) as session:
        user = User(name="anna", posts=[Post(title="one")])
        other = User(name="bob")
        other.posts.append(Post(title="two"))
        third = User(name="carol")
        post = Post(title="three", author=third)
        session.add_all([user, other, third, post])
        session.commit()
    return len(user.posts) + len(other.posts) + len(third.posts)


def filled_by_its_constructor_ok(engine: Engine) -> int:
    with Session(engine, expire_on_commit=False) as session:
        filled = Filled()
        session.add(filled)
        session.commit()
    return len(filled.posts)


def assigned_ok(engine: Engine) -> str:
    with Session(engine) as session:
        post = session.get_one(Post, 1)
        user = session.get_one(User, 2)
        post.author = user
    return post.author.name


def one_step_further_ok(engine: Engine) -> int:
    with Session(engine) as session:
        statement = select(Post).options(joinedload(Post.author).selectinload(User.posts))
        post = session.scalars(statement).one()
    return len(post.author.posts)


def expunged_alone_ok(session: Session) -> int:
    post = session.scalars(select(Post).options(joinedload(Post.author))).one()
    session.expunge(post)
    return len(post.author.posts)


def the_key_is_there_ok(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.scalars(select(User).options(load_only(User.name))).one()
    return user.id
