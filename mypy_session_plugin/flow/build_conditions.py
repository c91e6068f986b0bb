"""Lowering of what chooses between two ways: tests, short-circuit operators, conditional expressions."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import (
    ComparisonExpr,
    ConditionalExpr,
    Expression,
    FloatExpr,
    IntExpr,
    NameExpr,
    OpExpr,
    StrExpr,
    UnaryExpr,
)

from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import Block, Branch, Compare, Copy, Not, Operation, Temporary
from mypy_session_plugin.flow.names import CONSTANT_NAMES
from mypy_session_plugin.flow.syntax import is_dead


def constant_truth(expression: Expression) -> bool | None:
    """Return the truth of a literal; None for anything else."""
    if isinstance(expression, NameExpr):
        known = CONSTANT_NAMES.get(expression.fullname, expression)
        return None if known is expression else bool(known)
    if isinstance(expression, (IntExpr, FloatExpr, StrExpr)):
        return bool(expression.value)
    return None


def condition(builder: Builder, expression: Expression, if_true: Block, if_false: Block) -> None:
    """End the current block with the branches that a test takes."""
    while isinstance(expression, UnaryExpr) and expression.op == "not":
        expression = expression.expr
        if_true, if_false = if_false, if_true
    known = constant_truth(expression)
    if known is not None:
        builder.jump(if_true if known else if_false)
    elif isinstance(expression, OpExpr) and expression.op in ("and", "or"):
        boolean_condition(builder, expression, if_true, if_false)
    elif isinstance(expression, ComparisonExpr) and len(expression.operators) > 1:
        comparison_condition(builder, expression, if_true, if_false)
    elif isinstance(expression, ConditionalExpr):
        first, second = builder.new_block(), builder.new_block()
        condition(builder, expression.cond, first, second)
        builder.start(first)
        condition(builder, expression.if_expr, if_true, if_false)
        builder.start(second)
        condition(builder, expression.else_expr, if_true, if_false)
    else:
        branch(builder, expression, builder.value(expression), if_true, if_false)


def branch(builder: Builder, expression: Expression, test: Temporary, if_true: Block, if_false: Block) -> None:
    """End the current block with one branch."""
    builder.end(Branch(test, expression, builder.names.place(expression), if_true, if_false))


def boolean_condition(builder: Builder, expression: OpExpr, if_true: Block, if_false: Block) -> None:
    """Lower `and` or `or` as a test; the operands of a chain are taken one after the other."""
    operands = chain(expression)
    for operand in operands[:-1]:
        end_if_dead(builder, operand)
        following = builder.new_block()
        if expression.op == "and":
            condition(builder, operand, following, if_false)
        else:
            condition(builder, operand, if_true, following)
        builder.start(following)
    end_if_dead(builder, operands[-1])
    condition(builder, operands[-1], if_true, if_false)


def end_if_dead(builder: Builder, operand: Expression) -> None:
    """End the path before an operand that mypy skipped."""
    if is_dead([operand], builder.oracle):
        builder.unreachable()


def chain(expression: OpExpr) -> list[Expression]:
    """Return the operands of `a and b and c`, however the parser has grouped them."""
    operands: list[Expression] = []
    pending: list[Expression] = [expression]
    while pending:
        operand = pending.pop()
        if isinstance(operand, OpExpr) and operand.op == expression.op:
            pending += (operand.right, operand.left)
        else:
            operands.append(operand)
    return operands


def boolean_value(builder: Builder, expression: OpExpr) -> Temporary:
    """Lower `and` or `or` as a value: that of the last operand evaluated."""
    target = builder.temporary()
    after = builder.new_block()
    operands = chain(expression)
    for operand in operands[:-1]:
        end_if_dead(builder, operand)
        value = builder.value(operand)
        taken, following = builder.new_block(), builder.new_block()
        if expression.op == "and":
            branch(builder, operand, value, following, taken)
        else:
            branch(builder, operand, value, taken, following)
        builder.start(taken)
        builder.emit(Copy(operand, target, value))
        builder.jump(after)
        builder.start(following)
    end_if_dead(builder, operands[-1])
    copy_of(builder, operands[-1], target)
    builder.go_on(after)
    return target


def copy_of(builder: Builder, expression: Expression, target: Temporary) -> None:
    """Lower an expression into a given temporary."""
    value = builder.value(expression)
    builder.emit(Copy(expression, target, value))


def conditional_value(builder: Builder, expression: ConditionalExpr) -> Temporary:
    """Lower `a if test else b`."""
    target = builder.temporary()
    first, second, after = builder.new_block(), builder.new_block(), builder.new_block()
    condition(builder, expression.cond, first, second)
    builder.start(first)
    copy_of(builder, expression.if_expr, target)
    builder.jump(after)
    builder.start(second)
    copy_of(builder, expression.else_expr, target)
    builder.go_on(after)
    return target


def operation_value(builder: Builder, expression: OpExpr) -> Temporary:
    """Lower a binary operator; a long chain to the left without recursion."""
    if expression.analyzed is not None:
        return builder.value(expression.analyzed)
    if expression.op in ("and", "or"):
        return boolean_value(builder, expression)
    pending = [expression]
    while isinstance(left := pending[-1].left, OpExpr) and left.op not in ("and", "or") and left.analyzed is None:
        pending.append(left)
    value = builder.value(pending[-1].left)
    for operation in reversed(pending):
        right = builder.value(operation.right)
        target = builder.temporary()
        builder.emit(Operation(operation, target, (value, right)))
        value = target
    return value


def unary_value(builder: Builder, expression: UnaryExpr) -> Temporary:
    """Lower `not`, `-`, `+` and `~`."""
    operand = builder.value(expression.expr)
    target = builder.temporary()
    builder.emit(
        Not(expression, target, operand) if expression.op == "not" else Operation(expression, target, (operand,))
    )
    return target


def comparisons(builder: Builder, expression: ComparisonExpr) -> Iterator[Temporary]:
    """Lower the comparisons of a chain, yielding each result; the caller branches between them."""
    left = builder.value(expression.operands[0])
    for operator, left_expression, right_expression in expression.pairwise():
        right = builder.value(right_expression)
        target = builder.temporary()
        left_place, right_place = builder.names.place(left_expression), builder.names.place(right_expression)
        builder.emit(Compare(expression, target, operator, left, right, left_place, right_place))
        yield target
        left = right


def comparison_condition(builder: Builder, expression: ComparisonExpr, if_true: Block, if_false: Block) -> None:
    """Lower `a < b < c` as a test."""
    last = len(expression.operators) - 1
    for number, test in enumerate(comparisons(builder, expression)):
        following = if_true if number == last else builder.new_block()
        branch(builder, expression, test, following, if_false)
        if number < last:
            builder.start(following)


def comparison_value(builder: Builder, expression: ComparisonExpr) -> Temporary:
    """Lower a comparison as a value; that of a chain is the first false result or the last one."""
    if len(expression.operators) == 1:
        return next(comparisons(builder, expression))
    target = builder.temporary()
    after = builder.new_block()
    last = len(expression.operators) - 1
    for number, test in enumerate(comparisons(builder, expression)):
        builder.emit(Copy(expression, target, test))
        if number < last:
            following = builder.new_block()
            branch(builder, expression, test, following, after)
            builder.start(following)
    builder.go_on(after)
    return target
