"""What is taken out of a `delete-orphan` collection: it is deleted, unless it still has an owner."""

from session_models import Address, Engine, Session, User

from mypy_session_plugin import reveal_state


def one_without_an_owner(engine: Engine) -> None:
    with Session(engine) as session:
        address = session.get_one(Address, 1)
        address.user.addresses.remove(address)
        session.flush()
        reveal_state(address)  # deleted


def one_with_a_new_owner(engine: Engine) -> None:
    with Session(engine) as session:
        one, two = session.get_one(User, 1), session.get_one(User, 2)
        address = one.addresses[0]
        one.addresses.remove(address)
        address.user = two
        session.flush()
        reveal_state(address)  # persistent | deleted


def one_that_a_merged_copy_holds(engine: Engine) -> None:
    with Session(engine) as session:
        address = session.get_one(Address, 1)
        given = User(id=2, name="given", addresses=[address])
        copy = session.merge(given)
        copy.addresses.remove(address)
        address.user = session.get_one(User, 1)
        session.flush()
        reveal_state(address)  # persistent | deleted


def one_that_stands_there_twice(engine: Engine) -> None:
    with Session(engine) as session:
        user = session.get_one(User, 1)
        address = user.addresses[0]
        user.addresses.append(address)
        user.addresses.remove(address)
        session.flush()
        reveal_state(address)  # persistent | deleted


def one_that_was_not_written(engine: Engine) -> None:
    with Session(engine, autoflush=False) as session:
        one, two = session.get_one(User, 1), session.get_one(User, 2)
        address = one.addresses[0]
        two.addresses.append(address)
        session.expire(two)
        session.flush()
        reveal_state(address)  # persistent | deleted
