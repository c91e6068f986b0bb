"""By which ways an instance may come to what is written as JSON: all of them are followed."""

import json
from contextlib import nullcontext
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import User


def by_a_variable_bad(session: Session) -> str:
    found: Any = session.get_one(User, 1)
    return json.dumps(found)  # error: [session-process]


def by_several_variables_bad(session: Session) -> str:
    user = session.get_one(User, 1)
    first: Any = user
    second: Any = first
    return json.dumps(second)  # error: [session-process]


def put_into_a_dict_bad(session: Session) -> str:
    values: dict[str, Any] = {}
    values["user"] = session.get_one(User, 1)
    return json.dumps(values)  # error: [session-process]


def appended_bad(session: Session) -> str:
    values: list[Any] = []
    values.append(session.get_one(User, 1))
    return json.dumps(values)  # error: [session-process]


def nested_bad(session: Session) -> str:
    inner: list[Any] = [session.get_one(User, 1)]
    outer: dict[str, Any] = {"inner": inner}
    return json.dumps(outer)  # error: [session-process]


def in_a_loop_bad(session: Session) -> None:
    items: Any
    for items in session.scalars(select(User)).all():
        json.dumps(items)  # error: [session-process]


def in_a_comprehension_bad(session: Session) -> str:
    found = session.scalars(select(User)).all()
    values: list[Any] = [item for item in found]
    return json.dumps(values)  # error: [session-process]


def unpacked_bad(session: Session) -> str:
    first: Any
    first, _second = session.get_one(User, 1), 2
    return json.dumps(first)  # error: [session-process]


def walrus_bad(session: Session) -> str:
    found: Any
    if (found := session.get_one(User, 1)) is not None:
        return json.dumps(found)  # error: [session-process]
    return ""


def other_ways_ok(session: Session) -> None:
    user = session.get_one(User, 1)
    with nullcontext(user) as entered:
        json.dumps(entered.name)
    values: dict[str, Any] = {"name": user.name}
    values.update(id=user.id)
    json.dumps(values)
    for user in session.scalars(select(User)):
        user.name = json.dumps({"name": user.name})


class Exported:
    data: Any = None

    def fill(self, session: Session) -> None:
        self.data = session.get_one(User, 1)

    def by_a_method_bad(self, session: Session) -> str:
        self.fill(session)
        return json.dumps(self.data)  # error: [session-process]

    def by_an_attribute_bad(self, session: Session) -> str:
        self.data = session.get_one(User, 1)
        return json.dumps(self.data)  # error: [session-process]


def _loaded(session: Session) -> Any:
    return session.get_one(User, 1)


def by_a_function_bad(session: Session) -> str:
    return json.dumps(_loaded(session))  # error: [session-process]


def _collect(values: list[Any], session: Session) -> None:
    values.append(session.get_one(User, 1))


def by_a_parameter_bad(session: Session) -> str:
    values: list[Any] = []
    _collect(values, session)
    return json.dumps(values)  # error: [session-process]
