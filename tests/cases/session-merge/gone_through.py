"""Generator expressions and `map()` that are given to a call: they run there only if a stub says so."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import reduce

from models import User
from sqlalchemy import select
from sqlalchemy.orm import Session


class Bag(list[User]):
    def extend(self, values: Iterable[User], /) -> None:
        self.later = values


def given_to_a_function_bad(session: Session, keys: list[int]) -> int:
    user = session.get_one(User, 1)
    return sum(session.merge(user).id for _ in keys)  # error: [session-merge]


def given_to_a_method_bad(session: Session, keys: list[int], found: list[User]) -> None:
    user = session.get_one(User, 1)
    found.extend(session.merge(user) for _ in keys)  # error: [session-merge]


def given_to_a_session_bad(session: Session, keys: list[int]) -> None:
    user = session.get_one(User, 1)
    session.add_all(session.merge(user) for _ in keys)  # error: [session-merge]


def given_to_an_operator_bad(session: Session, keys: list[int]) -> None:
    user = session.get_one(User, 1)
    session.execute(select(User).where(User.id.in_(session.merge(user).id for _ in keys)))  # error: [session-merge]


def given_to_a_constructor_bad(session: Session, keys: list[int]) -> None:
    user = session.get_one(User, 1)
    Counter(session.merge(user).name for _ in keys)  # error: [session-merge]
    deque(iterable=(session.merge(user) for _ in keys), maxlen=2)  # error: [session-merge]


def map_bad(session: Session, keys: list[int], found: list[User]) -> None:
    user = session.get_one(User, 1)
    found.extend(map(lambda _: session.merge(user), keys))  # error: [session-merge]


def given_as_second_bad(session: Session, keys: list[int], add: Callable[[int, int], int]) -> int:
    user = session.get_one(User, 1)
    return reduce(add, (session.merge(user).id for _ in keys))  # error: [session-merge]


def not_what_is_gone_through_ok(session: Session, keys: list[int]) -> object:
    user = session.get_one(User, 1)
    return max([1], default=(session.merge(user) for _ in keys))


def among_several_ok(session: Session, keys: list[int]) -> object:
    user = session.get_one(User, 1)
    return max((session.merge(user) for _ in keys), iter(()), key=id)


def a_method_of_ones_own_ok(session: Session, keys: list[int]) -> Bag:
    user = session.get_one(User, 1)
    bag = Bag()
    bag.extend(session.merge(user) for _ in keys)
    return bag


def unknown_ok(session: Session, keys: list[int], use: Callable[[Iterable[User]], None]) -> None:
    user = session.get_one(User, 1)
    use(session.merge(user) for _ in keys)


def by_an_executor_that_takes_a_few_at_a_time_ok(
    session: Session, keys: list[int], executor: Executor, size: int
) -> None:
    user = session.get_one(User, 1)
    executor.map(print, (session.merge(user).id for _ in keys), buffersize=size)  # type: ignore[call-arg]
