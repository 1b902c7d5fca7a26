"""
Make the table of modules in docs/design.md from the code: `python recipes/design.py`.

A row a module: the first sentence of its docstring and its public names. `tests/test_design.py` fails where the page
and the code differ.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "design.md"
BEGIN, END = "<!-- modules: made by recipes/design.py -->", "<!-- end of modules -->"
PACKAGES = ("restoration", "analysis")


def modules() -> list[Path]:
    """Files of both packages in order of their names."""
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def name(path: Path) -> str:
    """Name of a module as it is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def purpose(tree: ast.Module) -> str:
    """First sentence of a module's docstring."""
    text = " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
    return re.split(r"(?<=[a-z)`\]])\. ", text)[0].rstrip(".:") or "–"


def public(tree: ast.Module) -> list[str]:
    """Functions and classes that others may call."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]


def table() -> str:
    """The table as Markdown."""
    rows = ["| module | what for | public names |", "|---|---|---|"]
    for path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = ", ".join(f"`{one}`" for one in public(tree)) or "–"
        rows.append(f"| `{name(path)}` | {purpose(tree).replace('|', chr(92) + '|')} | {names} |")
    return "\n".join(rows)


def page(text: str) -> str:
    """The page with its table made anew."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
