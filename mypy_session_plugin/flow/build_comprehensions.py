"""Lowering of comprehensions and generator expressions: loops that fill a container, written in place."""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import (
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    ListComprehension,
    SetComprehension,
)

from mypy_session_plugin.flow.build_conditions import condition
from mypy_session_plugin.flow.build_targets import store
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    BuildContainer,
    Collect,
    ContainerKind,
    Item,
    Next,
    Temporary,
)


def lower_generator(builder: Builder, expression: GeneratorExpr) -> Temporary:
    """Lower a generator expression, as if it ran where it is written."""
    return lower_generator_as(builder, expression, expression, ContainerKind.GENERATOR)


def lower_list_comprehension(builder: Builder, expression: ListComprehension) -> Temporary:
    """Lower `[... for ...]`."""
    return lower_generator_as(builder, expression, expression.generator, ContainerKind.LIST)


def lower_set_comprehension(builder: Builder, expression: SetComprehension) -> Temporary:
    """Lower `{... for ...}`."""
    return lower_generator_as(builder, expression, expression.generator, ContainerKind.SET)


def lower_generator_as(builder: Builder, node: Expression, generator: GeneratorExpr, kind: ContainerKind) -> Temporary:
    """Lower the loops of a generator into a container of some kind."""
    return lower_loops(builder, node, generator, kind, lambda: Item(builder.value(generator.left_expr), None, False))


def lower_dictionary_comprehension(builder: Builder, expression: DictionaryComprehension) -> Temporary:
    """Lower `{...: ... for ...}`."""

    def item() -> Item:
        key = None if expression.key is None else builder.value(expression.key)
        return Item(builder.value(expression.value), key, key is None)

    return lower_loops(builder, expression, expression, ContainerKind.DICT, item)


def lower_loops(
    builder: Builder,
    node: Expression,
    loops: GeneratorExpr | DictionaryComprehension,
    kind: ContainerKind,
    item: Callable[[], Item],
) -> Temporary:
    """Lower nested loops; only the first iterable is evaluated outside the comprehension's scope."""
    container = builder.temporary()
    first = builder.value(loops.sequences[0])
    builder.emit(BuildContainer(node, container, kind, (), True))
    builder.names.comprehensions.append(builder.names.comprehension_scope(list(loops.indices)))
    after = builder.new_block()
    leave = after
    for number, index in enumerate(loops.indices):
        iterable = builder.value(loops.sequences[number]) if number else first
        header, turn = builder.new_block(), builder.new_block()
        header.header = True
        builder.go_on(header)
        builder.choose(turn, leave)
        builder.start(turn)
        element = builder.temporary()
        builder.emit(Next(node, element, iterable, loops.is_async[number]))
        store(builder, index, element, None)
        for test in loops.condlists[number]:
            following = builder.new_block()
            condition(builder, test, following, header)
            builder.start(following)
        leave = header
    collected = item()
    builder.emit(Collect(node, container, collected))
    builder.jump(leave)
    builder.names.comprehensions.pop()
    builder.start(after)
    return container
