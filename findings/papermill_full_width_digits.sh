#!/usr/bin/env bash
# papermill 2.6.0: `-p TERM ２０３５` (full-width digits, as Chinese reports write a year) reaches the
# notebook as the int 2035, and an id such as 2021_02 as the int 202102: values of -p are tried with
# Python's int(), which takes the digits of every script and underscores between them. The numeral 五
# stays text. `-r TERM …` (raw) keeps all of them as they were typed.
#
# Output seen (Python 3.11):
#   -p ２０３５  -> TERM = 2035
#   -p 2021_02  -> TERM = 202102
#   -p 五       -> TERM = "\u4e94"
#   -r ２０３５  -> TERM = "\uff12\uff10\uff13\uff15"
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check papermill==2.6.0 ipykernel==6.29.5 2>/dev/null
cat > term.ipynb <<'NOTEBOOK'
{"nbformat": 4, "nbformat_minor": 5,
 "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
 "cells": [{"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "outputs": [],
            "execution_count": null, "source": "TERM = '高质量发展'"}]}
NOTEBOOK
injected() {
  env/bin/papermill "$1" TERM "$2" term.ipynb out.ipynb --prepare-only --no-progress-bar >/dev/null 2>&1
  env/bin/python - <<'PYTHON'
import json
cells = json.load(open("out.ipynb"))["cells"]
cell = next(c for c in cells if "injected-parameters" in c["metadata"].get("tags", []))
print("".join(cell["source"]).split("\n")[1])
PYTHON
}
expect() {
  found=$(injected "$1" "$2")
  printf '%s %s -> %s\n' "$1" "$2" "$found"
  [ "$found" = "$3" ] || { echo "expected: $3"; exit 1; }
}
expect -p ２０３５ 'TERM = 2035'
expect -p 2021_02 'TERM = 202102'
expect -p 五 'TERM = "\u4e94"'
expect -r ２０３５ 'TERM = "\uff12\uff10\uff13\uff15"'
