"""What entering and leaving a `with` block does to a store."""

from __future__ import annotations

from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import Value, objects
from mypy_session_plugin.flow import graph
from mypy_session_plugin.semantics import lives, managers, work
from mypy_session_plugin.semantics.calls import Calls
from mypy_session_plugin.semantics.handlers import Handlers
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.unknown_calls import run_manager
from mypy_session_plugin.semantics.world import World


class WithBlocks:
    """Interprets the context managers of one graph."""

    def __init__(self, world: World, stability: Stability, calls: Calls, caught: Handlers) -> None:
        self._world = world
        self._stability = stability
        self._calls = calls
        self._caught = caught

    def enter(self, instruction: graph.EnterContext, store: Store) -> None:
        """A `with` block is entered."""
        manager = store.value(instruction.manager)
        name = "__aenter__" if instruction.is_async else "__enter__"
        value = self._protocol_now(name, manager, instruction, store)
        if value is None:
            value = self._calls.resumed(manager, "manager", instruction.node, store)
        if value is None:
            self._unknown_manager(instruction, manager, store)
            value = managers.entered(self._world, store, instruction)
        if not objects(manager):
            managers.keep(store, instruction, value)
        store.variables[instruction.target] = value

    def exit(self, instruction: graph.ExitContext, store: Store) -> None:
        """A `with` block is left, by an exception where the instruction says so."""
        manager = store.value(instruction.manager)
        name = "__aexit__" if instruction.is_async else "__exit__"
        if instruction.failed:
            lives.interrupt(store)
        if self._protocol_now(name, manager, instruction, store, instruction.failed) is None:
            self._caught.suppressed(store, instruction)
            self._unknown_manager(instruction, manager, store)
        if instruction.failed:
            work.interrupt(store)

    def _protocol_now(
        self, name: str, manager: Value, instruction: graph.Instruction, store: Store, failed: bool | None = None
    ) -> Value | None:
        return (
            self._calls.stubbed.protocol(name, manager, instruction.node, store, failed) if objects(manager) else None
        )

    def _unknown_manager(self, instruction: graph.Instruction, manager: Value, store: Store) -> None:
        """A context manager of which nothing is known runs code of its own on both ends."""
        places = self._stability.places_of_manager(instruction.node)
        run_manager(store, manager, places, site_of(instruction.node))
