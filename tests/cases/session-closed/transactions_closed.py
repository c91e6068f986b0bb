"""A transaction after its own `close()`, which may come after its end, and again."""

from sqlalchemy.orm import Session

from models import User


def committed_after_it_bad(session: Session) -> None:
    transaction = session.begin()
    transaction.close()
    transaction.commit()  # error: [session-closed] "transaction" has ended (close() at line 10)


def closed_after_its_commit_ok(session: Session) -> None:
    transaction = session.begin()
    session.add(User(name="carol"))
    transaction.commit()
    transaction.close()


def closed_after_its_rollback_ok(session: Session) -> None:
    transaction = session.begin()
    try:
        session.add(User(name="carol"))
        transaction.commit()
    except ValueError:
        transaction.rollback()
    finally:
        transaction.close()


def closed_twice_ok(session: Session) -> None:
    transaction = session.begin()
    transaction.close()
    transaction.close()
