"""Single loader options: `selectinload(User.addresses).load_only(...)`, and what each says of an entity."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from mypy.nodes import CallExpr, Expression, MemberExpr, NameExpr, RefExpr, StrExpr, TypeInfo

from mypy_session_plugin.facts.loading import NO_OPTIONS, UNKNOWN_OPTIONS, Options, Strategy
from mypy_session_plugin.facts.records import dataclass, replace

#: Options that load a relationship with the row.
EAGER = frozenset({"contains_eager", "immediateload", "joinedload", "selectinload", "subqueryload"})
#: Options on a relationship by their names; `raiseload` is told by its arguments.
RELATED = {
    **dict.fromkeys(EAGER, Strategy.EAGER),
    "lazyload": Strategy.LAZY,
    "noload": Strategy.NOLOAD,
    "raiseload": Strategy.RAISE,
    "defaultload": None,
}
#: Options on columns.
COLUMNS = {"defer": Strategy.DEFERRED, "undefer": Strategy.EAGER, "with_expression": Strategy.EAGER}
#: Options on other things than how attributes of the entity are loaded.
OTHERS = frozenset({"with_loader_criteria", "selectin_polymorphic"})
WILDCARD = "*"

Change: TypeAlias = Callable[[Options], Options]
#: What an expression that stands for an option, a variable perhaps, is.
Meaning: TypeAlias = Callable[[Expression], Expression]


@dataclass(frozen=True, slots=True)
class LoaderOption:
    """One option: of which class it speaks (None: of all), where its chain has arrived, and all that it changes.

    Each change stands with the relationships that lead to the instances it is about.
    """

    root: TypeInfo | None
    path: tuple[str, ...] = ()
    changes: tuple[tuple[tuple[str, ...], Change], ...] = ()

    def changed(self, change: Change) -> LoaderOption:
        """With one more change, of the instances at which the chain has arrived."""
        return replace(self, changes=(*self.changes, (self.path, change)))


def with_option(before: Options, option: Expression, entity: TypeInfo, meant: Meaning) -> Options:
    """What a statement says of an entity when it is given one more option; `meant` follows variables."""
    found = _read(meant(option), meant)
    if found is None:
        return UNKNOWN_OPTIONS
    if found.root is not None and found.root is not entity:
        return UNKNOWN_OPTIONS if found.root in entity.mro or entity in found.root.mro else before
    for path, change in found.changes:
        before = _changed_at(before, path, change)
    return before


def _changed_at(options: Options, path: tuple[str, ...], change: Change) -> Options:
    if options.unknown:
        return options
    if not path:
        return change(options)
    nested = dict(options.nested)
    nested[path[0]] = _changed_at(nested.get(path[0], NO_OPTIONS), path[1:], change)
    return replace(options, nested=frozenset(nested.items()))


def _unknown(options: Options) -> Options:
    return UNKNOWN_OPTIONS


def _named(name: str, strategy: Strategy) -> Change:
    """The change of one attribute; SQLAlchemy refuses a second one that differs."""

    def change(options: Options) -> Options:
        named = dict(options.named)
        named[name] = strategy if named.get(name, strategy) is strategy else Strategy.UNKNOWN
        return replace(options, named=frozenset(named.items()))

    return change


def _columns(strategy: Strategy) -> Change:
    """The change of all columns of the entity that are not named."""
    return lambda options: replace(options, columns=_agreed(options.columns, strategy))


def _relationships(strategy: Strategy) -> Change:
    """The change of all relationships of the entity that are not named."""
    return lambda options: replace(options, relationships=_agreed(options.relationships, strategy))


def _everywhere(strategy: Strategy, of_columns: bool) -> Change:
    """The change of whatever the statement loads."""

    def change(options: Options) -> Options:
        if of_columns:
            return replace(options, all_columns=_agreed(options.all_columns, strategy))
        if strategy is not Strategy.EAGER:
            return replace(options, all_relationships=_agreed(options.all_relationships, strategy))
        # How far the loading leads depends on where it has been.
        own = _agreed(options.relationships, strategy)
        return replace(options, relationships=own, all_relationships=Strategy.UNKNOWN)

    return change


def _group(name: str) -> Change:
    return lambda options: replace(options, groups=options.groups | {(name, Strategy.EAGER)})


def _agreed(before: Strategy | None, strategy: Strategy) -> Strategy:
    return strategy if before is None or before is strategy else Strategy.UNKNOWN


def _read(option: Expression, meant: Meaning) -> LoaderOption | None:
    """What an option says; None if it is not understood."""
    if not isinstance(option, CallExpr) or any(kind.is_star() for kind in option.arg_kinds):
        return None
    callee = option.callee
    if isinstance(callee, RefExpr) and callee.fullname.startswith(("sqlalchemy.", "sqlmodel.")):
        return _begun(option, callee.fullname.rpartition(".")[2])
    base = _read(meant(callee.expr), meant) if isinstance(callee, MemberExpr) else None
    if base is None or not isinstance(callee, MemberExpr):
        return None
    if callee.name == "options":
        return _with_inner(base, [_read(meant(argument), meant) for argument in option.args])
    return _applied(base, callee.name, option)


def _begun(call: CallExpr, name: str) -> LoaderOption | None:
    """The function that begins an option."""
    first = call.args[0] if call.args else None
    if name in OTHERS:
        return LoaderOption(None)
    if name == "Load" and isinstance(first, RefExpr) and isinstance(first.node, TypeInfo):
        return LoaderOption(first.node)
    if name == "undefer_group":
        return _applied(LoaderOption(None), name, call)
    if isinstance(first, StrExpr) and first.value == WILDCARD:
        strategy = _strategy(name, call)
        change = None if strategy is None else _everywhere(strategy, name in COLUMNS)
        return None if change is None else LoaderOption(None).changed(change)
    owner = _owner(first)
    return None if owner is None else _applied(LoaderOption(owner), name, call)


def _owner(attribute: Expression | None) -> TypeInfo | None:
    """The class of which an attribute is given, `of_type()` and `and_()` taken off."""
    if isinstance(attribute, CallExpr) and isinstance(attribute.callee, MemberExpr):
        return _owner(attribute.callee.expr)
    if isinstance(attribute, MemberExpr) and isinstance(attribute.expr, RefExpr):
        owner = attribute.expr.node
        return owner if isinstance(owner, TypeInfo) else None
    return None


def _applied(option: LoaderOption, name: str, call: CallExpr) -> LoaderOption | None:
    """One link of a chain of options."""
    first = call.args[0] if call.args else None
    if name == "load_only":
        return _only(option, call)
    if name == "undefer_group":
        return option.changed(_group(first.value)) if isinstance(first, StrExpr) else None
    if name in COLUMNS:
        return _on_column(option, name, call)
    if name not in RELATED or first is None or sum(given is None for given in call.arg_names) != 1:
        return None
    strategy = _strategy(name, call)
    if isinstance(first, StrExpr):
        is_wildcard = first.value == WILDCARD and strategy is not None
        return option.changed(_relationships(strategy)) if is_wildcard and strategy is not None else None
    attribute, exact = _attribute(first)
    if not attribute:
        return None
    changed = option if strategy is None else option.changed(_named(attribute, strategy))
    below = replace(changed, path=(*option.path, attribute))
    recursive = "recursion_depth" in call.arg_names
    return below if exact and not recursive else below.changed(_unknown)


def _strategy(name: str, call: CallExpr) -> Strategy | None:
    """The strategy that an option gives, None for one that gives none."""
    arguments = dict(zip(call.arg_names, call.args, strict=True))
    if name == "raiseload":
        return _if_flag(arguments.get("sql_only"), Strategy.RAISE_ON_SQL, Strategy.RAISE)
    if name == "defer":
        return _if_flag(arguments.get("raiseload"), Strategy.RAISE, Strategy.DEFERRED)
    return RELATED[name] if name in RELATED else COLUMNS.get(name)


def _if_flag(flag: Expression | None, yes: Strategy, no: Strategy) -> Strategy:
    if flag is None:
        return no
    literal = flag.name if isinstance(flag, NameExpr) else ""
    return {"True": yes, "False": no}.get(literal, Strategy.UNKNOWN)


def _attribute(given: Expression | None) -> tuple[str, bool]:
    """The name of a mapped attribute, and whether the instances found there are all of its class."""
    if isinstance(given, CallExpr) and isinstance(given.callee, MemberExpr):
        name, exact = _attribute(given.callee.expr)
        match given.callee.name:
            case "and_":
                return name, exact
            case "of_type":
                return name, False
            case _:
                return "", False
    return (given.name, True) if isinstance(given, MemberExpr) else ("", False)


def _on_column(option: LoaderOption, name: str, call: CallExpr) -> LoaderOption | None:
    strategy = _strategy(name, call) or Strategy.UNKNOWN
    first = call.args[0] if call.args else None
    if isinstance(first, StrExpr):
        return option.changed(_columns(strategy)) if first.value == WILDCARD else None
    others = [given for given in call.arg_names if given is None][1:]
    attribute, _exact = _attribute(first)
    if not attribute or (others and name != "with_expression"):
        return None
    return option.changed(_named(attribute, strategy))


def _only(option: LoaderOption, call: CallExpr) -> LoaderOption | None:
    """`load_only()`: the columns that are given, and no other."""
    arguments = dict(zip(call.arg_names, call.args, strict=True))
    others = _if_flag(arguments.get("raiseload"), Strategy.RAISE, Strategy.DEFERRED)
    for given, name in zip(call.args, call.arg_names, strict=True):
        if name is not None:
            continue
        attribute, _exact = _attribute(given)
        if not attribute:
            return None
        option = option.changed(_named(attribute, Strategy.EAGER))
    return option.changed(_columns(others))


def _with_inner(option: LoaderOption, options: list[LoaderOption | None]) -> LoaderOption | None:
    """`.options(...)` on an option: each begins where its chain has arrived."""
    for inner in options:
        if inner is None or inner.root is None:
            return None
        moved = tuple(((*option.path, *path), change) for path, change in inner.changes)
        option = replace(option, changes=(*option.changes, *moved))
    return option
