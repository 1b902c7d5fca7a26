"""Restore, count and compare Chinese official reports."""
