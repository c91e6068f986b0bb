"""What session stubs remark on calls of which they say no more: what is gone through, and what is not kept."""

from __future__ import annotations

from mypy.nodes import ARG_STAR, CallExpr

from mypy_session_plugin.facts.effects import FunctionStub, ParameterKind
from mypy_session_plugin.flow.build_calls import ARGUMENT_KINDS
from mypy_session_plugin.flow.graph import Argument, ArgumentKind
from mypy_session_plugin.semantics.binding import assign_arguments
from mypy_session_plugin.semantics.library import Library


def exhausts(library: Library, owner: str, name: str, call: CallExpr, position: int) -> bool:
    """Whether what a class or module defines under a name certainly goes through its argument at a position."""
    signatures = library.signatures(owner, name)
    return bool(signatures) and all(_exhausts(signature, call, position) for signature in signatures)


def forgets(library: Library, full_name: str, is_class: bool) -> bool:
    """Whether nobody has what a function, or the constructor of a class, was given once it has returned."""
    owner, name = (full_name, "__init__") if is_class else full_name.rpartition(".")[::2]
    signatures = library.signatures(owner, name)
    return bool(signatures) and all(signature.effect("forgets") is not None for signature in signatures)


def _exhausts(signature: FunctionStub, call: CallExpr, position: int) -> bool:
    """Whether a signature has the parameter and says so of it; a keyword of which it knows nothing may change that."""
    if not any(effect.name == "exhausts" for effect in signature.effects):
        return False
    arguments = [
        Argument(index, ARGUMENT_KINDS.get(kind, ArgumentKind.POSITIONAL), name, node, None)
        for index, (node, kind, name) in enumerate(zip(call.args, call.arg_kinds, call.arg_names, strict=True))
    ]
    assigned = assign_arguments(signature.parameters, arguments)
    if assigned is None or len(assigned) < len(arguments):
        return False
    parameter = next(parameter for parameter, argument in assigned if argument.value == position)
    is_certain = parameter.kind is ParameterKind.VAR_POSITIONAL or ARG_STAR not in call.arg_kinds[:position]
    return is_certain and signature.exhausts(parameter.name)
