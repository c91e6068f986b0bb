"""Whether the plugin can do its work here: versions, configuration, and the plugins that are asked before it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mypy_session_plugin.semantics.library import Library
from mypy_session_plugin.stub_files import module_of, stub_files, stub_root

if TYPE_CHECKING:
    from mypy.plugin import Plugin

    from mypy_session_plugin.mypy_compat.builds import Plan
    from mypy_session_plugin.mypy_compat.environment import Installed

LOWEST_PYTHON = (3, 11)
LOWEST_SQLALCHEMY = (2, 0)
#: From this release of SQLAlchemy on its types need this mypy.
NEWER_SQLALCHEMY, NEWER_MYPY = (2, 1), (2, 4)


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and what was found; `advice` tells what to do, and is empty where nothing is."""

    what: str
    found: str
    advice: str = ""


def versions(mypy_version: str, supported: str, refusal: str | None) -> Iterator[Check]:
    """The versions of Python and mypy; `refusal` is why the plugin does not run on this mypy."""
    python = ".".join(map(str, sys.version_info[:3]))
    advice = "" if sys.version_info >= LOWEST_PYTHON else "use Python 3.11 or newer"
    yield Check("Python", f"{python} (supported: 3.11 and newer)", advice)
    advice = 'pip install "mypy-session-plugin[mypy]" brings one that is' if refusal else ""
    yield Check("mypy", f"{mypy_version} (supported: {supported})", advice)


def sqlalchemy(found: Installed, mypy_version: str) -> Check:
    """The version of SQLAlchemy where mypy looks for it."""
    where = f" for {found.python}" if found.python not in (None, sys.executable) else ""
    if found.stubs is not None:
        told = f"{found.release or 'not installed'}{where}, hidden by {found.stubs}"
        return Check(
            "SQLAlchemy", told, "uninstall those stubs: they are for 1.4, and SQLAlchemy 2.0 has types of its own"
        )
    if found.release:
        advice = _advice_on_sqlalchemy(_numbers(found.release), _numbers(mypy_version))
        told = f"{found.release}{where} (supported: 2.0, and 2.1 with mypy 2.4 and newer)"
        return Check("SQLAlchemy", told, advice)
    if found.python is None:
        return Check("SQLAlchemy", "mypy looks at no environment", "take no_site_packages out of the configuration")
    advice = "install it there" if where else "install it here, or tell mypy where it is: python_executable"
    return Check("SQLAlchemy", f"not installed{where}", advice)


def _advice_on_sqlalchemy(release: tuple[int, ...], mypy_release: tuple[int, ...]) -> str:
    if release < LOWEST_SQLALCHEMY:
        return "use SQLAlchemy 2.0 or newer: older ones have no types"
    if release >= NEWER_SQLALCHEMY and mypy_release < NEWER_MYPY:
        return "use mypy 2.4 or newer, which its types need"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


def configuration(planned: Plan) -> Iterator[Check]:
    """Where the configuration is, whether it turns on the plugin, and which plugins hide something from it."""
    from mypy_session_plugin.mypy_compat.builds import plugins_before

    shown = planned.options.config_file
    if not planned.has_plugin:
        found = f"{shown}, without the plugin" if shown else "none"
        yield Check("configuration", found, '"python -m mypy_session_plugin init" turns on the plugin')
        return
    yield Check("configuration", f"{shown}, with the plugin")
    names = list(_stubbed_names())
    for name, plugin in plugins_before(planned):
        hidden = [full_name for full_name in names if _answers(plugin, full_name)]
        if hidden:
            more = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
            yield Check("plugin", name, f"it answers for {hidden[0]}{more}: list mypy_session_plugin before it")
        else:
            yield Check("plugin", f"{name}, which hides nothing of SQLAlchemy")


def _stubbed_names() -> Iterator[str]:
    """The full names of what the bundled stubs describe of SQLAlchemy, as mypy looks them up."""
    root, library = stub_root(), Library([])
    for path in stub_files([root / "sqlalchemy"]):
        stub = library.read(path, module_of(path, root))
        yield from (f"{stub.name}.{name}" for name in stub.functions)
        for owner in stub.classes.values():
            yield from (f"{owner.full_name}.{name}" for name in owner.methods)


def _answers(plugin: Plugin, full_name: str) -> bool:
    """Whether a plugin has a hook for a name; one that cannot tell before the build has none."""
    try:
        return bool(plugin.get_method_hook(full_name) or plugin.get_function_hook(full_name))
    except Exception:
        return False
