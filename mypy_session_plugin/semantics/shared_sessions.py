"""Sessions that a module makes once for all of its code, and which functions use them outside of a lock.

They are module-level variables, class attributes, defaults of parameters and what a cached function returns.  Each is
known by its definition, which nothing in the module assigns again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import Enum
from functools import cached_property

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ClassDef,
    Decorator,
    DelStmt,
    Expression,
    ForStmt,
    FuncDef,
    FuncItem,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    StarExpr,
    SymbolNode,
    TupleExpr,
    TypeInfo,
    Var,
    WithStmt,
)

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.flow.syntax import assigned_targets, children, descendants
from mypy_session_plugin.mypy_compat.types import Types, class_named_by, info_of
from mypy_session_plugin.semantics import functions
from mypy_session_plugin.semantics.factories import FACTORY_CLASSES
from mypy_session_plugin.semantics.lazy_sessions import made_at_first
from mypy_session_plugin.semantics.locks import Locks
from mypy_session_plugin.semantics.module_assignments import ModuleAssignments
from mypy_session_plugin.semantics.phantom_types import is_written_as
from mypy_session_plugin.semantics.shapes import REGISTRIES, SESSIONS, session_class
from mypy_session_plugin.semantics.watch import CLOSING

#: Methods of a session that only ask it, or end its work: what shuts an application down calls nothing else.
QUIET = CLOSING | {
    "close_all",
    "get_bind",
    "get_nested_transaction",
    "get_transaction",
    "in_nested_transaction",
    "in_transaction",
    "remove",
}
#: Gives each thread a session of its own, unless it is told of another scope.
THREAD_REGISTRY = "sqlalchemy.orm.scoping.scoped_session"
#: The parameter of a registry that says whom it gives a session of its own, and what says each thread.
SCOPE = "scopefunc"
OF_THREADS = frozenset(
    {"_thread.get_ident", "threading.get_ident", "threading.current_thread", "threading.get_native_id"}
)


class Kind(Enum):
    """What gives a session to all who ask: a variable of the module, one of a class, a default, a cached function.

    So does a function that makes it when it is asked first, and keeps it in a variable of the module.

    A registry of the usual scope gives one to each thread, and so the same to all tasks.
    """

    VARIABLE = "variable"
    ATTRIBUTE = "attribute"
    DEFAULT = "default"
    CACHED = "cached"
    REGISTRY = "registry"


#: Those whose definition is assigned once, where the session is made.
ASSIGNED = frozenset({Kind.VARIABLE, Kind.ATTRIBUTE, Kind.REGISTRY})


@dataclass(frozen=True, slots=True)
class SharedSession:
    """One session: the call that makes it, its definition, how the source calls it, and whether it is an AsyncSession.

    The definition is a variable, a parameter or a function.
    """

    made: CallExpr
    definition: SymbolNode
    kind: Kind
    name: str
    is_async: bool


class SharedSessions:
    """Answers for one module, which is read once, and only if it is asked."""

    def __init__(self, types: Types, own: functions.Functions, locks: Locks, assignments: ModuleAssignments) -> None:
        self._types = types
        self._own = own
        self._locks = locks
        self._assignments = assignments

    @cached_property
    def found(self) -> dict[SymbolNode, SharedSession]:
        """The shared sessions by their definition, without those that the module assigns once more."""
        known = {item.definition: item for item in self._candidates()}
        if not known:
            return known
        names: Counter[SymbolNode | None] = Counter()
        attributes: set[str] = set()
        for target in _assigned(self._types.tree):
            if isinstance(target, NameExpr):
                names[target.node] += 1
            elif isinstance(target, MemberExpr):
                attributes.add(target.name)
        return {
            definition: item
            for definition, item in known.items()
            if names[definition] <= (item.kind in ASSIGNED) and definition.name not in attributes
        }

    def used_by(self, function: FuncItem) -> dict[SharedSession, Node]:
        """The shared sessions that a function, or one that it calls, uses without a lock, each where it does so first.

        Raises `Waiting` where mypy has not checked one of the bodies yet.
        """
        uses: dict[SharedSession, Node] = {}
        if self.found:
            self._follow(function, uses, {function}, functions.MAXIMUM_DEPTH)
        return {
            shared: node
            for shared, node in uses.items()
            if shared.kind is not Kind.REGISTRY or self.is_interrupted(function, shared)
        }

    def is_interrupted(self, function: FuncItem, shared: SharedSession) -> bool:
        """Whether other tasks may run after a coroutine function has begun to use a session and before it has done."""
        nodes = list(descendants(function.body, into_functions=False)) if function.is_coroutine else []
        used = [_position(node) for node in nodes if self._named(node) is shared]
        pauses = [
            _position(node)
            for node in nodes
            if isinstance(node, AwaitExpr) or (isinstance(node, (ForStmt, WithStmt)) and node.is_async)
        ]
        return any(min(used) < pause < max(used) for pause in pauses if used)

    def of_global(self, full_name: str) -> SharedSession | None:
        """The shared session that a variable of the module is."""
        return next((item for definition, item in self.found.items() if definition.fullname == full_name), None)

    def _blocks(self) -> Iterator[list[Node]]:
        """The statements of the module's top level, and of each class there."""
        tree = self._types.tree
        yield list(tree.defs)
        for statement in tree.defs:
            if isinstance(statement, ClassDef):
                yield list(statement.defs.body)

    def _candidates(self) -> Iterator[SharedSession]:
        for block in self._blocks():
            for statement in block:
                match statement:
                    case AssignmentStmt(lvalues=[NameExpr(node=Var() as variable)]) if _is_one(statement, variable):
                        kind = Kind.ATTRIBUTE if variable.info else Kind.VARIABLE
                        yield from self._made(statement.rvalue, variable, kind, variable.name)
                    case FuncDef():
                        yield from self._defaults(statement)
                        made = made_at_first(self._assignments, statement)
                        if made is not None:
                            yield from self._made(made, statement, Kind.CACHED, f"{statement.name}()")
                    case Decorator():
                        yield from self._defaults(statement.func)
                        yield from self._cached(statement)

    def _defaults(self, function: FuncDef) -> Iterator[SharedSession]:
        for argument in function.arguments:
            if argument.initializer is not None:
                yield from self._made(argument.initializer, argument.variable, Kind.DEFAULT, argument.variable.name)

    def _cached(self, definition: Decorator) -> Iterator[SharedSession]:
        """A function without parameters that returns, once and for all, a session that it makes."""
        function = definition.func
        names = {functions.decorator_name(decorator) for decorator in definition.original_decorators}
        if not names or not names <= functions.CACHING or function.arguments:
            return
        returned = [
            node.expr for node in descendants(function.body, into_functions=False) if isinstance(node, ReturnStmt)
        ]
        if len(returned) == 1 and returned[0] is not None:
            yield from self._made(returned[0], function, Kind.CACHED, f"{function.name}()")

    def _made(self, value: Expression, definition: SymbolNode, kind: Kind, name: str) -> Iterator[SharedSession]:
        """The session that an expression makes, if the library's own class is what it makes."""
        if not isinstance(value, CallExpr):
            return
        if isinstance(definition, Var) and _may_be_session(definition) and self._types.of(value) is None:
            self._types.wait_for(self._types.tree)
        info = self._class_made(value)
        shape = session_class(info) if info is not None else None
        if shape is None or shape.overridden:
            return
        if not shape.registry:
            yield SharedSession(value, definition, kind, name, shape.class_name.endswith("AsyncSession"))
        elif kind is Kind.VARIABLE and _has_scope_of_threads(shape.class_name, value):
            yield SharedSession(value, definition, Kind.REGISTRY, name, True)

    def _class_made(self, call: CallExpr) -> TypeInfo | None:
        callee = self._types.of(call.callee)
        named = class_named_by(callee)
        if named is not None:
            return named if _is_session_class(named) else None
        factory = info_of(callee)
        gives = factory is not None and factory.fullname in FACTORY_CLASSES | REGISTRIES
        return info_of(self._types.of(call)) if gives else None

    def _follow(self, function: FuncItem, uses: dict[SharedSession, Node], seen: set[FuncItem], depth: int) -> None:
        """Collect what a body uses; what stands inside the block of a lock is guarded, calls in it as well."""
        known = not isinstance(function, FuncDef) or self._own.has_types(function)
        if not known or self._locks.acquires(function):
            return
        waiting: list[Node] = [function.body]
        while waiting:
            node = waiting.pop()
            if isinstance(node, WithStmt) and any(map(self._locks.is_lock, node.expr)):
                continue
            for shared in self._used_at(node):
                uses.setdefault(shared, node)
            if isinstance(node, CallExpr) and depth:
                self._call(node, uses, seen, depth)
            waiting.extend(reversed(children(node)))

    def _used_at(self, node: Node) -> Iterator[SharedSession]:
        """The sessions that one node works with or gives to somebody."""
        used: list[Node | None] = []
        match node:
            case CallExpr():
                if isinstance(node.callee, MemberExpr) and node.callee.name not in QUIET:
                    used = [node.callee.expr, *node.args]
                elif not _is_builtin(node.callee):
                    used = list(node.args)
            case WithStmt():
                used = list(node.expr)
            case AssignmentStmt(rvalue=CallExpr()):
                used = [node.rvalue]
        for item in used:
            shared = self._named(item)
            if shared is not None:
                yield shared

    def _named(self, node: Node | None) -> SharedSession | None:
        """The shared session that an expression is."""
        if isinstance(node, CallExpr):
            definition = _definition(node.callee) if not node.args else None
            return self.found.get(definition) if definition is not None else None
        if isinstance(node, NameExpr):
            return self.found.get(node.node) if isinstance(node.node, Var) else None
        if isinstance(node, MemberExpr):
            definition = node.node or self._attribute(node)
            return self.found.get(definition) if definition is not None else None
        return None

    def _attribute(self, node: MemberExpr) -> SymbolNode | None:
        """What an attribute of an object, or of a class, is by the types."""
        owner = self._types.of(node.expr)
        info = class_named_by(owner) or info_of(owner)
        entry = info.get(node.name) if info is not None else None
        return entry.node if entry is not None else None

    def _call(self, call: CallExpr, uses: dict[SharedSession, Node], seen: set[FuncItem], depth: int) -> None:
        """A function of the module that is called runs on the same side."""
        callee = self._own.called(call)
        if callee is None or callee.function in seen or callee.cached:
            return
        seen.add(callee.function)
        inner: dict[SharedSession, Node] = {}
        self._follow(callee.function, inner, seen, depth - 1)
        given = {argument.variable for argument in callee.function.arguments} if call.args else set()
        for shared in inner:
            if shared.definition not in given:
                uses.setdefault(shared, call)


def _is_session_class(info: TypeInfo) -> bool:
    return any(base.fullname in SESSIONS | REGISTRIES for base in info.mro)


def _may_be_session(variable: Var) -> bool:
    """Whether a variable may hold a session, by the type that mypy keeps of it."""
    info = info_of(variable.type)
    return info is None or _is_session_class(info)


def _position(node: Node) -> tuple[int, int]:
    return node.line, node.column


def _is_one(statement: AssignmentStmt, variable: Var) -> bool:
    """Whether a variable of a module or class is one for all: an annotated one of a class may be a field of a model."""
    if is_written_as(variable.type, ("Synchronized",)):
        return False
    return not variable.info or variable.is_classvar or statement.unanalyzed_type is None


def _assigned(root: Node) -> Iterator[Node]:
    """Everything that code assigns or deletes."""
    for node in descendants(root, into_functions=True):
        targets: list[Node] = [node.expr] if isinstance(node, DelStmt) else list(assigned_targets(node))
        while targets:
            target = targets.pop()
            if isinstance(target, (TupleExpr, ListExpr)):
                targets.extend(target.items)
            else:
                yield target.expr if isinstance(target, StarExpr) else target


def _has_scope_of_threads(class_name: str, made: CallExpr) -> bool:
    """Whether a registry gives each thread a session of its own, and so one to all tasks that run in it."""
    scopes = [
        argument
        for position, (argument, name) in enumerate(zip(made.args, made.arg_names, strict=True))
        if name == SCOPE or (name is None and position == 1)
    ]
    if not scopes:
        return class_name == THREAD_REGISTRY and len(made.args) == 1
    return len(made.args) == 2 and isinstance(scopes[0], RefExpr) and scopes[0].fullname in OF_THREADS


def _definition(callee: Expression) -> SymbolNode | None:
    node = callee.node if isinstance(callee, RefExpr) else None
    return node.func if isinstance(node, Decorator) else node


def _is_builtin(callee: Expression) -> bool:
    return isinstance(callee, RefExpr) and callee.fullname.startswith("builtins.")
