"""Configuration of the documentation."""

import re
from pathlib import Path

project = "mypy-session-plugin"
author = "The mypy-session-plugin developers"
copyright = f"2026, {author}"
_package = Path(__file__).parent.parent / "mypy_session_plugin" / "__init__.py"
release = version = re.findall(r'^__version__ = "(.+)"$', _package.read_text(), re.MULTILINE)[0]

extensions = ["myst_parser"]
exclude_patterns = ["_build", "changelog.d"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"{project} {release}"
