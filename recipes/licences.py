"""
Make LICENCES.csv: the licence of every package that requirements.lock installs, by its own metadata.

    python recipes/licences.py      # after make lock, in the environment that was made of it

A package that is only for another system keeps its row, which was written by hand from its page.
"""

import csv
import re
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "LICENCES.csv"
COLUMNS = ("package", "licence", "stated")
# Longer ones are the licence itself.
LONGEST = 60


def locked() -> list[str]:
    """Names of the packages of both lock files, in order."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "build.lock")]
    return sorted({name for text in texts for name in re.findall(r"^([\w.-]+)==", text, re.M)})


def stated(name: str) -> tuple[str, str]:
    """Licence of an installed package and the field of its metadata that states it."""
    found = metadata.metadata(name)
    classified = [c.rsplit(" :: ", 1)[-1] for c in found.get_all("Classifier") or () if c.startswith("License ::")]
    plain = " ".join((found.get("License") or "").split())
    if expression := found.get("License-Expression"):
        return expression, "License-Expression"
    if plain and len(plain) <= LONGEST and plain.upper() != "UNKNOWN":
        return plain, "License"
    return "; ".join(classified), "Classifier"


def rows(before: dict[str, dict]) -> list[dict]:
    """A row a package; one that is not installed here keeps the row that it has."""
    made = []
    for name in locked():
        try:
            licence, field = stated(name)
        except metadata.PackageNotFoundError:
            made.append(before.get(name, {"package": name, "licence": "", "stated": "by hand"}))
            continue
        if not licence and name in before:
            made.append(before[name])
        else:
            made.append({"package": name, "licence": licence, "stated": field})
    return made


def read() -> dict[str, dict]:
    if not OUT.is_file():
        return {}
    with open(OUT, encoding="utf-8", newline="") as file:
        return {row["package"]: row for row in csv.DictReader(file)}


def main() -> None:
    made = rows(read())
    with open(OUT, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)
    for row in made:
        if not row["licence"]:
            print(f"{row['package']}: write its licence into LICENCES.csv by hand, from its page")


if __name__ == "__main__":
    main()
