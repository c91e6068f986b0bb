"""`make demo` shows what it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / "examples" / "run.py"


def test_the_plugin_reports_the_faults_in_the_examples_and_nothing_else() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
