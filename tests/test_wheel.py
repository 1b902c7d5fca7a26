"""What is built runs where the repository is not: both packages, with their tables; the restorer alone, too."""

import ast
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile

import pytest

from analysis import paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALONE = tomllib.loads((paths.ROOT / "restoration" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DAMAGED = "領(lǐng)導(dǎo)\n"
pytestmark = pytest.mark.xdist_group("wheel")


def run(*arguments, cwd, **environ) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=clean | environ)


def built(source, folder):
    """Build a wheel from a copy of the sources and install it into a folder, without anything else."""
    wheels, target = folder / "wheels", folder / "target"
    pip = ("-m", "pip", "--disable-pip-version-check")
    for step in (
        ("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, source),
        ("install", "--no-deps", "--no-index", "--no-compile", "--target", target, "--find-links", wheels),
    ):
        if step[0] == "install":
            step += (next(wheels.glob("*.whl")),)
        made = run(*pip, *map(str, step), cwd=folder)
        assert made.returncode == 0, made.stderr
    return target


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The suite as installed."""
    folder = tmp_path_factory.mktemp("whole")
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    for name in ("analysis", "restoration"):
        shutil.copytree(paths.ROOT / name, folder / "source" / name, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(paths.ROOT / name, folder / "source")
    return built(folder / "source", folder)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The restorer as installed by itself."""
    folder = tmp_path_factory.mktemp("alone")
    ignored = shutil.ignore_patterns("__pycache__", "build", "*.egg-info")
    shutil.copytree(paths.ROOT / "restoration", folder / "source", ignore=ignored)
    return built(folder / "source", folder)


def outside(target, *arguments, cwd):
    """Run Python on an installed copy; without `site`, which would find the checkout as well."""
    places = os.pathsep.join([str(target), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    return run("-S", *map(str, arguments), cwd=cwd, PYTHONPATH=places)


@pytest.mark.parametrize("module", ["analysis", "restoration"])
def test_both_commands_run_outside_the_repository(whole, tmp_path, module):
    ran = outside(whole, "-m", module, "--help", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "usage: python -m" in ran.stdout


@pytest.mark.parametrize("arguments", [("analysis", "restore"), ("restoration",)])
def test_both_restore_with_the_tables_that_ship(whole, tmp_path, arguments):
    (tmp_path / "a.txt").write_text(DAMAGED, encoding="utf-8")
    ran = outside(whole, "-m", *arguments, "a.txt", "-o", "b.txt", "--ledger", "b.csv", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == "领导\n"
    assert (tmp_path / "b.csv").stat().st_size > 0


def test_tables_lexicons_font_and_templates_load(whole, tmp_path):
    code = (
        "from analysis import lexicons, paths, figures, glossary;"
        "from restoration import restore;"
        f"assert str(paths.RESOURCES).startswith({str(whole)!r}), paths.RESOURCES;"
        "assert len(lexicons.terms('default')) > 50;"
        "assert figures.font_path().is_file();"
        "assert (paths.RESOURCES / 'templates' / 'edition' / 'page.html.j2').is_file();"
        "assert restore('領(lǐng)導(dǎo)').text == '领导'; print('good')"
    )
    ran = outside(whole, "-c", code, cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "good\n"), ran.stderr


def test_the_suite_on_somebody_elses_texts(whole, tmp_path):
    """From a folder of texts to a trace, outside of the repository."""
    for year in (2020, 2021):
        head = f"{year}年太原市政府工作报告\n——{year}年1月10日在太原市第十四届人民代表大会第五次会议上\n"
        text = f"{head}一、过去一年工作回顾\n全市经济持续发展。\n"
        (tmp_path / f"{year}.txt").write_text(text, encoding="utf-8")
    assert outside(whole, "-m", "analysis", "catalogue", tmp_path, cwd=tmp_path).returncode == 0
    ran = outside(whole, "-m", "analysis", "trace", "经济", "--catalogue", tmp_path / "catalogue.csv", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "2 hits" in ran.stdout


def test_the_restorer_alone_needs_nothing_of_the_suite(alone, tmp_path):
    assert not (alone / "analysis").exists()
    (tmp_path / "a.txt").write_text(DAMAGED, encoding="utf-8")
    ran = outside(alone, "-m", "restoration", "a.txt", "-o", "b.txt", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "b.txt").read_text(encoding="utf-8") == "领导\n"


def test_the_restorers_list_is_that_of_the_suite_and_of_its_imports():
    assert set(ALONE["dependencies"]) < set(PROJECT["dependencies"])
    named = {re.split(r"[=<>\[]", line)[0] for line in ALONE["dependencies"]}
    extra = {re.split(r"[=<>\[]", line)[0] for line in ALONE["optional-dependencies"]["tables"]}
    found = set()
    for path in (paths.ROOT / "restoration").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.split(".")[0])
    assert found - set(sys.stdlib_module_names) - {"restoration"} == named | extra


def test_a_wheel_holds_the_packages_and_nothing_of_the_study(whole):
    (wheel,) = (whole.parent / "wheels").glob("*.whl")
    names = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"analysis", "restoration"}
