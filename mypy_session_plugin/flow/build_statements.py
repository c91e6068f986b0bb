"""Lowering of statements."""

from __future__ import annotations

from mypy import nodes
from mypy.nodes import Expression, Statement

from mypy_session_plugin.flow.build_closures import lower_kept
from mypy_session_plugin.flow.build_conditions import condition
from mypy_session_plugin.flow.build_definitions import (
    lower_class,
    lower_decorator,
    lower_function,
    lower_import,
    lower_import_from,
    lower_overloaded,
    lower_type_alias,
)
from mypy_session_plugin.flow.build_elements import lower_iterable
from mypy_session_plugin.flow.build_exceptions import lower_try, lower_with
from mypy_session_plugin.flow.build_iterations import hold_generator, turns
from mypy_session_plugin.flow.build_patterns import lower_match
from mypy_session_plugin.flow.build_targets import delete, lower_augmented, store
from mypy_session_plugin.flow.builder import Builder, Loop, StatementTable
from mypy_session_plugin.flow.graph import Block, Operation, Raise, Return
from mypy_session_plugin.flow.syntax import is_dead


def skipped(builder: Builder, *expressions: Expression | None) -> bool:
    """End the path if mypy skipped this statement as unreachable; tell whether it did."""
    if not is_dead([expression for expression in expressions if expression is not None], builder.oracle):
        return False
    builder.unreachable()
    return True


def lower_nothing(builder: Builder, statement: Statement) -> None:
    """Lower a statement that does nothing when it runs."""


def lower_block(builder: Builder, block: nodes.Block) -> None:
    """Lower a block; one that mypy excluded (another platform, `TYPE_CHECKING`) ends the path."""
    if block.is_unreachable:
        builder.unreachable()
    else:
        builder.statements(block.body)


def lower_expression(builder: Builder, statement: nodes.ExpressionStmt) -> None:
    """Lower an expression whose value is not used."""
    if not skipped(builder, statement.expr):
        builder.value(statement.expr)


def lower_assignment(builder: Builder, statement: nodes.AssignmentStmt) -> None:
    """Lower `a = b = value`; a declaration without a value stores nothing."""
    if isinstance(statement.rvalue, nodes.TempNode):
        return
    if not statement.is_alias_def and skipped(builder, statement.rvalue, *statement.lvalues):
        return
    value = lower_kept(builder, statement.rvalue)
    hold_generator(builder, statement)
    for target in statement.lvalues:
        store(builder, target, value, statement)


def lower_operator_assignment(builder: Builder, statement: nodes.OperatorAssignmentStmt) -> None:
    """Lower `target += value`."""
    if not skipped(builder, statement.lvalue, statement.rvalue):
        lower_augmented(builder, statement)


def lower_delete(builder: Builder, statement: nodes.DelStmt) -> None:
    """Lower `del`; mypy gives no type to a name that is deleted, whether it is reached or not."""
    target = statement.expr
    if not isinstance(target, (nodes.MemberExpr, nodes.IndexExpr)) or not skipped(builder, target):
        delete(builder, target)


def lower_return(builder: Builder, statement: nodes.ReturnStmt) -> None:
    """Lower `return`: the value, then the way out through `finally` and `with`."""
    if skipped(builder, statement.expr):
        return
    value = None if statement.expr is None else lower_kept(builder, statement.expr)
    builder.emit(Return(statement, value))
    builder.leave(0, None)


def lower_raise(builder: Builder, statement: nodes.RaiseStmt) -> None:
    """Lower `raise`."""
    if skipped(builder, statement.expr, statement.from_expr):
        return
    value = None if statement.expr is None else builder.value(statement.expr)
    if statement.from_expr is not None:
        builder.value(statement.from_expr)
    builder.emit(Raise(statement, value))
    builder.raise_out()


def lower_assert(builder: Builder, statement: nodes.AssertStmt) -> None:
    """Lower `assert`: where the test fails, an exception is made and raised."""
    if skipped(builder, statement.expr):
        return
    holds, fails = builder.new_block(), builder.new_block()
    condition(builder, statement.expr, holds, fails)
    builder.start(fails)
    operands = builder.values([statement.msg])
    error = builder.temporary()
    builder.emit(Operation(statement, error, operands))
    builder.emit(Raise(statement, error))
    builder.raise_out()
    builder.start(holds)


def lower_if(builder: Builder, statement: nodes.IfStmt) -> None:
    """Lower `if` with all its `elif`, which mypy nests in one another."""
    after = builder.new_block()
    following: nodes.IfStmt | None = statement
    while following is not None:
        current, following = following, None
        for test, body in zip(current.expr, current.body, strict=True):
            if skipped(builder, test):
                break
            first, second = builder.new_block(), builder.new_block()
            condition(builder, test, first, second)
            builder.start(first)
            if body.is_unreachable:
                builder.unreachable()
            else:
                builder.statements(body.body)
            builder.jump(after)
            builder.start(second)
        otherwise = current.else_body
        if otherwise is None or builder.current is None:
            continue
        if otherwise.is_unreachable:
            builder.unreachable()
        elif len(otherwise.body) == 1 and isinstance(otherwise.body[0], nodes.IfStmt):
            following = otherwise.body[0]
        else:
            builder.statements(otherwise.body)
    builder.go_on(after)


def lower_while(builder: Builder, statement: nodes.WhileStmt) -> None:
    """Lower `while` with `else`."""
    if skipped(builder, statement.expr):
        return
    header, body, otherwise, after = (builder.new_block() for _ in range(4))
    header.header = True
    builder.go_on(header)
    condition(builder, statement.expr, body, otherwise)
    builder.start(body)
    lower_loop_body(builder, statement.body, Loop(after, header, len(builder.cleanups)))
    finish_loop(builder, statement.else_body, otherwise, after)


def lower_for(builder: Builder, statement: nodes.ForStmt) -> None:
    """Lower `for` and `async for` with `else`."""
    if skipped(builder, statement.expr):
        return
    iterable = lower_iterable(builder, statement.expr)
    after = builder.new_block()
    with turns(builder, statement, statement.expr, iterable, statement.is_async, after) as loop:
        store(builder, statement.index, loop.element, statement)
        lower_loop_body(builder, statement.body, Loop(loop.left, loop.header, len(builder.cleanups)))
    finish_loop(builder, statement.else_body, loop.after, after)


def lower_loop_body(builder: Builder, body: nodes.Block, loop: Loop) -> None:
    """Lower the body of a loop and the way back."""
    builder.loops.append(loop)
    if body.is_unreachable:
        builder.unreachable()
    else:
        builder.statements(body.body)
    builder.loops.pop()
    builder.jump(loop.header)


def finish_loop(builder: Builder, body: nodes.Block | None, otherwise: Block, after: Block) -> None:
    """Lower the `else` of a loop, which `break` skips."""
    builder.start(otherwise)
    if body is not None:
        builder.statements(body.body)
    builder.go_on(after)


def lower_break(builder: Builder, statement: nodes.BreakStmt) -> None:
    """Lower `break`."""
    if builder.loops:
        builder.leave(builder.loops[-1].depth, builder.loops[-1].after)


def lower_continue(builder: Builder, statement: nodes.ContinueStmt) -> None:
    """Lower `continue`."""
    if builder.loops:
        builder.leave(builder.loops[-1].depth, builder.loops[-1].header)


def lower_nonlocal(builder: Builder, statement: nodes.NonlocalDecl) -> None:
    """Note that what is stored in these names is seen by the code around."""
    builder.shared.update(statement.names)


STATEMENTS: StatementTable = {
    nodes.Block: lower_block,
    nodes.ExpressionStmt: lower_expression,
    nodes.AssignmentStmt: lower_assignment,
    nodes.OperatorAssignmentStmt: lower_operator_assignment,
    nodes.DelStmt: lower_delete,
    nodes.ReturnStmt: lower_return,
    nodes.RaiseStmt: lower_raise,
    nodes.AssertStmt: lower_assert,
    nodes.IfStmt: lower_if,
    nodes.WhileStmt: lower_while,
    nodes.ForStmt: lower_for,
    nodes.BreakStmt: lower_break,
    nodes.ContinueStmt: lower_continue,
    nodes.PassStmt: lower_nothing,
    nodes.GlobalDecl: lower_nothing,
    nodes.NonlocalDecl: lower_nonlocal,
    nodes.TryStmt: lower_try,
    nodes.WithStmt: lower_with,
    nodes.MatchStmt: lower_match,
    nodes.FuncDef: lower_function,
    nodes.OverloadedFuncDef: lower_overloaded,
    nodes.Decorator: lower_decorator,
    nodes.ClassDef: lower_class,
    nodes.Import: lower_import,
    nodes.ImportFrom: lower_import_from,
    nodes.ImportAll: lower_nothing,
    nodes.TypeAliasStmt: lower_type_alias,
}
