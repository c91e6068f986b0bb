"""Of two conditions on one path that ask the same the second may come out in one way only: no run may take that path."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import User


@dataclass
class Settings:
    mode: str
    name: str | None

    @property
    def is_new(self) -> bool:
        return self.mode == "new"

    @property
    def is_old(self) -> bool:
        return not self.is_new


def comparisons_of_one_number_ok(session: Session, count: int) -> None:
    if count > 1:
        session.begin()
    if count == 0:
        session.begin()


def comparisons_of_two_numbers_bad(session: Session, count: int, other: int) -> None:
    if count > 1:
        session.begin()
    if other == 0:
        session.begin()  # error: [session-transaction]


def a_choice_of_two_ok(session: Session, first: bool, second: bool) -> None:
    if first or second:
        session.begin()
    if first:
        pass
    elif second:
        pass
    else:
        session.begin()


def a_variable_made_of_the_other_ok(session: Session, count: int) -> None:
    several = count > 1
    if several:
        session.begin()
    if count == 0:
        session.begin()


def what_has_left_before_ok(session: Session, count: int) -> None:
    if count > 1:
        session.begin()
    if count != 0:
        return
    session.begin()


def what_has_left_for_another_reason_bad(session: Session, count: int, name: str) -> None:
    if count > 1:
        session.begin()
    if name == "":
        return
    session.begin()  # error: [session-transaction]


def a_turn_that_goes_on_ok(session: Session, counts: list[int]) -> None:
    for count in counts:
        if count > 1:
            session.begin()
        if count > 0:
            session.rollback()
            continue
        session.begin()
        session.commit()


def parts_of_an_object_ok(session: Session, settings: Settings) -> None:
    if settings.mode == "new":
        session.begin()
    if settings.mode in ("old", "older"):
        session.begin()


def other_parts_of_an_object_bad(session: Session, settings: Settings) -> None:
    if settings.mode == "new":
        session.begin()
    if settings.name == "begin":
        session.begin()  # error: [session-transaction]


def two_objects_and_none_bad(session: Session, first: User | None, second: User | None) -> None:
    if first is None:
        session.begin()
    if second is None:
        session.begin()  # error: [session-transaction]


def two_objects_of_one_class_bad(session: Session, first: object, second: object) -> None:
    if isinstance(first, User):
        session.begin()
    if isinstance(second, User):
        session.begin()  # error: [session-transaction]


def an_object_and_its_part_ok(session: Session, settings: Settings) -> None:
    if settings.mode == "new":
        session.begin()
    if settings == Settings("old", None):
        session.begin()


def cases_ok(session: Session, mode: str) -> None:
    match mode:
        case "new":
            session.begin()
        case _:
            pass
    if mode == "old":
        session.begin()


def the_same_condition_twice_bad(session: Session, count: int, new: bool) -> None:
    if count > 1:
        session.begin()
    if count > 1:
        session.begin()  # error: [session-transaction]


def a_variable_twice_bad(session: Session, new: bool) -> None:
    if new:
        session.begin()
    if new:
        session.begin()  # error: [session-transaction]


def a_variable_and_its_opposite_ok(session: Session, new: bool) -> None:
    if new:
        session.begin()
    if not new:
        session.begin()


def one_condition_alone_bad(session: Session, count: int) -> None:
    if count > 1:
        session.begin()
    session.begin()  # error: [session-transaction]


def in_one_branch_bad(session: Session, count: int, name: str) -> None:
    if count > 1:
        session.begin()
        if name == "begin":
            session.begin()  # error: [session-transaction]


def the_other_case_of_a_related_condition_ok(session: Session, count: int, name: str) -> None:
    if count > 0:
        pass
    elif name == "begin":
        session.begin()
    if count > 2:
        session.begin()


def in_a_function_that_is_called_ok(session: Session, count: int) -> None:
    begin_by_count(session, count)
    if count == 0:
        session.begin()


def begin_by_count(session: Session, count: int) -> None:
    if count > 1:
        session.begin()


def after_a_failure_ok(session: Session, count: int) -> None:
    user = User()
    session.add(user)
    if count > 1:
        try:
            session.flush()
        except IntegrityError:
            pass
    if count == 0:
        session.commit()


def what_the_same_choice_has_ended_ok(session: Session, first: bool, second: bool) -> None:
    if first or second:
        session.begin()
        if first:
            session.commit()
        elif second:
            session.rollback()
    session.begin()


def what_another_choice_has_ended_bad(session: Session, first: bool, second: bool, third: bool) -> None:
    if first or second:
        session.begin()
        if third:
            session.commit()
    session.begin()  # error: [session-transaction]


def a_list_and_what_is_left_without_one_ok(session: Session, users: list[User]) -> None:
    if users:
        session.begin()
    if not users:
        session.begin()


def what_a_loop_has_counted_ok(session: Session, users: list[User]) -> None:
    count = 0
    for user in users:
        session.refresh(user)
        count += 1
    if count == 0:
        session.begin()


def two_loops_bad(session: Session, users: list[User]) -> None:
    for user in users:
        session.refresh(user)
    for _user in users:
        session.begin()  # error: [session-transaction]
        session.rollback()


def properties_of_an_object_ok(session: Session, settings: Settings) -> None:
    if settings.is_new:
        session.begin()
    if settings.is_old:
        session.begin()


def properties_of_two_objects_bad(session: Session, first: Settings, second: Settings) -> None:
    if first.is_new:
        session.begin()
    if second.is_old:
        session.begin()  # error: [session-transaction]


def operators_ok(session: Session, count: int) -> None:
    count > 2 and session.begin()
    count < 1 and session.begin()
    session.begin() if count in (1, 2) else None


def operators_bad(session: Session, count: int, other: int) -> None:
    count > 2 and session.begin()
    other < 1 and session.begin()  # error: [session-transaction]


def asserted_ok(session: Session, count: int) -> None:
    if count > 1:
        session.begin()
    assert count < 1
    session.begin()


def asserted_of_another_bad(session: Session, count: int, other: int) -> None:
    if count > 1:
        session.begin()
    assert other < 1
    session.begin()  # error: [session-transaction]


def counted_in_the_condition_ok(session: Session, users: list[User]) -> None:
    if (count := len(users)) > 2:
        session.begin()
    if count <= 2:
        session.begin()


def functions_ok(session: Session) -> None:
    if _level() > 1:
        session.begin()
    if _level() == 0:
        session.begin()


def _level() -> int:
    return 1


def kinds_ok(session: Session, what: object) -> None:
    match what:
        case int():
            session.begin()
    match what:
        case str():
            session.begin()


def one_of_two_has_ended_it_ok(session: Session, count: int) -> None:
    session.begin()
    if count > 1:
        session.commit()
    if count <= 1:
        session.rollback()
    session.begin()


def none_and_its_attribute_bad(session: Session, user: User | None) -> None:
    session.begin()
    if user is None:
        return
    if user.name == "new":
        session.begin()  # error: [session-transaction]
