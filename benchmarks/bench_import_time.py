"""What `import mypy_session_plugin` adds to the start of an application that has typing_extensions already.

SQLAlchemy imports typing_extensions, so every application has it.  The figure is CPU time, the median over fresh
interpreters, with bytecode written beforehand as an installed package has it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT = 2.0
"""Milliseconds that the design allows."""
RUNS = 21
ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import time
import typing_extensions
start = time.process_time_ns()
import mypy_session_plugin
print((time.process_time_ns() - start) / 1_000_000)
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as bytecode:
        milliseconds(bytecode)
        figures = sorted(milliseconds(bytecode) for _ in range(RUNS))
    print(
        f"  median {statistics.median(figures):.2f} ms, minimum {figures[0]:.2f} ms, "
        f"maximum {figures[-1]:.2f} ms of {RUNS} runs; allowed: {LIMIT:.2f} ms"
    )


def milliseconds(bytecode: str) -> float:
    """Import the package in a fresh interpreter that keeps its bytecode in the given folder."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": bytecode, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return float(run.stdout)
