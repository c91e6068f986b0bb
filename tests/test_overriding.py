"""What the methods of a session call on the session itself, so that a subclass that overrides it changes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.overriding import works_through
from tests.session_models import User, fresh_engine

SESSION = "sqlalchemy.orm.session.Session"
QUERY = "sqlalchemy.orm.query.Query"
REGISTRY = "sqlalchemy.orm.scoping.scoped_session"
#: It only chooses the engine.
UNIMPORTANT = {"get_bind"}
PUBLIC = [
    name
    for name in dir(Session)
    if not name.startswith("_") and callable(getattr(Session, name)) and name != "dispatch"
]


class Recording(Session):
    """Writes down which of its methods are called."""

    called: list[str]


def _recorded(name: str) -> Callable[..., Any]:
    original = getattr(Session, name)

    def method(self: Recording, *arguments: Any, **keywords: Any) -> Any:
        self.__dict__.setdefault("called", []).append(name)
        return original(self, *arguments, **keywords)

    return method


for _name in [*PUBLIC, "__enter__", "__exit__"]:
    if _name not in ("object_session", "identity_key", "close_all", "connection_callable"):
        setattr(Recording, _name, _recorded(_name))

Operation = Callable[[Recording, User], object]
OPERATIONS: dict[tuple[str, str], Operation] = {
    (SESSION, "__exit__"): lambda session, user: session.__exit__(None, None, None),
    (SESSION, "add_all"): lambda session, user: session.add_all([User(name="other")]),
    (SESSION, "begin_nested"): lambda session, user: session.begin_nested(),
    (SESSION, "close"): lambda session, user: session.close(),
    (SESSION, "commit"): lambda session, user: session.commit(),
    (SESSION, "delete"): lambda session, user: session.delete(user),
    (SESSION, "execute"): lambda session, user: session.execute(select(User)),
    (SESSION, "expunge_all"): lambda session, user: session.expunge_all(),
    (SESSION, "flush"): lambda session, user: session.flush(),
    (SESSION, "get"): lambda session, user: session.get(User, 2),
    (SESSION, "get_one"): lambda session, user: session.get_one(User, 2),
    (SESSION, "invalidate"): lambda session, user: session.invalidate(),
    (SESSION, "merge"): lambda session, user: session.merge(User(id=2, name="merged")),
    (SESSION, "refresh"): lambda session, user: session.refresh(user),
    (SESSION, "reset"): lambda session, user: session.reset(),
    (SESSION, "rollback"): lambda session, user: session.rollback(),
    (SESSION, "scalar"): lambda session, user: session.scalar(select(User)),
    (SESSION, "scalars"): lambda session, user: session.scalars(select(User)),
    (QUERY, "all"): lambda session, user: session.query(User).all(),
    (QUERY, "count"): lambda session, user: session.query(User).count(),
    (QUERY, "delete"): lambda session, user: session.query(User).where(User.id == 77).delete(),
    (QUERY, "first"): lambda session, user: session.query(User).first(),
    (QUERY, "get"): lambda session, user: session.query(User).get(2),
    (QUERY, "update"): lambda session, user: session.query(User).update({"bio": "x"}),
    (REGISTRY, "remove"): lambda session, user: _remove(session),
}


def _remove(session: Recording) -> None:
    registry = scoped_session(sessionmaker())
    registry.registry.set(session)
    registry.remove()


@pytest.mark.parametrize(("class_name", "method"), OPERATIONS)
@pytest.mark.filterwarnings("ignore")
def test_each_method_works_through_what_its_stub_says(class_name: str, method: str) -> None:
    library = Library([])
    overloads = library.method(class_name, method)
    assert overloads is not None
    with fresh_engine() as engine:
        session = Recording(engine)
        user = session.get_one(User, 1)
        session.add(User(name="new"))
        session.called.clear()
        OPERATIONS[class_name, method](session, user)
        called = set(session.called) - {method, "query"} - UNIMPORTANT
        Session.close(session)
    assert called - works_through(library, SESSION, overloads) == set()
