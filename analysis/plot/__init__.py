"""
Drawings of tables, on axes or a figure that the caller makes: nothing here computes, shows or saves.

A function takes the table first and `ax` (one panel) or `fig` (several) by keyword, and returns it.
`lang` is that of the switch (`figures.style`) unless given. A report has its own colour everywhere;
of two sides the earlier is grey and the later blue; a hollow mark is a zero, its line the detection
limit; what is not to be interpreted is grey.
"""

from analysis.plot.comparisons import dumbbell, parts, placebo, ranks, robustness, scatter, shift, shuffles, targets
from analysis.plot.rates import (
    arrivals,
    bands,
    courses,
    coverage,
    intervals,
    lines,
    promises,
    split,
    target_course,
    tide,
)
from analysis.plot.reports import (
    agenda,
    calibration,
    clouds,
    composition,
    damage,
    error_rates,
    topic_number,
    topic_ribbons,
    topic_shares,
)

__all__ = [
    "agenda", "arrivals", "bands", "calibration", "clouds", "composition", "courses", "coverage", "damage",
    "dumbbell", "error_rates", "intervals", "lines", "parts", "placebo", "promises", "ranks", "robustness",
    "scatter", "shift", "shuffles", "split", "target_course", "targets", "tide", "topic_number", "topic_ribbons",
    "topic_shares",
]  # fmt: skip
