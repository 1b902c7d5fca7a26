"""The map in docs/design.md is that of the code, and the flow in the package's face runs."""

import importlib.util

import analysis
from analysis import paths


def recipe():
    spec = importlib.util.spec_from_file_location("design", paths.ROOT / "recipes" / "design.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_map_is_that_of_the_code():
    made = recipe()
    text = made.PAGE.read_text(encoding="utf-8")
    assert text == made.page(text), "run python recipes/design.py"


def test_every_module_says_what_it_is_for():
    made = recipe()
    rows = [line.split(" | ")[:2] for line in made.table().splitlines()[2:]]
    assert [module for module, purpose in rows if purpose.strip("– ") == ""] == []


def test_the_flow_in_the_face_of_the_package_runs():
    lines = [line[4:] for line in analysis.__doc__.splitlines() if line.startswith("    ")]
    names = {}
    exec("\n".join(lines), names)
    assert len(names["changed"]) > 100
    assert names["hits"]["rests_on"].notna().all()
