"""Which handlers count, and what fails after them."""

import logging
from contextlib import suppress

import sqlalchemy.exc
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from models import Post, User, elsewhere, send_mails
from mypy_session_plugin import Pending

log = logging.getLogger(__name__)
registry = scoped_session(sessionmaker())


def queried_in_the_handler_bad(session: Session, name: str) -> User:
    user = User(name=name)
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        return session.scalars(select(User)).one()  # error: [session-failed-flush] "session" needs a rollback() since flush() (line 23) failed, on the path through "except IntegrityError" (line 24); scalars() raises PendingRollbackError (sqlalche.me/e/20/7s2a)
    return user


def queried_after_the_handler_bad(session: Session) -> int:
    try:
        session.add(User(name="anna"))
        session.commit()
    except IntegrityError:
        log.exception("there already")
    return session.scalar(select(func.count(User.id))) or 0  # error: [session-failed-flush] commit() (line 32) failed


def committed_in_the_handler_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except DBAPIError:
        session.commit()  # error: [session-failed-flush] "except DBAPIError"


def a_subclass_in_a_tuple_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
        elsewhere()
    except (OperationalError, ValueError) as error:
        log.warning("no: %s", error)
        session.query(User).all()  # error: [session-failed-flush] "except (OperationalError, ValueError)"


def by_its_full_name_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except sqlalchemy.exc.IntegrityError:
        session.get(User, 1)  # error: [session-failed-flush] "except sqlalchemy.exc.IntegrityError"


def any_exception_of_a_flush_alone_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except Exception:
        log.exception("no")
    session.commit()  # error: [session-failed-flush] "except Exception"


def bare_handler_of_a_commit_alone_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.commit()
    except:
        session.connection()  # error: [session-failed-flush] "except"


def savepoint_begun_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        with session.begin_nested():  # error: [session-failed-flush] begin_nested() raises PendingRollbackError
            session.add(User(name="bert"))


def transaction_begun_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        session.begin()  # error: [session-transaction]


def flushed_again_bad(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        session.add(User(name="bert"))
        session.flush()  # error: [session-failed-flush]


def deleted_bad(session: Session, user: User) -> None:
    session.delete(session.get_one(User, 1))
    post = session.scalars(select(Post)).one()
    session.delete(post)
    try:
        session.flush()
    except IntegrityError:
        session.refresh(post)  # error: [session-failed-flush]


def autoflush_bad(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="anna"))
        try:
            session.scalars(select(Post)).all()
        except IntegrityError:
            session.scalars(select(Post)).all()  # error: [session-failed-flush] since the flush of scalars() (line 121) failed
        else:
            session.commit()


def expired_attribute_bad(session: Session) -> None:
    parent = session.get_one(User, 1)
    session.add(User(name=parent.name))
    try:
        session.commit()
    except IntegrityError:
        log.error("not %s", parent.name)  # error: [session-failed-flush] reading "parent.name" raises PendingRollbackError
        session.rollback()
        raise


def inside_a_block_bad(session: Session) -> None:
    with session.begin():
        session.add(User(name="anna"))
        try:
            session.flush()
        except IntegrityError:
            log.info("there already")
        session.scalars(select(User)).all()  # error: [session-failed-flush]


def given_pending_bad(session: Session, user: Pending[User]) -> None:
    try:
        session.flush()
    except IntegrityError:
        session.scalars(select(User)).all()  # error: [session-failed-flush]


def next_turn_bad(session: Session, names: list[str]) -> None:
    for name in names:
        session.add(User(name=name))
        try:
            session.commit()  # error: [session-failed-flush] on the path through "except IntegrityError" (line 161)
        except IntegrityError:
            log.info("%s is there already", name)


def attempts_bad(session: Session, owner: str) -> str:
    for attempt in range(3):
        candidate = owner if attempt == 0 else f"{owner}{attempt}"
        session.add(User(name=candidate))
        try:
            session.commit()  # error: [session-failed-flush]
        except IntegrityError:
            continue
        return candidate
    return ""


async def async_bad(session: AsyncSession) -> int | None:
    session.add(User(name="anna"))
    try:
        await session.commit()
    except IntegrityError:
        pass
    return await session.scalar(select(func.count(User.id)))  # error: [session-failed-flush]


async def async_made_here_bad(factory: async_sessionmaker[AsyncSession]) -> None:
    async with factory() as session:
        session.add(User(name="anna"))
        try:
            await session.flush()
        except IntegrityError:
            await session.execute(select(User))  # error: [session-failed-flush]


def registry_bad() -> int:
    registry.add(User(name="anna"))
    try:
        registry.commit()
    except SQLAlchemyError:
        print("not stored")
    return len(registry.scalars(select(User)).all())  # error: [session-failed-flush]


def rolled_back_ok(session: Session) -> User:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        session.rollback()
        return session.scalars(select(User)).one()
    return session.scalars(select(User)).one()


def closed_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        session.close()
    session.scalars(select(User)).all()


def raised_again_ok(session: Session) -> int:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        log.exception("no")
        raise
    return session.scalar(select(func.count(User.id))) or 0


def another_error_raised_ok(session: Session) -> int:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError as error:
        raise ValueError("there already") from error
    return session.scalar(select(func.count(User.id))) or 0


def left_to_the_caller_ok(session: Session) -> bool:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        return False
    return True


def savepoint_ok(session: Session) -> User:
    user = User(name="anna")
    try:
        with session.begin_nested():
            session.add(user)
            session.flush()
    except IntegrityError:
        return session.scalars(select(User)).one()
    return user


def savepoint_after_other_work_ok(session: Session) -> User:
    session.add(Post(title="first"))
    user = User(name="anna")
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        user = session.scalars(select(User)).one()
    return user


def savepoint_by_hand_ok(session: Session) -> None:
    savepoint = session.begin_nested()
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        savepoint.rollback()
    session.scalars(select(User)).all()


def block_of_the_transaction_ok(session: Session) -> None:
    try:
        with session.begin():
            session.add(User(name="anna"))
    except IntegrityError:
        session.scalars(select(User)).all()


def block_of_the_session_ok(engine: Engine) -> None:
    session = Session(engine)
    try:
        with session:
            session.add(User(name="anna"))
            session.commit()
    except IntegrityError:
        session.scalars(select(User)).all()


def retried_with_rollback_ok(session: Session, names: list[str]) -> None:
    for name in names:
        session.add(User(name=name))
        try:
            session.commit()
        except IntegrityError:
            session.rollback()
            continue


def rolled_back_at_the_next_turn_ok(session: Session, owner: str) -> None:
    for attempt in range(3):
        if attempt > 0:
            session.rollback()
        session.add(User(name=f"{owner}{attempt}"))
        try:
            session.commit()
            break
        except IntegrityError:
            log.info("once more")


def counted_attempts_ok(session: Session, owner: str) -> None:
    failures = 0
    while failures < 3:
        if failures:
            session.rollback()
        session.add(User(name=owner))
        try:
            session.commit()
            return
        except IntegrityError:
            failures += 1


def flag_ok(session: Session) -> None:
    failed = False
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        failed = True
    if failed:
        session.rollback()
    session.scalars(select(User)).all()


def error_kept_ok(session: Session) -> None:
    error: Exception | None = None
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError as problem:
        error = problem
    if error is not None:
        session.rollback()
    session.scalars(select(User)).all()


def errors_listed_ok(session: Session) -> None:
    errors: list[str] = []
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError as problem:
        errors.append(str(problem))
    if not errors:
        session.commit()


def told_by_the_key_ok(session: Session) -> None:
    user = User(name="anna")
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        log.info("there already")
    if user.id is not None:
        session.refresh(user)


def asked_whether_active_ok(session: Session, names: list[str]) -> None:
    for name in names:
        session.add(User(name=name))
        try:
            session.flush()
        except IntegrityError:
            log.info("there already")
        if not session.is_active:
            break


def unknown_code_repairs_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        send_mails(session)
    session.scalars(select(User)).all()


def what_needs_no_database_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        session.add(User(name="bert"))
        session.expunge_all()
        session.expire_all()
        print(session.query(User))
        session.flush()


def nothing_was_pending_ok(session: Session, name: str) -> None:
    try:
        session.execute(insert(User).values(name=name))
        session.flush()
    except IntegrityError:
        session.scalars(select(User)).all()


def perhaps_nothing_was_pending_ok(session: Session, users: list[User]) -> None:
    session.add_all(users)
    try:
        session.flush()
    except IntegrityError:
        session.scalars(select(User)).all()


def core_statement_failed_ok(session: Session, name: str) -> int:
    session.add(Post(title="first"))
    session.flush()
    try:
        session.execute(insert(User).values(name=name))
    except IntegrityError:
        return session.scalar(select(func.count(User.id))) or 0
    return 0


def core_statement_with_something_pending_ok(engine: Engine, name: str) -> None:
    with Session(engine) as session:
        session.add(Post(title="first"))
        try:
            session.execute(insert(User).values(name=name))
        except IntegrityError:
            session.scalars(select(User)).all()
        else:
            session.commit()


def autoflush_unknown_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.scalars(select(Post)).all()
    except IntegrityError:
        session.scalars(select(Post)).all()


def autoflush_and_a_wide_handler_ok(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(User(name="anna"))
        try:
            session.scalars(select(Post)).all()
        except OperationalError:
            session.scalars(select(Post)).all()
        else:
            session.commit()


def any_exception_of_more_than_a_flush_ok(session: Session, raw: str) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
        print(int(raw))
    except Exception:
        session.scalars(select(User)).all()


def another_exception_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except ValueError:
        session.scalars(select(User)).all()


def expunged_ok(session: Session) -> None:
    user = User(name="anna")
    session.add(user)
    session.expunge(user)
    try:
        session.flush()
    except IntegrityError:
        session.scalars(select(User)).all()


def expected_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        try:
            session.scalars(select(User)).all()
        except PendingRollbackError:
            session.rollback()


def suppressed_elsewhere_ok(session: Session) -> None:
    session.add(User(name="anna"))
    with suppress(ValueError):
        session.flush()
    try:
        elsewhere()
    except IntegrityError:
        session.scalars(select(User)).all()


def finally_rolled_back_ok(session: Session) -> None:
    session.add(User(name="anna"))
    try:
        session.flush()
    except IntegrityError:
        log.info("there already")
    finally:
        session.rollback()
    session.scalars(select(User)).all()


def loaded_instance_of_a_savepoint_ok(session: Session) -> None:
    parent = session.get_one(User, 1)
    savepoint = session.begin_nested()
    session.add(User(name=parent.name))
    try:
        session.flush()
    except IntegrityError:
        print(parent.name)
        savepoint.rollback()


def read_what_is_not_mapped_ok(session: Session) -> None:
    user = User(name="anna")
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        print(user.name)
        session.rollback()


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session

    def stored_bad(self, name: str) -> list[User]:
        self.session.add(User(name=name))
        try:
            self.session.commit()
        except IntegrityError:
            log.info("there already")
        return list(self.session.scalars(select(User)))  # error: [session-failed-flush] "self.session"

    def repaired_by_a_method_ok(self, name: str) -> list[User]:
        self.session.add(User(name=name))
        try:
            self.session.commit()
        except IntegrityError:
            self.repair()
        return list(self.session.scalars(select(User)))

    def repair(self) -> None:
        self.session.rollback()


def suppressed_bad(session: Session) -> None:
    session.add(User(name="anna"))
    with suppress(IntegrityError):
        session.flush()
    session.scalars(select(User)).all()  # error: [session-failed-flush] on the path through "suppress(IntegrityError)"


def suppressed_with_others_bad(session: Session) -> None:
    with suppress(IntegrityError, sqlalchemy.exc.NoResultFound):
        session.add(User(name="ann"))
        session.flush()
        elsewhere()
    session.commit()  # error: [session-failed-flush] "suppress(IntegrityError, sqlalchemy.exc.NoResultFound)"


def suppressed_by_a_wide_name_bad(session: Session) -> None:
    session.add(User(name="ann"))
    with suppress(SQLAlchemyError):
        session.commit()
    session.commit()  # error: [session-failed-flush]


def suppressed_of_another_kind_ok(session: Session) -> None:
    session.add(User(name="ann"))
    with suppress(ValueError):
        session.flush()
    session.commit()


def suppressed_around_a_savepoint_ok(session: Session) -> None:
    with suppress(IntegrityError), session.begin_nested():
        session.add(User(name="ann"))
        session.flush()
    session.commit()


def suppressed_and_rolled_back_ok(session: Session) -> None:
    with suppress(IntegrityError):
        session.add(User(name="ann"))
        session.flush()
        session.commit()
        return
    session.rollback()
    session.commit()


def suppressed_inside_a_handler_ok(session: Session) -> None:
    try:
        with suppress(sqlalchemy.exc.NoResultFound):
            session.add(User(name="ann"))
            session.flush()
    except IntegrityError:
        session.rollback()
    session.commit()


def known_miss_only_the_caller_knows_that_it_is_pending(session: Session, user: User) -> None:
    session.add(user)
    try:
        session.flush()
    except IntegrityError:
        session.scalars(select(User)).all()
