"""Flask-SQLAlchemy: the extension object and its registry, `Model.query`, and SQLAlchemy's names on the extension."""

from __future__ import annotations

from mypy.nodes import CallExpr, Context, Expression, MemberExpr, MypyFile, TypeInfo, Var

from mypy_session_plugin.facts.objects import LibraryFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Value, objects
from mypy_session_plugin.flow.graph import LoadAttribute, Place
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics.making import site_of
from mypy_session_plugin.semantics.shapes import REGISTRY, LibraryShape, Shape
from mypy_session_plugin.semantics.statement_roots import EXTENSION
from mypy_session_plugin.semantics.world import World

MODEL = "flask_sqlalchemy.model.Model"


def set_registry(world: World, store: Store, extension: Value, place: Place) -> Value:
    """What the extension object does, it does with the session of its registry, which is given back."""
    registry: Value = frozenset()
    for item in objects(extension):
        facts = store.heap.get(item)
        if isinstance(facts, LibraryFacts) and facts.class_name == EXTENSION:
            registry = world.path_symbol(store, (*place, "session"), REGISTRY)
            store.heap[item] = LibraryFacts(EXTENSION, session=registry)
    return registry


def registry_of(store: Store, owner: Value, name: str) -> Value | None:
    """`db.session` of an extension object; None for every other attribute."""
    if name == "session" and len(owner) == 1:
        for item in objects(owner):
            facts = store.heap.get(item)
            if isinstance(facts, LibraryFacts) and facts.class_name == EXTENSION and facts.session:
                return facts.session
    return None


def registries(world: World, store: Store) -> list[Value]:
    """The registries of the extension objects that the module names at its top level."""
    return [world.path_symbol(store, (name, "session"), REGISTRY) for name in sorted(_extensions(world.factories.tree))]


def is_made_for_its_block(world: World, manager: Context) -> bool:
    """Whether a context is made where its block begins: one that the project keeps may have been pushed before."""
    callee = manager.callee if isinstance(manager, CallExpr) else None
    info = info_of(world.type(callee.expr)) if isinstance(callee, MemberExpr) else None
    return info is not None and _owner_of(info, getattr(callee, "name", "")).startswith("flask.")


def query_of_model(world: World, store: Store, instruction: LoadAttribute, shape: Shape) -> Value | None:
    """`Model.query`: a query of the model's own class, in the session of the module's only extension object."""
    node = instruction.node
    if instruction.name != "query" or not isinstance(node, MemberExpr) or not isinstance(shape, LibraryShape):
        return None
    model = class_named_by(world.type(node.expr))
    if model is None or _owner_of(model, "query") != MODEL:
        return None
    entity = world.shapes.of_entity_argument(world.type(node.expr))
    extension = only_extension(world.factories.tree)
    session = frozenset() if extension is None else world.path_symbol(store, (extension, "session"), REGISTRY)
    facts = LibraryFacts(shape.class_name, (("T", entity),), session)
    return frozenset({store.create(ObjectId("result", site_of(node)), facts)})


def _owner_of(info: TypeInfo, name: str) -> str:
    return next((base.fullname for base in info.mro if name in base.names), "")


def only_extension(tree: MypyFile) -> str | None:
    """The full name of the one extension object that a module names; None if it names none, or several."""
    found = _extensions(tree)
    return found.pop() if len(found) == 1 else None


def _extensions(tree: MypyFile) -> set[str]:
    """The full names of the extension objects that a module names."""
    variables = [symbol.node for symbol in tree.names.values()]
    return {variable.fullname for variable in variables if isinstance(variable, Var) and _is_extension(variable)}


def _is_extension(variable: Var) -> bool:
    info = info_of(variable.type)
    return info is not None and any(base.fullname == EXTENSION for base in info.mro)


def name_on_extension(world: World, callee: Expression) -> str | None:
    """The name of SQLAlchemy's that is read off an extension object, which has all of them: `db.select`."""
    if not isinstance(callee, MemberExpr):
        return None
    info = info_of(world.type(callee.expr))
    if info is None or not any(base.fullname == EXTENSION for base in info.mro) or _owner_of(info, callee.name):
        return None
    return callee.name
