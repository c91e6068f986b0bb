"""Walking mypy's syntax trees without its visitors, which interpreted code cannot subclass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mypy import nodes, patterns
from mypy.nodes import CallExpr, ClassDef, Context, Expression, FuncDef, FuncItem, NameExpr, Node, RefExpr, TupleExpr

from mypy_session_plugin.flow.oracle import Oracle

#: The context manager that is an `except` clause without a body.
SUPPRESS = "contextlib.suppress"
#: The attributes of each kind of node that hold the nodes below it, in evaluation order where there is one.
CHILDREN: dict[type[Node], tuple[str, ...]] = {
    nodes.MypyFile: ("defs",),
    nodes.Block: ("body",),
    nodes.Import: (),
    nodes.ImportFrom: (),
    nodes.ImportAll: (),
    nodes.OverloadedFuncDef: ("items", "impl"),
    nodes.FuncDef: ("arguments", "body"),
    nodes.LambdaExpr: ("arguments", "body"),
    nodes.Argument: ("initializer",),
    nodes.Decorator: ("decorators", "func"),
    nodes.ClassDef: ("decorators", "base_type_exprs", "keywords", "defs"),
    nodes.GlobalDecl: (),
    nodes.NonlocalDecl: (),
    nodes.ExpressionStmt: ("expr",),
    nodes.AssignmentStmt: ("rvalue", "lvalues"),
    nodes.OperatorAssignmentStmt: ("lvalue", "rvalue"),
    nodes.WhileStmt: ("expr", "body", "else_body"),
    nodes.ForStmt: ("expr", "index", "body", "else_body"),
    nodes.ReturnStmt: ("expr",),
    nodes.AssertStmt: ("expr", "msg"),
    nodes.DelStmt: ("expr",),
    nodes.BreakStmt: (),
    nodes.ContinueStmt: (),
    nodes.PassStmt: (),
    nodes.IfStmt: ("expr", "body", "else_body"),
    nodes.RaiseStmt: ("expr", "from_expr"),
    nodes.TryStmt: ("body", "types", "vars", "handlers", "else_body", "finally_body"),
    nodes.WithStmt: ("expr", "target", "body"),
    nodes.MatchStmt: ("subject", "patterns", "guards", "bodies"),
    nodes.TypeAliasStmt: (),
    nodes.IntExpr: (),
    nodes.StrExpr: (),
    nodes.BytesExpr: (),
    nodes.FloatExpr: (),
    nodes.ComplexExpr: (),
    nodes.EllipsisExpr: (),
    nodes.StarExpr: ("expr",),
    nodes.NameExpr: (),
    nodes.MemberExpr: ("expr",),
    nodes.CallExpr: ("callee", "args"),
    nodes.YieldFromExpr: ("expr",),
    nodes.YieldExpr: ("expr",),
    nodes.IndexExpr: ("base", "index"),
    nodes.UnaryExpr: ("expr",),
    nodes.AssignmentExpr: ("value", "target"),
    nodes.OpExpr: ("left", "right"),
    nodes.ComparisonExpr: ("operands",),
    nodes.SliceExpr: ("begin_index", "end_index", "stride"),
    nodes.CastExpr: ("expr",),
    nodes.AssertTypeExpr: ("expr",),
    nodes.RevealExpr: ("expr",),
    nodes.SuperExpr: ("call",),
    nodes.ListExpr: ("items",),
    nodes.DictExpr: ("items",),
    nodes.TupleExpr: ("items",),
    nodes.SetExpr: ("items",),
    nodes.GeneratorExpr: ("sequences", "indices", "condlists", "left_expr"),
    nodes.ListComprehension: ("generator",),
    nodes.SetComprehension: ("generator",),
    nodes.DictionaryComprehension: ("sequences", "indices", "condlists", "key", "value"),
    nodes.ConditionalExpr: ("cond", "if_expr", "else_expr"),
    nodes.TypeApplication: ("expr",),
    nodes.TypeVarExpr: (),
    nodes.ParamSpecExpr: (),
    nodes.TypeVarTupleExpr: (),
    nodes.TypeAliasExpr: (),
    nodes.NamedTupleExpr: (),
    nodes.TypedDictExpr: (),
    nodes.EnumCallExpr: ("values",),
    nodes.PromoteExpr: (),
    nodes.NewTypeExpr: (),
    nodes.AwaitExpr: ("expr",),
    nodes.TempNode: (),
    patterns.AsPattern: ("pattern", "name"),
    patterns.OrPattern: ("patterns",),
    patterns.ValuePattern: ("expr",),
    patterns.SingletonPattern: (),
    patterns.SequencePattern: ("patterns",),
    patterns.StarredPattern: ("capture",),
    patterns.MappingPattern: ("keys", "values", "rest"),
    patterns.ClassPattern: ("class_ref", "positionals", "keyword_values"),
}
#: The nodes in which definitions stand.
DEFINING = (
    nodes.MypyFile,
    nodes.Block,
    nodes.ClassDef,
    nodes.Decorator,
    nodes.ForStmt,
    nodes.FuncDef,
    nodes.IfStmt,
    nodes.MatchStmt,
    nodes.OverloadedFuncDef,
    nodes.TryStmt,
    nodes.WhileStmt,
    nodes.WithStmt,
)
#: The statements that others stand in.
COMPOUND = (nodes.ForStmt, nodes.IfStmt, nodes.MatchStmt, nodes.TryStmt, nodes.WhileStmt, nodes.WithStmt)


def newer_nodes(attributes: dict[str, tuple[str, ...]]) -> dict[type[Node], tuple[str, ...]]:
    """Return the entries whose node class this mypy has; for syntax that only newer versions know."""
    return {getattr(nodes, name): names for name, names in attributes.items() if hasattr(nodes, name)}


CHILDREN.update(newer_nodes({"TemplateStrExpr": ("items",), "TypeFormExpr": ()}))
#: The same from the last to the first, for a walk that takes them from the end of what it has before it.
_LAST_FIRST = {kind: names[::-1] for kind, names in CHILDREN.items() if names}


def children(node: Node) -> list[Node]:
    """The nodes directly below, those in nested lists, tuples and dicts included."""
    found: list[Node] = []
    _add_children(node, CHILDREN.get(type(node), ()), found)
    return found


def _add_children(node: Node, names: Sequence[str], found: list[Node]) -> None:
    for name in names:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif value:
            _flatten(value, found)


def _flatten(values: object, found: list[Node]) -> None:
    """Collect the nodes in nested lists, tuples and dicts, in which other things may stand too."""
    if isinstance(values, dict):
        values = values.values()
    elif not isinstance(values, (list, tuple)):
        return
    for value in values:
        if isinstance(value, Node):
            found.append(value)
        elif value:
            _flatten(value, found)


def descendants(root: Node, into_functions: bool) -> Iterator[Node]:
    """Yield the node and all below it, without recursion; bodies of nested functions only if asked for."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        names = _LAST_FIRST.get(type(node))
        if names is None or (isinstance(node, FuncItem) and not into_functions):
            continue
        for name in names:
            value = getattr(node, name)
            if isinstance(value, Node):
                pending.append(value)
            elif value:
                below: list[Node] = []
                _flatten(value, below)
                below.reverse()
                pending += below


def definitions(root: Node) -> Iterator[FuncDef | ClassDef]:
    """Yield the functions and classes defined below a node, at any depth: they stand in statements alone."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, (FuncDef, ClassDef)):
            yield node
        if isinstance(node, DEFINING):
            pending += [item for item in children(node) if isinstance(item, DEFINING)]


def assignments(found: Iterable[Node]) -> Iterator[tuple[object, Expression | None]]:
    """Yield each variable that one of these nodes assigns, with its new value; None for what is no plain assignment."""
    for node in found:
        value: Expression | None = None
        if isinstance(node, nodes.AssignmentStmt):
            value = node.rvalue
        elif isinstance(node, nodes.AssignmentExpr):
            value = node.value
        values = {target: new for target, new in paired(node) if isinstance(target, NameExpr)}
        for target in assigned_targets(node):
            for part in bound_names(target):
                yield part.node, value if part is target else values.get(part)


def paired(statement: Node) -> list[tuple[Expression, Expression]]:
    """The targets with their values in `a, b = first, second`, which makes no tuple; none in any other statement."""
    match statement:
        case nodes.AssignmentStmt(lvalues=[nodes.TupleExpr(items=targets)], rvalue=nodes.TupleExpr(items=values)):
            is_plain = not any(isinstance(item, nodes.StarExpr) for item in (*targets, *values))
            return list(zip(targets, values, strict=True)) if is_plain and len(targets) == len(values) else []
        case _:
            return []


def written_targets(node: Node) -> Sequence[Expression]:
    """What an assignment statement writes to: variables, attributes and elements."""
    if isinstance(node, nodes.AssignmentStmt):
        return node.lvalues
    return [node.lvalue] if isinstance(node, nodes.OperatorAssignmentStmt) else ()


def assigned_targets(node: Node) -> Sequence[Expression]:
    """What any code assigns: a statement, `:=`, the variable of a loop, the target of a `with` block."""
    match node:
        case nodes.AssignmentExpr():
            return [node.target]
        case nodes.ForStmt():
            return [node.index]
        case nodes.WithStmt():
            return [target for target in node.target if target is not None]
        case _:
            return written_targets(node)


def bound_names(target: Node) -> Iterator[NameExpr]:
    """The variables that an assignment to a target binds, and not those whose objects it changes."""
    if isinstance(target, NameExpr):
        yield target
    elif isinstance(target, nodes.StarExpr):
        yield from bound_names(target.expr)
    elif isinstance(target, nodes.TupleExpr | nodes.ListExpr):
        for item in target.items:
            yield from bound_names(item)


def is_dead(expressions: list[Expression], oracle: Oracle) -> bool:
    """Tell whether mypy skipped this code as unreachable: it reads a name or calls, and nothing in it has a type."""
    reads = False
    for expression in expressions:
        for node in descendants(expression, into_functions=False):
            if isinstance(node, Expression) and oracle.is_typed(node):
                return False
            reads = reads or isinstance(node, (nodes.CallExpr, NameExpr))
    return reads


def suppressed(manager: Context) -> Expression | None:
    """What a context manager catches as an `except` clause does, which is `suppress(...)`; None for every other one."""
    callee = manager.callee if isinstance(manager, CallExpr) else None
    if not isinstance(manager, CallExpr) or not isinstance(callee, RefExpr) or callee.fullname != SUPPRESS:
        return None
    return manager.args[0] if len(manager.args) == 1 else TupleExpr(manager.args)


def decorated_callees(unit: Node) -> Iterator[str]:
    """The full names of the decorated functions that a unit calls by their names."""
    for node in descendants(unit, into_functions=True):
        callee = node.callee if isinstance(node, CallExpr) else None
        if isinstance(callee, RefExpr) and isinstance(callee.node, nodes.Decorator):
            yield callee.node.func.fullname


def given_functions(unit: Node) -> Iterator[str]:
    """The full names of the functions that a unit gives to calls by their names."""
    for node in descendants(unit, into_functions=True):
        for argument in node.args if isinstance(node, CallExpr) else ():
            if isinstance(argument, RefExpr) and isinstance(argument.node, FuncDef):
                yield argument.node.fullname


def has_elements(expression: Expression) -> bool:
    """Whether an expression is a display of at least one element, through which a loop has at least one turn."""
    if isinstance(expression, nodes.StrExpr):
        return bool(expression.value)
    if isinstance(expression, nodes.DictExpr):
        return any(key is not None for key, _value in expression.items)
    items = expression.items if isinstance(expression, (nodes.ListExpr, nodes.SetExpr, TupleExpr)) else []
    return any(not isinstance(item, nodes.StarExpr) for item in items)
