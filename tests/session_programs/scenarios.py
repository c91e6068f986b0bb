"""The scenarios of the measured table in which it is told what becomes of an instance."""

from session_models import Address, Engine, IntegrityError, Session, User, delete, make_transient, select, sessionmaker
from sqlalchemy.orm import make_transient_to_detached, scoped_session

from mypy_session_plugin import reveal_state


def a_registry_is_emptied(engine: Engine) -> None:
    registry = scoped_session(sessionmaker(engine))
    pending, persistent = User(name="new"), registry.get_one(User, 1)
    registry.add(pending)
    registry.remove()
    reveal_state(pending)  # transient
    reveal_state(persistent)  # detached
    session = registry()
    deleted = session.get_one(User, 1)
    session.delete(deleted)
    session.flush()
    registry.remove()
    reveal_state(deleted)  # deleted
    session.close()


def a_flush_fails_in_a_savepoint(engine: Engine) -> None:
    session, outer, inner = Session(engine), User(name="outer"), User(name="one")
    session.add(outer)
    try:
        with session.begin_nested():
            session.add(inner)
    except IntegrityError:
        reveal_state(inner)  # transient | pending | persistent
        reveal_state(outer)  # transient | pending | persistent


def the_transaction_around_a_savepoint_is_rolled_back(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.flush()
    session.begin_nested()
    session.rollback()
    reveal_state(user)  # transient


def a_block_of_a_transaction_raises(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    try:
        with session.begin():
            session.add(user)
            raise ValueError
    except ValueError:
        reveal_state(user)  # transient | pending


def added_or_deleted_while_detached_and_rolled_back(engine: Engine) -> None:
    session = Session(engine)
    one, two = session.get_one(User, 1), session.get_one(User, 2)
    session.expunge_all()
    session.add(one)
    session.delete(two)
    session.rollback()
    reveal_state(one)  # persistent
    reveal_state(two)  # persistent


def expunged_and_rolled_back(engine: Engine) -> None:
    session, new = Session(engine), User(name="new")
    old = session.get_one(User, 1)
    session.add(new)
    session.flush()
    session.expunge(new)
    session.expunge(old)
    session.rollback()
    reveal_state(old)  # detached
    reveal_state(new)  # transient


def inserted_deleted_and_rolled_back(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.flush()
    session.delete(user)
    session.flush()
    session.rollback()
    reveal_state(user)  # transient


def added_again_after_a_rollback(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.flush()
    session.rollback()
    reveal_state(user)  # transient
    session.add(user)
    session.flush()
    reveal_state(user)  # persistent


def loaded_inside_a_savepoint_that_is_rolled_back(engine: Engine) -> None:
    session = Session(engine)
    session.get(User, 1)
    savepoint = session.begin_nested()
    user = session.get_one(User, 2)
    savepoint.rollback()
    reveal_state(user)  # persistent


def flushed_by_hand_where_nothing_flushes_by_itself(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    with session.no_autoflush:
        session.add(user)
        session.flush()
    reveal_state(user)  # persistent


def deleted_in_a_session_that_does_not_expire(engine: Engine) -> None:
    session = Session(engine, expire_on_commit=False)
    user = session.get_one(User, 1)
    session.delete(user)
    session.commit()
    reveal_state(user)  # deleted
    session.rollback()
    reveal_state(user)  # deleted
    session.close()
    reveal_state(user)  # deleted


def deleted_and_closed(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.close()
    reveal_state(user)  # deleted
    session.commit()
    reveal_state(user)  # deleted
    session.rollback()
    reveal_state(user)  # deleted
    session.close()
    reveal_state(user)  # deleted
    session.delete(user)
    session.rollback()
    reveal_state(user)  # persistent


def deleted_closed_and_expunged(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.close()
    session.expunge(user)
    reveal_state(user)  # detached


def deleted_closed_and_made_transient(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.close()
    make_transient(user)
    reveal_state(user)  # transient


def deleted_closed_and_merged_elsewhere(engine: Engine) -> None:
    session, other = Session(engine), Session(engine)
    user = session.get_one(User, 1)
    session.delete(user)
    session.flush()
    session.close()
    merged = other.merge(user)
    reveal_state(user)  # deleted
    reveal_state(merged)  # pending | persistent


def marked_in_a_block_that_is_left(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        session.delete(user)
    reveal_state(user)  # detached


def marked_and_got_again(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    session.delete(user)
    session.get(User, 2)
    reveal_state(user)  # persistent | deleted


def made_detached_and_added(engine: Engine) -> None:
    session, user = Session(engine), User(id=1)
    make_transient_to_detached(user)
    reveal_state(user)  # detached
    session.add(user)
    reveal_state(user)  # persistent


def a_session_closed_or_committed_inside_a_loop(engine: Engine) -> None:
    session = Session(engine)
    for user in session.scalars(select(User)).all():
        session.commit()
        reveal_state(user)  # persistent
    for user in session.scalars(select(User)).all():
        session.close()
        reveal_state(user)  # detached


def a_query_outlives_the_close(engine: Engine) -> None:
    session = Session(engine)
    query = session.query(User)
    session.close()
    for user in query.all():
        reveal_state(user)  # persistent


def rows_deleted_by_a_statement(engine: Engine) -> None:
    session = Session(engine)
    address = session.get_one(Address, 1)
    session.execute(delete(Address), execution_options={"synchronize_session": False})
    reveal_state(address)  # persistent | deleted | unknown


def asked_for_in_the_parts_of_a_session(engine: Engine, new: bool = False, deleted: bool = False) -> None:
    with Session(engine) as session:
        user = User(name="new")
        if new:
            session.add(user)
        else:
            user = session.get_one(User, 1)
            if deleted:
                session.delete(user)
        reveal_state(user)  # pending | persistent
        if user in session.new:
            reveal_state(user)  # pending | unknown
        elif user in session.deleted:
            session.flush()
            reveal_state(user)  # deleted | unknown
        elif user in session.dirty:
            reveal_state(user)  # persistent
        else:
            session.flush()
            reveal_state(user)  # persistent | unknown


def asked_for_in_every_part(engine: Engine) -> None:
    for new in (True, False):
        for deleted in (True, False):
            asked_for_in_the_parts_of_a_session(engine, new, deleted)
