"""Attributes that were expired: by a commit, a rollback or by hand, and what brings them back."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, make_transient, make_transient_to_detached, scoped_session, sessionmaker

from models import Post, User, elsewhere, render, send_mails

maker = sessionmaker()
keeping = sessionmaker(expire_on_commit=False)


def committed_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    return user.name  # error: [session-detached] "user.name" is not loaded (expired by commit() at line 15) and "user" is detached (block left at line 13); reading it raises DetachedInstanceError (sqlalche.me/e/20/bhk3)


def of_a_factory_bad() -> str:
    session = maker()
    user = User(name="anna")
    session.add(user)
    session.commit()
    session.close()
    return user.name  # error: [session-detached] "user" is detached (session closed at line


def in_a_block_of_the_factory_bad() -> int:
    with maker.begin() as session:
        user = User(name="anna")
        session.add(user)
    return user.id  # error: [session-detached] (expired by the end of the block at line


def rolled_back_bad(engine: Engine) -> str:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        session.rollback()
    return user.name  # error: [session-detached] (expired by rollback() at line


def expired_by_hand_bad(session: Session) -> str:
    user = session.get_one(User, 1)
    session.expire(user)
    session.expunge(user)
    return user.name  # error: [session-detached] (expired by expire() at line


def one_attribute_bad(session: Session) -> str:
    user = session.get_one(User, 1)
    session.expire(user, ["name"])
    session.expunge(user)
    return f"{user.id} {user.name}"  # error: [session-detached] "user.name" is not loaded


def a_relationship_bad(engine: Engine) -> int:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        assert user.posts
        session.commit()
        assert user.name
    return len(user.posts)  # error: [session-detached] "user.posts" is not loaded


def a_reference_bad(engine: Engine) -> str:
    with Session(engine) as session:
        post = session.get_one(Post, 1)
    return post.author.name  # error: [session-detached] "post.author" is not loaded (loaded at line


def once_for_all_columns_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    print(user.id)  # error: [session-detached]
    return user.name


def in_a_loop_bad(engine: Engine) -> list[str]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        session.commit()
    return [user.name for user in users]  # error: [session-detached]


def _name(user: User) -> str:
    return user.name


def in_a_helper_bad(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    return _name(user)  # error: [session-detached] in "_name" at line


def _create(engine: Engine) -> User:
    with Session(engine) as session:
        user = User(name="anna")
        session.add(user)
        session.commit()
        return user


def of_a_helper_bad(engine: Engine) -> str:
    return _create(engine).name  # error: [session-detached]


def on_every_path_bad(engine: Engine, undo: bool) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        if undo:
            session.rollback()
        else:
            session.commit()
    return user.name  # error: [session-detached]


def made_detached_bad() -> str:
    user = User(id=1)
    make_transient_to_detached(user)
    return user.name  # error: [session-detached] (expired by make_transient_to_detached() at line


def made_detached_ok() -> int:
    user = User(id=1)
    make_transient_to_detached(user)
    return user.id


def on_one_path_ok(engine: Engine, save: bool) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        if save:
            session.commit()
    return user.name


def read_while_open_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        return user.name


def one_read_loads_all_columns_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        assert user.id
    return user.name


def refreshed_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = User(name="anna")
        session.add(user)
        session.commit()
        session.refresh(user)
    return user.name


def kept_ok(engine: Engine) -> str:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        session.commit()
    return user.name


def kept_by_the_factory_ok() -> str:
    with keeping() as session:
        user = session.get_one(User, 1)
        session.commit()
    return user.name


def kept_by_an_assignment_ok(engine: Engine) -> str:
    session = Session(engine)
    session.expire_on_commit = False
    user = session.get_one(User, 1)
    session.commit()
    session.close()
    return user.name


def of_a_session_that_was_given_ok(session: Session) -> str:
    user = session.get_one(User, 1)
    session.commit()
    session.expunge(user)
    return user.name


def loaded_again_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        session.scalars(select(User)).all()
    return user.name


def loaded_again_by_its_key_ok(engine: Engine, key: int) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        session.get(User, key)
    return user.name


def loaded_again_through_a_relationship_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        assert [post.author for post in session.scalars(select(Post))]
    return user.name


def in_another_variable_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        other = user
        assert other.name
    return user.name


def in_the_same_loop_ok(engine: Engine) -> list[str]:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        session.commit()
        for user in users:
            assert user.id
    return [user.name for user in users]


def added_to_another_session_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    with Session(engine) as other:
        other.add(user)
        return user.name


def merged_into_another_session_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    with Session(engine) as other:
        copy = other.merge(user)
    return copy.name


def used_again_ok(engine: Engine) -> str:
    session = Session(engine)
    user = session.get_one(User, 1)
    session.commit()
    session.close()
    session.add(user)
    return user.name


def written_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
    user.name = "anna"
    return user.name


def transient_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        make_transient(user)
    return user.name


def given_to_unseen_code_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        render(user)
    return user.name


def shown_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        print(user)
    return user.name


def shown_in_a_text_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        print(f"got {user}")
    return user.name


def sorted_by_it_ok(engine: Engine) -> str:
    with Session(engine) as session:
        users = session.scalars(select(User)).all()
        session.commit()
        first = sorted(users, key=lambda user: user.name)[0]
    return first.name


def read_by_name_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        assert getattr(user, "name")
    return user.name


def the_session_was_given_away_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        send_mails(session)
    return user.name


def of_another_session_ok(engine: Engine, other: Session) -> str:
    user = other.get_one(User, 1)
    with Session(engine) as session:
        session.add(Post(title="new"))
        session.commit()
    other.expunge(user)
    return user.name


def only_in_a_savepoint_ok(engine: Engine) -> str:
    with Session(engine, expire_on_commit=False) as session:
        user = session.get_one(User, 1)
        savepoint = session.begin_nested()
        savepoint.rollback()
    return user.name


def another_attribute_ok(session: Session) -> int:
    user = session.get_one(User, 1)
    session.expire(user, ["name"])
    session.expunge(user)
    return user.id


def some_attributes_ok(session: Session, names: list[str]) -> str:
    user = session.get_one(User, 1)
    session.expire(user, names)
    session.expunge(user)
    return user.name


def never_saved_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = User(name="anna")
        session.commit()
    return user.name


def asked_first_ok(engine: Engine, registry: scoped_session[Session]) -> str:
    user = registry.get_one(User, 1)
    registry.commit()
    registry.remove()
    if user in registry:
        return user.name
    return ""


def next_turn_ok(engine: Engine, names: list[str]) -> None:
    with Session(engine) as session:
        for name in names:
            user = session.scalars(select(User).where(User.name == name)).one()
            elsewhere(user.name)
            session.commit()


def fetched_anew_ok(engine: Engine) -> str:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.commit()
        user = session.get_one(User, 2)
    return user.name
