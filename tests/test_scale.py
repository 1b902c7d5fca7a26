"""Starting is cheap: nothing heavy is loaded before it is needed, and a warm cache loads least."""

import json
import subprocess
import sys

import pytest

from analysis import paths

CATALOGUE = paths.ROOT / "data" / "catalogue.csv"
HEAVY = ("numpy", "pandas", "scipy", "jieba", "rjieba", "sklearn", "matplotlib", "opencc")
# Processor time, which other work on the machine does not stretch; the bars are 0.3 and 3 s, and a
# laptop ten years old may take twice as long.
IMPORT, TABLE = 0.6, 6.0


def fresh(code: str) -> dict:
    """Run code in a new process; its processor time, and the heavy libraries that it loaded."""
    code += (
        "\nimport json, sys, time\n"
        f"print(json.dumps([time.process_time(), [m for m in {HEAVY} if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, loaded = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": seconds, "loaded": loaded}


def test_importing_the_package_loads_nothing_heavy():
    found = fresh("import analysis")
    assert found["loaded"] == []
    assert found["seconds"] < IMPORT


@pytest.mark.parametrize(
    "table",
    [
        "from analysis import corpus, counts, tokens\n"
        f"counts.count(tokens.table(corpus.load({str(CATALOGUE)!r})), 'report').frame()",
        "from analysis.counts import streaming\n"
        f"streaming.count({str(CATALOGUE)!r}, 'report', progress=False).frame()",
    ],
    ids=["in memory", "streamed"],
)
def test_a_first_table_from_a_warm_cache(table):
    fresh(table)
    warm = fresh(table)
    assert not {"jieba", "sklearn", "matplotlib"} & set(warm["loaded"])
    assert warm["seconds"] < TABLE
