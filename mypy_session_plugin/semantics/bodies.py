"""The bodies of code that is handed over, as far as they stand in the module that is checked: what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Context,
    Decorator,
    ForStmt,
    FuncDef,
    FuncItem,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    TypeInfo,
    Var,
    WithStmt,
)
from mypy.types import CallableType, Type, get_proper_type

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.facts.values import Bound, Function, Method, Value
from mypy_session_plugin.flow.syntax import children, descendants
from mypy_session_plugin.mypy_compat.types import info_of
from mypy_session_plugin.semantics import functions
from mypy_session_plugin.semantics.own_code import AttributesRead
from mypy_session_plugin.semantics.world import World

#: What hangs on an object of this class is another object in each thread.
THREAD_LOCAL = "_thread._local"
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """The parameter that takes an argument: its type, and its variable and body where these are in view."""

    type: Type | None = None
    variable: Var | None = None
    body: FuncItem | None = None


def body_of(world: World, atom: object) -> FuncItem | None:
    """The function that a callable runs, if its body stands in the module that is checked."""
    if isinstance(atom, Function) and isinstance(atom.node, FuncItem):
        return atom.node if is_here(world, atom.node) else None
    if isinstance(atom, Bound):
        return next((body for part in atom.function if (body := body_of(world, part)) is not None), None)
    if isinstance(atom, Method) and isinstance(atom.node, MemberExpr):
        info = info_of(world.type(atom.node.expr))
        entry = info.get(atom.name) if info is not None else None
        node = entry.node if entry is not None else None
        if isinstance(node, Decorator):
            node = node.func if not node.decorators or _is_transparent(node) else None
        if isinstance(node, FuncDef) and is_here(world, node):
            return node
    return None


def parameter_of(world: World, function: Value, node: Context, position: int | None, name: str | None) -> Target:
    """The parameter of a function that takes the argument at a position, or of a name."""
    atom = next(iter(function)) if len(function) == 1 else None
    while isinstance(atom, Bound) and atom.how == "partial":
        position = None if position is None else position + len(atom.held)
        call = atom.call
        node = call.args[0] if isinstance(call, CallExpr) else node
        atom = next(iter(atom.function)) if len(atom.function) == 1 else None
    body = body_of(world, atom)
    if body is None:
        signature = get_proper_type(world.type(node)) if world.type(node) is not None else None
        return Target(_type_at(signature, position, name))
    shift = 1 if isinstance(atom, Method) and not body.is_static else 0
    place = None if position is None else position + shift
    names = [argument.variable.name for argument in body.arguments]
    if place is None:
        place = names.index(name) if name in names else None
    if place is None or place >= len(names):
        return Target(body=body)
    declared = body.type
    return Target(_type_at(declared, place, None), body.arguments[place].variable, body)


def _type_at(signature: object, position: int | None, name: str | None) -> Type | None:
    if not isinstance(signature, CallableType):
        return None
    if position is None:
        position = signature.arg_names.index(name) if name is not None and name in signature.arg_names else None
    return signature.arg_types[position] if position is not None and position < len(signature.arg_types) else None


def is_here(world: World, node: FuncItem) -> bool:
    """Whether the body stands in the module that is checked."""
    return functions.is_here(world.types.tree, node)


def _is_transparent(node: Decorator) -> bool:
    return all(
        isinstance(item, RefExpr) and item.fullname in functions.TRANSPARENT for item in node.original_decorators
    )


def names_of(body: FuncItem, variable: str) -> list[NameExpr]:
    """Where a body, or a function inside it, names a variable of the code around it."""
    bound = {
        id(argument.variable)
        for node in descendants(body, into_functions=True)
        if isinstance(node, FuncItem)
        for argument in node.arguments
    }
    return [
        node
        for node in descendants(body.body, into_functions=True)
        if isinstance(node, NameExpr) and node.name == variable and id(node.node) not in bound
    ]


def is_named(body: FuncItem, variable: Var) -> bool:
    """Whether a body, or a function inside it, names a variable."""
    return any(
        isinstance(node, NameExpr) and node.node is variable for node in descendants(body.body, into_functions=True)
    )


def attributes_read(
    world: World,
    body: FuncItem,
    root: Var,
    counts: Callable[[Path], bool] | None = None,
    depth: int = functions.MAXIMUM_DEPTH,
) -> set[Path]:
    """The attribute paths that count, and that a body reads from a variable outside of locks: `.context.session`.

    What it assigns is left out.  Methods of the object that it calls are followed, and functions that it gives it to.
    """
    known = world.own.read.get((body, root))
    if known is None:
        receivers = (item for call in _unguarded_calls(world, body) for item in _receivers(world, call, root))
        known = world.own.read[body, root] = AttributesRead(_paths_read(body, root), tuple(receivers))
    read = {
        path for path in known.paths if (counts is None or counts(path)) and not is_guarded(world, body, root, path)
    }
    for inner, parameter in known.receivers if depth else ():
        read |= attributes_read(world, inner, parameter, counts, depth - 1)
    return read


def _paths_read(body: FuncItem, root: Var) -> frozenset[Path]:
    """The attribute paths that a body reads from a variable, and does not assign."""
    found: set[Path] = set()
    assigned: set[Path] = set()
    for node in descendants(body.body, into_functions=True):
        found.add(_path_from(node, root))
        assigned.update(_path_from(target, root) for target in _targets(node))
    return frozenset(path for path in found - {()} if not any(path[: len(other)] == other for other in assigned - {()}))


def _unguarded_calls(world: World, body: FuncItem) -> Iterator[CallExpr]:
    """The calls in a body that no lock guards."""
    waiting: list[Node] = [] if world.own.locks.acquires(body) else [body.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, CallExpr):
            yield node
        if not isinstance(node, WithStmt) or not any(map(world.own.locks.is_lock, node.expr)):
            waiting.extend(children(node))


def _receivers(world: World, call: CallExpr, root: Var) -> Iterator[tuple[FuncItem, Var]]:
    """The functions of the module that a call gives a variable to, each with the parameter that takes it."""
    owner = call.callee.expr if isinstance(call.callee, MemberExpr) else None
    if not any(isinstance(part, NameExpr) and part.node is root for part in (owner, *call.args)):
        return
    callee = world.own.functions.called(call)
    if callee is None:
        return
    function = callee.function
    parameters = [argument.variable for argument in function.arguments]
    if isinstance(owner, NameExpr) and owner.node is root and parameters and not function.is_static:
        yield function, parameters[0]
    shift = 1 if function.info and not function.is_static else 0
    for position, (argument, name) in enumerate(zip(call.args, call.arg_names, strict=True)):
        if isinstance(argument, NameExpr) and argument.node is root:
            taken = [item for item in parameters if item.name == name] if name else parameters[position + shift :][:1]
            yield from ((function, parameter) for parameter in taken)


def _targets(node: Node) -> list[Node]:
    match node:
        case AssignmentStmt():
            return [part for target in node.lvalues for part in descendants(target, into_functions=False)]
        case WithStmt():
            return [part for target in node.target if target for part in descendants(target, into_functions=False)]
        case ForStmt():
            return list(descendants(node.index, into_functions=False))
        case _:
            return []


def is_thread_local(info: TypeInfo) -> bool:
    """Whether each thread has other attributes of an object of the class."""
    return any(base.fullname == THREAD_LOCAL for base in info.mro)


def type_of_path(type_: Type, path: Path) -> Type | None:
    """The declared type of what hangs on an object; None where it is not known, or each thread has its own."""
    found: Type | None = type_
    for name in path:
        info = info_of(found)
        if info is not None and is_thread_local(info):
            return None
        entry = info.get(name) if info is not None else None
        found = entry.node.type if entry is not None and isinstance(entry.node, Var) else None
    return found


def declared_type(world: World, node: Context) -> Type | None:
    """The type that a name or attribute is declared with, phantom types included."""
    if isinstance(node, NameExpr) and isinstance(node.node, Var):
        return node.node.type
    if isinstance(node, MemberExpr):
        owner = world.type(node.expr)
        return None if owner is None else type_of_path(owner, (node.name,))
    return None


def is_guarded(world: World, body: FuncItem, root: Var, path: Path) -> bool:
    """Whether a body names a variable, or an attribute path from it, only inside `with` blocks of locks."""
    inside = outside = 0
    waiting: list[tuple[Node, bool]] = [(body.body, world.own.locks.acquires(body))]
    while waiting:
        node, guarded = waiting.pop()
        if isinstance(node, WithStmt):
            guarded = guarded or any(map(world.own.locks.is_lock, node.expr))
        is_root = isinstance(node, NameExpr) and node.node is root
        if is_root if not path else _path_from(node, root) == path:
            inside, outside = inside + guarded, outside + (not guarded)
        waiting.extend((child, guarded) for child in children(node))
    return inside > 0 and outside == 0


def _path_from(node: Node, root: Var) -> Path:
    names: list[str] = []
    while isinstance(node, MemberExpr):
        names.append(node.name)
        node = node.expr
    return tuple(reversed(names)) if isinstance(node, NameExpr) and node.node is root else ()
