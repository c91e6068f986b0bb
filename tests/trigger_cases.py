"""Where in a program a function or a module must be analysed: each case is a module, run in every mode.

The state of a session is known by its type alone, so a `reveal_state` that is answered shows that its code was
analysed, after mypy had inferred all types.
"""

from __future__ import annotations

from textwrap import dedent

_HEADER = """\
from __future__ import annotations
from sqlalchemy.orm import Session
from mypy_session_plugin import reveal_state
"""


def _case(text: str) -> str:
    return _HEADER + dedent(text)


CASES: dict[str, str] = {
    "nested_functions": _case(
        """
        def outer(session: Session) -> None:
            def middle() -> None:
                def inner() -> None:
                    reveal_state(session)  # N: Revealed state is "Session"
                inner()
            middle()
        """
    ),
    "lambdas": _case(
        """
        from collections.abc import Callable
        at_module_level: Callable[[Session], Session] = lambda s: reveal_state(s)  # N: Revealed state is "Session"
        def function(session: Session) -> Callable[[], Session]:
            return lambda: reveal_state(session)  # N: Revealed state is "Session"
        class Holder:
            in_class: Callable[[Session], Session] = lambda s: reveal_state(s)  # N: Revealed state is "Session"
        """
    ),
    "comprehensions": _case(
        """
        def function(sessions: list[Session]) -> None:
            [reveal_state(session) for session in sessions]  # N: Revealed state is "Session"
            {reveal_state(session): 1 for session in sessions}  # N: Revealed state is "Session"
            any(reveal_state(session) for session in sessions)  # N: Revealed state is "Session"
        """
    ),
    "class_bodies": _case(
        """
        session = Session()
        class Outer:
            first = reveal_state(session)  # N: Revealed state is "Session"
            class Inner:
                second = reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "methods": _case(
        """
        from functools import cached_property
        class Outer:
            def __init__(self, session: Session) -> None:
                self.session = reveal_state(session)  # N: Revealed state is "Session"
            def method(self) -> None:
                reveal_state(self.session)  # N: Revealed state is "Session"
            @staticmethod
            def static(session: Session) -> None:
                reveal_state(session)  # N: Revealed state is "Session"
            @classmethod
            def class_method(cls, session: Session) -> None:
                reveal_state(session)  # N: Revealed state is "Session"
            @property
            def current(self) -> Session:
                return reveal_state(self.session)  # N: Revealed state is "Session"
            @current.setter
            def current(self, session: Session) -> None:
                reveal_state(session)  # N: Revealed state is "Session"
            @cached_property
            def cached(self) -> Session:
                return reveal_state(self.session)  # N: Revealed state is "Session"
            class Nested:
                def method(self, session: Session) -> None:
                    reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "local_classes": _case(
        """
        def function(session: Session) -> type:
            class Local:
                def method(self) -> None:
                    reveal_state(session)  # N: Revealed state is "Session"
            return Local
        """
    ),
    "decorated": _case(
        """
        from collections.abc import Callable, Iterator
        from contextlib import contextmanager
        from typing import ParamSpec, TypeVar
        P = ParamSpec("P")
        R = TypeVar("R")
        def plain(function: Callable[P, R]) -> Callable[P, R]:
            return function
        @plain
        def once(session: Session) -> None:
            reveal_state(session)  # N: Revealed state is "Session"
        @plain
        @plain
        def twice(session: Session) -> None:
            reveal_state(session)  # N: Revealed state is "Session"
        @contextmanager
        def manager() -> Iterator[Session]:
            with Session() as session:
                yield reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "overloads": _case(
        """
        from typing import overload
        @overload
        def function(session: Session) -> None: ...
        @overload
        def function(session: Session, number: int) -> None: ...
        def function(session: Session, number: int = 0) -> None:
            reveal_state(session)  # N: Revealed state is "Session"
        class Holder:
            @overload
            def method(self, session: Session) -> None: ...
            @overload
            def method(self, session: Session, number: int) -> None: ...
            def method(self, session: Session, number: int = 0) -> None:
                reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "async_functions": _case(
        """
        from collections.abc import AsyncIterator, Iterator
        from sqlalchemy.ext.asyncio import AsyncSession
        async def coroutine(session: AsyncSession) -> None:
            reveal_state(session)  # N: Revealed state is "Session"
        async def async_generator(session: AsyncSession) -> AsyncIterator[AsyncSession]:
            yield reveal_state(session)  # N: Revealed state is "Session"
        def generator(session: Session) -> Iterator[Session]:
            yield reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "conditional_definitions": _case(
        """
        import random
        from typing import TYPE_CHECKING
        if random.random() > 0.5:
            def function(session: Session) -> None:
                reveal_state(session)  # N: Revealed state is "Session"
        else:
            def function(session: Session) -> None:
                session.flush()
                reveal_state(session)  # N: Revealed state is "Session"
        if TYPE_CHECKING:
            def only_for_checkers(session: Session) -> None:
                reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "module_top_level": _case(
        """
        import random
        session = Session()
        if random.random() > 0.5:
            reveal_state(session)  # N: Revealed state is "Session"
        try:
            reveal_state(session)  # N: Revealed state is "Session"
        finally:
            reveal_state(session)  # N: Revealed state is "Session"
        match random.random():
            case 0.5:
                reveal_state(session)  # N: Revealed state is "Session"
        for _ in range(2):
            reveal_state(session)  # N: Revealed state is "Session"
        """
    ),
    "default_arguments": _case(
        """
        shared = Session()
        def function(session: Session = reveal_state(shared)) -> None:  # N: Revealed state is "Session"
            pass
        """
    ),
    "functions_with_type_errors": _case(
        """
        def function(session: Session) -> int:
            reveal_state(session)  # N: Revealed state is "Session"
            number: int = "text"  # E: [assignment]
            return reveal_state(session)  # E: [return-value] # N: Revealed state is "Session"
        """
    ),
    "forward_references": _case(
        """
        def function() -> None:
            reveal_state(later)  # N: Revealed state is "Session"
            reveal_state(Holder().session)  # N: Revealed state is "Session"
        class User:
            def method(self) -> None:
                reveal_state(Holder().session)  # N: Revealed state is "Session"
        class Holder:
            def __init__(self) -> None:
                self.session = make()
        def make() -> Session:
            return Session()
        later = make()
        """
    ),
    "speculative_checks": _case(
        """
        def function(session: Session | None, sessions: list[Session]) -> Session:
            max(sessions, key=lambda s: len(reveal_state(s).dirty))  # N: Revealed state is "Session"
            return session or reveal_state(Session())  # N: Revealed state is "Session"
        """
    ),
    "callee_alone_is_phantom_typed": dedent(
        """\
        from mypy_session_plugin import Persistent, reveal_state
        from sqlalchemy.orm import Session
        class User: ...
        def save(user: Persistent[User]) -> None: ...
        session: Session
        def function(user: User) -> None:
            save(user)
            (lambda s: reveal_state(s))(session)  # N: Revealed state is "Session"
        """
    ),
    "unreachable_code": _case(
        """
        import sys
        def function(session: Session, number: int) -> None:
            if sys.platform == "no such platform":
                reveal_state(session)
            if not isinstance(number, int):
                reveal_state(session)
            return
            reveal_state(session)
        """
    ),
    "unreachable_module_code": _case(
        """
        from typing import TYPE_CHECKING
        session = Session()
        if not TYPE_CHECKING:
            reveal_state(session)
        raise RuntimeError
        reveal_state(session)
        """
    ),
    "unannotated_functions": _case(
        """
        def function(argument=None):
            reveal_state(Session())
        """
    ),
    "constrained_type_variables": _case(
        """
        from typing import AnyStr
        def function(session: Session, text: AnyStr) -> AnyStr:
            reveal_state(session)
            return text
        """
    ),
    "ignored_module": "# mypy: ignore-errors\n"
    + _case(
        """
        def function(session: Session) -> None:
            reveal_state(session)
        """
    ),
    "module_without_sessions": "def function(number: int) -> str:\n    return str(number)\n",
    "cycle_first": _case(
        """
        import cycle_second
        def make() -> Session:
            reveal_state(cycle_second.shared)  # N: Revealed state is "Session"
            return Session()
        first = make()
        """
    ),
    "cycle_second": _case(
        """
        import cycle_first
        def function() -> None:
            reveal_state(cycle_first.first)  # N: Revealed state is "Session"
        shared = cycle_first.make()
        """
    ),
}
