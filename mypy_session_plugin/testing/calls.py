"""One function with phantom types, and what is asserted of each of its calls."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import FunctionType
from typing import Any

from sqlalchemy.orm import Session

from mypy_session_plugin.testing.annotations import Alternative, Declared, read, yielded
from mypy_session_plugin.testing.instances import (
    CONSEQUENCES,
    OF_ANOTHER,
    SESSION_CLASSES,
    Arrived,
    arrivals,
    is_of_another,
    not_loaded,
    reading,
    session_in,
    state_of,
    wrong_afterwards,
    wrong_state,
)
from mypy_session_plugin.testing.sessions import ENDS, LENDING, Fail, Loan, Place, Watches

_VARIADIC = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


class Function:
    """A function with phantom types: what it declares, and the unchanged function that does the work."""

    def __init__(self, original: FunctionType, watches: Watches, fail: Fail) -> None:
        self.original: Callable[..., Any] = original
        self.watches = watches
        self.fail = fail
        self.name = f"{original.__qualname__.rpartition('<locals>.')[2]}()"
        # Of the function itself, whatever a decorator has said of what it wraps.
        self.signature = inspect.signature(original, follow_wrapped=False)
        names = original.__globals__
        annotations = original.__annotations__
        self.parameters = {
            name: read(annotations[name], names) for name in self.signature.parameters if name in annotations
        }
        is_generator = inspect.isgeneratorfunction(original) or inspect.isasyncgenfunction(original)
        result = annotations.get("return")
        self.yields = yielded(result, names) if is_generator else None
        self.returns = read(result, names) if "return" in annotations and not is_generator else None
        #: The parameters whose types are classes of sessions.
        self.session_parameters = [name for name, declared in self.parameters.items() if _is_session(declared)]

        #: The class that it is defined in; empty for a function.
        self.class_name = original.__qualname__.rpartition(".")[0]

    @property
    def is_borrowing_constructor(self) -> bool:
        """Whether what it makes may have a session on loan."""
        borrows = any(declared.ownership & LENDING for declared in self.parameters.values())
        return borrows and self.original.__name__ == "__init__"

    @property
    def says_nothing(self) -> bool:
        """Whether no phantom type is in the signature."""
        places = [*self.parameters.values(), self.returns, self.yields]
        return all(declared is None or declared.says_nothing for declared in places)

    def call(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function."""
        __tracebackhide__ = True
        bound = self._bound(arguments, keywords)
        if bound is None:
            return self.original(*arguments, **keywords)
        call = _Call(self, bound)
        with call.lent():
            result = self.original(*arguments, **keywords)
        call.returned(result)
        return result

    async def call_coroutine(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a coroutine function, and await it."""
        __tracebackhide__ = True
        bound = self._bound(arguments, keywords)
        if bound is None:
            return await self.original(*arguments, **keywords)
        call = _Call(self, bound)
        with call.lent():
            result = await self.original(*arguments, **keywords)
        call.returned(result)
        return result

    def iterate(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Generator[Any, Any, Any]:
        """Run a generator; between its steps it has no session on loan."""
        __tracebackhide__ = True
        generator = self.original(*arguments, **keywords)
        call = _Call(self, self._bound(arguments, keywords) or {})
        step = partial(next, generator)
        while True:
            try:
                with call.lent():
                    value = step()
            except StopIteration as end:
                call.returned(end.value)
                return end.value
            call.yielded(value)
            step = yield from _next_step(generator, value)

    async def iterate_asynchronously(
        self, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> AsyncGenerator[Any, Any]:
        """Run an asynchronous generator; between its steps it has no session on loan."""
        __tracebackhide__ = True
        generator = self.original(*arguments, **keywords)
        call = _Call(self, self._bound(arguments, keywords) or {})
        step = generator.__anext__()
        while True:
            try:
                with call.lent():
                    value = await step
            except StopAsyncIteration:
                call.returned(None)
                return
            call.yielded(value)
            try:
                sent = yield value
            except GeneratorExit:
                await generator.aclose()
                raise
            except BaseException as error:
                step = generator.athrow(error)
            else:
                step = generator.asend(sent)

    def _bound(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> dict[str, Any] | None:
        """The arguments by their parameters; None where they do not fit, as the call itself will say."""
        try:
            bound = self.signature.bind(*arguments, **keywords)
        except TypeError:
            return None
        bound.apply_defaults()
        return bound.arguments


class _Call:
    """One call: what is asserted when it begins, while it runs, and when it has returned."""

    def __init__(self, function: Function, arguments: dict[str, Any]) -> None:
        __tracebackhide__ = True
        self._function = function
        self._arguments = arguments
        self._loans: list[tuple[Session, Loan]] = []
        self._promised: list[tuple[Arrived, str, Declared]] = []
        for name, declared in function.parameters.items():
            for value, shown in self._given(name):
                self._arrive(declared, value, shown)
                self._lend(name, declared, value)
        self._kept = [] if function.is_borrowing_constructor else list(self._kept_loans())

    def _given(self, name: str) -> Iterator[tuple[Any, str]]:
        kind = self._function.signature.parameters[name].kind
        value = self._arguments[name]
        if kind not in _VARIADIC:
            yield value, f'"{name}"'
        else:
            for item in value.values() if isinstance(value, dict) else value:
                yield item, f'one of "{_VARIADIC[kind]}{name}"'

    def _arrive(self, declared: Declared, value: object, shown: str) -> None:
        if declared.says_nothing:
            return
        function = self._function
        for arrived in arrivals(declared, value, shown):
            self._check(arrived, declared, f"{function.name} takes")
            if any(alternative.after is not None for alternative in arrived.alternatives):
                self._promised.append((arrived, state_of(arrived.state), declared))

    def _check(self, arrived: Arrived, declared: Declared, verb: str) -> None:
        function, shown, says = self._function, arrived.shown(declared), f"{verb} {declared.text}"
        state = wrong_state(arrived)
        if state is not None:
            function.fail(f"{shown} is {state}; {says} ({CONSEQUENCES[state]})")
        place, session = self._owner(arrived.alternatives)
        if is_of_another(arrived, session):
            of_which = f'"{place}"' if place else "the session of this call"
            function.fail(f"{shown} belongs to another session than {of_which}; {says} ({OF_ANOTHER})")
        attribute = not_loaded(arrived)
        if attribute is not None:
            function.fail(f'{shown} has "{attribute}" not loaded; {says} ({reading(arrived.state)})')

    def _owner(self, alternatives: tuple[Alternative, ...]) -> tuple[str, Session | None]:
        """The session that attached instances belong to: named by `In`, or the only one there is."""
        place = alternatives[0].place
        if place is not None:
            value: object = self._arguments.get(place.partition(".")[0])
            for attribute in place.split(".")[1:]:
                value = _attribute(value, attribute)
            return place, session_in(value)
        names = self._function.session_parameters
        if names:
            return (names[0], session_in(self._arguments[names[0]])) if len(names) == 1 else ("", None)
        kept = getattr(self._arguments.get("self"), "__dict__", {})
        found = [name for name, value in kept.items() if isinstance(value, SESSION_CLASSES)]
        return (f"self.{found[0]}", session_in(kept[found[0]])) if len(found) == 1 else ("", None)

    def _lend(self, name: str, declared: Declared, value: object) -> None:
        session = session_in(value) if declared.ownership else None
        if session is None:
            return
        watch = self._function.watches.of(session)
        watch.is_synchronized |= "Synchronized" in declared.ownership
        kind = next((kind for kind in ("Owned", "Performs", "Borrowed") if kind in declared.ownership), None)
        if kind is None:
            return
        loan = Loan(self._function.name, name, kind, Place.here(), _permitted(kind, declared))
        watch.arrive(loan)
        self._loans.append((session, loan))

    def _kept_loans(self) -> Iterator[tuple[Session, Loan]]:
        """The sessions that the object of a method keeps, and that were lent to its constructor."""
        holder = self._arguments.get("self")
        for attribute, value in list(getattr(holder, "__dict__", {}).items()):
            session = session_in(value)
            loan = self._function.watches.of(session).kept_by(holder) if session is not None else None
            if session is not None and loan is not None:
                kind = f"{loan.kind}, as {loan.function} says"
                place = Place.here()
                yield (
                    session,
                    replace(loan, function=self._function.name, name=f"self.{attribute}", kind=kind, place=place),
                )

    def _keep(self) -> None:
        """An object was made that may have a session on loan for as long as it lives."""
        holder = self._arguments.get("self")
        kept = [session_in(value) for value in getattr(holder, "__dict__", {}).values()]
        for session, loan in self._loans:
            if loan.kind in LENDING and session in kept:
                self._function.watches.of(session).keep(holder, loan)

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The body runs, or a part of it between two yields."""
        watches = self._function.watches
        loans = [*self._loans, *self._kept]
        for session, loan in loans:
            watches.of(session).begin(loan)
        try:
            yield
        finally:
            for session, loan in loans:
                watches.of(session).end(loan)

    def yielded(self, value: object) -> None:
        """A generator gives a value."""
        self._give(self._function.yields, value, "yields", "yield")

    def returned(self, result: object) -> None:
        """The body has returned: what it promises must hold by now."""
        __tracebackhide__ = True
        function = self._function
        for arrived, before, declared in self._promised:
            state = wrong_afterwards(arrived, before)
            if state is not None:
                shown, says = arrived.shown(declared), f"{function.name} promises {declared.text}"
                function.fail(f"{shown} is {state} after the call; {says} ({CONSEQUENCES[state]})")
        self._give(function.returns, result, "returns", "return")
        for session, loan in self._loans:
            if loan.kind == "Owned":
                function.watches.of(session).give_up(loan)
            elif session_in(result) is session and self._is_returned_in_earnest(loan.name):
                function.fail(f'"{loan.name}" is only lent to {function.name} ({loan.kind}), which returns it')
        self._give_out(result)
        if function.is_borrowing_constructor:
            self._keep()

    def _is_returned_in_earnest(self, name: str) -> bool:
        """Whether a framework does not fill in the parameter: what it is then given back lives as long as it says."""
        declared = self._function.parameters[name]
        default = self._function.signature.parameters[name].default
        plain = default is None or default is inspect.Parameter.empty
        lent_on = self._function.returns is not None and "Borrowed" in self._function.returns.ownership
        return plain and not lent_on and not any(item.is_filled_in for item in declared.alternatives)

    def _give(self, declared: Declared | None, value: object, verb: str, infinitive: str) -> None:
        __tracebackhide__ = True
        if declared is None or declared.says_nothing:
            return
        function = self._function
        for arrived in arrivals(declared, value, f"what {function.name} {verb}"):
            self._check(arrived, declared, f"it is declared to {infinitive}")

    def _give_out(self, result: object) -> None:
        declared = self._function.returns
        session = session_in(result) if declared is not None and declared.ownership else None
        if declared is None or session is None:
            return
        watch = self._function.watches.of(session)
        watch.is_synchronized |= "Synchronized" in declared.ownership
        if "Owned" in declared.ownership:
            watch.given_out(self._function.name)


def _is_session(declared: Declared) -> bool:
    classes = [alternative.class_ for alternative in declared.alternatives]
    return any(class_ is not None and issubclass(class_, SESSION_CLASSES) for class_ in classes)


def _permitted(kind: str, declared: Declared) -> frozenset[str]:
    """The ends that a function may bring about: an owner all, and `Performs` those that it names."""
    if kind == "Owned":
        return frozenset(ENDS)
    if kind == "Borrowed":
        return frozenset()
    named = frozenset[str]().union(*(item.performs for item in declared.alternatives))
    return frozenset(ENDS) - ({"commit", "rollback", "close"} - named)


def _next_step(generator: Generator[Any, Any, Any], value: object) -> Generator[Any, Any, partial[Any]]:
    """Give a value to who iterates, and do with the generator what they do with this one."""
    try:
        sent = yield value
    except GeneratorExit:
        generator.close()
        raise
    except BaseException as error:
        return partial(generator.throw, error)
    return partial(generator.send, sent)


def _attribute(value: object, name: str) -> object:
    try:
        return getattr(value, name, None)
    except Exception:  # a property of the application, at a time that it does not expect
        return None
