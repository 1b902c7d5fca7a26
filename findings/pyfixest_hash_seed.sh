#!/usr/bin/env bash
# pyfixest 0.60.0: with two fixed effects, one of them that in which the errors are clustered, the standard
# error depends on PYTHONHASHSEED, that is, it may differ from one run of a script to the next: the effect
# that is nested in the clusters is looked up by its place in the formula, among columns whose order is
# that of a set. Taken for nested is then the year (k = 2 in the correction for small samples) instead of
# the place (k = 1 + 9 + 1). Blanks around the plus, as in `year + place`, avoid it: the names then do not
# match, and what is nested is found in the data.
#
# Output seen (Python 3.11, pandas 2.2.3; the coefficient is -0.024328 each time):
#   PYTHONHASHSEED=0  y ~ x | year+place    se 0.076966
#   PYTHONHASHSEED=1  y ~ x | year+place    se 0.080081
#   PYTHONHASHSEED=0  y ~ x | year + place  se 0.080081
#   PYTHONHASHSEED=1  y ~ x | year + place  se 0.080081
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pyfixest==0.60.0 pandas==2.2.3 2>/dev/null
cat > fit.py <<'PYTHON'
import math
import sys

import pandas as pd
import pyfixest

rows = [
    (f"p{i:02d}", 2010 + t, math.sin(7 * i + 3 * t) + 0.1 * t * (i % 3), math.cos(5 * i * t + i))
    for i in range(12) for t in range(10)
]
data = pd.DataFrame(rows, columns=["place", "year", "y", "x"])
fit = pyfixest.feols(f"y ~ x | {sys.argv[1]}", data=data, vcov={"CRV1": "place"})
print(f"{fit.se()['x']:.6f}")
PYTHON
expect() {
  found=$(PYTHONHASHSEED=$1 env/bin/python -W ignore fit.py "$2" | tail -1)
  printf 'PYTHONHASHSEED=%s  y ~ x | %-12s  se %s\n' "$1" "$2" "$found"
  [ "$found" = "$3" ] || { echo "expected: $3"; exit 1; }
}
expect 0 'year+place' 0.076966
expect 1 'year+place' 0.080081
expect 0 'year + place' 0.080081
expect 1 'year + place' 0.080081
