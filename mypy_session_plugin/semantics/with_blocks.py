"""`with` blocks: what happens where their managers are entered and left."""

from __future__ import annotations

from mypy.nodes import Context

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import FALSE, NOTHING_KNOWN, Bound, Value, objects
from mypy_session_plugin.flow.graph import Call, EnterContext, ExitContext
from mypy_session_plugin.flow.syntax import suppressed
from mypy_session_plugin.mypy_compat.types import is_manager
from mypy_session_plugin.semantics import boundaries, lives, managers, work
from mypy_session_plugin.semantics.calls import Calls
from mypy_session_plugin.semantics.generators import MANAGER, Generators
from mypy_session_plugin.semantics.handlers import Handlers
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.own_objects import OwnObjects
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import run_manager
from mypy_session_plugin.semantics.world import World


class WithBlocks:
    """Enters and leaves the context managers of one graph."""

    def __init__(
        self,
        world: World,
        stability: Stability,
        calls: Calls,
        generators: Generators,
        own: OwnObjects,
        caught: Handlers,
    ) -> None:
        self._world = world
        self._stability = stability
        self._calls = calls
        self._generators = generators
        self._own = own
        self._caught = caught

    def enter(self, instruction: EnterContext, store: Store) -> None:
        """A block begins."""
        manager = store.value(instruction.manager)
        name = "__aenter__" if instruction.is_async else "__enter__"
        value = self._protocol(name, manager, instruction.node, store)
        if value is None:
            value = self._calls.resumed(manager, "manager", instruction.node, store)
        if value is None:
            value = self._enter_generator(manager, instruction, store)
        if value is None and not objects(manager):
            value = self._own.enter(instruction, store)
        if value is None:
            self._unknown(instruction, manager, store)
            value = managers.entered(self._world, store, instruction)
        if not objects(manager) and store.value(instruction.manager) == manager:
            managers.keep(store, instruction, value)
        store.variables[instruction.target] = value

    def leave(self, instruction: ExitContext, store: Store) -> None:
        """A block ends, by an exception or without one."""
        manager = store.value(instruction.manager)
        name = "__aexit__" if instruction.is_async else "__exit__"
        if instruction.failed:
            lives.interrupt(store)
        swallows: Value | None = None
        if self._protocol(name, manager, instruction.node, store, instruction.failed) is None:
            atom = _only(manager)
            if atom is not None:
                swallows = self._generators.leave(atom, instruction, store) or self._own.leave(atom, instruction, store)
            if swallows is None:
                self._caught.suppressed(store, instruction)
                self._unknown(instruction, manager, store)
        elif suppressed(instruction.node) is not None:
            self._caught.suppressed(store, instruction)
        if instruction.target is not None and swallows is None:
            # As mypy does, what is not seen of a generator function is taken to pass exceptions on.
            is_generator = is_manager(self._world.type(instruction.node))
            swallows = frozenset({FALSE}) if is_generator else NOTHING_KNOWN
        if instruction.target is not None and swallows is not None:
            store.variables[instruction.target] = swallows
        if instruction.failed:
            work.interrupt(store)

    def _enter_generator(self, manager: Value, instruction: EnterContext, store: Store) -> Value | None:
        atom = _only(manager)
        if atom is None or atom.how != MANAGER or not isinstance(atom.stub, Call):
            return None
        site = self._calls.sites.of(atom.stub)
        if site is not None:
            given = self._generators.enter(atom, site, instruction, store)
            if given is not None:
                return given
        boundaries.use_by_call(self._world, store, [manager], instruction.node)
        boundaries.pass_on(self._world, store, atom.held)
        return None

    def _protocol(
        self, name: str, manager: Value, node: Context, store: Store, failed: bool | None = None
    ) -> Value | None:
        return self._calls.stubbed.protocol(name, manager, node, store, failed) if objects(manager) else None

    def _unknown(self, instruction: EnterContext | ExitContext, manager: Value, store: Store) -> None:
        """A context manager of which nothing is known runs code of its own on both ends."""
        places = self._stability.places_of_manager(instruction.node)
        run_manager(store, manager, places, site_of(instruction.node))


def _only(manager: Value) -> Bound | None:
    atom = next(iter(manager)) if len(manager) == 1 else None
    return atom if isinstance(atom, Bound) else None
