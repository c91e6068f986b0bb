"""Control-flow graphs in a form that tests can show, and an oracle that needs no types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mypy import build
from mypy.modulefinder import BuildSource
from mypy.nodes import CallExpr, Expression, MemberExpr, MypyFile, NameExpr, RefExpr
from mypy.options import Options

from mypy_session_plugin.flow import graph as ir
from mypy_session_plugin.flow.graph import Block, Graph, Instruction


@dataclass
class NameOracle:
    """Answers by names: `dead...` has no type, `stop()` never returns, `suppress()` may swallow exceptions.

    `factory` is an attribute with an object that is called.
    """

    def is_typed(self, expression: Expression) -> bool:
        """Tell whether the expression begins with any other name."""
        while isinstance(expression, (CallExpr, MemberExpr)):
            expression = expression.callee if isinstance(expression, CallExpr) else expression.expr
        return not (isinstance(expression, NameExpr) and expression.name.startswith("dead"))

    def never_returns(self, call: CallExpr) -> bool:
        """Tell whether the call is of `stop`."""
        return isinstance(call.callee, NameExpr) and call.callee.name == "stop"

    def is_callable_object(self, callee: Expression) -> bool:
        """Tell whether the attribute that is called is `factory`."""
        return isinstance(callee, MemberExpr) and callee.name == "factory"

    def calls_generator(self, expression: Expression) -> bool:
        """Tell whether the expression is a call of `generator`."""
        return isinstance(expression, CallExpr) and getattr(expression.callee, "name", None) == "generator"

    def is_function_here(self, expression: Expression) -> bool:
        """Tell whether the expression is the name `function`."""
        return isinstance(expression, NameExpr) and expression.name == "function"

    def is_list(self, expression: Expression) -> bool:
        """Tell whether the expression is the name `items`."""
        return isinstance(expression, NameExpr) and expression.name == "items"

    def goes_through(self, call: CallExpr, position: int) -> bool:
        """Tell whether the call is of `any` or `list`, and the argument its first."""
        return getattr(call.callee, "name", None) in {"any", "list"} and position == 0

    def may_suppress(self, manager: Expression, is_async: bool) -> bool:
        """Tell whether the manager is a call of `suppress`."""
        return isinstance(manager, CallExpr) and getattr(manager.callee, "name", None) == "suppress"


def analysed(sources: list[BuildSource]) -> Mapping[str, MypyFile]:
    """Return the trees of the modules after mypy's semantic analysis, without type checking."""
    options = Options()
    options.incremental = False
    options.semantic_analysis_only = True
    options.preserve_asts = True
    options.follow_imports = "skip"
    options.ignore_errors = True
    options.ignore_missing_imports = True
    options.python_version = (3, 13)
    return build.build(sources, options).files


def text_of(graph: Graph) -> str:
    """Return the blocks of a graph, one instruction a line."""
    lines: list[str] = []
    for block in graph.blocks:
        header = " loop" if block.header else ""
        handler = "" if block.handler is None else f" except {block.handler.index}"
        lines.append(f"{block.index}:{header}{handler}")
        lines += [f"    {instruction_text(instruction)}" for instruction in block.instructions]
        lines.append(f"    {end_text(block)}")
    return "\n".join(lines)


def end_text(block: Block) -> str:
    """Return how a block ends."""
    match block.terminator:
        case ir.Jump(target):
            return f"-> {target.index}"
        case ir.Branch(test, _, place, if_true, if_false):
            where = "" if place is None else f" ({'.'.join(place)})"
            return f"%{test}{where} ? {if_true.index} : {if_false.index}"
        case ir.Choose(targets):
            return "-> any of " + ", ".join(str(target.index) for target in targets)
        case ir.Exit(how):
            return f"end: {how.value}"


def instruction_text(instruction: Instruction) -> str:
    """Return one instruction."""
    target = getattr(instruction, "target", None)
    text = operation_text(instruction)
    return text if target is None else f"%{target} = {text}"


def operation_text(instruction: Instruction) -> str:
    """Return an instruction without its result."""
    match instruction:
        case ir.LoadName(variable=variable):
            return variable
        case ir.LoadAttribute(object=owner, name=name) | ir.DeleteAttribute(object=owner, name=name):
            return f"%{owner}.{name}" if isinstance(instruction, ir.LoadAttribute) else f"del %{owner}.{name}"
        case ir.LoadItem(object=owner, index=index) | ir.DeleteItem(object=owner, index=index):
            return f"%{owner}[%{index}]" if isinstance(instruction, ir.LoadItem) else f"del %{owner}[%{index}]"
        case ir.LoadConstant(value=value):
            return f"constant {value!r}"
        case ir.LoadFunction(function=function, captured=captured):
            return f"function {function.name}" + (f" captures {', '.join(captured)}" if captured else "")
        case ir.Operation(operands=operands):
            return f"operation({temporaries(operands)})"
        case ir.Copy(source=source):
            return f"%{source}"
        case ir.Not(operand=operand):
            return f"not %{operand}"
        case ir.Compare(operator=operator, left=left, right=right):
            return f"%{left} {operator} %{right}"
        case ir.IsInstance(subject=subject, class_expression=RefExpr(fullname=name)):
            return f"isinstance(%{subject}, {name})"
        case ir.Call():
            return call_text(instruction)
        case ir.Await(value=value):
            return f"await %{value}"
        case ir.Yield(value=value):
            return f"yield %{value}"
        case ir.BuildContainer(kind=kind, items=items):
            return f"{kind.value}({', '.join(map(item_text, items))})"
        case ir.Collect(container=container, item=item):
            return f"collect {item_text(item)} in %{container}"
        case ir.StoreName(variable=variable, value=value):
            return f"{variable} = %{value}"
        case ir.StoreAttribute(object=owner, name=name, value=value):
            return f"%{owner}.{name} = %{value}"
        case ir.StoreItem(object=owner, index=index, value=value):
            return f"%{owner}[%{index}] = %{value}"
        case ir.DeleteName(variable=variable):
            return f"del {variable}"
        case ir.Unpack(targets=targets, value=value, starred=starred):
            return f"{temporaries(targets)} = unpack %{value}" + ("" if starred is None else f" starred {starred}")
        case ir.Next(iterable=iterable, is_async=is_async):
            return f"{'async ' if is_async else ''}next %{iterable}"
        case ir.EndIteration(iterable=iterable, left=left):
            return f"{'leave' if left else 'end of'} %{iterable}"
        case ir.EnterContext(manager=manager, is_async=is_async):
            return f"{'async ' if is_async else ''}enter %{manager}"
        case ir.ExitContext(manager=manager, is_async=is_async, failed=failed):
            return f"{'async ' if is_async else ''}exit %{manager}{' failed' if failed else ''}"
        case ir.Return(value=value):
            return "return" if value is None else f"return %{value}"
        case ir.Raise(value=value):
            return "raise" if value is None else f"raise %{value}"
        case ir.CatchException(types=types, group=group):
            caught = types.name if isinstance(types, NameExpr) else "all" if types is None else "several"
            return f"catch{' group' if group else ''} {caught}"
    raise AssertionError(type(instruction))


def temporaries(values: tuple[ir.Temporary, ...]) -> str:
    """Return temporaries, separated by commas."""
    return ", ".join(f"%{value}" for value in values)


def item_text(item: ir.Item) -> str:
    """Return an item of a display."""
    key = "" if item.key is None else f"%{item.key}: "
    return f"{'*' if item.starred else ''}{key}%{item.value}"


def call_text(call: ir.Call) -> str:
    """Return a call with its arguments."""
    prefixes = {ir.ArgumentKind.STAR: "*", ir.ArgumentKind.DOUBLE_STAR: "**"}
    arguments = [
        f"{prefixes.get(argument.kind, '')}{'' if argument.name is None else argument.name + '='}%{argument.value}"
        for argument in call.arguments
    ]
    callee = f"%{call.receiver}.{call.method}" if call.callee is None else f"%{call.callee}"
    return f"call {callee}({', '.join(arguments)})"
