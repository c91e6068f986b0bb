"""Constructors: of a session, of a mapped instance, of a library's object."""

from __future__ import annotations

from collections.abc import Hashable

from mypy.nodes import TypeInfo

from mypy_session_plugin.facts.effects import FunctionStub
from mypy_session_plugin.facts.loads import UNKNOWN_LOADS, Loads, of_new
from mypy_session_plugin.facts.objects import KEEPS, ContainerFacts, InstanceFacts, LibraryFacts, Related
from mypy_session_plugin.facts.origin import Origin
from mypy_session_plugin.facts.states import Situation, State
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import NONE, UNKNOWN, Constant, ObjectId, Unknown, Value, objects
from mypy_session_plugin.flow.graph import ArgumentKind, Call
from mypy_session_plugin.mypy_compat.types import is_any
from mypy_session_plugin.semantics import boundaries, containers, entered, entry_points, linking, loads, runners, work
from mypy_session_plugin.semantics.binding import BoundCall
from mypy_session_plugin.semantics.call_sites import CallSite, is_overridden
from mypy_session_plugin.semantics.closed_modules import is_of_the_user
from mypy_session_plugin.semantics.factories import DEFAULTS, NOT_KNOWN, Setting, factory_settings, settings_of
from mypy_session_plugin.semantics.instances import RELATED, widen_links
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.mapped import bases_of, is_set_by_code
from mypy_session_plugin.semantics.new_sessions import new_session
from mypy_session_plugin.semantics.places import place_of
from mypy_session_plugin.semantics.shapes import REGISTRIES, SESSIONS, SessionShape, session_class
from mypy_session_plugin.semantics.unknown_calls import call_unknown
from mypy_session_plugin.semantics.world import World

#: What a call makes that the option `session_expressions` names.
CONFIGURED_SESSION = SessionShape("sqlalchemy.orm.session.Session", registry=False)
#: The session classes of SQLModel, which only add methods to SQLAlchemy's.
SQLMODEL_SESSIONS = frozenset({"sqlmodel.orm.session.Session", "sqlmodel.ext.asyncio.session.AsyncSession"})


def construct(world: World, site: CallSite, instruction: Call, store: Store) -> Value | None:
    """The object that a constructor makes; None for classes of which nothing is known."""
    info = site.constructs
    if info is None:
        configured = _configured_session(world, site, store)
        return _new_untyped_object(world, site, instruction, store) if configured is None else configured
    session = session_class(info)
    if session is not None and not is_overridden(world, info, "__new__"):
        shape = world.shape(site.node)
        session = shape if session.registry and isinstance(shape, SessionShape) else session
        return new_session(store, session, site.node, _settings_of_new(world, info, site, instruction, store))
    if world.shapes.mapped.is_mapped(info):
        return _new_instance(world, info, site, instruction, store)
    overloads = world.library.method([base.fullname for base in info.mro], "__init__")
    if overloads is not None and is_overridden(world, info, "__init__"):
        return _new_runner(world, info, site, instruction, store)
    if overloads is None:
        return None
    class_name = next(base.fullname for base in info.mro if world.library.method(base.fullname, "__init__"))
    return _new_library_object(world, class_name, overloads, site, instruction, store)


def _new_untyped_object(world: World, site: CallSite, instruction: Call, store: Store) -> Value | None:
    """An object of a library's class that mypy has no types of, but a stub describes."""
    if not is_any(world.type(site.node.callee)) or world.library.class_stub(site.full_name) is None:
        return None
    overloads = world.library.method(site.full_name, "__init__")
    if overloads is not None:
        return _new_library_object(world, site.full_name, overloads, site, instruction, store)
    return frozenset({store.create(ObjectId("result", site_of(site.node)), LibraryFacts(site.full_name))})


def _settings_of_new(
    world: World, info: TypeInfo, site: CallSite, instruction: Call, store: Store
) -> dict[str, Setting]:
    """The settings of a session, or of those that a registry makes by the factory that it is given."""
    if info.fullname in SESSIONS | SQLMODEL_SESSIONS:
        return settings_of(site.node, None, world.type)
    unknown = dict.fromkeys(DEFAULTS, NOT_KNOWN)
    if info.fullname not in REGISTRIES or not instruction.arguments:
        return unknown
    return factory_settings(store, store.value(instruction.arguments[0].value)) or unknown


def _configured_session(world: World, site: CallSite, store: Store) -> Value | None:
    """A call that the option `session_expressions` names, with its parentheses: `app.db.Session()`."""
    if not world.options.session_expressions or not is_any(world.type(site.node.callee)):
        return None
    place = place_of(site.node.callee)
    if place is None or f"{'.'.join(place)}()" not in world.options.session_expressions:
        return None
    return new_session(store, CONFIGURED_SESSION, site.node, dict.fromkeys(DEFAULTS, NOT_KNOWN))


def _new_instance(world: World, info: TypeInfo, site: CallSite, instruction: Call, store: Store) -> Value:
    """A mapped instance begins transient; those it is given may be taken along when it is added.

    A constructor of the user's may add it, and so may a listener, and the setter of a property that is given a value.
    """
    given = [store.value(argument.value) for argument in instruction.arguments]
    relationships = [
        world.shapes.relationships.of(info, argument.name) if argument.name is not None else None
        for argument in instruction.arguments
    ]
    for value, relationship in zip(given, relationships, strict=True):
        if relationship is None:
            containers.link_all(store, value)
    adds = (
        _has_own_constructor(info)
        or world.surroundings.hears_constructors
        or any(argument.name is not None and is_set_by_code(info, argument.name) for argument in instruction.arguments)
    )
    if adds:
        call_unknown(store, given, [argument.place for argument in instruction.arguments], site_of(site.node))
    situations: dict[Situation | Unknown, Origin | None] = {
        Situation(State.TRANSIENT): Origin(site.node.line, "constructed")
    }
    existing = frozenset(
        identity for identity, facts in store.instances() if not identity.older and not facts.constructed
    )
    facts = InstanceFacts(
        info.fullname,
        bases_of(info),
        {**situations, UNKNOWN: None} if adds else situations,
        constructed=True,
        distinct=existing,
        loads=UNKNOWN_LOADS if adds else _given_to(info, instruction),
        cascades=world.shapes.relationships.cascades(info),
    )
    loads.note_new(store, facts)
    made = frozenset({store.create(ObjectId("construct", site_of(site.node)), facts)})
    for argument, value, relationship in zip(instruction.arguments, given, relationships, strict=True):
        if relationship is not None:
            _fill(store, Related(made, relationship), value, site.node.line)
            continue
        related = argument.kind is ArgumentKind.DOUBLE_STAR or isinstance(world.shape(argument.node), RELATED)
        if related or _holds_instance(store, value):
            widen_links(store, objects(made))
            # What is in a session changes along with its new relation.
            work.may_write(store)
    return made


def _given_to(info: TypeInfo, instruction: Call) -> Loads:
    """What is loaded of a new instance: what the constructor is given, and sets by itself as a dataclass does."""
    names = [argument.name for argument in instruction.arguments]
    if None in names or "dataclass" in info.metadata or "dataclass_tag" in info.metadata:
        return UNKNOWN_LOADS
    return of_new(name for name in names if name is not None)


def _holds_instance(store: Store, value: Value) -> bool:
    return any(isinstance(store.heap.get(item), (InstanceFacts, ContainerFacts)) for item in objects(value))


def _fill(store: Store, related: Related, value: Value, line: int) -> None:
    """A relationship is given to the constructor."""
    if _holds_instance(store, value):
        work.may_write(store)
    for element in containers.each_of(store, value) if related.relationship.many else [value - {NONE}]:
        linking.put_in(store, related, element, line)


def _has_own_constructor(info: TypeInfo) -> bool:
    """Whether a class of the user's has an `__init__`, which is not the one that `MappedAsDataclass` makes."""
    for base in info.mro:
        symbol = base.names.get("__init__")
        if symbol is not None:
            return not symbol.plugin_generated and is_of_the_user(base.module_name)
    return False


def _new_runner(world: World, info: TypeInfo, site: CallSite, instruction: Call, store: Store) -> Value | None:
    """An object of a subclass with a constructor of its own: only a thread is followed, and what it is seen to keep."""
    class_name = runners.class_of_runner(world, info)
    found = list(runners.sessions_given(world, store, info, instruction)) if class_name is not None else []
    if class_name is None or not found:
        return None
    made = frozenset({store.create(ObjectId("result", site_of(site.node)), LibraryFacts(class_name))})
    boundaries.hand_to_object(world, store, runners.boundary_of_runner(world, class_name), found, site.node, made)
    call_unknown(store, [store.value(argument.value) for argument in instruction.arguments], (), site_of(site.node))
    return made


def _new_library_object(
    world: World,
    class_name: str,
    overloads: tuple[FunctionStub, ...],
    site: CallSite,
    instruction: Call,
    store: Store,
) -> Value | None:
    arguments = [
        (argument, store.value(argument.value), world.type(argument.node)) for argument in instruction.arguments
    ]
    bound = world.binder.bind(overloads, arguments, None, {})
    if bound is None:
        return None
    settings: tuple[tuple[str, Hashable], ...] = tuple(sorted(settings_of(site.node, None, world.type).items()))
    kept = _kept_by(bound)
    if kept is not None:
        settings = (*settings, KEEPS)
    if kept is None:
        kept = entered.empty(store, world.library.class_stub(class_name), site_of(site.node))
    facts = LibraryFacts(class_name, settings=settings, workers=_workers_of(bound), holds=kept or frozenset())
    made = frozenset({store.create(ObjectId("result", site_of(site.node)), facts)})
    entry_points.given(world, bound)
    starts = world.library.method(class_name, "start") is None
    return boundaries.hand_over(world, store, bound, frozenset(), site.node, made, starts)


def _kept_by(bound: BoundCall) -> Value | None:
    """What the new object uses later; None for one that keeps nothing."""
    effect = bound.stub.effect("keeps")
    given = bound.argument(str(effect.arguments["parameter"])) if effect is not None else None
    return None if given is None else given.value


def _workers_of(bound: BoundCall) -> int | None:
    """The number of workers of an executor or pool, where a literal gives it."""
    given = bound.argument("max_workers") or bound.argument("processes")
    for atom in given.value if given is not None else ():
        if isinstance(atom, Constant) and isinstance(atom.value, int):
            return atom.value
    return None
