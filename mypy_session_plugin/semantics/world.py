"""What the parts of the transfer function share while one graph is analysed."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from mypy.nodes import CallExpr, Context, Expression, FuncItem, MemberExpr, MypyFile, Node
from mypy.types import Type

from mypy_session_plugin.config import Options
from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.facts.store import GLOBALS, Store
from mypy_session_plugin.facts.values import NONE_VALUE, Value
from mypy_session_plugin.flow.syntax import assigned_targets, descendants
from mypy_session_plugin.mypy_compat.types import Types, is_optional
from mypy_session_plugin.semantics.binding import Binder
from mypy_session_plugin.semantics.commit_sites import splitting_calls
from mypy_session_plugin.semantics.events import Event
from mypy_session_plugin.semantics.factories import Factories, names_autoflush
from mypy_session_plugin.semantics.kept_objects import kept_objects
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.loader_options import LoaderOptions
from mypy_session_plugin.semantics.making import Maker, site_of
from mypy_session_plugin.semantics.own_code import OwnCode
from mypy_session_plugin.semantics.shapes import SessionShape, Shape, Shapes, without_states
from mypy_session_plugin.semantics.statements import Statements
from mypy_session_plugin.semantics.surroundings import Surroundings
from mypy_session_plugin.semantics.watch import Watch, watch


def ignore(event: Event, store: Store) -> None:
    """The listener where nothing is told: what fails half-way is no event."""


@dataclass(slots=True)
class Shared:
    """What is known for all functions of one module: types, stubs, options."""

    types: Types
    library: Library
    shapes: Shapes
    binder: Binder
    factories: Factories
    own: OwnCode
    surroundings: Surroundings
    options: Options

    def world(
        self,
        unit: FuncItem | MypyFile,
        nested: bool = False,
        captured: frozenset[str] = frozenset(),
        frames: tuple[FuncItem | MypyFile, ...] = (),
    ) -> World:
        """The surroundings of the graph of one function or module."""
        known = (self.types, self.library, self.shapes, self.binder, self.factories, self.own, self.surroundings)
        return World(*known, self.options, unit, nested, captured=captured, frames=frames)


@dataclass(slots=True)
class World(Shared):
    """One graph's surroundings: types, stubs, options, and who listens to events.

    `unit` is the function or module of the graph, `nested` tells that it is inside another function.
    `failing`: the instruction that runs raises half-way; `asked`: something has asked whether it does.
    `raising` tells that an exception is under way which nobody has caught.  `suspects` are the nodes at which, on some
    path, something was used whose session has ended.
    `blocks` are the last lines of the `with` statements by their managers, once they have been asked for.
    `captured` are the variables of the unit that functions inside it name.
    `watched`: what of transactions is of interest.
    `rebound` are its variables that functions inside it assign, `keys` those by which an instance was loaded.
    `frames` are the units whose calls have led here, this one last.
    """

    unit: FuncItem | MypyFile
    nested: bool = False
    failing: bool = False
    asked: bool = False
    raising: bool = False
    suspects: set[Context] = field(default_factory=set)
    rebound: frozenset[str] = frozenset()
    listener: Callable[[Event, Store], None] = field(default=ignore)
    nested_units: list[FuncItem] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    known_shapes: dict[Context, Shape] = field(default_factory=dict)
    known_optional: dict[Context, bool] = field(default_factory=dict)
    known_autoflush: dict[Context, bool] = field(default_factory=dict)
    blocks: dict[Expression, int] | None = None
    captured: frozenset[str] = frozenset()
    _nodes: list[Node] | None = None
    _statements: Statements | None = None
    _loader_options: LoaderOptions | None = None
    _assigned_attributes: frozenset[str] | None = None
    _splitting_calls: frozenset[Node] | None = None
    _kept_objects: frozenset[Node] | None = None
    watched: Watch = field(init=False)
    frames: tuple[FuncItem | MypyFile, ...] = ()

    def __post_init__(self) -> None:
        """A unit that nobody calls is a frame by itself."""
        self.watched = watch(self.unit, self.nodes)
        if not self.frames:
            self.frames = (self.unit,)

    def of_callee(self, function: FuncItem, captured: frozenset[str]) -> World:
        """The surroundings of a function that is called in this unit's code."""
        inner = self.world(function, nested=True, captured=captured, frames=(*self.frames, function))
        self.watched.share(inner.watched)
        return inner

    def fails_half_way(self) -> bool:
        """Whether the instruction that runs raises half-way: it does something else then."""
        self.asked = True
        return self.failing

    def call_site(self, node: Context) -> tuple[int, ...]:
        """Where a call stands that is followed, and how deep: a function that calls itself is there more than once."""
        return (*site_of(node), len(self.frames))

    @property
    def nodes(self) -> list[Node]:
        """All nodes of the unit, those of nested functions included."""
        if self._nodes is None:
            self._nodes = list(descendants(self.unit, into_functions=True))
        return self._nodes

    @property
    def statements(self) -> Statements:
        """What is known of the SQL statements of the unit."""
        if self._statements is None:
            self._statements = Statements(self.nodes, self.type)
        return self._statements

    @property
    def loader_options(self) -> LoaderOptions:
        """What is known of the loader options of the unit's statements."""
        if self._loader_options is None:
            self._loader_options = LoaderOptions(self.nodes, self.type, self.shapes.attributes, self._called)
        return self._loader_options

    @property
    def assigned_attributes(self) -> frozenset[str]:
        """The names of the attributes that the unit assigns, of whatever object."""
        if self._assigned_attributes is None:
            targets = (target for node in self.nodes for target in assigned_targets(node))
            parts = (part for target in targets for part in descendants(target, into_functions=False))
            self._assigned_attributes = frozenset(part.name for part in parts if isinstance(part, MemberExpr))
        return self._assigned_attributes

    def _called(self, call: CallExpr) -> FuncItem | None:
        """The function of the module that a call runs there and then."""
        callee = self.own.functions.called(call)
        return None if callee is None or callee.is_lazy or callee.manages or callee.cached else callee.function

    @property
    def splitting_calls(self) -> frozenset[Node]:
        """The calls in the unit that, if they commit, may leave a unit of work half done."""
        if self._splitting_calls is None:
            self._splitting_calls = splitting_calls(self.unit)
        return self._splitting_calls

    @property
    def kept_objects(self) -> frozenset[Node]:
        """The constructions in the unit whose object is called by its name wherever it is used."""
        if self._kept_objects is None:
            self._kept_objects = kept_objects(self.nodes, self.type)
        return self._kept_objects

    def shape(self, node: Context) -> Shape:
        """The shape of an expression's type, which stays as it is while the graph is analysed."""
        found = self.known_shapes.get(node)
        if found is None:
            found = self.known_shapes[node] = self.shapes.of(self.type(node))
        return found

    def names_autoflush(self, call: Context) -> bool:
        """Whether a call has an option on autoflush; its syntax is read once."""
        known = self.known_autoflush.get(call)
        if known is None:
            known = self.known_autoflush[call] = names_autoflush(call)
        return known

    def type(self, node: Context) -> Type | None:
        """The type of an expression; None for statements and for what mypy gave none."""
        return self.types.of(node) if isinstance(node, Expression) else None

    def typed_value(self, store: Store, node: Context, kind: str) -> Value:
        """The value of an expression of which only the type is known: instances in unknown states, unknown sessions.

        A phantom type says how an instance stands where it arrives, not for its life.
        """
        return self.shaped_value(store, without_states(self.shape(node)), node, kind)

    def shaped_value(self, store: Store, shape: Shape, node: Context, kind: str) -> Value:
        """The value of an expression of this shape."""
        value = Maker(store, kind, None).value(shape, site_of(node))
        optional = self.known_optional.get(node)
        if optional is None:
            optional = self.known_optional[node] = is_optional(self.type(node))
        return value | NONE_VALUE if optional else value

    def path_symbol(self, store: Store, place: tuple[str, ...], shape: Shape) -> Value:
        """What an attribute path holds when it is first read: one symbol as long as nothing may have assigned it."""
        if isinstance(shape, SessionShape) and shape.registry and "." in place[0]:
            site: Hashable = place
        else:
            shared = store.epochs.get(GLOBALS, frozenset()) if "." in place[0] else frozenset()
            site = (place, store.epoch(place) | shared)
        return Maker(store, "path", None).value(shape, site, ".".join([place[0].rpartition(".")[2], *place[1:]]))


def with_none(value: Value, type_: Type | None) -> Value:
    """The value of a place whose type may be optional."""
    return value | NONE_VALUE if is_optional(type_) else value
