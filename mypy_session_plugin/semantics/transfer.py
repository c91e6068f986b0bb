"""The transfer function: what each instruction does to a store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mypy.nodes import AssertStmt, ForStmt, FuncItem, UnaryExpr

from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import (
    NOTHING_KNOWN,
    Bound,
    Function,
    ObjectId,
    Value,
    carrier,
    constant,
    objects,
)
from mypy_session_plugin.flow import graph
from mypy_session_plugin.mypy_compat.types import parameters_of
from mypy_session_plugin.semantics import (
    boundaries,
    conditions,
    containers,
    contents,
    endings,
    lives,
    managers,
    sessions,
    transactions,
    work,
    writes,
)
from mypy_session_plugin.semantics.calls import Calls
from mypy_session_plugin.semantics.constructors import is_given_to_object
from mypy_session_plugin.semantics.escapes import KEPT, RETURNED, Escapes, keep
from mypy_session_plugin.semantics.handlers import Handlers
from mypy_session_plugin.semantics.identities import keep_sessions
from mypy_session_plugin.semantics.leading import USED
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.phantom_bodies import PhantomBody
from mypy_session_plugin.semantics.phantom_operators import PhantomOperators
from mypy_session_plugin.semantics.reads import Reads
from mypy_session_plugin.semantics.related import RelatedAttributes
from mypy_session_plugin.semantics.shapes import SessionShape, without_states
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.summaries import Summaries, give_back
from mypy_session_plugin.semantics.unknown_calls import call_unknown, give_away, run_manager
from mypy_session_plugin.semantics.world import World, ignore, with_none

#: The instructions that may flush or run unknown code before they raise.
WITH_EFFECTS = (graph.Call, graph.Await, graph.ExitContext, graph.EnterContext, graph.Next, graph.LoadAttribute)


class Transfer:
    """Implements `flow.fixpoint.Transfer` for the code of one graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stability = Stability(world.unit, world.nodes, world.types)
        world.rebound = self._stability.rebound
        self._escapes = Escapes(world)
        self._calls = Calls(world, self._stability, self._escapes, Summaries(world, self._stability, Transfer))
        self._operators = PhantomOperators(world, self._calls.phantom)
        self._body = PhantomBody(world)
        self._related = RelatedAttributes(world)
        self._reads = Reads(world, self._stability, self._body, self._calls, self._related)
        #: Variables that have held a session.
        self._holders: set[str] = set()
        self._caught = Handlers(world)
        self._handlers: dict[type, Callable[[Any, Store], None]] = {
            graph.LoadName: self._load_name,
            graph.LoadAttribute: self._load_attribute,
            graph.LoadItem: self._load_item,
            graph.LoadConstant: self._load_constant,
            graph.LoadFunction: self._load_function,
            graph.Operation: self._operation,
            graph.Copy: self._copy,
            graph.Not: self._not,
            graph.Compare: self._compare,
            graph.IsInstance: self._is_instance,
            graph.Call: self._call,
            graph.Await: self._await,
            graph.Yield: self._yield,
            graph.BuildContainer: self._build_container,
            graph.Collect: containers.collect,
            graph.StoreName: self._store_name,
            graph.StoreAttribute: self._store_attribute,
            graph.StoreItem: self._store_item,
            graph.DeleteName: self._delete_name,
            graph.DeleteAttribute: self._delete_attribute,
            graph.DeleteItem: self._delete_item,
            graph.Unpack: self._unpack,
            graph.Next: self._next,
            graph.EnterContext: self._enter,
            graph.ExitContext: self._exit,
            graph.Return: self._return,
            graph.Raise: self._raise,
            graph.CatchException: self._catch,
        }

    def initial(self) -> Store:
        """The store at the entry: parameters hold what their types say."""
        store = Store()
        unit = self._world.unit
        if not isinstance(unit, FuncItem):
            return store
        for variable, declared in parameters_of(unit):
            if declared is None or variable.is_self or variable.is_cls:
                continue
            shape = self._world.shapes.of(declared)
            if isinstance(shape, SessionShape):
                value = self._reads.symbol(store, "parameter", variable.name, shape, (variable.name,))
                boundaries.declare(store, value, declared)
                store.variables[variable.name] = with_none(value, declared)
        self._body.parameters(store, self._only_session(store))
        for place, value in store.paths.items():
            if is_given_to_object(self._world, place):
                work.give(store, value)
        return transactions.with_given(store)

    def declarations(self) -> None:
        """Let the rules see what is wrong before any instruction runs."""
        self._body.declarations()

    @property
    def watched(self) -> frozenset[str]:
        """Variables of the analysis itself, which are read when the function is left."""
        return self._body.watched | {boundaries.GIVEN_AWAY, RETURNED, KEPT, USED}

    def _only_session(self, store: Store) -> Value:
        found = [value for value in store.variables.values() if any(store.session(item) for item in objects(value))]
        if not found:
            return self._body.only_attribute(store)
        return found[0] if len(found) == 1 else frozenset()

    def execute(self, instruction: graph.Instruction, store: Store) -> None:
        """Change the store as the instruction does."""
        self._handlers[type(instruction)](instruction, store)

    def assume(self, branch: graph.Branch, truth: bool, store: Store) -> bool:
        """Refine the store by a branch's outcome; False where the store contradicts it."""
        self._caught.doubt(branch, truth, store, self._stability)
        return conditions.assume(branch, truth, store, self._stability)

    def failed(self, instruction: graph.Instruction, before: Store) -> Store | None:
        """After a call that raised half-way: its flush failed, or unknown code has done a part of its work.

        Of calls that raise before they do anything `before` says it all.
        """
        if not isinstance(instruction, WITH_EFFECTS):
            return None
        if not transactions.waits_for_flush(before) and not any(facts.situations for _, facts in before.instances()):
            return None
        half_way, world = before.copy(), self._world
        if isinstance(instruction, graph.LoadAttribute):
            sessions.may_load(half_way, before.value(instruction.object), failing=True)
            return None if half_way.heap == before.heap else half_way
        heard, world.listener, world.failing = world.listener, ignore, True
        try:
            self.execute(instruction, half_way)
        finally:
            world.listener, world.failing = heard, False
        return None if half_way.heap == before.heap else half_way

    def leave(self, store: Store, raising: bool) -> None:
        """The function returns in this path state, or (`raising`) an exception leaves it."""
        if not raising:
            boundaries.leave(self._world, store)
            self._body.leave(store)
            self._escapes.leave(store)
        endings.leave(self._world, store, store.variables.get(boundaries.GIVEN_AWAY, frozenset()), raising)

    def _load_constant(self, instruction: graph.LoadConstant, store: Store) -> None:
        store.variables[instruction.target] = constant(instruction.value)

    def _load_name(self, instruction: graph.LoadName, store: Store) -> None:
        variable = instruction.variable
        if variable in self._stability.rebound:
            store.variables[instruction.target] = self._world.typed_value(store, instruction.node, "rebound")
            return
        value = store.variables.get(variable)
        if value is None:
            value = self._reads.variable(instruction, store)
        store.variables[instruction.target] = value

    def _load_attribute(self, instruction: graph.LoadAttribute, store: Store) -> None:
        store.variables[instruction.target] = self._reads.attribute(instruction, store)

    def _load_item(self, instruction: graph.LoadItem, store: Store) -> None:
        value = self._operators.load_item(instruction, store)
        if value is None:
            container, index = store.value(instruction.object), store.value(instruction.index)
            value = containers.take(self._world, store, container, index, instruction.node)
        store.variables[instruction.target] = value

    def _load_function(self, instruction: graph.LoadFunction, store: Store) -> None:
        defaults = [(name, store.value(temporary)) for name, temporary in instruction.defaults]
        for _name, value in defaults:
            containers.link_all(store, value)
        captured = [store.value(name) for name in instruction.captured]
        work.share_captured(store, [*captured, *(value for _name, value in defaults)])
        known = tuple((name, value) for name, value in defaults if value is not NOTHING_KNOWN and objects(value))
        function = Function(instruction.function, instruction.captured, instruction.function.fullname, known)
        store.variables[instruction.target] = carrier(function)

    def _operation(self, instruction: graph.Operation, store: Store) -> None:
        operands = [store.value(operand) for operand in instruction.operands]
        value = self._operators.operation(instruction, store)
        if value is None:
            value = containers.concatenated(store, operands, instruction.node)
        if value is None:
            value = self._world.typed_value(store, instruction.node, "operation")
        store.variables[instruction.target] = value

    def _copy(self, instruction: graph.Copy, store: Store) -> None:
        store.variables[instruction.target] = store.value(instruction.source)

    def _not(self, instruction: graph.Not, store: Store) -> None:
        operand = instruction.node.expr if isinstance(instruction.node, UnaryExpr) else None
        surely = operand is not None and not self._stability.may_be_false(operand)
        store.variables[instruction.target] = conditions.negate(store.value(instruction.operand), surely)

    def _compare(self, instruction: graph.Compare, store: Store) -> None:
        self._operators.compare(instruction, store)
        store.variables[instruction.target] = conditions.compare(instruction, store, self._stability)

    def _is_instance(self, instruction: graph.IsInstance, store: Store) -> None:
        tested = conditions.is_instance(instruction.subject_place, instruction.class_expression)
        store.variables[instruction.target] = tested

    def _call(self, instruction: graph.Call, store: Store) -> None:
        ended = None
        if instruction.callee is not None:
            callee = getattr(instruction.node, "callee", instruction.node)
            ended = self._escapes.use(store, store.value(instruction.callee), callee)
        store.variables[instruction.target] = self._calls.evaluate(instruction, store)
        keep(store, ended)

    def _await(self, instruction: graph.Await, store: Store) -> None:
        value = store.value(instruction.value)
        atom = next(iter(value)) if len(value) == 1 else None
        boundaries.join(self._world, store, value)
        if isinstance(atom, Bound) and atom.how == "coroutine":
            result = self._calls.resume(atom, instruction.node, store)
        elif isinstance(atom, ObjectId) and isinstance(facts := store.heap.get(atom), LibraryFacts):
            result = transactions.awaited(facts, value) or self._world.typed_value(store, instruction.node, "result")
        else:
            call_unknown(store, [value], (), site_of(instruction.node))
            result = self._world.typed_value(store, instruction.node, "result")
        store.variables[instruction.target] = result

    def _yield(self, instruction: graph.Yield, store: Store) -> None:
        self._body.yielded(instruction, store)
        lives.lend(self._world, store, store.value(instruction.value), instruction.node)
        boundaries.pass_on(self._world, store, [store.value(instruction.value)])
        work.pause(store)
        transactions.forget_lent(store)
        call_unknown(store, [store.value(instruction.value)], (), site_of(instruction.node))
        store.variables[instruction.target] = self._world.typed_value(store, instruction.node, "result")

    def _build_container(self, instruction: graph.BuildContainer, store: Store) -> None:
        store.variables[instruction.target] = containers.build(instruction, store)

    def _store_name(self, instruction: graph.StoreName, store: Store) -> None:
        value = store.value(instruction.value)
        keep_sessions(store, instruction.variable, value, self._holders)
        value = self._body.stored_name(instruction, conditions.kept(value), store)
        self._escapes.kept_name(instruction, value, store)
        if "." in instruction.variable or instruction.variable in self._stability.rebound:
            containers.link_all(store, value)
        if instruction.variable in self._world.captured:
            work.share_captured(store, [value])
        contents.forget_variable(self._world, store, instruction.variable)
        store.assign(instruction.variable, value, site_of(instruction.node))

    def _store_attribute(self, instruction: graph.StoreAttribute, store: Store) -> None:
        self._operators.store_attribute(instruction, store)
        value = self._body.stored_attribute(instruction, store.value(instruction.value), store)
        self._escapes.kept_attribute(instruction, value, store)
        place = None if self._related.assign(instruction, value, store) else instruction.place
        writes.attribute(self._world, store, instruction)
        sessions.assign_setting(store, store.value(instruction.object), instruction.name, value)
        boundaries.use_instance(self._world, store, store.value(instruction.object), instruction.node)
        store.assign_attribute(instruction.name, place, conditions.kept(value), site_of(instruction.node))

    def _store_item(self, instruction: graph.StoreItem, store: Store) -> None:
        if self._operators.store_item(instruction, store):
            return
        value = self._body.stored_item(instruction, store.value(instruction.value), store)
        writes.item(self._world, store, instruction.node, store.value(instruction.object))
        containers.rearrange(store, store.value(instruction.object))
        containers.put(store, store.value(instruction.object), value)

    def _delete_name(self, instruction: graph.DeleteName, store: Store) -> None:
        keep_sessions(store, instruction.variable, NOTHING_KNOWN, self._holders)
        contents.forget_variable(self._world, store, instruction.variable)
        store.assign(instruction.variable, NOTHING_KNOWN, site_of(instruction.node))

    def _delete_attribute(self, instruction: graph.DeleteAttribute, store: Store) -> None:
        writes.deleted(self._world, store, instruction.node, store.value(instruction.object))
        store.assign_attribute(instruction.name, instruction.place, NOTHING_KNOWN, site_of(instruction.node))

    def _delete_item(self, instruction: graph.DeleteItem, store: Store) -> None:
        writes.item(self._world, store, instruction.node, store.value(instruction.object))
        containers.rearrange(store, store.value(instruction.object))

    def _unpack(self, instruction: graph.Unpack, store: Store) -> None:
        value = store.value(instruction.value)
        values = containers.unpack(
            self._world, store, value, len(instruction.targets), instruction.starred, instruction.node
        )
        for target, item in zip(instruction.targets, values, strict=True):
            store.variables[target] = item

    def _next(self, instruction: graph.Next, store: Store) -> None:
        iterable = store.value(instruction.iterable)
        ended = self._escapes.use(store, iterable, instruction.node)
        boundaries.wait_for_elements(self._world, store, iterable)
        generated = self._calls.resumed(iterable, "generator", instruction.node, store)
        if generated is not None:
            store.variables[instruction.target] = generated
            return
        name = "__aiter__" if instruction.is_async else "__iter__"
        iterated = self._calls.iterated(iterable, instruction.node, store, name)
        if any(isinstance(atom, Bound) for atom in iterable):
            call_unknown(store, [iterable], (), site_of(instruction.node))
        keep(store, ended)
        value = containers.one_of(self._world, store, iterated, instruction.node)
        if value == NOTHING_KNOWN and isinstance(instruction.node, ForStmt):
            value = self._loop_variable(instruction.node, store)
        store.variables[instruction.target] = value

    def _loop_variable(self, loop: ForStmt, store: Store) -> Value:
        """An element of unknown origin is what mypy says the loop's variable is."""
        shape = without_states(self._world.shapes.of(loop.inferred_item_type))
        value = Maker(store, "element", None).value(shape, site_of(loop))
        return with_none(value, loop.inferred_item_type)

    def _enter(self, instruction: graph.EnterContext, store: Store) -> None:
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

    def _exit(self, instruction: graph.ExitContext, store: Store) -> None:
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
        return self._calls.protocol(name, manager, instruction.node, store, failed) if objects(manager) else None

    def _unknown_manager(self, instruction: graph.Instruction, manager: Value, store: Store) -> None:
        """A context manager of which nothing is known runs code of its own on both ends."""
        places = self._stability.places_of_manager(instruction.node)
        run_manager(store, manager, places, site_of(instruction.node))

    def _return(self, instruction: graph.Return, store: Store) -> None:
        """What a function gives back leaves it; nothing in it changes any more."""
        self._body.returned(instruction, store)
        if len(self._world.frames) > 1:
            give_back(store, instruction.value)
            return
        self._escapes.returned(instruction, store)
        if instruction.value is not None:
            boundaries.give_away(store, [store.value(instruction.value)])
            give_away(store, [store.value(instruction.value)])

    def _raise(self, instruction: graph.Raise, store: Store) -> None:
        """A failed `assert` is no way that its author wants a function to end."""
        if isinstance(instruction.node, AssertStmt):
            lives.interrupt(store)

    def _catch(self, instruction: graph.CatchException, store: Store) -> None:
        work.interrupt(store)
        store.variables[instruction.target] = NOTHING_KNOWN
        lives.interrupt(store)
        self._caught.catch(instruction, store)
