#!/usr/bin/env bash
# pyfixest 0.60.0: the standard error clustered by place depends on blanks in the formula. With
# `y ~ x | place + year` the effects of the year enter the correction for small samples, k = 1 + 9 + 1;
# with `y ~ x | place+year` (the same model, the same coefficient) they do not, k = 2, and the error
# is smaller. Where the effect in which the errors are clustered stands last, blanks change nothing.
#
# Output seen (Python 3.11, pandas 2.2.3, 12 places in 10 years):
#   y ~ x | place + year   coefficient  0.015650  se 0.023803
#   y ~ x | place+year     coefficient  0.015650  se 0.022285
#   y ~ x | year + place   coefficient  0.015650  se 0.023803
#   y ~ x | year+place     coefficient  0.015650  se 0.023803
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pyfixest==0.60.0 pandas==2.2.3 2>/dev/null
env/bin/python -W ignore - <<'PYTHON'
import math
import sys

import pandas as pd
import pyfixest

rows = [(f"p{i:02d}", 2010 + t, math.sin(7 * i + 3 * t) + 0.1 * t * (i % 3), math.cos(5 * i * t + i)) for i in range(12) for t in range(10)]
data = pd.DataFrame(rows, columns=["place", "year", "y", "x"])
found = {}
for effects in ("place + year", "place+year", "year + place", "year+place"):
    fit = pyfixest.feols(f"y ~ x | {effects}", data=data, vcov={"CRV1": "place"})
    found[effects] = (float(fit.coef()["x"]), float(fit.se()["x"]))
    print(f"y ~ x | {effects:<13}  coefficient {found[effects][0]: .6f}  se {found[effects][1]:.6f}")
(beta, se), (beta_tight, se_tight) = found["place + year"], found["place+year"]
same = abs(beta - beta_tight) < 1e-12
# (N - 1) / (N - k): 119 / 109 with blanks, 119 / 118 without.
ratio = abs((se / se_tight) ** 2 - 118 / 109) < 1e-9
turned = abs(found["year + place"][1] - found["year+place"][1]) < 1e-12
sys.exit(not (same and ratio and turned))
PYTHON
