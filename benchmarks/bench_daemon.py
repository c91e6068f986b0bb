"""What the plugin adds to an edit in the daemon: CPU milliseconds of the check after a change in one function."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench_ratio import project
from benchmarks.measure import BARE_CONFIG, PLUGIN_CONFIG

LIMIT = 20.0
"""Milliseconds that the design allows."""
EDITS = 15
PROGRAM = """
import pathlib, statistics, sys, time
from mypy.dmypy_server import Server
from mypy.find_sources import create_source_list
from mypy.main import process_options
flags = ["-i", "--config-file", "mypy.ini", "--cache-dir", "cache"]
_, options = process_options(flags, require_targets=False, server_options=True)
server = Server(options, "status.json")
module, spent = pathlib.Path("module0.py"), []
text = module.read_text()
for number in range(int(sys.argv[1])):
    module.write_text(text.replace("example.org", f"example{number:0{number + 1}}.org", 1))
    before = time.process_time()
    answer = server.check(create_source_list(["module0.py"], options), False, False, 80)
    spent.append(time.process_time() - before)
    assert answer["status"] == 0, answer
print(1000 * statistics.median(spent[2:]))
"""


def main() -> None:
    """Measure and print."""
    bare, loaded = milliseconds(BARE_CONFIG), milliseconds(PLUGIN_CONFIG)
    print(
        f"  an edit of a session function: {bare:.1f} ms without the plugin, {loaded:.1f} ms with it, "
        f"{loaded - bare:.1f} ms more; allowed: {LIMIT:.0f} ms"
    )


def milliseconds(config: str) -> float:
    """The median over edits of one function, each of which makes the module a little longer."""
    with TemporaryDirectory() as holder:
        folder = Path(holder)
        project(folder, 1, 5, 40)
        Path(folder, "mypy.ini").write_text(config)
        command = [sys.executable, "-c", PROGRAM, str(EDITS)]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
        return float(run.stdout)
