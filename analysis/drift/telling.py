"""Sentences and small tables about drift: every number in them computed, every gap named."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import drift
from analysis.counts import Counts
from analysis.drift.contrasts import Contrast
from analysis.drift.pairs import MIN_COUNT, ORDER
from analysis.drift.series import Series
from analysis.glossary import listed


def series_headline(series: Series, trends: pd.DataFrame) -> str:
    """Say what kind of series there is and what it shows."""
    if trends.empty:
        return f"**{series.note}** What follows describes each report by itself."
    name = trends["class"]
    clear = trends[trends["q"] < drift.PRESENCE / 2]
    rising = clear[clear["tau"] > 0].index
    falling = clear[clear["tau"] < 0].index
    return (
        f"**{series.note}** Of {len(trends)} terms, {(name == 'emerging').sum()} came "
        f"({listed(rising, 6)}), {(name == 'fading').sum()} went ({listed(falling, 6)}), "
        f"{(name == 'spike').sum()} belong to a single year, and for "
        f"{(name == 'stable').sum()} no monotone trend is found."
    )


def overview(counts: Counts, catalogue: pd.DataFrame, series: Series) -> pd.DataFrame:
    """List the reports with year, kind, words, and whether they belong to the series."""
    sizes = counts.units.groupby("report", observed=True)["n_tokens"].sum().rename(str)
    table = catalogue.sort_values("year", kind="stable")[["year", "level", "genre"]]
    table = table.assign(
        words=sizes.reindex(table.index).fillna(0).astype(int),
        in_series=np.where(table.index.isin(series.ids) & series.long, "yes", "described only"),
    )
    return table.rename_axis("report").reset_index()


def forms(counts: Counts, catalogue: pd.DataFrame, variants: Mapping) -> pd.DataFrame:
    """Count each written form of a term by year, with its code points; forms without a hit too."""
    names = [form for group in variants.values() for form in group]
    frame = counts.select(names).frame("report")
    frame = frame.groupby(catalogue["year"].reindex(frame.index)).sum()[names]
    frame = frame.loc[frame.sum(axis=1) > 0].T
    if frame.empty:
        return pd.DataFrame()
    frame.columns = [str(int(year)) for year in frame.columns]
    # Everyday characters need no number; signs look alike.
    odd = [" ".join(f"{c} U+{ord(c):04X}" for c in form if not c.isalnum()) for form in names]
    frame.insert(0, "signs", odd)
    return frame.rename_axis("form").reset_index()


def handover(courses: pd.DataFrame, old: str, new: str) -> str:
    """Say when the old wording was last seen and when the new one first, with the hits."""
    seen = courses[courses["count"] > 0]
    parts = [seen[seen["term"] == term] for term in (old, new)]
    if any(part.empty for part in parts):
        missing = [term for term, part in zip((old, new), parts, strict=True) if part.empty]
        verb = "stands" if len(missing) == 1 else "stand"
        return f"*{' and '.join(missing)} {verb} in none of these reports: nothing to put beside.*"
    before, after = parts
    order = "without overlap" if before["year"].max() < after["year"].min() else "with overlap"
    return (
        f"{old}: {before['count'].sum()} hits in {len(before)} reports, the last in "
        f"{before['year'].max()}. {new}: {after['count'].sum()} hits in {len(after)} reports, the "
        f"first in {after['year'].min()}. The new wording follows the old {order}; that they name "
        "one thing is for the reader to judge in the contexts."
    )


def staged(stages: pd.DataFrame, series: Series) -> str:
    """Name the two, three and four stages with their share of variation."""
    if stages.empty:
        return f"*{series.note}*"
    rows = stages[stages["n_stages"] <= 4].itertuples()
    told = [f"{row.n_stages} stages begin in {row.starts.replace(' ', ', ')} and hold "
            f"{row.explained:.0%} of the variation (p = {row.p:.3f})" for row in rows]  # fmt: skip
    return "; ".join(told) + "."


def agreement(whole: pd.DataFrame, part: pd.DataFrame) -> str:
    """Say how many terms move the same way in whole reports and in one function."""
    if whole.empty or part.empty:
        return "*Too few years with such parts for a trend of their own.*"
    both = whole.join(part.add_suffix("_part"), how="inner")
    moved = both[both["class"].isin(["emerging", "fading"])]
    if moved.empty:
        return ("*No term that is frequent enough in the part comes or goes in whole reports: "
                "nothing to agree on.*")  # fmt: skip
    same = (moved["class"] == moved["class_part"]).mean()
    against = (
        moved["class_part"].isin(["emerging", "fading"]) & (moved["class"] != moved["class_part"])
    ).sum()
    return (
        f"Of {len(moved)} terms that come or go in whole reports and are frequent enough in the "
        f"part, {same:.0%} do so in the part as well; {against} move the other way."
    )


def pair_headline(changed: pd.DataFrame, naive: pd.DataFrame, found: Contrast) -> str:
    """Say what rose, fell and stayed in the like-for-like pair, and what naive findings vanish."""
    if changed.empty:
        return f"**No like-for-like pair.** {found.note}"
    said, tested = changed["verdict"], int(changed["q"].notna().sum())
    named = {name: changed.index[said == name] for name in ORDER}
    moved = len(named["rose"]) + len(named["fell"])
    leans = len(named["leans up"]) + len(named["leans down"])
    gone = (~naive["verdict"].isin(["rose", "fell"])).sum()
    return (
        f"**{_sides(found)}.** Of {tested} terms with at least {MIN_COUNT} hits, {moved} changed "
        f"so much that it holds among all of them (rose: {listed(named['rose'])}; fell: "
        f"{listed(named['fell'])}). {leans} more have an interval of their own that leaves out no "
        f"change, where chance alone would give {0.05 * tested:.0f}: up {listed(named['leans up'])}"
        f"; down {listed(named['leans down'])}. {len(named['stayed'])} stayed within a factor of "
        f"two ({listed(named['stayed'])}). Whole pages as received, compared as keyword tools do, "
        f"give {len(naive)} differences; {gone} of them do not hold like for like."
    )


def power(changed: pd.DataFrame) -> str:
    """Say what ratio this pair could have shown, for rare and for frequent terms."""
    if changed.empty:
        return "*No pair, no power to speak of.*"
    size = changed["n_before"] + changed["n_after"]
    told = []
    for least, most in ((5, 9), (10, 29), (30, 10**9)):
        rows = changed[(size >= least) & (size <= most)]
        name = f"{least} hits and more" if most > 10**6 else f"{least}–{most} hits"
        if len(rows):
            told.append(f"{name} ({len(rows)} terms): {rows['mde_ratio'].median():.1f}")
    return (
        "The ratio of rates that this design would find four times out of five (median over "
        f"terms): {'; '.join(told)}. A smaller change goes unseen."
    )


def _sides(found: Contrast) -> str:
    where = ", ".join(dict.fromkeys(found.strata["function"]))
    return f"{' + '.join(found.before)} → {' + '.join(found.after)} ({where})"


def strata(found: Contrast) -> str:
    """Say through which strata a contrast runs, with words and clusters on either side."""
    if found.strata.empty or found.note:
        return f"*{found.note}*"
    told = [
        f"{row.function}: {row.n_before:,} and {row.n_after:,} words in {row.clusters_before} and "
        f"{row.clusters_after} clusters ({row.cluster})" for row in found.strata.itertuples()
    ]  # fmt: skip
    return f"Compared: {'; '.join(told)}."


def placebo(trials: pd.DataFrame) -> str:
    """Say how often the tests find a difference between random halves of one report."""
    known = trials.dropna(subset=["rejected"])
    if known.empty:
        return "*No report is long enough to be split against itself.*"
    shares = known.groupby("method")["rejected"].agg(["min", "max"])
    shares.columns = ["least", "most"]
    told = [f"{row.Index} rejects {row.least:.1%} to {row.most:.1%}" for row in shares.itertuples()]
    held = known[known["method"] == "ratio"]
    kept = f"{held['calibrated'].sum()} of {len(held)}"
    return (
        f"Placebo: random halves of one report, tested at 5%: {'; '.join(told)}. The test used "
        f"here (ratio) stands within 3–7% in {kept} texts."
    )


def whence(table: pd.DataFrame, terms) -> str:
    """Say for some terms which part makes most of their naive difference."""
    from analysis.drift.decomposition import PARTS, main_source

    rows = table.reindex([term for term in terms if term in table.index]).dropna()
    if rows.empty:
        return "*None of these terms stands on either side.*"
    source = main_source(rows)
    told = [
        f"{term} {row['naive']:+.1f} = " + " ".join(f"{row[p]:+.1f} {p}" for p in PARTS)
        + f" (mostly {source[term]})" for term, row in rows.iterrows()
    ]  # fmt: skip
    return "Per 10,000 words: " + "; ".join(told) + "."
