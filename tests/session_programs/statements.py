"""Statements given to a session: what it flushes before them, what they load, what a DELETE deletes."""

from typing import Any

from session_models import User
from sqlalchemy import Engine, delete, insert, select, table, text, union, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from mypy_session_plugin import reveal_state


def a_statement_of_the_orm_flushes(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.execute(select(User.id))
    reveal_state(user)  # persistent


def an_update_flushes(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.execute(update(User).where(User.id == 1).values(bio="x"))
    reveal_state(user)  # persistent


def sqlalchemy_21_flushes_before_text_and_20_does_not(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.execute(text("SELECT 1"))
    reveal_state(user)  # pending | persistent


def nor_before_a_table(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.execute(select(text("1")).select_from(table("user")))
    reveal_state(user)  # pending | persistent


def without_autoflush_nothing_flushes(engine: Engine) -> None:
    session, user = Session(engine, autoflush=False), User(name="new")
    session.add(user)
    session.execute(select(User.id))
    session.execute(text("SELECT 1"))
    reveal_state(user)  # pending


def what_returning_gives_is_persistent(engine: Engine) -> None:
    session = Session(engine)
    inserted = session.scalars(insert(User).returning(User), [{"name": "new"}]).one()
    reveal_state(inserted)  # persistent
    updated = session.execute(update(User).where(User.id == 1).values(bio="x").returning(User)).scalar_one()
    reveal_state(updated)  # persistent


def a_delete_deletes_what_it_matches(engine: Engine) -> None:
    session = Session(engine)
    user, other = session.get_one(User, 1), session.get_one(User, 2)
    session.execute(delete(User).where(User.id == 2))
    reveal_state(user)  # persistent | deleted | unknown
    reveal_state(other)  # persistent | deleted | unknown


def so_does_one_that_returns(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    session.scalars(delete(User).where(User.id == 2).returning(User)).all()
    reveal_state(user)  # persistent | deleted | unknown


def a_statement_of_unknown_type_may_be_one(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    statement: Any = delete(User).where(User.id == 2)
    session.execute(statement)
    reveal_state(user)  # persistent | deleted | unknown


def a_query_that_does_not_synchronize_deletes_rows_alone(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    session.query(User).where(User.id == 2).delete(False)
    reveal_state(user)  # persistent


def a_query_that_does_deletes_instances(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    session.query(User).where(User.id == 2).delete()
    reveal_state(user)  # persistent | deleted | unknown


def a_union_only_reads(engine: Engine) -> None:
    session = Session(engine)
    user = session.get_one(User, 2)
    session.execute(union(select(User.id), select(User.id)))
    reveal_state(user)  # persistent


def a_query_can_be_given_to_another_session(engine: Engine) -> None:
    session, other = Session(engine), Session(engine)
    user = session.query(User).with_session(other).where(User.id == 1).one()
    session.close()
    reveal_state(user)  # persistent
    other.close()
    reveal_state(user)  # detached


def values_of_a_query_flush(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    list(session.query(User).values(User.id))
    reveal_state(user)  # persistent


def bulk_operations_change_no_state(engine: Engine) -> None:
    session, user, other = Session(engine), User(name="new"), User(name="other")
    session.add(other)
    session.bulk_save_objects([user])
    session.bulk_insert_mappings(User, [{"name": "mapped"}])
    session.bulk_update_mappings(User, [{"id": 1, "bio": "x"}])
    reveal_state(user)  # transient
    reveal_state(other)  # pending


def unless_they_give_defaults_back(engine: Engine) -> None:
    session, user, other = Session(engine), User(name="new"), User(name="other")
    session.add(other)
    session.bulk_save_objects([user, other], return_defaults=True)
    reveal_state(user)  # detached
    reveal_state(other)  # persistent


def what_only_looks_changes_nothing(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    session.connection()
    session.get_bind()
    session.identity_key(User, 1)
    session.is_modified(user)
    list(session)
    reveal_state(user)  # pending


def results_that_are_merged_or_frozen(engine: Engine) -> None:
    session = Session(engine)
    merged = session.execute(select(User)).merge(session.execute(select(User)))
    reveal_state(merged.scalars().first())  # none | unknown
    frozen = session.execute(select(User)).freeze()
    session.close()
    reveal_state(frozen().scalars().first())  # none | unknown


def what_the_identity_map_holds_is_persistent(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        reveal_state(session.identity_map[identity_key(User, 1)])  # persistent
        reveal_state(session.identity_map.get(identity_key(User, 2)))  # persistent | none
        assert identity_key(instance=user) in session.identity_map
        reveal_state(user)  # persistent


def an_index_of_a_query_flushes_and_loads(engine: Engine) -> None:
    session, user = Session(engine), User(name="new")
    session.add(user)
    reveal_state(session.query(User)[0])  # persistent
    reveal_state(user)  # persistent
