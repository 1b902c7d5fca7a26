"""One list of dependencies: the lock file and environment.yml follow from pyproject.toml."""

import csv
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analysis import paths

CONFIGURATION = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = CONFIGURATION["project"]
LOCK = (paths.ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED = {
    canonicalize_name(m[1]): m[2] for m in re.finditer(r"^([\w.-]+)==([^\s;\\]+)", LOCK, re.M)
}
BUILD_LOCK = (paths.ROOT / "build.lock").read_text(encoding="utf-8")
BUILD = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", BUILD_LOCK, re.M))


def wanted() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(line) for line in sum(extras, PROJECT["dependencies"])]


def test_every_dependency_is_locked_within_its_range():
    for requirement in wanted():
        version = PINNED.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in requirements.lock: run make lock"
        assert requirement.specifier.contains(version), f"{requirement} but {version} is locked"


def test_every_locked_package_has_a_hash_and_no_address():
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.M)[1:]
    assert len(blocks) == len(re.findall(r"^[\w.-]+==", LOCK, re.M)) > 50
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links", LOCK)


def listed(text: str) -> tuple[list[str], list[str]]:
    """What environment.yml asks of conda, and the lines that conda hands to pip."""
    conda, pip = text.split("- pip:\n")
    return (re.findall(r"^  - (\S.*)$", conda, re.M), re.findall(r"^\s+- (\S.*)$", pip, re.M))


ENVIRONMENT = (paths.ROOT / "environment.yml").read_text(encoding="utf-8")


def as_conda_calls_pip(lines: list[str], folder) -> subprocess.CompletedProcess:
    """Conda writes the lines to a file beside environment.yml and gives it to pip."""
    shutil.copy(paths.ROOT / "requirements.lock", folder)
    file = folder / "condaenv.requirements.txt"
    file.write_text("\n".join(lines).replace("-e .", f"-e {paths.ROOT}") + "\n")
    return subprocess.run(
        [sys.executable, "-m", "pip", "install", "-U", "-r", str(file), "--exists-action=b",
         "--dry-run", "--no-index", "--disable-pip-version-check"],
        capture_output=True, text=True, cwd=folder)  # fmt: skip


def test_pip_as_conda_calls_it_takes_the_list(tmp_path):
    ran = as_conda_calls_pip(listed(ENVIRONMENT)[1], tmp_path)
    assert ran.returncode == 0, ran.stderr


def test_pip_refuses_a_folder_beside_a_hashed_lock(tmp_path):
    """Why the project itself is installed by a second command."""
    ran = as_conda_calls_pip([*listed(ENVIRONMENT)[1], "-e ."], tmp_path)
    assert "cannot be installed when requiring hashes" in ran.stderr


def test_conda_environment_installs_the_lock_and_lists_only_what_pip_would_have_to_build():
    conda, pip = listed(ENVIRONMENT)
    assert pip == ["-r requirements.lock"]
    pins = dict(item.split("=") for item in conda if "=" in item)
    assert pins.pop("python") == "3.11"
    assert pins == {"setuptools": BUILD["setuptools"], **{name: PINNED[name] for name in source_only()}}


def test_the_second_command_stands_where_the_first_does():
    for name in ("environment.yml", "README.md", "README.zh.md"):
        text = (paths.ROOT / name).read_text(encoding="utf-8")
        assert "conda env create -f environment.yml" in text
        assert "pip install --no-build-isolation --no-deps -e ." in text


def test_what_builds_is_pinned_and_hashed():
    """Pip would fetch the newest setuptools to build a source package; here it is told not to."""
    (requirement,) = CONFIGURATION["build-system"]["requires"]
    assert {requirement.split("==")[0]: requirement.split("==")[1]} == BUILD
    assert BUILD_LOCK.count("--hash=sha256:") == 2
    made = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"^\t\$\(PIP\) (.*)$", made.partition("lock:  ##")[0], re.M)
    assert installs == ["--require-hashes -r build.lock",
                        "--require-hashes --no-build-isolation -r requirements.lock",
                        "--no-build-isolation --no-deps --editable ."]  # fmt: skip


def source_only() -> set[str]:
    """Locked packages with a single file, which is their source: pip has to build them."""
    blocks = re.split(r"^(?=[\w.-]+==)", LOCK, flags=re.M)[1:]
    return {canonicalize_name(b.split("==")[0]) for b in blocks if b.count("--hash") == 1}


LICENCES = {row["package"]: row for row in csv.DictReader(open(paths.ROOT / "LICENCES.csv", encoding="utf-8"))}  # noqa: SIM115


def test_the_licence_of_every_locked_package_is_listed():
    assert {canonicalize_name(name) for name in LICENCES} == {*PINNED, *BUILD}, "run python recipes/licences.py"
    assert all(row["licence"] for row in LICENCES.values())


def test_licences_are_those_that_the_packages_state():
    """On this machine; what is only for another system was read by hand."""
    for name, licence, stated in (tuple(row.values()) for row in LICENCES.values()):
        try:
            found = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        values = found.get_all(stated) or []
        ours = [v for v in values if stated != "Classifier" or v.startswith("License ::")]
        whole = "; ".join(value.rsplit(" :: ", 1)[-1] for value in ours)
        assert stated == "by hand" or " ".join(whole.split()) == licence, name


def test_no_licence_would_bind_what_a_user_makes():
    strong = [name for name, row in LICENCES.items() if re.search(r"\b(?:A?GPL|GNU|CC-BY-NC|SSPL)", row["licence"])]
    assert strong == []


def test_ci_runs_the_readers_command():
    assert "make test" in (paths.ROOT / ".ci" / "run").read_text(encoding="utf-8")
