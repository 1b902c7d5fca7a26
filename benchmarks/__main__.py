"""
Run the benchmarks one after the other: `make benchmark`, or `python -m benchmarks scale --large`.

With a name, only that one, with its own options; each prints what it measures and against what.
"""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
# `bench_gold` writes data that is committed, and needs a package that is not installed here.
EVERY = ("segmentation", "statistics", "downstream", "explore", "scale")


def main(arguments: list[str]) -> None:
    sys.path.insert(0, str(HERE))  # one takes its corpus from another
    names = arguments[:1] or EVERY
    for name in names:
        path = HERE / f"bench_{name}.py"
        if not path.exists():
            known = sorted(p.stem.removeprefix("bench_") for p in HERE.glob("bench_*.py"))
            sys.exit(f"No benchmark {name!r}; there are {', '.join(known)}.")
        print(f"\n== {name}: {path.name}", flush=True)
        sys.argv = [str(path), *arguments[1:]]
        runpy.run_path(str(path), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
