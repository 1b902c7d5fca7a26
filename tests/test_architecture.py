"""The picture in the docs stays true: imports go upstream, big libraries have one door."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import paths

PACKAGE = paths.ROOT / "analysis"
FILES = sorted(PACKAGE.rglob("*.py"))
# Stages of the flow; a module imports its own stage and earlier ones.
STAGES = [
    {"paths", "glossary", "textfiles", "readers"},
    {"cache", "catalogue", "structure", "corpus", "accuracy"},
    {"lexicons", "tokens"},
    {"counts", "phrases", "text_reuse", "mentions", "quantities"},
    {"uncertainty"},
    {"terms", "keyness", "concordance", "robustness", "tables", "choices", "damage"},
    {"drift", "topics", "panel"},
    {"figures", "plot"},
    {"story", "wording"},
    {"notebooks", "pipeline", "trace", "claims", "findings"},
    {"lookup", "views", "explore", "api", "edition"},
    {"__main__", "__init__"},
]  # fmt: skip
# Library: the modules (first name below analysis) that may import it.
DOORS = {
    "jieba": {"tokens"},
    "rjieba": {"tokens"},
    "sklearn": {"topics"},
    "ahocorasick_rs": {"panel"},
    "xlsxwriter": {"panel"},
    "matplotlib": {"figures", "plot"},
    "wordcloud": {"plot"},
    "opencc": set(),
    "pypinyin": set(),
    "nbclient": {"notebooks"},
    "ipywidgets": {"explore"},
}


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_upstream(path):
    stage = {module: at for at, modules in enumerate(STAGES) for module in modules}
    assert name(path) in stage, f"{name(path)} has no place in the flow: add it to STAGES"
    for module in imported(path):
        parts = module.split(".")
        if parts[0] == "analysis" and len(parts) > 1 and parts[1] in stage:
            assert stage[parts[1]] <= stage[name(path)], f"{path.name} imports {module} downstream"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_big_libraries_have_one_door(path):
    for module in imported(path):
        allowed = DOORS.get(module.split(".")[0])
        assert allowed is None or name(path) in allowed, f"{path.name} imports {module}"


def test_importing_the_package_is_quick_and_loads_nothing_heavy():
    code = (
        "import sys, analysis; print([m for m in ('pandas','numpy','jieba') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
