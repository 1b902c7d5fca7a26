"""The picture in the docs stays true: imports go upstream, big libraries have one door, concepts are few."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from analysis import paths

PACKAGE = paths.ROOT / "analysis"
FILES = sorted(PACKAGE.rglob("*.py"))
RESTORER = sorted((paths.ROOT / "restoration").glob("*.py"))
NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("[0-9]*.ipynb"))
# Caps are on concepts, not on lines: names that a module offers, modules of a package, modules that a notebook
# imports. What stands above a cap may shrink and not grow.
NAMES, ALL_NAMES, IMPORTED = 15, 700, 6
OFFERS = {"accuracy": 21}
MODULES = {"analysis": 45, "restoration": 14}
MANY = {"00_reports": 7, "01_rates": 7, "07_restoration": 7, "09_targets": 8}
# Stages of the flow; a module imports its own stage and earlier ones.
STAGES = [
    {"paths", "storage", "glossary", "readers", "wordform", "lexicons"},
    {"catalogue", "structure", "corpus"},
    {"tokens", "doctor"},
    {"counts", "collocations", "text_reuse", "occurrences", "quantities"},
    {"uncertainty"},
    {"concordance", "weighting", "terms", "contrast", "tables", "accuracy"},
    {"keyness", "multiverse", "trend", "drift", "topics", "panel", "reference"},
    {"figures", "plot"},
    {"pipeline", "claims", "findings"},
    {"explore", "html"},
    {"__main__", "__init__"},
]  # fmt: skip
# Library: the modules (first name below analysis) that may import it.
DOORS = {
    "jieba": {"tokens"},
    "rjieba": {"tokens"},
    "sklearn": {"topics"},
    "ahocorasick_rs": {"panel"},
    "xlsxwriter": {"storage"},
    "matplotlib": {"figures", "plot"},
    "wordcloud": {"plot"},
    "opencc": set(),
    "pypinyin": set(),
    "nbclient": {"pipeline"},
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


def public(path: Path) -> list[str]:
    """Functions and classes that a module offers."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_")]  # fmt: skip


@pytest.mark.parametrize("path", [*FILES, *RESTORER], ids=lambda p: str(p.relative_to(paths.ROOT)))
def test_a_module_offers_few_things(path):
    assert len(public(path)) <= OFFERS.get(path.stem, NAMES), "underscore what only this file uses"


@pytest.mark.parametrize("folder", sorted({path.parent for path in [*FILES, *RESTORER]}),
                         ids=lambda p: str(p.relative_to(paths.ROOT)))  # fmt: skip
def test_a_package_has_few_modules(folder):
    inside = [path for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()]
    assert len(inside) <= MODULES.get(folder.name, 12)


def test_all_that_is_offered_fits_into_a_head():
    assert sum(len(public(path)) for path in [*FILES, *RESTORER]) <= ALL_NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_imports_few_modules(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    modules = {f"{node.module}.{alias.name}" for node in ast.walk(ast.parse(code))
               if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] in ("analysis", "restoration")
               for alias in node.names}  # fmt: skip
    assert len(modules) <= MANY.get(path.stem, IMPORTED)


@pytest.mark.parametrize("path", RESTORER, ids=lambda p: p.name)
def test_the_restorer_imports_nothing_of_the_suite(path):
    assert not {module for module in imported(path) if module.split(".")[0] == "analysis"}


def test_importing_the_package_is_quick_and_loads_nothing_heavy():
    code = (
        "import sys, analysis; print([m for m in ('pandas','numpy','jieba') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
