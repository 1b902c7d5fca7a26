"""The old name of `trend`, for callers outside."""

from analysis.trend import MIN_YEARS, stages, trend

__all__ = ["MIN_YEARS", "stages", "trend"]
