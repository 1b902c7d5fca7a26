"""Sentences about tables, for notebooks: what is said in prose is what was computed."""

import pandas as pd

from analysis.glossary import label
from analysis.keyness.comparison import settled


def quoted(terms, lang: str = "both") -> str:
    """
    List terms in bold, with their English names where the glossary has them.

    >>> quoted(["晋祠", "天龙山"])
    '**晋祠**, **天龙山**'
    """
    return ", ".join(f"**{term}**{label(term, lang)[len(term):]}" for term in terms)


def effect(row) -> str:
    """
    Write a log ratio and its interval.

    >>> effect(pd.Series({"log_ratio": 1.5, "low": 0.5, "high": float("inf")}))
    '+1.50 [+0.50, ∞]'
    """
    ends = (f"{end:+.2f}".replace("+inf", "∞").replace("-inf", "−∞") for end in
            (row["low"], row["high"]))  # fmt: skip
    return f"{row['log_ratio']:+.2f} [{', '.join(ends)}]".replace("-", "−")


def settled_line(found: pd.DataFrame, target: str, reference: str) -> str:
    """
    Say which terms of a comparison (`comparison.Study.compare`) are settled, with their effects.
    """
    if found.empty:
        return "There is nothing to compare with: a keyness table needs two reports."
    sure = found[settled(found)]
    tested, printed = found.attrs.get("tested", 0), found.attrs.get("g2", 0)
    head = (f"{target} against {reference}: of {tested:,} terms G² calls {printed} different "
            f"(p < .05), the test over sections, corrected for their number, settles {len(sure)}")
    named = [f"{quoted([term])} {effect(row)}" for term, row in sure.iterrows()]
    return head + (f": {'; '.join(named)}." if named else ".")


def placebo_line(trials: pd.DataFrame) -> str:
    """
    Say in a line how often the tests call halves of one and the same text different.

    Parameters
    ----------
    trials : DataFrame
        From `uncertainty.placebo`, rows of the texts at hand.
    """
    parts = []
    for method, name in (("ratio", "this test"), ("g2", "G²")):
        rows = trials[(trials["method"] == method) & trials["rejected"].notna()]
        if rows.empty:
            return "Placebo: too few sections to split; the test cannot be checked on this text."
        low, high = rows["rejected"].min(), rows["rejected"].max()
        span = f"{low:.1%}" if low == high else f"{low:.1%} to {high:.1%}"
        good = "within 3-7%" if rows["calibrated"].all() else "**outside 3-7%: read with care**"
        held = "" if method == "g2" else f" ({good})"
        parts.append(f"{name} {span}{held}")
    return ("Placebo, share of terms called different between random halves of one text, at a "
            f"nominal 5%: {'; '.join(parts)}.")  # fmt: skip
