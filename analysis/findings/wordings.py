"""Findings in the words: what rose, fell and stayed, what marks a report, what is shared."""

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis import choices, formulas, paths, robustness
from analysis.claims import traced
from analysis.drift.contrasts import Contrast
from analysis.findings import DESCRIBED, LIKE, Finding, spread
from analysis.glossary import label
from analysis.keyness import comparison, shuffles
from analysis.keyness.comparison import Study

# Terms that are looked at for a lead; those that stand out come first.
LOOKED_AT = 40
# "Stayed": the interval lies within a factor of two either way (as in `drift.pairs`).
SAME, STAYED = 1.0, "the interval lies within a factor of two"
# Least lengths of shared wording that could have been chosen, the reported one among them.
LENGTHS = (8, 10, formulas.MIN_CHARS, 16, 20)


def found(studies: dict[str, Study], pair: Contrast, catalogue=None) -> list[Finding]:
    """
    State all findings in the words: the pair, reports as wholes, shared wording, marks.

    Parameters
    ----------
    studies : dict
        The study as reported first, then of texts restored less far.
    """
    study = next(iter(studies.values()))
    of_terms = ratios(study, pair, catalogue)
    alike = [one for one in of_terms if one.status.startswith(LIKE)]
    marks = [one for one in of_terms if one not in alike]
    return [*alike, *wholes(studies), *shared(study), *marks]


def ratios(study: Study, pair: Contrast, catalogue=None) -> list[Finding]:
    """
    State what rose, fell and stayed in the like-for-like pair, and what marks the other reports.

    Of the pair a settled term, a lead up, a lead down and one that stayed, each that with most
    hits. A lead has an interval of its own without "no change" but does not hold among all terms;
    its status says how many of them chance alone gives. Of each other report the settled term that
    it has most above all the others.

    Parameters
    ----------
    pair : Contrast
        From `drift.pairs.widest`.
    catalogue : Path, optional
        Of the corpus, for the analyses that could have been done; `paths.CATALOGUE` unless given.
    """
    drafts = _changed(study, pair) + _marks(study, (*pair.before, *pair.after))
    if not drafts:
        return []
    stated = pd.concat([
        choices.from_table(row, target, reference, study.function).set_axis([one.id])
        for one, row, target, reference in drafts
    ])  # fmt: skip
    judge = partial(choices.evaluate, stated, catalogue=catalogue or paths.CATALOGUE)
    tried = robustness.share(list(stated.index), choices.GRID, judge)
    same = (tried["low"] > -SAME) & (tried["high"] < SAME)
    stayed = tried["finding"].isin([one.id for one, *_ in drafts if STAYED in one.status])
    held = tried["holds"].where(~stayed, same).groupby(tried["finding"]).agg(["mean", "size"])
    found = [replace(one, holds=float(held["mean"][one.id]), of=int(held["size"][one.id]))
             for one, *_ in drafts]  # fmt: skip
    # The pair as it was picked; of the others those first that hold in most analyses.
    return sorted(found, key=lambda one: (one.status.startswith(DESCRIBED),
                                          -one.holds if one.status.startswith(DESCRIBED) else 0))


def _changed(study: Study, pair: Contrast) -> list[tuple]:
    """Drafts of findings about the pair, each with its row and sides."""
    if not pair.before:
        return []
    sides = pair.after[0], pair.before[0]
    found = study.compare(*sides, top=LOOKED_AT)
    tested, sure = found.attrs["tested"], comparison.settled(found)
    lead = (found["at_least"] != 0) & ~sure & ~found["damage_alone"]
    up, every = found["log_ratio"] > 0, comparison.table(study.counts, *sides)
    same = every[(every["low"] > -SAME) & (every["high"] < SAME)]
    same = same.assign(kind=_kinds(study, same.index))
    part, after = _part(study), study.corpus[sides[0]].year
    by_chance = f"{LIKE}; a lead: among {tested} terms chance alone gives {0.05 * tested:.0f}"
    picked = [
        (found[sure], "differ in", f"{LIKE}; holds among {tested} terms"),
        (found[lead & up], "lean to", by_chance),
        (found[lead & ~up], "lean away from", by_chance),
        (same, "keep", f"{LIKE}; {STAYED}"),
    ]
    drafts = []
    for rows, verb, status in picked:
        if len(rows):
            row = rows.loc[[(rows["n_target"] + rows["n_reference"]).idxmax()]]
            before = study.corpus[sides[1]].year
            said = (f"{part} of {after} {verb} {label(row.index[0])}: {{}} times the rate of "
                    f"{before} ({row['n_reference'].iloc[0]:.0f} → {row['n_target'].iloc[0]:.0f} "
                    "hits).")  # fmt: skip
            ids = [sides[1], sides[0]]
            drafts.append((_ratio(study, row, "drift", ids, said, status), row, *sides))
    return drafts


def _marks(study: Study, besides: tuple[str, ...]) -> list[tuple]:
    """Drafts of findings about reports against all the others."""
    drafts = []
    for id in study.reports:
        against = pd.DataFrame() if id in besides else study.compare(id, top=LOOKED_AT)
        if against.empty:
            continue
        row = against[comparison.settled(against) & (against["log_ratio"] > 0)].head(1)
        if len(row):
            one = row.iloc[0]
            said = (f"`{id}` uses {label(row.index[0])} {{}} times as often as the other reports "
                    f"({one['n_target']:.0f} hits against {one['n_reference']:.0f} in "
                    f"{_part(study).lower()}).")  # fmt: skip
            status = f"{DESCRIBED}; holds among {against.attrs['tested']} terms"
            drafts.append((_ratio(study, row, "marks", [id], said, status), row, id, None))
    return drafts


def _ratio(study: Study, row: pd.DataFrame, subject: str, reports, said, status) -> Finding:
    """A finding about one row of a comparison, not yet held against other analyses."""
    term, one = row.index[0], row.iloc[0]
    value, low, high = (float(2.0 ** one[end]) for end in ("log_ratio", "low", "high"))
    hits = int(one["n_target"] + one["n_reference"])
    counts = f"rate of {term} in {_part(study).lower()}: {reports[-1]} over "
    counts += reports[0] if len(reports) > 1 else "all the other reports"
    return Finding(
        f"{subject}.{term}", said, value, low, high, "times", 2 if value < 10 else 1, hits, counts,
        traced(term, reports, study.function, *(["--word"] if one["kind"] == "word" else [])),
        status, np.nan, 0, spread(study.corpus, _mentions(study, term, reports)),
    )  # fmt: skip


def _mentions(study: Study, term: str, reports) -> pd.DataFrame:
    """The hits that a comparison counts, in order of the reports and of the text."""
    rows = study.mentions
    rows = rows[(rows["term"] == term) & rows["report"].isin(reports)]
    return rows[rows["function"] == study.function] if study.function else rows


def _kinds(study: Study, terms) -> pd.Series:
    listed = study.mentions.drop_duplicates("term").set_index("term")["kind"]
    return listed.reindex(terms)


def _part(study: Study) -> str:
    return study.function.capitalize() if study.function else "Texts"


def wholes(studies: dict[str, Study], n_shuffles: int = 299) -> list[Finding]:
    """
    State how many pairs of reports differ, as wholes, by more than their sections shuffled.

    Parameters
    ----------
    studies : dict
        The study as reported first, then under other choices.
    """
    tried = {name: shuffles.apart(study.counts, study.reports, n_shuffles)
             for name, study in studies.items()}  # fmt: skip
    apart, study = next(iter(tried.values())), next(iter(studies.values()))
    if apart.empty:
        return []
    beyond = [(rows["p"] < 0.05).sum() for rows in tried.values()]
    places = study.shared.drop_duplicates("formula").rename(
        columns={"report_a": "report", "start_a": "start", "end_a": "end"})  # fmt: skip
    return [Finding(
        "wholes.apart",
        f"Of {_number(len(apart))} of reports, {{}} differ in their words, as wholes, by more "
        "than their own sections do when they are shuffled: what a section is about tells "
        "texts apart, not the report it stands in.", int(beyond[0]), None, None, "pairs", 0,
        len(apart), f"pairs of reports beyond {n_shuffles} shuffles of sections (p < .05)",
        "figures/02_apart.csv", f"{DESCRIBED}; one in twenty pairs is expected by chance",
        float(np.mean([n == beyond[0] for n in beyond])), len(beyond),
        spread(study.corpus, places[["report", "start", "end"]]),
    )]  # fmt: skip


def _number(pairs: int) -> str:
    return "1 pair" if pairs == 1 else f"{pairs} pairs"


def shared(study: Study) -> list[Finding]:
    """State which report shares most of its wording with another one."""
    tried = {length: _closest(study, length) for length in LENGTHS}
    best = tried[formulas.MIN_CHARS]
    if best is None:
        return []
    share, chars, one, other, rows = best
    held = [again is not None and again[2:4] == (one, other) for again in tried.values()]
    places = rows.rename(columns={"report_a": "report", "start_a": "start", "end_a": "end"})
    return [Finding(
        "shared.most",
        f"{{}} of the characters of `{one}` stand in `{other}` in the same order, in stretches "
        f"of {formulas.MIN_CHARS} and more: no two reports share more.", share, None,
        None, "%", 1, chars, f"characters of {one} in wording shared with {other}",
        "figures/02_shared.csv", f"{DESCRIBED}; counted, not estimated",
        float(np.mean(held)), len(held), tuple(places[["report", "start", "end"]].head(3)
                                               .itertuples(index=False, name=None)),
    )]  # fmt: skip


def _closest(study: Study, length: int) -> tuple | None:
    """Share, characters and ids of the ordered pair that shares most, with what it shares."""
    rows = study.shared if length == formulas.MIN_CHARS else formulas.shared(study.corpus, length)
    cover = formulas.coverage(study.corpus, rows).query("other != 'any'")
    if cover.empty or not cover["chars"].max():
        return None
    top = cover.loc[cover["share"].idxmax()]
    both = {top["report"], top["other"]}
    kept = rows[rows["report_a"].isin(both) & rows["report_b"].isin(both)]
    kept = kept.drop_duplicates("formula")
    return top["share"], int(top["chars"]), top["report"], top["other"], kept
