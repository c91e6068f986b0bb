"""`merge(load=False)` of an instance with changes that were not flushed."""

from models import User, elsewhere
from sqlalchemy import Engine
from sqlalchemy.orm import Session


def detached_bad(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    with Session(engine) as session:
        session.merge(user, load=False)  # error: [session-state] "user" (detached (block left at line


def of_another_session_bad(source: Session, engine: Engine) -> None:
    user = source.get_one(User, 1)
    user.name = "ann"
    with Session(engine) as target:
        target.merge(user, load=False)  # error: [session-state] has changes that are not flushed


def flushed_ok(source: Session, engine: Engine) -> None:
    user = source.get_one(User, 1)
    user.name = "ann"
    source.flush()
    with Session(engine) as target:
        target.merge(user, load=False)


def perhaps_flushed_ok(source: Session, engine: Engine) -> None:
    user = source.get_one(User, 1)
    user.name = "ann"
    source.get(User, 2)
    with Session(engine) as target:
        target.merge(user, load=False)


def flushed_by_a_load_ok(source: Session, engine: Engine) -> None:
    user = source.get_one(User, 1)
    user.name = "ann"
    print(user.posts)
    with Session(engine) as target:
        target.merge(user, load=False)


def given_to_another_function_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    elsewhere(user)
    with Session(engine) as session:
        session.merge(user, load=False)


def row_that_may_be_there_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    session.expunge(user)
    user.name = "ann"
    session.merge(user, load=False)


def row_that_was_loaded_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    with Session(engine) as session:
        present = session.get_one(User, 1)
        session.merge(user, load=False)
        print(present.name)


def session_filled_elsewhere_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    user.name = "ann"
    with Session(engine) as session:
        elsewhere(session)
        session.merge(user, load=False)


def written_on_one_path_ok(engine: Engine, rename: bool) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    if rename:
        user.name = "ann"
    with Session(engine) as session:
        session.merge(user, load=False)


def clean_ok(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
    with Session(engine) as session:
        session.merge(user, load=False)
