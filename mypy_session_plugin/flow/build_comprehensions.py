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
from mypy_session_plugin.flow.build_elements import lower_iterable
from mypy_session_plugin.flow.build_iterations import turns
from mypy_session_plugin.flow.build_targets import store
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    BuildContainer,
    Collect,
    ContainerKind,
    Item,
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
    first = lower_iterable(builder, loops.sequences[0])
    builder.emit(BuildContainer(node, container, kind, (), True))
    builder.names.comprehensions.append(builder.names.comprehension_scope(list(loops.indices)))
    lower_turns(builder, node, loops, first, lambda: builder.emit(Collect(node, container, item())))
    builder.names.comprehensions.pop()
    return container


def lower_turns(
    builder: Builder,
    node: Expression,
    loops: GeneratorExpr | DictionaryComprehension,
    iterable: Temporary,
    collect: Callable[[], None],
    number: int = 0,
) -> None:
    """Lower the loops from this one on, the others inside it."""
    expression, after = loops.sequences[number], builder.new_block()
    with turns(builder, node, expression, iterable, loops.is_async[number], after) as loop:
        store(builder, loops.indices[number], loop.element, None)
        for test in loops.condlists[number]:
            following = builder.new_block()
            condition(builder, test, following, loop.header)
            builder.start(following)
        if number + 1 < len(loops.indices):
            inner = lower_iterable(builder, loops.sequences[number + 1])
            lower_turns(builder, node, loops, inner, collect, number + 1)
        else:
            collect()
        builder.jump(loop.header)
    builder.start(loop.after)
