"""What is known of the functions of the module that is checked, for all that call them."""

from __future__ import annotations

from typing import NamedTuple

from mypy.nodes import Expression, FuncDef, FuncItem, Var

from mypy_session_plugin.facts.records import dataclass, field
from mypy_session_plugin.flow.graph import Graph
from mypy_session_plugin.mypy_compat.types import Types
from mypy_session_plugin.semantics.carriers import Carriers
from mypy_session_plugin.semantics.functions import Functions
from mypy_session_plugin.semantics.hidden_reads import HiddenReads
from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.semantics.literal_containers import LiteralContainers
from mypy_session_plugin.semantics.locks import Locks
from mypy_session_plugin.semantics.mapped import MappedClasses
from mypy_session_plugin.semantics.module_assignments import ModuleAssignments
from mypy_session_plugin.semantics.own_bodies import OwnBodies
from mypy_session_plugin.semantics.shared_sessions import SharedSessions
from mypy_session_plugin.semantics.untouched import Untouched
from mypy_session_plugin.semantics.untyped import Untyped


@dataclass(slots=True)
class Runs:
    """How many bodies may still be followed for the unit that is analysed, and how many blocks run in them."""

    left: int = 0
    blocks: int = 0


class AttributesRead(NamedTuple):
    """Which attributes of a variable a function reads by itself, and the functions that it gives the variable to.

    `paths` are dotted; what the function assigns is left out.  Each function comes with the parameter that takes it.
    """

    paths: frozenset[tuple[str, ...]]
    receivers: tuple[tuple[FuncItem, Var], ...]


@dataclass(frozen=True, slots=True)
class OwnCode:
    """The functions that calls run, which of them touch nothing, and the graphs of those that are followed.

    `locks` tells what guards code from that of others, `shared` are the sessions that the module makes once for all of
    its code, `literals` its containers of functions,
    `carriers` tells in which units nothing of a session can arise, `hidden` which of them read by others what they do
    not name, and `untyped` what imports without types name.
    `assigned` is what methods assign to the attributes of their object, see `constructors`; `read` which attributes of
    its variables a function reads.
    """

    functions: Functions
    untouched: Untouched
    locks: Locks
    shared: SharedSessions
    literals: LiteralContainers
    carriers: Carriers
    hidden: HiddenReads
    untyped: Untyped
    graphs: dict[FuncDef, Graph | None] = field(default_factory=dict)
    assigned: dict[FuncDef, dict[str, list[Expression | None]]] = field(default_factory=dict)
    read: dict[tuple[FuncItem, Var], AttributesRead] = field(default_factory=dict)
    runs: Runs = field(default_factory=Runs)


def own_code(types: Types, library: Library, mapped: MappedClasses) -> OwnCode:
    """What there is to know of one module, as long as its types stand."""
    functions = Functions(types)
    untouched = Untouched(types, functions, library, mapped)
    assignments = ModuleAssignments(types.tree)
    locks = Locks(types, library, assignments)
    shared, literals = SharedSessions(types, functions, locks, assignments), LiteralContainers(types.tree)
    bodies = OwnBodies(types.tree, functions)
    carriers, hidden = Carriers(types, bodies, library, mapped), HiddenReads(types, bodies)
    return OwnCode(functions, untouched, locks, shared, literals, carriers, hidden, Untyped(types.tree))
