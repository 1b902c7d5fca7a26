"""The old name of `weighting`, for callers outside."""

from analysis.weighting import class_tfidf, dispersion, idf, tfidf

__all__ = ["class_tfidf", "dispersion", "idf", "tfidf"]
