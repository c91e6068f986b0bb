"""Turning contracts on and off: the functions of some packages, changed in place while they are asserted.

A function keeps its identity and gets another code, which calls a copy of what it was.  So whoever has a reference to
it, by an import of its name, in a registry of routes, inside a decorator, calls the checked function.

Source: what may be assigned to a function is in
https://docs.python.org/3/reference/datamodel.html#user-defined-functions.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from mypy_session_plugin.testing import ContractViolation
from mypy_session_plugin.testing.calls import Function
from mypy_session_plugin.testing.sessions import Watch, Watches

_CHECKED = "__session_contract__"

#: The contracts that are asserted, the innermost last: what is broken is told to that.
_active: list[Contracts] = []


def _fail(message: str) -> None:
    """Raise a violation, except in what still runs after the end of all contracts."""
    __tracebackhide__ = True
    if _active:
        violation = ContractViolation(message)
        _active[-1].violations.append(violation)
        raise violation


#: A session is watched once, whatever blocks its users are asserted in.
_watches = Watches(_fail)


def _plain(*arguments: Any, __session_contract__: Function, **keywords: Any) -> Any:
    __tracebackhide__ = True
    return __session_contract__.call(arguments, keywords)


async def _coroutine(*arguments: Any, __session_contract__: Function, **keywords: Any) -> Any:
    __tracebackhide__ = True
    return await __session_contract__.call_coroutine(arguments, keywords)


def _generator(*arguments: Any, __session_contract__: Function, **keywords: Any) -> Generator[Any, Any, Any]:
    __tracebackhide__ = True
    return (yield from __session_contract__.iterate(arguments, keywords))


async def _asynchronous_generator(
    *arguments: Any, __session_contract__: Function, **keywords: Any
) -> AsyncGenerator[Any, Any]:
    __tracebackhide__ = True
    steps = __session_contract__.iterate_asynchronously(arguments, keywords)
    step = steps.__anext__()
    while True:
        try:
            value = await step
        except StopAsyncIteration:
            return
        try:
            sent = yield value
        except GeneratorExit:
            await steps.aclose()
            raise
        except BaseException as error:
            step = steps.athrow(error)
        else:
            step = steps.asend(sent)


@dataclass(frozen=True, slots=True)
class _Changed:
    """A function that was changed, and what it was."""

    function: FunctionType
    code: CodeType
    keyword_defaults: dict[str, Any] | None

    def change_back(self) -> None:
        self.function.__code__ = self.code
        self.function.__kwdefaults__ = self.keyword_defaults
        del vars(self.function)["__signature__"]


class Contracts:
    """The phantom types of some packages, to be asserted."""

    def __init__(self, packages: Sequence[str]) -> None:
        if not packages:
            raise ValueError("name the packages whose phantom types are to be asserted")
        self._packages = tuple(packages)
        #: The sessions that were left open before.
        self._left_open: list[Watch] = []
        self._seen: set[str] = set()
        self._changed: list[_Changed] = []
        self._lock = threading.Lock()
        self.violations: list[ContractViolation] = []

    def raise_first(self) -> None:
        """Raise the first violation that has not come out of the application, and forget the others.

        Raises:
            ContractViolation: If there is one.
        """
        violations = self.violations[:]
        self.violations.clear()
        if violations:
            raise violations[0]

    def expect_ended(self) -> None:
        """Fail if a session that was given out as `Owned` is at work still."""
        for watch in _watches.left_open():
            if watch not in self._left_open:
                _fail(
                    f"{watch.opened_by} gave out a session (Owned) that is at work still; who is given it must end it"
                )

    @contextmanager
    def asserted(self) -> Iterator[None]:
        """Assert the phantom types while the block runs."""
        _active.append(self)
        self._left_open = _watches.left_open()
        try:
            self.change_loaded_modules()
            yield
        finally:
            _active.remove(self)
            if not _active:
                _watches.release()
            while self._changed:
                self._changed.pop().change_back()
            self._seen.clear()

    def change_loaded_modules(self) -> None:
        """Change the functions of the packages' modules that were loaded since the last time."""
        with self._lock:
            for name, module in list(sys.modules.items()):
                if name not in self._seen and self._is_named(name) and isinstance(module, ModuleType):
                    self._seen.add(name)
                    self._change_module(module)

    def _is_named(self, name: str) -> bool:
        return any(name == package or name.startswith(f"{package}.") for package in self._packages)

    def _change_module(self, module: ModuleType) -> None:
        unchanged = {item for item in _functions(module) if _CHECKED not in (item.__kwdefaults__ or ())}
        contracts = {function: Function(_copy(function), _watches, _fail) for function in unchanged}
        borrowers = {contract.class_name for contract in contracts.values() if contract.is_borrowing_constructor}
        for function, contract in contracts.items():
            if not contract.says_nothing or contract.class_name in borrowers:
                self._change(function, contract)

    def _change(self, function: FunctionType, contract: Function) -> None:
        self._changed.append(_Changed(function, function.__code__, function.__kwdefaults__))
        signature = inspect.signature(function, follow_wrapped=False)
        function.__code__ = _checking_code(function)
        function.__kwdefaults__ = {_CHECKED: contract}
        function.__signature__ = signature  # type: ignore[attr-defined]


def _copy(function: FunctionType) -> FunctionType:
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__annotations__ = function.__annotations__
    copy.__qualname__ = function.__qualname__
    return copy


def _checking_code(function: FunctionType) -> CodeType:
    """The code of the function of the same kind that checks; it has the free variables of the function, unused."""
    if inspect.isasyncgenfunction(function):
        checking: Any = _asynchronous_generator
    elif inspect.iscoroutinefunction(function):
        checking = _coroutine
    else:
        checking = _generator if inspect.isgeneratorfunction(function) else _plain
    code: CodeType = checking.__code__
    return code.replace(co_freevars=function.__code__.co_freevars, co_name=function.__name__)


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """The functions that a module defines: its own, and those in its classes, under whatever decorators."""
    for value in list(vars(module).values()):
        for holder in (value, *_members(value, module.__name__)):
            for function in _unwrapped(holder):
                if function.__globals__ is vars(module):
                    yield function


def _members(value: object, module: str) -> Iterator[object]:
    if isinstance(value, type) and value.__module__ == module:
        for member in list(vars(value).values()):
            yield member
            # A class that is an attribute, and not defined here, has its own place, which may be around this one.
            if getattr(member, "__qualname__", "").startswith(f"{value.__qualname__}."):
                yield from _members(member, module)


def _unwrapped(value: object) -> Iterator[FunctionType]:
    """The innermost function under a descriptor, and under decorators that tell what they wrap."""
    accessors = (value.fget, value.fset, value.fdel) if isinstance(value, property) else (value,)
    for layer in accessors:
        inner: object = layer
        while (wrapped := _wrapped(inner)) is not None:
            inner = wrapped
        if isinstance(inner, FunctionType):
            yield inner


def _wrapped(value: object) -> object:
    """What a method object, or a decorator with `functools.wraps`, stands for; None for the innermost."""
    if isinstance(value, classmethod | staticmethod | MethodType):
        return value.__func__
    # An object of the application may compute what it does not have, or raise.
    return inspect.getattr_static(value, "__wrapped__", None)
