"""Names of attributes among those that mypy looks up in a unit: whether one may be read that cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import SymbolTableNode, TypeInfo

from mypy_session_plugin.looks import Look

#: Stands among a unit's names for the construction of an object of the user's.
CONSTRUCTION = "<construction>"
#: Stands among a unit's names for what gives it a session of its own, or two.
OPENING = "<opening>"
#: Stands among a unit's names for a column whose values can be changed in place.
IN_PLACE = "<in place>"
#: Stand among a unit's names for a mapped attribute, for one that needs SQL of its own, and one that may raise.
MAPPED, LAZY, RAISING = "<mapped>", "<lazy>", "<raising>"
#: Stands among a unit's names for a call that reads attributes which it does not name.
HIDDEN = "<hidden>"
#: What stands there for the read of a mapped attribute.
ATTRIBUTES = frozenset({HIDDEN, IN_PLACE, MAPPED, LAZY, RAISING})


def kind_of_attribute(full_name: str, lookup: Callable[[str], SymbolTableNode | None]) -> str | None:
    """What a mapped attribute adds to the names of a unit; None for every other one."""
    from mypy_session_plugin.mypy_compat.model_bodies import VALIDATE
    from mypy_session_plugin.semantics.columns import is_column_of
    from mypy_session_plugin.semantics.loading_hints import is_mapped_in, is_read_apart, is_reference, is_to_raise

    class_name, _, name = full_name.rpartition(".")
    symbol = lookup(class_name)
    if name == VALIDATE:
        return HIDDEN if _has_fields(symbol) else None
    if is_column_of(symbol, name):
        return IN_PLACE
    if is_to_raise(symbol, name):
        return RAISING
    if is_read_apart(symbol, name):
        return LAZY
    return MAPPED if is_reference(symbol, name) or is_mapped_in(symbol, name) else None


def _has_fields(symbol: SymbolTableNode | None) -> bool:
    """Whether a class is a model with fields that are certainly read by their names."""
    from mypy_session_plugin.semantics.validations import fields

    return symbol is not None and isinstance(symbol.node, TypeInfo) and any(fields(symbol.node))


def may_miss(names: set[str], look: Look, by_commit: bool) -> bool:
    """Whether a mapped attribute may be read that cannot be loaded; `by_commit`: because of a commit as well."""
    if names.isdisjoint(ATTRIBUTES) or names <= ATTRIBUTES | {CONSTRUCTION}:
        return False
    loading = look.loading
    if RAISING in names or (LAZY in names and loading.is_async) or loading.leaves_out:
        return True
    if HIDDEN in names and (loading.is_async or loading.calls_after_end):
        return True
    return loading.reads_after_end or (loading.is_async and loading.reads_after_expiry(by_commit))


def may_answer(names: set[str], look: Look) -> bool:
    """Whether a unit may return what cannot be loaded to code that reads it once the unit has returned."""
    return names != {CONSTRUCTION} and (look.loading.is_async or bool(look.loading.ends))


def may_miss_together(own: set[str], names: set[str], look: Look, by_commit: bool) -> bool:
    """Whether what a unit calls may read what it has, or give it what it reads."""
    if names.isdisjoint(ATTRIBUTES):
        return False
    if not own.isdisjoint(ATTRIBUTES) and OPENING in names - own:
        return True
    loading = look.loading
    if own <= ATTRIBUTES:
        return False
    if loading.calls_after_end or not loading.is_async:
        return loading.calls_after_end
    return not names.isdisjoint((HIDDEN, LAZY, RAISING)) or loading.calls_after_expiry(by_commit)
