"""Builds of mypy in this process, with the user's own configuration, that look at modules and leave its cache alone."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from mypy import build, main
from mypy.errors import CompileError, Errors
from mypy.fscache import FileSystemCache
from mypy.modulefinder import BuildSource
from mypy.nodes import Expression, MypyFile
from mypy.options import Options
from mypy.plugin import Plugin
from mypy.types import Type
from mypy.version import __version__

from mypy_session_plugin.mypy_compat.leftovers import take_apart

PLUGIN = "mypy_session_plugin"
#: A pattern of the configuration that all modules match; what is set for one by its name counts more.
_EVERY_MODULE = "*.*"


class BuildError(Exception):
    """Mypy could not build: `lines` are what it said."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Plan:
    """What mypy is to check, with which options."""

    sources: Sequence[BuildSource]
    options: Options

    @property
    def has_plugin(self) -> bool:
        """Whether the configuration turns on this plugin."""
        return any(name.partition(":")[0] == PLUGIN for name in self.options.plugins)


@dataclass(frozen=True, slots=True)
class Built:
    """What mypy has found in the modules that it checked.

    `trees` and `checks_untyped` (whether functions without annotations are checked) are by the names of modules,
    `modules` their names by their paths.  `ignored` are those of whose errors mypy is told to say nothing.  `messages`
    are the lines that mypy would print.  The trees are whole, and there are types, where that was asked for.
    """

    trees: Mapping[str, MypyFile]
    types: Mapping[Expression, Type]
    modules: Mapping[Path, str]
    checks_untyped: Mapping[str, bool]
    ignored: Collection[str]
    messages: Sequence[str]


def plan(targets: Sequence[str], config_file: str | None = None, python_executable: str | None = None) -> Plan:
    """What mypy would do if it were given these targets here; without targets it takes those of the configuration.

    There may be none then, either.

    Raises `BuildError` for a configuration or targets that mypy refuses.
    """
    named = {"--config-file": config_file, "--python-executable": python_executable}
    words = [word for option, value in named.items() if value for word in (option, value)]
    words += ["--", *targets] if targets else []
    said = StringIO()
    try:
        fscache = FileSystemCache()
        sources, options = main.process_options(words, said, said, require_targets=False, fscache=fscache)
    except SystemExit:
        raise BuildError(_last_lines(said.getvalue())) from None
    except CompileError as error:
        raise BuildError(error.messages) from None
    return Plan(sources, options)


def run(
    planned: Plan, texts: Mapping[Path, str], plugin: Callable[[str], type[Plugin]], keep_trees: bool = False
) -> Built:
    """Check the sources of a plan, those with a text here as this text and not as their files.

    `plugin` is this one's entry point, for a configuration that does not name it.  The trees and types of what has a
    text are kept if they are to be gone through afterwards.

    Dependencies come from the user's cache, and go there.  What has a text does not: it may not be that of the file.
    A configuration without the plugin has a cache of its own, since mypy throws away what it has checked with other
    plugins.

    Raises `BuildError` where mypy finds what it cannot go on with: a syntax error, a module found twice.
    """
    sources, options = list(planned.sources), planned.options
    ignored = {source.module for source in sources if options.clone_for_module(source.module).ignore_errors}
    if not planned.has_plugin:
        options.cache_dir = os.path.join(options.cache_dir, PLUGIN)
    _set_for_looking(options)
    if keep_trees:
        _keep_trees(options)
    for position, source in enumerate(sources):
        text = texts.get(Path(source.path).resolve()) if source.path else None
        if source.path and text is not None:
            sources[position] = _with_text(source, source.path, text, options)
    options.build_per_module_cache()
    messages: list[str] = []

    def hear(_file: str | None, lines: list[str], _is_serious: bool) -> None:
        messages.extend(lines)

    said, collected = StringIO(), gc.get_threshold()
    try:
        extra = [] if planned.has_plugin else [plugin(__version__)(options)]
        result = build.build(sources, options, None, hear, None, said, said, extra)
    except CompileError as error:
        raise BuildError([*messages, *error.messages]) from None
    except SystemExit:
        raise BuildError(_last_lines(said.getvalue())) from None
    finally:
        # A build has the collector come seldom from then on: it is made for a process that ends with it.
        gc.set_threshold(*collected)
    result.manager.metastore.close()
    if not keep_trees:
        take_apart(result.files)
    return Built(
        result.files,
        result.types,
        {Path(source.path).resolve(): source.module for source in sources if source.path},
        {source.module: options.clone_for_module(source.module).check_untyped_defs for source in sources},
        ignored,
        messages,
    )


def plugins_before(planned: Plan) -> Iterator[tuple[str, Plugin]]:
    """The plugins of a configuration that mypy asks before this one, each with its name there.

    Raises `BuildError` for one that cannot be loaded.
    """
    options = planned.options
    named = options.plugins
    try:
        for name in named:
            if name.partition(":")[0] == PLUGIN:
                break
            options.plugins = [name]
            said = StringIO()
            try:
                loaded, _snapshot = build.load_plugins_from_config(options, Errors(options), said)
            except CompileError as error:
                raise BuildError(error.messages or _last_lines(said.getvalue())) from None
            yield from ((name, plugin) for plugin in loaded)
    finally:
        options.plugins = named


def _with_text(source: BuildSource, path: str, text: str, options: Options) -> BuildSource:
    """A source with a text of its own, for which mypy reads no cache and writes none."""
    # The option is meant for all modules at once, but mypy asks for that of the module which it is about to write.
    changes = {"cache_dir": os.devnull, "ignore_errors": False, "preserve_asts": options.preserve_asts}
    options.per_module_options[source.module] = options.per_module_options.get(source.module, {}) | changes
    if not _is_stored(path, text):
        # The newer parser reads the file whatever text is given, unless another file stands for it.
        options.shadow_file = [*(options.shadow_file or []), [path, os.devnull]]
    return BuildSource(source.path, source.module, text, source.base_dir)


def _is_stored(path: str, text: str) -> bool:
    try:
        return Path(path).read_bytes() == text.encode()
    except OSError:
        return False


def _keep_trees(options: Options) -> None:
    """The trees stay, with the types of their expressions.

    Asked of a module itself, that has mypy check the bodies of its functions even where it need not: in libraries.
    """
    options.preserve_asts = options.export_types = True
    everywhere = options.per_module_options.get(_EVERY_MODULE, {})
    options.per_module_options[_EVERY_MODULE] = everywhere | {"preserve_asts": False}


def _set_for_looking(options: Options) -> None:
    """The options under which the messages have one form."""
    options.num_workers = 0
    options.show_column_numbers = options.show_error_end = options.pretty = options.show_absolute_path = False
    options.show_error_context = options.hide_error_codes = options.color_output = False
    options.output = None
    options.dump_type_stats = options.dump_inference_stats = False
    options.report_dirs = {}


def _last_lines(said: str) -> list[str]:
    """What mypy says before it ends, without how it is called."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(("usage:", " "))]
    return lines or ["mypy ended without a word"]
