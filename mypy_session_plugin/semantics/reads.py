"""What is read: variables that were not assigned here, and attributes."""

from __future__ import annotations

from typing import Any

from mypy.nodes import GDEF, Context, FuncItem, MemberExpr, NameExpr, TypeInfo, Var

from mypy_session_plugin.facts.objects import ContainerFacts, InstanceFacts, LibraryFacts
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.facts.store import GLOBALS, Store
from mypy_session_plugin.facts.values import (
    NOTHING_KNOWN,
    UNKNOWN,
    Function,
    Method,
    ObjectId,
    Test,
    Value,
    carrier,
    objects,
)
from mypy_session_plugin.flow.graph import LoadAttribute, LoadName, Place
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of, is_any
from mypy_session_plugin.semantics import (
    attribute_reads,
    bodies,
    boundaries,
    conditions,
    constructors,
    contents,
    flask,
    ownership,
    work,
    writes,
)
from mypy_session_plugin.semantics.awaited_attributes import AwaitedAttributes
from mypy_session_plugin.semantics.calls import Calls
from mypy_session_plugin.semantics.events import LoadEvent
from mypy_session_plugin.semantics.factories import BOUND, FACTORY_CLASSES
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.mapped import is_mapped_attribute
from mypy_session_plugin.semantics.phantom_bodies import PhantomBody
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.refusals import refused_load
from mypy_session_plugin.semantics.related import RelatedAttributes
from mypy_session_plugin.semantics.shapes import REGISTRY, Entity, LibraryShape, SessionShape, Shape, without_states
from mypy_session_plugin.semantics.stability import Stability
from mypy_session_plugin.semantics.transactions import forget
from mypy_session_plugin.semantics.unknown_calls import call_unknown, escape_all
from mypy_session_plugin.semantics.world import World, with_none


class Reads:
    """Reads places in one graph."""

    def __init__(
        self,
        world: World,
        stability: Stability,
        body: PhantomBody,
        calls: Calls,
        related: RelatedAttributes,
        awaited: AwaitedAttributes,
    ) -> None:
        self._world = world
        self._stability = stability
        self._body = body
        self._calls = calls
        self._related = related
        self._awaited = awaited

    def variable(self, instruction: LoadName, store: Store) -> Value:
        """What a variable holds that was not assigned yet: a captured one or a global."""
        node, variable = instruction.node, instruction.variable
        definition = getattr(node, "node", None)
        if isinstance(definition, TypeInfo):
            return NOTHING_KNOWN
        function = getattr(definition, "func", definition)
        if isinstance(function, FuncItem):
            return frozenset({Function(function, (), function.fullname)})
        listed = self.listed(node, of_dict=False)
        if listed:
            identity = ObjectId("global", (variable, "listed"))
            store.heap[identity] = ContainerFacts("list", listed)
            return frozenset({identity})
        kind = "global" if "." in variable else "captured"
        shape = without_states(self._declared_shape(node, (variable,)))
        value = self.symbol(store, kind, variable, shape, (variable,))
        ownership.declare(store, value, bodies.declared_type(self._world, node))
        value = with_none(value, self._world.type(node))
        if value != NOTHING_KNOWN:
            store.variables[variable] = value
        return value

    def listed(self, node: Context, of_dict: bool) -> Value:
        """The functions in a container of the module's that nothing there changes; nothing for everything else."""
        if not isinstance(node, NameExpr) or node.kind != GDEF or not isinstance(node.node, Var):
            return frozenset()
        functions = self._world.own.literals.functions_in(node.node, of_dict)
        return frozenset(Function(function, (), function.fullname) for function in functions)

    def _declared_shape(self, node: Any, place: Place) -> Shape:
        """The shape of a place by its type, or by the option that says what it is."""
        if ".".join(place) in self._world.options.session_expressions and is_any(self._world.type(node)):
            return REGISTRY
        untyped = self._world.own.untyped.made_as(node) if is_any(self._world.type(node)) else ""
        if untyped and self._world.library.class_stub(untyped) is not None:
            return LibraryShape(untyped)
        return self._world.shape(node)

    def symbol(self, store: Store, kind: str, name: str, shape: Shape, place: Place) -> Value:
        """What a place holds when it is first read; the same symbol as long as nothing may have assigned it."""
        if kind in ("parameter", "captured"):
            value = Maker(store, kind, None).value(shape, place, name)
        else:
            value = self._world.path_symbol(store, place, shape)
        if isinstance(shape, SessionShape) and self._is_given(store, kind, shape, place):
            work.give(store, value)
        if isinstance(shape, LibraryShape) and shape.class_name in FACTORY_CLASSES:
            settings = tuple(sorted(self._world.factories.settings(name).items()))
            for item in objects(value):
                store.heap[item] = LibraryFacts(shape.class_name, session=frozenset(), settings=settings)
        elif isinstance(shape, LibraryShape):
            registry = flask.set_registry(self._world, store, value, place)
            if kind == "global":
                self._set_up(store, registry, name)
        elif isinstance(shape, SessionShape) and shape.registry and kind == "global":
            self._set_up(store, value, name)
        return value

    def _set_up(self, store: Store, registry: Value, name: str) -> None:
        """A registry that the module makes at its top level gives out sessions with the settings of its factory."""
        known = self._world.factories.settings(name)
        for item in objects(registry):
            facts = store.session(item)
            if facts is not None and UNKNOWN in facts.autoflush and UNKNOWN in facts.expire_on_commit:
                autoflush, expire = known["autoflush"], known["expire_on_commit"]
                on_engine = known.get(BOUND) == frozenset({True})
                done = replace(facts.work, bound=True) if on_engine else facts.work
                store.heap[item] = replace(facts, autoflush=autoflush, expire_on_commit=expire, work=done)

    def _set_factory(self, store: Store, factory: Value, node: Context) -> None:
        """A factory in an attribute gives out sessions with the settings that its class made it with."""
        if not isinstance(node, MemberExpr):
            return
        type_ = self._world.type(node.expr)
        known = self._world.factories.settings_of_attribute(class_named_by(type_) or info_of(type_), node.name)
        for item in objects(factory):
            facts = store.heap.get(item)
            if isinstance(facts, LibraryFacts):
                store.heap[item] = replace(facts, settings=tuple(sorted(known.items())))

    def _is_given(self, store: Store, kind: str, shape: SessionShape, place: Place) -> bool:
        """Whether the function was given the session, and nothing can have used it here before."""
        if kind == "parameter":
            return True
        if kind == "captured" or store.epoch(place) or store.epochs.get(GLOBALS):
            return False
        return shape.registry or constructors.is_given_to_object(self._world, place)

    def attribute(self, instruction: LoadAttribute, store: Store) -> Value:
        """What an attribute holds."""
        owner = store.value(instruction.object)
        state_test = self._state_test(owner, instruction.name, store)
        if state_test is not None:
            return state_test
        attribute_reads.looked_at(store, owner, instruction.name)
        awaitable = self._awaited.read(instruction, owner, store)
        if awaitable is not None:
            return awaitable
        self._follow(instruction, owner, store)
        place, node = instruction.place, instruction.node
        if not objects(owner) and self._stability.runs_property(node, self._world.types.tree.fullname):
            call_unknown(store, [owner], [place_of(node.expr) if isinstance(node, MemberExpr) else None], site_of(node))
        related = self._related.of(node, instruction.name, owner, store)
        if related is not None:
            return self._related.read(related, node, store)
        registry = flask.registry_of(store, owner, instruction.name)
        if registry is not None:
            return registry
        if place is not None and place in store.paths:
            return store.paths[place]
        if self._stability.is_method(node):
            return carrier(Method(owner, instruction.name, node))
        return self._declared(instruction, owner, store)

    def _declared(self, instruction: LoadAttribute, owner: Value, store: Store) -> Value:
        """What an attribute holds of which only its declaration tells anything."""
        place, node = instruction.place, instruction.node
        shape = self._body.read_attribute(node, self._declared_shape(node, place or ()), place, store)
        query = flask.query_of_model(self._world, store, instruction, shape)
        if query is not None:
            return query
        of_row = self._row_attribute(owner, shape, store)
        if of_row is not None:
            return of_row
        if isinstance(shape, SessionShape) and objects(owner):
            escape_all(store)
        provided = self._calls.stubbed.protocol(instruction.name, owner, node, store) if objects(owner) else None
        if provided is not None:
            return provided
        of_instance = any(isinstance(store.heap.get(item), InstanceFacts) for item in objects(owner))
        if (isinstance(shape, Entity) and of_instance) or place is None:
            return self._world.shaped_value(store, shape, node, "attribute")
        if not self._stability.keeps(node):
            _run_property(store, place[:-1])
        if not _is_registry(shape) and not self._stability.keeps(node):
            return self._world.shaped_value(store, shape, node, "attribute")
        return self._at_place(place, node, shape, store)

    def _at_place(self, place: Place, node: Context, shape: Shape, store: Store) -> Value:
        """What a place holds that is read for the first time, and holds from here on."""
        value = with_none(self.symbol(store, "path", ".".join(place), shape, place), self._world.type(node))
        ownership.declare_attribute(self._world, store, value, node)
        if isinstance(shape, LibraryShape) and shape.class_name in FACTORY_CLASSES:
            self._set_factory(store, value, node)
        if isinstance(shape, SessionShape):
            self._tell_apart(store, value, node)
        if value != NOTHING_KNOWN:
            store.paths[place] = value
        return value

    def _follow(self, instruction: LoadAttribute, owner: Value, store: Store) -> None:
        """What a read does to the sessions and instances that it reads from, whatever it gives."""
        if objects(owner):
            attribute_reads.may_load(self._world, store, instruction.node, owner)
            writes.loaded(self._world, store, owner, instruction)
            contents.settle_owners(store, owner)
            boundaries.use_instance(self._world, store, owner, instruction.node, reads=True)
            self._load(instruction, owner, store)
        attribute_reads.read(self._world, store, instruction, owner)

    def _tell_apart(self, store: Store, value: Value, node: Context) -> None:
        """A session in an attribute of `self` is the argument that the constructor was given."""
        owner = node.expr if isinstance(node, MemberExpr) else None
        if not isinstance(owner, NameExpr) or not isinstance(owner.node, Var) or not owner.node.is_self:
            return
        info = info_of(self._world.type(owner))
        if info is not None and isinstance(node, MemberExpr):
            constructors.note_given(self._world, store, value, info, node.name)

    def _load(self, instruction: LoadAttribute, owner: Value, store: Store) -> None:
        """A mapped attribute is read, for which the session may need its transaction."""
        if not self._world.watched.interest or (instruction.place is not None and instruction.place in store.paths):
            return
        refused = refused_load(store, owner)
        node = instruction.node
        info = info_of(self._world.type(node.expr)) if isinstance(node, MemberExpr) else None
        if refused is None or info is None or not is_mapped_attribute(info, instruction.name):
            return
        self._world.listener(LoadEvent(instruction.node, owner, instruction.name, self._world.raising), store)
        forget(store, [refused[0]])

    def _state_test(self, owner: Value, name: str, store: Store) -> Value | None:
        """`inspect(x).persistent` and its like."""
        if name not in conditions.STATE_ATTRIBUTES or len(owner) != 1:
            return None
        facts = [store.heap.get(item) for item in objects(owner)]
        if facts and isinstance(facts[0], LibraryFacts) and facts[0].class_name == attribute_reads.INSTANCE_STATE:
            return frozenset({Test(True, None, objects(facts[0].holds), name)})
        return None

    def _row_attribute(self, owner: Value, shape: Shape, store: Store) -> Value | None:
        """An entity of a row, by its name: the row's only item of that class."""
        if not isinstance(shape, Entity) or len(owner) != 1:
            return None
        for item in objects(owner):
            facts = store.heap.get(item)
            if isinstance(facts, ContainerFacts) and facts.fixed is not None:
                fitting = [value for value in facts.fixed if self._is_of(value, shape, store)]
                return fitting[0] if len(fitting) == 1 else None
        return None

    def _is_of(self, value: Value, shape: Entity, store: Store) -> bool:
        facts = [store.heap.get(item) for item in objects(value)]
        return any(isinstance(item, InstanceFacts) and item.class_name == shape.class_name for item in facts)


def _is_registry(shape: Shape) -> bool:
    return isinstance(shape, SessionShape) and shape.registry


def _run_property(store: Store, owner: Place) -> None:
    """A property may make what it gives with the first read: what was None before that may be something now."""
    length = len(owner)
    for path in [path for path in store.paths if len(path) > length and path[:length] == owner]:
        if not objects(store.paths[path]):
            del store.paths[path]
