"""A commit that has something to write, to release or to make room for, or may have."""

from collections.abc import Iterator
from time import sleep

from sqlalchemy import Connection, Engine, Select, func, select, text, update
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import Post, User, elsewhere, render, run_later, send_mails


def write_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="ann"))
        session.commit()


def write_on_some_path_ok(engine: Engine, name: str | None) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        if name is not None:
            user.name = name
        session.commit()


def one_of_two_was_expunged_ok(engine: Engine) -> None:
    with Session(engine) as session:
        ann, bob = User(name="ann"), User(name="bob")
        session.add(ann)
        session.add(bob)
        session.expunge(bob)
        session.commit()


def expunged_after_the_flush_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        session.flush()
        session.expunge(user)
        session.commit()


def expunged_after_another_write_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(update(User).values(name="bob"))
        user = User(name="ann")
        session.add(user)
        session.expunge(user)
        session.commit()


def last_of_many_was_expunged_ok(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        user = User(name="")
        for name in names:
            user = User(name=name)
            session.add(user)
        session.expunge(user)
        session.commit()


def expunged_without_its_posts_ok(engine: Engine) -> None:
    with Session(engine) as session:
        post = Post(title="first", author=User(name="ann"))
        session.add(post)
        session.expunge(post)
        session.commit()


def perhaps_expunged_ok(engine: Engine, wanted: bool) -> None:
    with Session(engine) as session:
        user = User(name="ann")
        session.add(user)
        if not wanted:
            session.expunge(user)
        session.commit()


def bulk_update_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.query(User).filter(User.name == "ann").update({User.name: "bob"})
        session.commit()


def locked_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User).with_for_update()).all())
        session.commit()


def locked_query_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.query(User).with_for_update().all())
        session.commit()


def locked_by_get_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.get(User, 1, with_for_update=True))
        session.commit()


def locked_statement_in_variable_ok(engine: Engine, alone: bool) -> None:
    with Session(engine) as session:
        statement = select(User)
        if alone:
            statement = statement.with_for_update()
        print(session.scalars(statement).all())
        session.commit()


def function_of_database_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalar(select(func.pg_advisory_xact_lock(1))))
        session.commit()


def function_in_condition_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User).where(User.id == func.nextval("numbers"))).all())
        session.commit()


def text_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalar(text("SELECT take_number()")))
        session.commit()


def statement_from_elsewhere_ok(engine: Engine, statement: Select[tuple[User]]) -> None:
    with Session(engine) as session:
        print(session.scalars(statement).all())
        session.commit()


def statement_made_elsewhere_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(_visible_users()).all())
        session.commit()


def connection_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.connection().exec_driver_sql("DELETE FROM users")
        session.commit()


def helper_ok(engine: Engine) -> None:
    with Session(engine) as session:
        send_mails(session)
        session.commit()


def helper_with_instance_ok(engine: Engine) -> None:
    with Session(engine) as session:
        elsewhere(session.get_one(User, 1))
        session.commit()


def method_of_instance_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.get_one(_Counter, 1).count_up()
        session.commit()


def attribute_by_name_ok(engine: Engine) -> None:
    with Session(engine) as session:
        setattr(session.get_one(User, 1), "name", "ann")
        session.commit()


def property_ok(engine: Engine) -> None:
    with Session(engine) as session:
        counter = session.get_one(_Counter, 1)
        counter.number = 3
        session.commit()


def collection_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.get_one(User, 1).posts.append(Post(title="news"))
        session.commit()


def cleared_collection_ok(engine: Engine) -> None:
    with Session(engine) as session:
        posts = session.get_one(User, 1).posts
        posts.clear()
        session.commit()


def related_instances_ok(engine: Engine) -> None:
    with Session(engine) as session:
        for post in session.get_one(User, 1).posts:
            post.title = "news"
        session.commit()


def new_owner_ok(engine: Engine) -> None:
    with Session(engine) as session:
        posts = session.scalars(select(Post)).all()
        session.add(User(name="ann", posts=list(posts)))
        session.commit()


def constructed_with_persistent_ok(engine: Engine) -> None:
    with Session(engine) as session:
        post = session.get_one(Post, 1)
        print(User(name="ann", posts=[post]))
        session.commit()


def items_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.get_one(_Counter, 1).settings["color"] = "red"
        session.commit()


def closure_ok(engine: Engine) -> None:
    with Session(engine) as session:

        def write() -> None:
            session.add(User(name="ann"))

        run_later(write)
        session.commit()


def read_again_ok(engine: Engine) -> str:
    """The commit makes the next read see what others have written."""
    with Session(engine) as session:
        user = session.get_one(User, 1)
        print(user.name)
        session.commit()
        return user.name


def refreshed_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        session.refresh(user)


def loads_relationship_ok(engine: Engine) -> int:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        session.commit()
        return len(user.posts)


def each_page_ok(engine: Engine) -> None:
    with Session(engine) as session:
        for start in range(0, 1000, 100):
            print(session.scalars(select(User).offset(start).limit(100)).all())
            session.commit()


def connection_given_back_ok(engine: Engine) -> None:
    """What follows takes long, and need not hold a connection."""
    with Session(engine) as session:
        names = session.scalars(select(User.name)).all()
        session.commit()
        elsewhere(names)


def connection_given_back_while_waiting_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User.name)).all())
        session.commit()
        sleep(60)


def connection_given_back_before_yield_ok(engine: Engine) -> Iterator[str]:
    with Session(engine) as session:
        names = session.scalars(select(User.name)).all()
        session.commit()
        yield from names


def parameter_ok(session: Session) -> None:
    print(session.scalars(select(User)).all())
    session.commit()


def parameter_with_block_ok(session: Session) -> None:
    with session:
        print(session.scalars(select(User)).all())
        session.commit()


def registry_ok(registry: scoped_session[Session]) -> None:
    print(registry.scalars(select(User)).all())
    registry.commit()
    registry.remove()


def on_connection_ok(connection: Connection) -> None:
    with Session(connection) as session:
        print(session.scalars(select(User)).all())
        session.commit()


def given_factory_ok(factory: sessionmaker[Session]) -> None:
    with factory() as session:
        print(session.scalars(select(User)).all())
        session.commit()


def own_class_ok(engine: Engine) -> None:
    with _Auditing(engine) as session:
        print(session.scalars(select(User)).all())
        session.commit()


def returned_ok(engine: Engine) -> Session:
    session = Session(engine)
    print(session.scalars(select(User)).all())
    session.commit()
    return session


def begin_block_ok(engine: Engine) -> None:
    with Session(engine) as session, session.begin():
        print(session.scalars(select(User)).all())


def options_of_statement_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User), execution_options={"isolation_level": "SERIALIZABLE"}).all())
        session.commit()


def rendered_ok(engine: Engine) -> None:
    with Session(engine) as session:
        for user in session.scalars(select(User)):
            render(user)
        session.commit()


def merged_ok(engine: Engine, user: User) -> None:
    with Session(engine) as session:
        session.merge(user)
        session.commit()


def added_from_elsewhere_ok(engine: Engine, user: User) -> None:
    with Session(engine) as session:
        session.add(user)
        session.commit()


def instance_from_elsewhere_ok(engine: Engine, user: User) -> None:
    with Session(engine) as session:
        if user in session:
            print("here")
        user.name = "ann"
        session.commit()


def returning_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(update(User).values(name="ann").returning(User)).all())
        session.commit()


def test_in_test_ok(engine: Engine) -> None:
    with Session(engine) as session:
        print(session.scalars(select(User)).all())
        session.commit()


def _visible_users() -> Select[tuple[User]]: ...


class _Counter(User):
    settings: dict[str, str]

    @property
    def number(self) -> int: ...

    @number.setter
    def number(self, number: int) -> None: ...

    def count_up(self) -> None: ...


class _Auditing(Session):
    def commit(self) -> None:
        self.add(User(name="audit"))
        super().commit()
