"""The transfer function: what each instruction does to a store."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mypy.nodes import AssertStmt, ForStmt, FuncItem, GeneratorExpr, IndexExpr, UnaryExpr

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
    attribute_reads,
    boundaries,
    conditions,
    containers,
    endings,
    entry_points,
    lives,
    loads,
    ownership,
    representations,
    sessions,
    transactions,
    work,
)
from mypy_session_plugin.semantics.assignments import Assignments
from mypy_session_plugin.semantics.awaited_attributes import AwaitedAttributes
from mypy_session_plugin.semantics.calls import Calls
from mypy_session_plugin.semantics.constructors import is_given_to_object
from mypy_session_plugin.semantics.entries import Entries
from mypy_session_plugin.semantics.escapes import KEPT, RETURNED, Escapes, keep
from mypy_session_plugin.semantics.filled_in import filled_in
from mypy_session_plugin.semantics.followed import Follower, give_back, values_given_back
from mypy_session_plugin.semantics.generators import Generators
from mypy_session_plugin.semantics.handlers import Handlers
from mypy_session_plugin.semantics.identities import note_likeness
from mypy_session_plugin.semantics.iterations import Iterations
from mypy_session_plugin.semantics.leading import USED
from mypy_session_plugin.semantics.loans import Loans
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.own_objects import OwnObjects
from mypy_session_plugin.semantics.pauses import Steps
from mypy_session_plugin.semantics.phantom_bodies import PhantomBody
from mypy_session_plugin.semantics.phantom_operators import PhantomOperators
from mypy_session_plugin.semantics.phantom_overrides import inherited
from mypy_session_plugin.semantics.reads import Reads
from mypy_session_plugin.semantics.related import RelatedAttributes
from mypy_session_plugin.semantics.responses import RESPONSE, Responses
from mypy_session_plugin.semantics.shapes import SessionShape, without_states
from mypy_session_plugin.semantics.special_methods import CALLING, SpecialMethods
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.summaries import Summaries
from mypy_session_plugin.semantics.unknown_calls import LOST, call_unknown, give_away, reachable
from mypy_session_plugin.semantics.unnoticed import UNNOTICED
from mypy_session_plugin.semantics.unnoticed_writes import WRITING, UnnoticedWrites
from mypy_session_plugin.semantics.with_blocks import WithBlocks
from mypy_session_plugin.semantics.world import World, ignore, with_none

#: The instructions that may flush or run unknown code before they raise.
WITH_EFFECTS = (
    graph.Call,
    graph.Await,
    graph.ExitContext,
    graph.EnterContext,
    graph.Next,
    graph.EndIteration,
    graph.LoadAttribute,
)


class Transfer:
    """Implements `flow.fixpoint.Transfer` for the code of one graph."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stability = Stability(world.unit, world.nodes, world.types)
        world.rebound = self._stability.rebound
        self._escapes = Escapes(world)
        entries, self._follower = Entries(world, self._stability), Follower(world, Transfer)
        own = OwnObjects(world, self._stability, entries, self._follower)
        steps = Steps(world, entries, self._follower)
        self._calls = Calls(world, self._stability, self._escapes, Summaries(world, steps), own)
        self._special = SpecialMethods(world, self._calls.sites)
        self._iterations = Iterations(world, self._calls, steps)
        self._operators = PhantomOperators(world, self._calls.phantom)
        self._body = PhantomBody(world)
        self._related = RelatedAttributes(world)
        self._awaited = AwaitedAttributes(world, self._related)
        self._reads = Reads(world, self._stability, self._body, self._calls, self._related, self._awaited)
        self._caught = Handlers(world)
        self._loans = Loans(world)
        assignments = Assignments(
            world, self._stability, self._escapes, self._body, self._operators, self._related, self._loans
        )
        self._unnoticed, self._responses = UnnoticedWrites(world), Responses(world)
        blocks = WithBlocks(world, self._stability, self._calls, Generators(world, steps), own, self._caught)
        self._handlers = self._by_instruction(assignments, blocks)

    def _by_instruction(self, assignments: Assignments, blocks: WithBlocks) -> dict[type, Callable[[Any, Store], None]]:
        """What each kind of instruction does to a store."""
        return {
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
            graph.Collect: partial(containers.collect, self._world),
            graph.StoreName: assignments.store_name,
            graph.StoreAttribute: assignments.store_attribute,
            graph.StoreItem: assignments.store_item,
            graph.DeleteName: assignments.delete_name,
            graph.DeleteAttribute: assignments.delete_attribute,
            graph.DeleteItem: assignments.delete_item,
            graph.Unpack: assignments.unpack,
            graph.Next: self._next,
            graph.EndIteration: self._end_iteration,
            graph.EnterContext: blocks.enter,
            graph.ExitContext: blocks.leave,
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
        lenders = inherited(unit) if self._world.types.has_phantom_types else {}
        injected = frozenset(filled_in(unit))
        for variable, declared in parameters_of(unit):
            if declared is None or variable.is_self or variable.is_cls:
                continue
            shape = self._world.shapes.of(declared)
            if isinstance(shape, SessionShape):
                value = self._reads.symbol(store, "parameter", variable.name, shape, (variable.name,))
                by, type_ = lenders.get(variable.name, ("", declared))
                ownership.declare_own(store, value, type_, by)
                if variable.name in injected:
                    note_likeness(store, value)
                store.variables[variable.name] = with_none(value, declared)
        self._body.parameters(store, self._only_session(store))
        for place, value in store.paths.items():
            if is_given_to_object(self._world, place):
                work.give(store, value)
        return transactions.with_given(store)

    def declarations(self) -> None:
        """Let the rules see what is wrong before any instruction runs."""
        self._body.declarations()
        entry_points.declared(self._world)

    @property
    def watched(self) -> frozenset[str]:
        """Variables of the analysis itself, which are read when the function is left."""
        return self._body.watched | {boundaries.GIVEN_AWAY, RETURNED, KEPT, USED, UNNOTICED, LOST, RESPONSE}

    def _only_session(self, store: Store) -> Value:
        found = [value for value in store.variables.values() if any(store.session(item) for item in objects(value))]
        if not found:
            return self._body.only_attribute(store)
        return found[0] if len(found) == 1 else frozenset()

    def execute(self, instruction: graph.Instruction, store: Store) -> bool:
        """Change the store as the instruction does; tell whether it does the same where it raises half-way."""
        self._world.asked = (kind := type(instruction)) is graph.LoadAttribute
        writes = kind in WRITING
        if writes or UNNOTICED in store.variables:
            self._unnoticed.before(instruction, store)
        if kind in CALLING:
            self._special.before(instruction, store)
        self._handlers[kind](instruction, store)
        if writes:
            self._unnoticed.after(instruction, store)
        return not self._world.asked

    def assume(self, branch: graph.Branch, truth: bool, store: Store) -> bool:
        """Refine the store by a branch's outcome; False where the store contradicts it."""
        if not branch.of_exit:
            self._caught.doubt(branch, truth, store, self._stability)
            self._special.tested(branch, store)
        return conditions.assume(branch, truth, store, self._stability)

    def has_effects(self, instruction: graph.Instruction, store: Store) -> bool:
        """Whether the instruction may flush or run unknown code, where that counts, before it raises."""
        if isinstance(instruction, graph.LoadAttribute):
            return sessions.wait_for_flush(store)
        if not isinstance(instruction, WITH_EFFECTS):
            return False
        return transactions.waits_for_flush(store) or any(facts.situations for _, facts in store.instances())

    def fail(self, instruction: graph.Instruction, store: Store) -> None:
        """Change the store as the instruction does if it raises half-way: its flush has failed."""
        world = self._world
        if isinstance(instruction, graph.LoadAttribute):
            attribute_reads.may_load(world, store, instruction.node, store.value(instruction.object), failing=True)
            return
        heard, world.listener, world.failing = world.listener, ignore, True
        try:
            self.execute(instruction, store)
        finally:
            world.listener, world.failing = heard, False

    def leave(self, store: Store, raising: bool) -> None:
        """The function returns in this path state, or (`raising`) an exception leaves it."""
        if not raising:
            boundaries.leave(self._world, store)
            self._body.leave(store)
            self._escapes.leave(store)
            self._responses.leave(store)
            self._unnoticed.leave(store)
        endings.leave(self._world, store, store.variables.get(boundaries.GIVEN_AWAY, frozenset()), raising)

    def release(self) -> None:
        """Nothing more is asked: let go of the stores of callees, which only the garbage collector would find."""
        self._follower.release()
        self._world.listener = ignore
        self._handlers.clear()

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
            value = self._calls.subscribed(instruction, store)
        if value is None:
            container, index = store.value(instruction.object), store.value(instruction.index)
            base = instruction.node.base if isinstance(instruction.node, IndexExpr) else instruction.node
            listed = self._reads.listed(base, of_dict=True)
            value = listed or containers.take(self._world, store, container, index, instruction.node)
        store.variables[instruction.target] = value

    def _load_function(self, instruction: graph.LoadFunction, store: Store) -> None:
        defaults = [(name, store.value(temporary)) for name, temporary in instruction.defaults]
        for _name, value in defaults:
            containers.link_all(store, value)
        captured = [store.value(name) for name in instruction.captured]
        work.share_captured(store, [*captured, *(value for _name, value in defaults)])
        known = tuple((name, value) for name, value in defaults if value is not NOTHING_KNOWN and objects(value))
        # A generator expression is code that is not seen by whoever goes through it.
        code = instruction.node if isinstance(instruction.node, GeneratorExpr) else instruction.function
        function = Function(code, instruction.captured, instruction.function.fullname, known)
        store.variables[instruction.target] = carrier(function)

    def _operation(self, instruction: graph.Operation, store: Store) -> None:
        operands = [store.value(operand) for operand in instruction.operands]
        only_shows = representations.shown_by_operation(self._world, store, instruction)
        if any(map(objects, operands)):
            # A format shows what it is given, as its class likes.
            loads.shown(store, reachable(store, operands))
        value = self._operators.operation(instruction, store)
        if value is None and not only_shows:
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
        of_class = instruction.class_expression
        store.variables[instruction.target] = conditions.is_instance(instruction.subject_place, of_class)

    def _call(self, instruction: graph.Call, store: Store) -> None:
        ended = None
        if instruction.callee is not None:
            callee = getattr(instruction.node, "callee", instruction.node)
            ended = self._escapes.use(store, store.value(instruction.callee), callee)
        self._loans.kept_by_call(instruction, store)
        store.variables[instruction.target] = self._calls.evaluate(instruction, store)
        keep(store, ended)

    def _await(self, instruction: graph.Await, store: Store) -> None:
        value = store.value(instruction.value)
        atom = next(iter(value)) if len(value) == 1 else None
        boundaries.join(self._world, store, value)
        if isinstance(atom, Bound) and atom.how == "coroutine":
            result = self._calls.resume(atom, instruction.node, store, instruction.target)
        elif (loaded := self._awaited.wait(value, instruction, store)) is not None:
            result = loaded
        elif isinstance(atom, ObjectId) and isinstance(facts := store.heap.get(atom), LibraryFacts):
            result = transactions.awaited(facts, value) or self._world.typed_value(store, instruction.node, "result")
        else:
            call_unknown(store, (), (), site_of(instruction.node), value)
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

    def _next(self, instruction: graph.Next, store: Store) -> None:
        iterable = store.value(instruction.iterable)
        ended = self._escapes.use(store, iterable, instruction.node)
        boundaries.wait_for_elements(self._world, store, iterable)
        generated = self._calls.resumed(iterable, "generator", instruction.node, store)
        if generated is not None:
            keep(store, ended)
            store.variables[instruction.target] = generated
            return
        if ended is not None and instruction.held:
            # That what the generator needs has ended is told; its body would tell it once more.
            self._iterations.lose(instruction, store)
        value = self._iterations.element(instruction, store)
        keep(store, ended)
        if value == NOTHING_KNOWN and isinstance(instruction.node, ForStmt):
            shape = without_states(self._world.shapes.of(instruction.node.inferred_item_type))
            value = Maker(store, "element", None).value(shape, site_of(instruction.node))
            value = with_none(value, instruction.node.inferred_item_type)
        store.variables[instruction.target] = value

    def _end_iteration(self, instruction: graph.EndIteration, store: Store) -> None:
        value = store.value(instruction.iterable)
        ended = self._escapes.use(store, value, instruction.node) if instruction.later else None
        if ended is None:
            self._iterations.end(instruction, store)
        else:
            self._iterations.lose(instruction, store)
            keep(store, ended)

    def _return(self, instruction: graph.Return, store: Store) -> None:
        """What a function gives back leaves it; nothing in it changes any more."""
        self._body.returned(instruction, store)
        if len(self._world.frames) > 1:
            give_back(store, instruction.value, instruction.node)
            return
        self._escapes.returned(instruction, store)
        self._responses.returned(instruction, store)
        self._loans.returned(instruction, store)
        if given := values_given_back(store, instruction.value, instruction.node):
            boundaries.give_away(store, given)
            give_away(store, given)

    def _raise(self, instruction: graph.Raise, store: Store) -> None:
        """A failed `assert` is no way that its author wants a function to end."""
        if isinstance(instruction.node, AssertStmt):
            lives.interrupt(store)

    def _catch(self, instruction: graph.CatchException, store: Store) -> None:
        work.interrupt(store)
        store.variables[instruction.target] = NOTHING_KNOWN
        lives.interrupt(store)
        self._caught.catch(instruction, store)
