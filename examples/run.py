"""Run mypy with the plugin over the examples, and compare its reports with the comments in them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PACKAGES = ("dashboard", "library", "consumer")
REPORT = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: .*\[(?P<code>[\w-]+)\]$", re.MULTILINE)
EXPECTED = re.compile(r"# error: \[([\w-]+)\]")

Place = tuple[str, int, str]


def expected_reports() -> set[Place]:
    """The file, line and code of each `# error: [code]` comment."""
    return {
        (str(path.relative_to(FOLDER)), number, code)
        for package in PACKAGES
        for path in FOLDER.glob(f"{package}/*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for code in EXPECTED.findall(line)
    }


def main() -> int:
    """Print mypy's reports and the verdict; 0 if they are the expected ones."""
    # The plugin from this repository, installed or not.
    environment = os.environ | {"PYTHONPATH": str(FOLDER.parent)}
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-error-summary"]
    print(f"$ mypy {' '.join(PACKAGES)}\n", flush=True)
    done = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr)
    reported = {(match["file"], int(match["line"]), match["code"]) for match in REPORT.finditer(done.stdout)}
    expected = expected_reports()
    for place in sorted(expected - reported):
        print("missing:  {}:{}: [{}]".format(*place))
    for place in sorted(reported - expected):
        print("too much: {}:{}: [{}]".format(*place))
    if reported != expected or done.returncode != 1:
        print("The reports are not the expected ones.")
        return 1
    print(f"These are the {len(expected)} faults in the examples; the repaired versions beside them are silent.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
