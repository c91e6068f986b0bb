"""Calls of which neither a stub nor a body says what they do: unknown code, and library code that does little."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NONE_VALUE,
    NOTHING_KNOWN,
    Bound,
    Constant,
    Function,
    Method,
    Value,
    is_plain,
    may_be_code,
)
from mypy_session_plugin.flow.graph import Call
from mypy_session_plugin.semantics import boundaries, containers, contents, loads, sessions, writes
from mypy_session_plugin.semantics.call_sites import CallSites, called_value
from mypy_session_plugin.semantics.entered import stacks_of
from mypy_session_plugin.semantics.leading import mark_read
from mypy_session_plugin.semantics.library_objects import may_be_session
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import call_unknown, fill_empty, reachable, run_manager
from mypy_session_plugin.semantics.world import World

#: Methods of frameworks, by the package that defines them, that run requests or tasks or change the context.
REQUESTS = frozenset({"open", "get", "post", "put", "patch", "delete", "head", "options", "request", "invoke", "send"})
SERVING = {
    "werkzeug": REQUESTS,
    "flask": REQUESTS | {"push", "pop", "do_teardown_appcontext"},
    "starlette": REQUESTS,
    "fastapi": REQUESTS,
    "httpx": REQUESTS,
    "django": REQUESTS,
    "celery": frozenset({"apply", "run", "__call__"}),
    "click": frozenset({"invoke"}),
}

#: Builtins, and methods of containers, that look at no attribute of what they are given.
COUNTING = frozenset(
    re.findall(
        r"\w+",
        """
    all any append bool clear copy dict enumerate extend filter get id insert isinstance items iter keys len list map
    max min next pop remove reversed set setdefault sorted tuple type update values zip
    """,
    )
)


class ForeignCalls:
    """Interprets the calls of one graph whose callee is not in view."""

    def __init__(self, world: World, stability: Stability, sites: CallSites) -> None:
        self._world = world
        self._stability = stability
        self._sites = sites

    def evaluate(self, instruction: Call, store: Store) -> Value:
        """The value of a call, after all that code which nobody has seen may do with what it is given."""
        node, world = instruction.node, self._world
        values = [store.value(argument.value) for argument in instruction.arguments]
        leading = [value for value in values if not is_plain(value)]
        for value in leading:
            mark_read(store, value, node)
        own = self._stability.own_place(getattr(node, "callee", node))
        source = instruction.receiver if own is None else own[0]
        receiver = store.value(source) if source is not None else frozenset()
        keeps_callbacks = any(stacks_of(store, receiver))
        if not keeps_callbacks and self._is_closed(instruction, (*values, receiver), store):
            for value in leading:
                containers.link_all(store, value)
                sessions.may_load(store, value)
            if not self._only_counts(instruction, values):
                loads.shown(store, reachable(store, [*leading, receiver]))
            if leading and self._may_fill(instruction, leading):
                fill_empty(store, leading)
            writes.closed_call(store, instruction, (*values, receiver), self._sites.package(instruction))
            self._set_attribute(instruction, store)
        else:
            places = [own, *(argument.place for argument in instruction.arguments)]
            called = called_value(instruction, store) if own is None else receiver
            boundaries.use_by_call(world, store, [*values, called], node)
            if instruction.method not in boundaries.KEEPING:
                boundaries.pass_on(world, store, values)
            call_unknown(store, [*values, called], [*places, instruction.receiver_place], site_of(node))
            self._serve(instruction, store)
        result = world.typed_value(store, node, "result")
        lender = instruction.receiver_place
        sessions.update_sessions(store, result - NONE_VALUE, lambda facts: replace(facts, lender=lender))
        return result

    def _serve(self, instruction: Call, store: Store) -> None:
        """A test client, a task called directly and an application context may end the registry's session."""
        if instruction.method in SERVING.get(self._sites.package(instruction), ()):
            run_manager(store, frozenset(), (), site_of(instruction.node))

    def _set_attribute(self, instruction: Call, store: Store) -> None:
        """`setattr()` and `delattr()`: of a name that is not known, any attribute of the object."""
        callee = getattr(instruction.node, "callee", None)
        if getattr(callee, "fullname", "") not in ("builtins.setattr", "builtins.delattr"):
            return
        for argument in instruction.arguments[:1]:
            contents.written(store, store.value(argument.value), surely=False)
            if argument.place is not None:
                store.forget_below(argument.place)
                store.disturb(argument.place, site_of(instruction.node))
        for argument in instruction.arguments[1:2]:
            for atom in store.value(argument.value):
                if isinstance(atom, Constant):
                    store.assign_attribute(str(atom.value), None, NOTHING_KNOWN, site_of(instruction.node))

    def _is_closed(self, instruction: Call, values: Sequence[Value], store: Store) -> bool:
        """Whether the callee is library code that is given nothing to call, and SQLAlchemy's no session."""
        site = self._sites.of(instruction)
        calls_back = any(isinstance(atom, (Function, Bound)) for value in values for atom in value)
        if site is None or calls_back:
            return False
        takes_session = any(may_be_session(store, value) for value in values)
        return site.is_closed and not (takes_session and site.package == "sqlalchemy")

    def _only_counts(self, instruction: Call, values: Sequence[Value]) -> bool:
        """Whether a builtin looks at what it is given, and not at the attributes of that, nor has code look at them."""
        callee = getattr(instruction.node, "callee", None)
        is_counting = self._sites.package(instruction) == "builtins" and getattr(callee, "name", "") in COUNTING
        return is_counting and not may_be_code(values)

    def _may_fill(self, instruction: Call, values: Sequence[Value]) -> bool:
        """Whether library code may put something into a container: no builtin does, but by a method it is given."""
        given_method = any(isinstance(atom, Method) for value in values for atom in value)
        return given_method or self._sites.package(instruction) != "builtins"
