"""Drawings of the tables, on axes that the caller makes: nothing here computes, shows or saves."""

from analysis.plot.drift import arrivals, courses, identification, parts
from analysis.plot.maps import cloud, damage, heat, shift
from analysis.plot.rates import dumbbell, intervals, place_labels, ratios, scatter

__all__ = [
    "arrivals",
    "cloud",
    "courses",
    "damage",
    "dumbbell",
    "heat",
    "identification",
    "intervals",
    "parts",
    "place_labels",
    "ratios",
    "scatter",
    "shift",
]
