"""What the loader options of a statement say of what it loads, followed through variables and helper functions.

What is said in two ways, on two branches or by two assignments, is unknown; so is all of a statement of which a part is
not understood.  See https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mypy.nodes import (
    Argument,
    AssignmentExpr,
    CallExpr,
    CastExpr,
    ConditionalExpr,
    Expression,
    FuncItem,
    GlobalDecl,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    NonlocalDecl,
    RefExpr,
    ReturnStmt,
    SetExpr,
    StarExpr,
    TupleExpr,
    TypeInfo,
    Var,
)
from mypy.types import Type

from mypy_session_plugin.facts.loading import NO_OPTIONS, UNKNOWN_OPTIONS, Options
from mypy_session_plugin.facts.records import replace
from mypy_session_plugin.flow.syntax import assignments, descendants
from mypy_session_plugin.semantics.attributes import Attributes
from mypy_session_plugin.semantics.load_options import with_option
from mypy_session_plugin.semantics.loading_paths import met_elsewhere
from mypy_session_plugin.semantics.statement_roots import is_root, selected

#: Methods of statements and queries after which the same instances are loaded in the same way.
PASSED = frozenset(
    re.findall(
        r"\w+",
        """
    where filter filter_by having order_by group_by limit offset fetch slice distinct join outerjoin join_from
    outerjoin_from select_from correlate correlate_except with_for_update params unique_params yield_per autoflush
    reset_joinpoint prefix_with suffix_with with_hint with_statement_hint tuples returning values set returning_defaults
    all first first_or_404 one one_or_404 one_or_none get get_or_404 scalar scalars execution_options
    """,
    )
)
#: Of the functions that begin a statement, those whose `returning()` selects instances.
CHANGES = frozenset({"insert", "update", "delete"})
#: Functions of SQLAlchemy that make other entities of a class.
ALIASING = frozenset({"AliasedClass", "Bundle", "aliased", "with_polymorphic"})
#: So often what a variable holds is looked up that is made of itself.
ROUNDS = 4
#: What is known already of the variables that are being followed.
Following = dict[object, Options | None]
#: What a call runs, if it is one function of the module.
Called = Callable[[CallExpr], FuncItem | None]


class LoaderOptions:
    """Answers for the code of one unit, given as all its nodes, by what it assigns to each variable.

    `called` tells which function of the module a call runs; such a function is followed if all it does with the
    statement is to return it.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        type_of: Callable[[Expression], Type | None],
        attributes: Attributes,
        called: Called | None = None,
    ) -> None:
        self._nodes = nodes
        self._type_of = type_of
        self._attributes = attributes
        self._called = called
        #: The classes that the statement selects which is being followed.
        self._selected: set[TypeInfo] = set()
        self._assigned: dict[object, list[Expression | None]] | None = None
        self._known: dict[tuple[Expression, TypeInfo], Options] = {}

    def of(self, expression: Expression, entity: TypeInfo) -> Options:
        """What a statement, or a Query at any of its methods, says of the instances of an entity that it selects."""
        key = (expression, entity)
        if key not in self._known:
            options = self._said(expression, entity)
            beside = sorted(self._selected - {entity}, key=lambda info: info.fullname)
            selected = [(entity, options), *((info, self._said(expression, info)) for info in beside)]
            self._known[key] = met_elsewhere(selected, self._attributes)
        return self._known[key]

    def of_list(self, expression: Expression, entity: TypeInfo) -> Options:
        """What the options say that `get()` is given as a list."""
        items = self._items(expression)
        options = UNKNOWN_OPTIONS if items is None else self._with_all(items, NO_OPTIONS, entity)
        return met_elsewhere([(entity, options)], self._attributes)

    def _said(self, expression: Expression, entity: TypeInfo) -> Options:
        self._selected.clear()
        return self._follow(expression, entity, {}) or UNKNOWN_OPTIONS

    def _follow(self, expression: Expression, entity: TypeInfo, following: Following) -> Options | None:
        """What a statement says; None for a variable that is being followed already."""
        match expression:
            case NameExpr():
                return self._of_variable(expression, entity, following)
            case ConditionalExpr():
                branches = (expression.if_expr, expression.else_expr)
                return _joined(self._follow(item, entity, following) for item in branches)
            case AssignmentExpr():
                return self._follow(expression.value, entity, following)
            case CastExpr():
                return self._follow(expression.expr, entity, following)
            case MemberExpr() if expression.name == "query" and _is_class(expression.expr, entity):
                return NO_OPTIONS
            case CallExpr():
                return self._of_call(expression, entity, following)
            case _:
                return UNKNOWN_OPTIONS

    def _of_variable(self, name: NameExpr, entity: TypeInfo, following: Following) -> Options | None:
        """What all values of a variable say, of which some are made of its value before."""
        if name.node in following:
            return following[name.node]
        values = self._values().get(name.node)
        found: Options | None = None if values else UNKNOWN_OPTIONS
        for _round in range(ROUNDS):
            inside = {**following, name.node: found}
            said = [UNKNOWN_OPTIONS if value is None else self._follow(value, entity, inside) for value in values or ()]
            joined = _joined([found, *said])
            if joined == found:
                return found
            found = joined
        return UNKNOWN_OPTIONS

    def _of_call(self, call: CallExpr, entity: TypeInfo, following: Following) -> Options | None:
        callee = call.callee
        if is_root(call, self._type_of) or (isinstance(callee, MemberExpr) and callee.name == "query"):
            return self._of_root(call, entity)
        if not isinstance(callee, MemberExpr):
            return self._of_helper(call, entity)
        if callee.name not in PASSED and callee.name not in ("options", "populate_existing"):
            return self._of_helper(call, entity)
        before = self._follow(callee.expr, entity, following)
        if before is None:
            return None
        if callee.name == "options":
            options = self._given(call)
            return UNKNOWN_OPTIONS if options is None else self._with_all(options, before, entity)
        if callee.name == "populate_existing":
            return replace(before, populate_existing=True)
        return _with_execution_options(call, before) if callee.name == "execution_options" else before

    def _of_root(self, call: CallExpr, entity: TypeInfo) -> Options:
        """The function that begins the statement: what it selects must be the class itself, no alias of it."""
        callee = call.callee
        if isinstance(callee, RefExpr) and callee.fullname.rpartition(".")[2] in CHANGES:
            return NO_OPTIONS
        if any(kind.is_star() for kind in call.arg_kinds):
            return UNKNOWN_OPTIONS
        arguments = selected(call, self._type_of) or call.args
        named = [item.node for item in arguments if isinstance(item, RefExpr)]
        self._selected.update(node for node in named if isinstance(node, TypeInfo))
        others = [item for item in arguments if not _is_class(item, entity) and not _is_plain_part(item)]
        return NO_OPTIONS if not others and any(_is_class(item, entity) for item in arguments) else UNKNOWN_OPTIONS

    def _of_helper(self, call: CallExpr, entity: TypeInfo) -> Options:
        """A function of the module that makes the statement and returns it, in one place."""
        function = self._called(call) if self._called is not None else None
        if function is None or function.is_generator or function.is_coroutine or function.is_async_generator:
            return UNKNOWN_OPTIONS
        nodes = list(descendants(function, into_functions=True))
        returned = [node.expr for node in nodes if isinstance(node, ReturnStmt)]
        if len(returned) != 1 or returned[0] is None:
            return UNKNOWN_OPTIONS
        return LoaderOptions(nodes, self._type_of, self._attributes).of(returned[0], entity)

    def _with_all(self, options: Iterable[Expression], before: Options, entity: TypeInfo) -> Options:
        """What a statement says that is given some more options."""
        for option in options:
            before = with_option(before, option, entity, self._meant)
        return before

    def _given(self, call: CallExpr) -> list[Expression] | None:
        """The options that `options()` is given; None if `*` stands for some that are not known."""
        given: list[Expression] = []
        for argument, kind in zip(call.args, call.arg_kinds, strict=True):
            items = self._items(argument) if kind.is_star() else [argument]
            if items is None:
                return None
            given += items
        return given

    def _items(self, expression: Expression) -> list[Expression] | None:
        """The elements of a display, or of the only one that a variable holds."""
        meant = self._meant(expression)
        if not isinstance(meant, (ListExpr, SetExpr, TupleExpr)):
            return None
        return None if any(isinstance(item, StarExpr) for item in meant.items) else meant.items

    def _meant(self, expression: Expression) -> Expression:
        """What a variable holds that is assigned once; every other expression itself."""
        values = self._values().get(expression.node) if isinstance(expression, NameExpr) else None
        return values[0] if values is not None and len(values) == 1 and values[0] is not None else expression

    def _values(self) -> dict[object, list[Expression | None]]:
        """What each variable of the unit is assigned; None for what is no plain assignment, and comes from outside."""
        if self._assigned is None:
            self._assigned = {}
            shared: set[str] = set()
            for node in self._nodes:
                if isinstance(node, Argument):
                    self._assigned.setdefault(node.variable, []).append(None)
                elif isinstance(node, (GlobalDecl, NonlocalDecl)):
                    shared.update(node.names)
            for variable, value in assignments(self._nodes):
                is_shared = isinstance(variable, Var) and variable.name in shared
                self._assigned.setdefault(variable, []).append(None if is_shared else value)
        return self._assigned


def _joined(found: Iterable[Options | None]) -> Options | None:
    joined: Options | None = None
    for options in found:
        if options is not None:
            joined = options if joined is None else joined.join(options)
    return joined


def _is_class(expression: Expression, entity: TypeInfo) -> bool:
    return isinstance(expression, RefExpr) and expression.node is entity


def _is_plain_part(expression: Expression) -> bool:
    """Whether what is selected beside an entity is another class, or made of columns: no instance of the entity."""
    names = [node for node in descendants(expression, into_functions=False) if isinstance(node, NameExpr)]
    return all(map(_is_plain_name, names))


def _is_plain_name(name: NameExpr) -> bool:
    is_library = name.fullname.startswith("sqlalchemy") and name.name not in ALIASING
    return is_library or isinstance(name.node, TypeInfo)


def _with_execution_options(call: CallExpr, before: Options) -> Options:
    for argument, name, kind in zip(call.args, call.arg_names, call.arg_kinds, strict=True):
        if name == "populate_existing" or kind.is_star():
            literal = argument.name if isinstance(argument, NameExpr) else ""
            before = replace(before, populate_existing={"True": True, "False": False}.get(literal))
    return before
