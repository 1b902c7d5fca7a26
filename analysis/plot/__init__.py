"""Drawings of the tables, on axes that the caller makes: nothing here computes, shows or saves."""

from analysis.plot import topics
from analysis.plot.drift import arrivals, courses, identification, parts, promises
from analysis.plot.keyness import choices, placebo, ranks, shuffles
from analysis.plot.maps import cloud, damage, heat, shift
from analysis.plot.rates import dumbbell, intervals, place_labels, ratios, scatter

__all__ = [
    "arrivals",
    "choices",
    "cloud",
    "courses",
    "damage",
    "dumbbell",
    "heat",
    "identification",
    "intervals",
    "parts",
    "place_labels",
    "placebo",
    "promises",
    "ranks",
    "ratios",
    "scatter",
    "shift",
    "shuffles",
    "topics",
]
