"""The arguments of the commands that run mypy: those of its own that tell where things are."""

from __future__ import annotations

import argparse


def add_mypy_arguments(parser: argparse.ArgumentParser) -> None:
    """What a command passes on to mypy."""
    parser.add_argument("--config-file", metavar="PATH", help="mypy's configuration; by default the one that it finds")
    parser.add_argument(
        "--python-executable",
        metavar="PATH",
        help="the Python in whose environment mypy looks for libraries; by default the configured one, or this one",
    )
