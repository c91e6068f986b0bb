"""A session on loan inside a function: where it, or an object that keeps it, outlives the call.

What a framework fills in and gets back is none of these: an argument by `Depends`, the result of a fixture.  There is
no telling how long the caller keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Context,
    DelStmt,
    FuncDef,
    IndexExpr,
    MemberExpr,
    NameExpr,
    Node,
    RefExpr,
    ReturnStmt,
    SymbolNode,
    TypeInfo,
    Var,
)
from mypy.types import CallableType, Instance, get_proper_type

from mypy_session_plugin.facts.objects import ContainerFacts
from mypy_session_plugin.facts.store import Store
from mypy_session_plugin.facts.values import ObjectId, Value, is_parameter
from mypy_session_plugin.flow.graph import Call, Return, StoreAttribute, StoreItem, StoreName
from mypy_session_plugin.flow.syntax import descendants
from mypy_session_plugin.mypy_compat.signatures import is_declared
from mypy_session_plugin.mypy_compat.types import class_named_by, info_of
from mypy_session_plugin.semantics import constructors, ownership
from mypy_session_plugin.semantics.containers import COPIES, COPYING, LOOKS, PUTS, PUTS_ALL
from mypy_session_plugin.semantics.filled_in import filled_in
from mypy_session_plugin.semantics.phantom_types import awaited, is_written_as
from mypy_session_plugin.semantics.places import text_of_place
from mypy_session_plugin.semantics.world import World

#: Methods in which an object gets what it keeps.
MAKING = frozenset({"__init__", "__new__", "__post_init__", "__attrs_post_init__", "__set_name__"})
RETURNS, KEEPS = frozenset({"return"}), frozenset({"keep"})
#: Containers that hold what is put into them until it is taken out again.
HOLDING = frozenset({"builtins.list", "builtins.set", "builtins.dict", "collections.deque"})
#: Methods of a container that take nothing out of it.
LEAVING = PUTS | PUTS_ALL | COPYING | LOOKS | {"get"}
#: Builtins that only look at one.
LOOKING = frozenset({"builtins.len", *COPIES})


#: What puts a session where it may be kept.
Keeping: TypeAlias = "StoreAttribute | StoreName | StoreItem | Call"


class Loans:
    """Watches what the code of one graph does with the sessions that its parameters are lent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._returns: bool | None = None

    def returned(self, instruction: Return, store: Store) -> None:
        """A value is given back: the session, a container with it, or an object that is made with it and keeps it."""
        statement = instruction.node
        if instruction.value is None or not isinstance(statement, ReturnStmt) or statement.expr is None:
            return
        for value in self._parts(store, store.value(instruction.value)):
            if self._is_parameter(value) and self._may_not_return():
                text = "its owner may close it while the caller goes on with it"
                ownership.tell(self._world, store, value, RETURNS, statement, statement.expr, text)
        for value, name in self._kept_by(statement.expr, store):
            if self._is_parameter(value) and self._may_not_return():
                text = f"the {name} that is returned keeps it, and its owner may close it meanwhile"
                ownership.tell(self._world, store, value, RETURNS, statement, statement.expr, text)

    def kept_attribute(self, instruction: StoreAttribute, value: Value, store: Store) -> None:
        """An attribute of the method's own object, of a class or of a global is assigned."""
        node = instruction.node
        if self._is_parameter(value) and isinstance(node, MemberExpr) and self._outlives(node):
            self._keep(instruction, value, text_of_place(node), store)

    def kept_name(self, instruction: StoreName, value: Value, store: Store) -> None:
        """A global variable is assigned."""
        if self._is_parameter(value) and "." in instruction.variable:
            self._keep(instruction, value, text_of_place(instruction.node), store)

    def kept_item(self, instruction: StoreItem, value: Value, store: Store) -> None:
        """An element is assigned, of a container that is a global or hangs on the method's own object."""
        node = instruction.node
        if self._is_parameter(value) and isinstance(node, IndexExpr) and self._is_kept_in(node.base):
            self._keep(instruction, value, text_of_place(node.base), store)

    def kept_by_call(self, instruction: Call, store: Store) -> None:
        """A method of such a container puts it in: `self.sessions.append(session)`."""
        callee = instruction.node.callee if isinstance(instruction.node, CallExpr) else None
        if instruction.method not in PUTS | PUTS_ALL or not instruction.arguments or not isinstance(callee, MemberExpr):
            return
        given = list(self._parts(store, store.value(instruction.arguments[-1].value)))
        if not any(map(self._is_parameter, given)) or not self._is_kept_in(callee.expr):
            return
        info = info_of(self._world.type(callee.expr))
        if info is not None and info.fullname in HOLDING:
            for value in filter(self._is_parameter, given):
                self._keep(instruction, value, text_of_place(callee.expr), store)

    def _is_kept_in(self, container: Context) -> bool:
        """Whether a container outlives the call, is not one that its own constructor fills, and is not to be lent."""
        root = _root_of(container)
        is_own = isinstance(root, Var) and root.is_self
        unit = self._world.unit
        if not _root_outlives(container) or (is_own and isinstance(unit, FuncDef) and unit.name in MAKING):
            return False
        type_ = get_proper_type(self._world.type(container))
        return not (isinstance(type_, Instance) and any(is_written_as(item, ("Borrowed",)) for item in type_.args))

    def _keep(self, instruction: Keeping, value: Value, place: str, store: Store) -> None:
        is_followed = len(self._world.frames) > 1
        if not place or is_followed or self._is_taken_back(place, instruction):
            return
        text = f'its owner may close it while "{place}" keeps it'
        node = instruction.node if isinstance(instruction, Call) else instruction.statement or instruction.node
        ownership.tell(self._world, store, value, KEEPS, node, instruction.node, text)

    def _outlives(self, node: MemberExpr) -> bool:
        """Whether an attribute is one that outlives the call, of an object that did not get it when it was made."""
        if not _root_outlives(node.expr):
            return False
        unit = self._world.unit
        info = info_of(self._world.type(node.expr))
        entry = info.get(node.name) if info is not None else None
        variable = entry.node if entry is not None else None
        is_own = isinstance(node.expr, NameExpr) and isinstance(node.expr.node, Var) and node.expr.node.is_self
        if is_own and isinstance(unit, FuncDef) and unit.name in MAKING:
            return False
        if not isinstance(variable, Var):
            return True
        is_in_view = variable.info.module_name == self._world.types.tree.fullname
        return is_in_view and not (is_declared(variable) and is_written_as(variable.type, ("Borrowed",)))

    def _is_taken_back(self, place: str, instruction: Keeping) -> bool:
        """Whether other code of the module changes the place too, or takes things out of it: it may set it back."""
        is_container = isinstance(instruction, (StoreItem, Call))
        functions = [
            node for node in descendants(self._world.types.tree, into_functions=True) if isinstance(node, FuncDef)
        ]
        return any(
            target is not instruction.node and text_of_place(_place_in(target)) == place
            for function in functions
            if function.name not in MAKING
            for target in _changed(function.body, is_container)
        )

    def _is_parameter(self, value: Value) -> bool:
        """Whether a value is certainly what a parameter was given."""
        return bool(value) and all(map(is_parameter, value))

    def _parts(self, store: Store, value: Value, depth: int = 0) -> Iterator[Value]:
        """A value, and the elements of the tuple or list that it is."""
        yield value
        (only,) = value if len(value) == 1 else (None,)
        facts = store.heap.get(only) if isinstance(only, ObjectId) else None
        if isinstance(facts, ContainerFacts) and facts.fixed is not None and depth < 3:
            for item in facts.fixed:
                yield from self._parts(store, item, depth + 1)

    def _kept_by(self, expression: Context, store: Store) -> Iterator[tuple[Value, str]]:
        """The arguments that an object keeps which is made where it is returned, or just before, with its class."""
        unit = self._world.unit
        if isinstance(unit, FuncDef) and unit.is_class:
            return  # a constructor under another name
        made = constructors.only_value(self._world, expression) or expression
        info = class_named_by(self._world.type(made.callee)) if isinstance(made, CallExpr) else None
        if info is None or not isinstance(made, CallExpr):
            return
        for argument, type_ in constructors.kept_arguments(self._world, info, made):
            if isinstance(argument, NameExpr) and not is_written_as(type_, ("Borrowed",)):
                yield store.value(argument.name), info.name

    def _may_not_return(self) -> bool:
        """Whether the function is called by code that lends it a session of its own, and not by a framework."""
        if self._returns is None:
            self._returns = self._is_plain()
        return self._returns

    def _is_plain(self) -> bool:
        unit = self._world.unit
        if not isinstance(unit, FuncDef) or self._world.nested:
            return False
        is_decorated = unit.is_decorated and not (unit.is_static or unit.is_class)
        signature = unit.type if isinstance(unit.type, CallableType) else None
        result = signature.ret_type if signature is not None else None
        lends_on = result is not None and is_written_as(awaited(result) or result, ("Borrowed", "Owned"))
        return not is_decorated and not lends_on and not any(filled_in(unit))


def _root_of(node: Context) -> SymbolNode | None:
    """What the first name of a place stands for."""
    while isinstance(node, MemberExpr):
        node = node.expr
    return node.node if isinstance(node, NameExpr) else None


def _root_outlives(node: Context) -> bool:
    """Whether a place begins with the method's own object, its class or a global."""
    root = _root_of(node)
    if isinstance(root, TypeInfo):
        return True
    return isinstance(root, Var) and (root.is_self or root.is_cls or "." in root.fullname)


def _changed(body: Node, is_container: bool) -> Iterator[Context]:
    """What a body assigns or deletes; of containers, too, what it takes something out of, or gives to other code."""
    for node in descendants(body, into_functions=False):
        match node:
            case AssignmentStmt():
                yield from node.lvalues
                if is_container:
                    yield node.rvalue
            case DelStmt():
                yield node.expr
            case CallExpr(callee=MemberExpr(expr=owner, name=name)) if is_container and name not in LEAVING:
                yield owner
                yield from node.args
            case CallExpr(callee=RefExpr(fullname=name)) if name in LOOKING:
                pass
            case CallExpr() if is_container:
                yield from node.args
            case ReturnStmt(expr=Context() as given) if is_container:
                yield given
            case _:
                pass


def _place_in(target: Context) -> Context:
    """The container of an element."""
    return target.base if isinstance(target, IndexExpr) else target
