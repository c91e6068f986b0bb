"""Run every benchmark: `python -m benchmarks [NAME ...]`, where NAME is `import_time` for `bench_import_time.py`."""

import importlib
import subprocess
import sys
from pathlib import Path


def main(names: list[str]) -> None:
    """Run the named benchmarks, all of them if none is named."""
    found = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    unknown = sorted(set(names) - set(found))
    if unknown:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are {', '.join(found)}")
    if len(names) == 1:
        run(names[0])
        return
    # A process that measures others gives them its own peak of memory, so each begins anew.
    for name in names or found:
        subprocess.run([sys.executable, "-m", "benchmarks", name], check=True)


def run(name: str) -> None:
    """Run one benchmark in this process."""
    module = importlib.import_module(f"benchmarks.bench_{name}")
    summary = (module.__doc__ or name).splitlines()[0]
    print(f"{name}: {summary}", flush=True)
    module.main()


if __name__ == "__main__":
    main(sys.argv[1:])
