"""Lowering of `try` and `with`: where exceptions go, and what runs on each way out."""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import Expression, NameExpr, RefExpr, Statement, TryStmt, WithStmt

from mypy_session_plugin.facts.records import dataclass
from mypy_session_plugin.flow.build_targets import store
from mypy_session_plugin.flow.builder import Builder, Cleanup
from mypy_session_plugin.flow.graph import (
    Block,
    Branch,
    CatchException,
    DeleteName,
    EnterContext,
    ExitContext,
    StoreName,
    Temporary,
    Variable,
)
from mypy_session_plugin.flow.syntax import descendants, is_dead

#: `finally` bodies inside this many others are not copied any more: all continuations share one.
DEEPEST_COPY = 2


@dataclass(frozen=True, slots=True)
class Region:
    """What a context manager protects: `expression` makes the manager, `names` are those that its exit may work with.

    An exception in the block leads to `failed`; `after` is the code behind the block.
    """

    expression: Expression
    manager: Temporary
    names: tuple[Variable, ...]
    is_async: bool
    failed: Block
    after: Block

    def exit(self, suppresses: Temporary | None = None, failed: bool = False) -> ExitContext:
        """The call of the manager's exit, which says in `suppresses` whether it swallows an exception."""
        return ExitContext(self.expression, suppresses, self.manager, self.names, self.is_async, failed)


def lower_try(builder: Builder, statement: TryStmt) -> None:
    """Lower `try` with all its parts."""
    after = builder.new_block()
    if statement.finally_body is None:
        lower_handlers(builder, statement, after)
    elif builder.finally_depth < DEEPEST_COPY:
        lower_copied_finally(builder, statement, statement.finally_body.body, after)
    else:
        lower_merged_finally(builder, statement, statement.finally_body.body, after)
    builder.start(after)


def lower_copied_finally(builder: Builder, statement: TryStmt, body: list[Statement], after: Block) -> None:
    """Lower `try` whose `finally` is copied: for the normal end, for an exception, and for each other destination."""
    failed = builder.new_block()

    def run() -> None:
        builder.finally_depth += 1
        builder.statements(body)
        builder.finally_depth -= 1

    lower_body(builder, statement, failed, run)
    run()
    builder.jump(after)
    builder.start(failed)
    run()
    builder.jump(builder.outward())


def lower_merged_finally(builder: Builder, statement: TryStmt, body: list[Statement], after: Block) -> None:
    """Lower `try` whose `finally` is lowered once, followed by a choice of all continuations."""
    entry = builder.new_block()
    exits = [after, builder.outward()]

    def run() -> None:
        builder.jump(entry)
        exits.append(builder.new_block())
        builder.start(exits[-1])

    lower_body(builder, statement, entry, run)
    builder.go_on(entry)
    builder.finally_depth += 1
    builder.statements(body)
    builder.finally_depth -= 1
    builder.choose(*exits)


def lower_body(builder: Builder, statement: TryStmt, failed: Block, run: Callable[[], None]) -> None:
    """Lower what `finally` protects; go on where it ends normally."""
    normal = builder.new_block()
    builder.cleanups.append(Cleanup(run, builder.handler, len(builder.loops), True))
    with builder.protected(failed):
        if statement.handlers:
            inner_after = builder.new_block()
            lower_handlers(builder, statement, inner_after)
            builder.start(inner_after)
        else:
            builder.statements(statement.body.body)
    builder.cleanups.pop()
    builder.go_on(normal)


def lower_handlers(builder: Builder, statement: TryStmt, after: Block) -> None:
    """Lower `try` ... `except` ... `else`; what runs in a handler or in `else` is not protected by the handlers."""
    dispatch = builder.new_block()
    with builder.protected(dispatch):
        builder.statements(statement.body.body)
    otherwise = builder.new_block()
    builder.go_on(otherwise)
    if statement.else_body is not None:
        builder.statements(statement.else_body.body)
    builder.jump(after)
    builder.start(dispatch)
    if statement.is_star:
        lower_groups(builder, statement, after)
        return
    clauses = [builder.new_block() for _ in statement.handlers]
    outward = [] if any(map(catches_all, statement.types)) else [builder.outward()]
    builder.choose(*clauses, *outward)
    for number, clause in enumerate(clauses):
        builder.start(clause)
        lower_clause(builder, statement, number)
        builder.jump(after)


def lower_groups(builder: Builder, statement: TryStmt, after: Block) -> None:
    """Lower `except*` clauses: each may take a part of the group, and what is left goes outwards."""
    for number in range(len(statement.handlers)):
        clause, following = builder.new_block(), builder.new_block()
        builder.choose(clause, following)
        builder.start(clause)
        lower_clause(builder, statement, number)
        builder.go_on(following)
    builder.choose(after, builder.outward())


def lower_clause(builder: Builder, statement: TryStmt, number: int) -> None:
    """Lower one `except` clause; its name is deleted at its end."""
    target = builder.temporary()
    types, name = statement.types[number], statement.vars[number]
    handler = statement.handlers[number]
    builder.emit(CatchException(handler if types is None else types, target, types, statement.is_star))
    if name is None:
        builder.statements(handler.body)
        return
    variable = builder.names.variable(name)
    builder.emit(StoreName(name, variable, target, None))
    builder.cleanups.append(
        Cleanup(lambda: builder.emit(DeleteName(name, variable)), builder.handler, len(builder.loops), False)
    )
    builder.statements(handler.body)
    builder.cleanups.pop()
    builder.emit(DeleteName(name, variable))


def catches_all(types: Expression | None) -> bool:
    """Tell whether `except` with this expression catches every exception."""
    return types is None or (isinstance(types, RefExpr) and types.fullname == "builtins.BaseException")


def lower_with(builder: Builder, statement: WithStmt) -> None:
    """Lower `with` and `async with`; several items are nested."""
    if is_dead(statement.expr, builder.oracle):
        builder.unreachable()
        return
    regions: list[Region] = []
    for expression, target in zip(statement.expr, statement.target, strict=True):
        manager = builder.value(expression)
        entered = builder.temporary()
        builder.emit(EnterContext(expression, entered, manager, statement.is_async))
        failed, after = builder.new_block(), builder.new_block()
        names = names_in(builder, expression, target)
        regions.append(Region(expression, manager, names, statement.is_async, failed, after))
        enter_region(builder, regions[-1])
        if target is not None:
            store(builder, target, entered, statement)
    builder.statements(statement.body.body)
    while regions:
        leave_region(builder, regions.pop())


def names_in(builder: Builder, expression: Expression, target: Expression | None) -> tuple[Variable, ...]:
    """Return the variables that a manager's expression names, and that of its block's target."""
    nodes = [*descendants(expression, into_functions=False), target]
    names = (builder.names.variable(node) for node in nodes if isinstance(node, NameExpr))
    return tuple(dict.fromkeys(names))


def enter_region(builder: Builder, region: Region) -> None:
    """Begin the region that a context manager protects."""
    builder.cleanups.append(Cleanup(lambda: builder.emit(region.exit()), builder.handler, len(builder.loops), False))
    builder.handler = region.failed
    builder.go_on(builder.new_block())


def leave_region(builder: Builder, region: Region) -> None:
    """End the region: the normal exit, then the one after an exception."""
    builder.handler = builder.cleanups.pop().handler
    builder.go_on(builder.new_block())
    builder.emit(region.exit())
    builder.jump(region.after)
    builder.start(region.failed)
    suppresses = builder.temporary() if builder.oracle.may_suppress(region.expression, region.is_async) else None
    builder.emit(region.exit(suppresses, failed=True))
    if suppresses is not None:
        builder.end(Branch(suppresses, region.expression, None, region.after, builder.outward(), of_exit=True))
    else:
        builder.jump(builder.outward())
    builder.start(region.after)
