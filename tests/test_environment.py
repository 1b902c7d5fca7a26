"""One list of dependencies: the lock file and environment.yml follow from pyproject.toml."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from analysis import paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (paths.ROOT / "requirements.lock").read_text(encoding="utf-8")
PINNED = {
    canonicalize_name(m[1]): m[2] for m in re.finditer(r"^([\w.-]+)==([^\s;\\]+)", LOCK, re.M)
}


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


def test_conda_environment_installs_the_lock_and_lists_no_package_twice():
    text = (paths.ROOT / "environment.yml").read_text(encoding="utf-8")
    listed = re.findall(r"^\s+- (\S.*)$", text, re.M)
    assert "-r requirements.lock" in listed
    assert "-e ." in listed
    names = {canonicalize_name(re.split(r"[=<> ]", item)[0]) for item in listed if item[0] != "-"}
    assert not names & {canonicalize_name(r.name) for r in wanted()}


def test_ci_runs_the_readers_command():
    assert "make test" in (paths.ROOT / ".ci" / "run").read_text(encoding="utf-8")
