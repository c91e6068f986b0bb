"""Lowering of `match`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mypy.nodes import Context, Expression, MatchStmt, Node
from mypy.patterns import (
    AsPattern,
    ClassPattern,
    MappingPattern,
    OrPattern,
    Pattern,
    SequencePattern,
    SingletonPattern,
    StarredPattern,
    ValuePattern,
)

from mypy_session_plugin.flow.build_conditions import condition
from mypy_session_plugin.flow.build_targets import store
from mypy_session_plugin.flow.builder import Builder
from mypy_session_plugin.flow.graph import (
    Block,
    Branch,
    Compare,
    IsInstance,
    LoadAttribute,
    LoadConstant,
    LoadItem,
    Operation,
    Place,
    Temporary,
    Unpack,
)
from mypy_session_plugin.flow.syntax import is_dead


class Subject:
    """What a pattern is held against: a temporary, its access path, and the expression it belongs to."""

    def __init__(self, value: Temporary, place: Place | None, node: Expression) -> None:
        self.value = value
        self.place = place
        self.node = node

    def part(self, value: Temporary, attribute: str | None = None) -> Subject:
        """Return a part of the subject; `attribute` if that is what it is."""
        place = (*self.place, attribute) if self.place is not None and attribute is not None else None
        return Subject(value, place, self.node)


def lower_match(builder: Builder, statement: MatchStmt) -> None:
    """Lower `match`: the cases in turn, each to its body or on to the next."""
    if is_dead([statement.subject], builder.oracle):
        builder.unreachable()
        return
    subject = Subject(builder.value(statement.subject), builder.names.place(statement.subject), statement.subject)
    after = builder.new_block()
    for pattern, guard, body in zip(statement.patterns, statement.guards, statement.bodies, strict=True):
        following = builder.new_block()
        lower_pattern(builder, pattern, subject, following)
        if guard is not None:
            guarded = builder.new_block()
            condition(builder, guard, guarded, following)
            builder.start(guarded)
        if body.is_unreachable:
            builder.unreachable()
        else:
            builder.statements(body.body)
        builder.jump(after)
        builder.start(following)
    builder.go_on(after)


def lower_pattern(builder: Builder, pattern: Pattern, subject: Subject, fails: Block) -> None:
    """Test a pattern and bind its names: control goes on where it matches, else to `fails`."""
    PATTERNS[type(pattern)](builder, pattern, subject, fails)


def test(builder: Builder, value: Temporary, node: Expression, fails: Block) -> None:
    """Go on where a test holds."""
    holds = builder.new_block()
    builder.end(Branch(value, node, None, holds, fails))
    builder.start(holds)


def maybe(builder: Builder, fails: Block) -> None:
    """Go on or fail, by something that is not followed: the length of a sequence, the keys of a mapping."""
    holds = builder.new_block()
    builder.choose(holds, fails)
    builder.start(holds)


def bind(builder: Builder, name: Expression | None, value: Temporary) -> None:
    """Store a captured value."""
    if name is not None:
        store(builder, name, value, None)


def lower_as(builder: Builder, pattern: AsPattern, subject: Subject, fails: Block) -> None:
    """Lower `pattern as name`, a plain name, and `_`."""
    if pattern.pattern is not None:
        lower_pattern(builder, pattern.pattern, subject, fails)
    bind(builder, pattern.name, subject.value)


def lower_or(builder: Builder, pattern: OrPattern, subject: Subject, fails: Block) -> None:
    """Lower `first | second`."""
    matched = builder.new_block()
    for alternative in pattern.patterns[:-1]:
        following = builder.new_block()
        lower_pattern(builder, alternative, subject, following)
        builder.jump(matched)
        builder.start(following)
    lower_pattern(builder, pattern.patterns[-1], subject, fails)
    builder.go_on(matched)


def lower_value(builder: Builder, pattern: ValuePattern, subject: Subject, fails: Block) -> None:
    """Lower a literal or dotted name: compared with `==`."""
    right = builder.value(pattern.expr)
    target = builder.temporary()
    place = builder.names.place(pattern.expr)
    builder.emit(Compare(pattern, target, "==", subject.value, right, subject.place, place))
    test(builder, target, pattern.expr, fails)


def lower_singleton(builder: Builder, pattern: SingletonPattern, subject: Subject, fails: Block) -> None:
    """Lower `None`, `True` and `False`: compared with `is`."""
    right, target = builder.temporary(), builder.temporary()
    builder.emit(LoadConstant(pattern, right, pattern.value))
    builder.emit(Compare(pattern, target, "is", subject.value, right, subject.place, None))
    test(builder, target, subject.node, fails)


def lower_sequence(builder: Builder, pattern: SequencePattern, subject: Subject, fails: Block) -> None:
    """Lower `[first, *rest]`."""
    maybe(builder, fails)
    starred = next((n for n, each in enumerate(pattern.patterns) if isinstance(each, StarredPattern)), None)
    parts = tuple(builder.temporary() for _ in pattern.patterns)
    builder.emit(Unpack(pattern, parts, subject.value, starred))
    for each, part in zip(pattern.patterns, parts, strict=True):
        lower_pattern(builder, each, subject.part(part), fails)


def lower_starred(builder: Builder, pattern: StarredPattern, subject: Subject, fails: Block) -> None:
    """Lower `*rest` of a sequence, which always matches."""
    bind(builder, pattern.capture, subject.value)


def lower_mapping(builder: Builder, pattern: MappingPattern, subject: Subject, fails: Block) -> None:
    """Lower `{"key": pattern, **rest}`."""
    maybe(builder, fails)
    for key, value in zip(pattern.keys, pattern.values, strict=True):
        index = builder.value(key)
        item = builder.temporary()
        builder.emit(LoadItem(key, item, subject.value, index))
        lower_pattern(builder, value, subject.part(item), fails)
    if pattern.rest is not None:
        bind(builder, pattern.rest, derived(builder, pattern, subject))


def lower_class(builder: Builder, pattern: ClassPattern, subject: Subject, fails: Block) -> None:
    """Lower `Class(positional, name=pattern)`; which attribute a positional one is, is not followed."""
    target = builder.temporary()
    builder.emit(IsInstance(pattern, target, subject.value, subject.place, pattern.class_ref))
    test(builder, target, pattern.class_ref, fails)
    for each in pattern.positionals:
        lower_pattern(builder, each, subject.part(derived(builder, each, subject)), fails)
    for name, each in zip(pattern.keyword_keys, pattern.keyword_values, strict=True):
        value = builder.temporary()
        part = subject.part(value, name)
        builder.emit(LoadAttribute(each, value, subject.value, name, part.place))
        lower_pattern(builder, each, part, fails)


def derived(builder: Builder, node: Context, subject: Subject) -> Temporary:
    """Return a value made from the subject in a way that is not followed."""
    target = builder.temporary()
    builder.emit(Operation(node, target, (subject.value,)))
    return target


PATTERNS: dict[type[Node], Callable[[Builder, Any, Subject, Block], None]] = {
    AsPattern: lower_as,
    OrPattern: lower_or,
    ValuePattern: lower_value,
    SingletonPattern: lower_singleton,
    SequencePattern: lower_sequence,
    StarredPattern: lower_starred,
    MappingPattern: lower_mapping,
    ClassPattern: lower_class,
}
