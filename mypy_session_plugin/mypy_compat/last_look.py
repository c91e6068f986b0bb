"""The last look at a module that mypy gives a plugin, from 2.4 on: what no probe has led to is analysed here.

Mypy looks up no name in `return user`, nor in anything it knows as Any, and where it looks up none a plugin is not
asked.  When a module is finished it asks for further dependencies: by then there is no checker to be seen, but one
that has all the types still exists.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from mypy.checker import TypeChecker
from mypy.checker_state import checker_state
from mypy.nodes import MypyFile
from mypy.plugin import Plugin
from mypy.state import state

#: Whether this mypy gives that last look.
IS_GIVEN = hasattr(Plugin, "get_additional_indirect_deps")


def checker_of(tree: MypyFile) -> TypeChecker | None:
    """The checker that has the types of a module, for one in which mypy looked up no name.

    Only the checker and mypy's build know each other, so it is found among all objects that refer to the module: this
    costs a walk over the process's memory, and is for the few modules that need it.
    """
    for referrer in gc.get_referrers(tree):
        if isinstance(referrer, TypeChecker) and referrer.tree is tree and has_types(referrer):
            return referrer
    return None


def has_types(checker: TypeChecker) -> bool:
    """Whether a checker has types; mypy empties one that it has done with."""
    return len(checker._type_maps) == 1 and bool(checker._type_maps[0])


@contextmanager
def resumed(checker: TypeChecker) -> Iterator[None]:
    """Let a checker that has finished its module report in it."""
    errors, module = checker.errors, checker.tree.fullname
    errors.set_file(checker.path, module, scope=checker.tscope, options=checker.options)
    with (
        state.strict_optional_set(checker.options.strict_optional),
        checker_state.set(checker),
        checker.tscope.module_scope(module),
    ):
        yield
