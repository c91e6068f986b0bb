"""Names of attributes among those that mypy looks up in a unit: whether one may be read that cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable

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


def may_miss(names: set[str], look: Look, by_commit: Callable[[], bool]) -> bool:
    """Whether a mapped attribute may be read that cannot be loaded; `by_commit`: because of a commit as well."""
    if names.isdisjoint(ATTRIBUTES) or names <= ATTRIBUTES | {CONSTRUCTION}:
        return False
    loading = look.loading
    if RAISING in names or (LAZY in names and loading.is_async) or loading.leaves_out:
        return True
    return loading.reads_after_end or (loading.is_async and loading.reads_after_expiry(by_commit()))


def may_validate(names: set[str], look: Look) -> bool:
    """Whether a unit may make models where what they read cannot be loaded, if it is not: the types tell."""
    return HIDDEN in names and not names <= ATTRIBUTES | {CONSTRUCTION} and look.loading.is_async


def may_show(names: set[str], look: Look) -> bool:
    """Whether a unit may show, as text, an instance that has lost what its `repr` reads, if it has one: types tell."""
    if names <= ATTRIBUTES | {CONSTRUCTION}:
        return False
    loading = look.loading
    return (loading.is_async or bool(loading.ends) or loading.leaves_out) and look.shows


def may_answer(names: set[str], look: Look, by_commit: Callable[[], bool]) -> bool:
    """Whether a unit may return what has lost what a response model reads once the unit has returned."""
    loading = look.loading
    if names == {CONSTRUCTION}:
        return False
    return bool(loading.ends) or loading.leaves_out or (loading.is_async and loading.expires(by_commit()))


def may_miss_together(own: set[str], names: set[str], look: Look, by_commit: Callable[[], bool]) -> bool:
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
    return not names.isdisjoint((LAZY, RAISING)) or loading.calls_after_expiry(by_commit())


def may_validate_together(own: set[str], names: set[str], look: Look) -> bool:
    """Whether what a unit calls may make models of what it has, where that cannot be loaded: the types tell."""
    return HIDDEN in names and not own <= ATTRIBUTES and look.loading.is_async
