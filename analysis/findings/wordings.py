"""Findings in the words: what changed and what stayed, whole reports, shared wording, domains."""

import numpy as np
import pandas as pd

from analysis import multiverse, paths, text_reuse
from analysis.claims import traced
from analysis.contrast import LEVEL, Contrast
from analysis.contrast import wholes as whole_texts
from analysis.contrast.changes import SAME
from analysis.findings import DESCRIBED, LIKE, Finding, Study, spread
from analysis.glossary import label, listed
from analysis.topics import domains as policy_domains
from analysis.uncertainty import rates, share_differences

# Least lengths of shared wording that could have been chosen, the reported one among them.
LENGTHS = (8, 10, text_reuse.MIN_CHARS, 16, 20)
# Choices that a careful analyst could make; pages as received are none of them.
GRID = {**multiverse.SPECIFICATIONS, "restoration": ["full", "exact"]}
LEVELS = "levels of restoration"


def found(studies: dict[str, Study], pair: Contrast, catalogue=None) -> list[Finding]:
    """
    State all findings in the words.

    Parameters
    ----------
    studies : dict
        The study as reported first, then of texts restored less far.
    pair : Contrast
        From `contrast.widest`.
    catalogue : Path, optional
        Of the corpus, for the analyses that could have been done; `paths.CATALOGUE` unless given.
    """
    study = next(iter(studies.values()))
    return [*settled(studies, pair), *stayed(study, pair, catalogue), *domains(studies, pair),
            *wholes(studies), *shared(study), *common(studies)]  # fmt: skip


def settled(studies: dict[str, Study], pair: Contrast) -> list[Finding]:
    """State how many of all tested terms of the pair changed, and how many by chance alone."""
    if not pair.reference:
        return []
    tried = {name: _tested(study, pair) for name, study in studies.items()}
    study, table = next(iter(studies.values())), next(iter(tried.values()))
    sure = [list(one.index[one["q"] < LEVEL]) for one in tried.values()]
    alone = (table["p"] < LEVEL).sum()
    before, after = _years(study, pair)
    named = f": {listed(sure[0])}" if sure[0] else ""
    lead = list(dict.fromkeys([*sure[0], *table.index]))[:3]
    rows = study.hits[study.hits["term"].isin(lead)]
    return [Finding(
        id="drift.settled",
        statement=f"{{}} of {len(table)} terms changed between {before} and {after} in "
        f"{_part(study)} so that it holds among all of them{named}. {alone} have "
        f"an interval of their own that leaves out no change; chance alone gives "
        f"{0.05 * len(table):.0f}. {_seen(table)}",
        value=len(sure[0]), unit="terms", n=len(table),
        counts=f"terms whose rate differs between {after} and {before}, q < .05",
        evidence="figures/tables/02_keyness.csv", status=LIKE,
        holds=float(np.mean([one == sure[0] for one in sure])), of=len(sure), over=LEVELS,
        places=spread(study.corpus, _here(study, rows, [*pair.reference, *pair.target])),
    )]  # fmt: skip


def _seen(table: pd.DataFrame) -> str:
    often = table["n_target"] + table["n_reference"] >= 20
    ratio = table.loc[often, "mde_ratio"].median()
    if not np.isfinite(ratio):
        return "No change of a single term could have been seen four times in five."
    return (f"Terms of 20 hits and more would have to change {ratio:.1f}-fold to be seen four times in "
            "five, rarer ones more.")  # fmt: skip


def _tested(study: Study, pair: Contrast) -> pd.DataFrame:
    """Terms of the pair with enough hits, the surest difference first."""
    table = study.pair.table if study.pair.target == pair.target else pair.table
    table = table[table["q"].notna()].sort_index()
    return table.sort_values("p", kind="stable")


def stayed(study: Study, pair: Contrast, catalogue=None) -> list[Finding]:
    """State the most frequent term whose rate stayed within a factor of two."""
    if not (len(pair.reference) == len(pair.target) == 1):
        return []
    table = _tested(study, pair)
    table = table[(table["low"] > -SAME) & (table["high"] < SAME)]
    if table.empty:
        return []
    term = (table["n_target"] + table["n_reference"]).idxmax()
    one, sides = table.loc[term], (pair.target[0], pair.reference[0])
    kind = study.hits.loc[study.hits["term"] == term, "kind"].iloc[0]
    stated = multiverse.from_table(table.loc[[term]].assign(kind=kind), *sides, study.function)
    tried = multiverse.run(
        stated, GRID, catalogue=catalogue or paths.CATALOGUE,
        holds=lambda row: row["low"] > -SAME and row["high"] < SAME)  # fmt: skip
    worst = multiverse.by_factor(tried).sort_values("share", kind="stable").iloc[0]
    least = "" if tried["holds"].all() else (
        f", least ({worst['share']:.0%}) with {worst['choice']} {worst['option']}")
    value, low, high = (float(2.0 ** one[end]) for end in ("log_ratio", "low", "high"))
    reports, (before, after) = [*pair.reference, *pair.target], _years(study, pair)
    return [Finding(
        id="drift.stayed",
        statement=f"{label(term)} kept its rate within a factor of two: {{}} times that of "
        f"{before} in {_part(study)} of {after} ({one['n_reference']:.0f} and "
        f"{one['n_target']:.0f} hits).",
        value=value, low=low, high=high, unit="times", digits=2,
        n=int(one["n_target"] + one["n_reference"]),
        counts=f"rate of {term} in {_part(study)}, {sides[0]} over {sides[1]}",
        evidence=traced(term, reports, study.function, *(["--word"] if kind == "word" else [])),
        status=LIKE, holds=float(tried["holds"].mean()), of=len(tried),
        over=f"combinations of choices{least}",
        places=spread(study.corpus,
                      _here(study, study.hits[study.hits["term"] == term], reports)),
    )]  # fmt: skip


def domains(studies: dict[str, Study], pair: Contrast) -> list[Finding]:
    """State which policy domain of the codebook changed its share most in the pair."""
    study = next(iter(studies.values()))
    if not (len(pair.reference) == len(pair.target) == 1):
        return []
    tried = {name: _domain(one, pair) for name, one in studies.items()}
    best = next(iter(tried.values()))
    if best is None:
        return []
    name, gap, low, high, clear, hits = best
    before, after = _years(study, pair)
    return [Finding(
        id="domains.most",
        statement=f"Of {clear[1]} policy domains, {clear[0]} changed their share of {_part(study)} "
        f"between {before} and {after} by more than their intervals allow; the largest difference, "
        f"of {name}, is {{}}.",
        value=gap, low=low, high=high, unit="%", n=len(hits),
        counts=f"difference of the share of {name} among hits of the codebook in {_part(study)}, "
        f"{pair.target[0]} less {pair.reference[0]}", evidence="analysis/resources/lexicons/domains.csv", status=LIKE,
        holds=float(np.mean([one is not None and one[0] == name and one[4] == clear
                             for one in tried.values()])), of=len(tried), over=LEVELS,
        places=spread(study.corpus, hits),
    )]  # fmt: skip


def _domain(study: Study, pair: Contrast) -> tuple | None:
    """Name, difference with interval, how many are clear of how many, and hits of a domain."""
    hits = policy_domains.hits(study.corpus)
    hits = hits[hits["report"].isin([*pair.reference, *pair.target])]
    hits = hits[hits["function"] == study.function] if study.function else hits
    if hits["report"].nunique() < 2:
        return None
    shares = policy_domains.shares(hits).set_index(["report", "domain"])
    gaps = share_differences(*(shares.loc[ids[0]] for ids in (pair.reference, pair.target)))
    clear = int(((gaps["low"] > 0) | (gaps["high"] < 0)).sum())
    name = gaps["difference"].abs().idxmax()
    effect = gaps.loc[name, ["difference", "low", "high"]].astype(float)
    return name, *effect, (clear, len(gaps)), hits[hits["domain"] == name]


def wholes(studies: dict[str, Study]) -> list[Finding]:
    """State how many pairs of like reports differ as wholes, alike sections being exchanged."""
    tried = {name: whole_texts.every_pair(one.counts, one.corpus.catalogue, one.reports, one.function)
             for name, one in studies.items()}  # fmt: skip
    study, tried = next(iter(studies.values())), {n: t[t["p"].notna()] for n, t in tried.items()}
    apart = next(iter(tried.values()))
    if apart.empty:
        return []
    beyond = [int((rows["p"] < LEVEL).sum()) for rows in tried.values()]
    pairs = "pair" if len(apart) == 1 else "pairs"
    return [Finding(
        id="wholes.apart",
        statement=f"{{}} of {len(apart)} {pairs} of like reports "
        f"{'differs' if beyond[0] == 1 else 'differ'} as wholes (least p = {apart['p'].min():.3f}, "
        "members of pairs of alike sections exchanged); unlike reports are not tested.",
        value=beyond[0], unit="pairs", n=len(apart),
        counts="pairs of like reports that differ beyond exchanges of alike sections (p < .05)",
        evidence="figures/02_apart.csv", status=LIKE,
        holds=float(np.mean([n == beyond[0] for n in beyond])), of=len(beyond), over=LEVELS,
        places=_formulas(study.corpus, study.shared),
    )]  # fmt: skip


def _formulas(corpus, rows: pd.DataFrame) -> tuple:
    """Places of shared wording to quote."""
    rows = rows.drop_duplicates("passage").rename(
        columns={"report_a": "report", "start_a": "start", "end_a": "end"})  # fmt: skip
    return spread(corpus, rows[["report", "start", "end"]])


def shared(study: Study) -> list[Finding]:
    """State which two reports share most wording."""
    tried = {length: _closest(study, length) for length in LENGTHS}
    best = tried[text_reuse.MIN_CHARS]
    if best is None:
        return []
    share, chars, one, other, rows = best
    held = [again is not None and {*again[2:4]} == {one, other} for again in tried.values()]
    return [Finding(
        id="shared.most",
        statement=f"{{}} of the characters of `{one}` stand word for word in `{other}`, in "
        f"stretches of at least {text_reuse.MIN_CHARS}: no two reports share more.",
        value=share, unit="%", digits=1, n=chars,
        counts=f"characters of {one} in wording shared with {other}",
        evidence="figures/02_shared.csv", status=f"{DESCRIBED}; counted, not estimated",
        holds=float(np.mean(held)), of=len(held), over="least lengths of a stretch",
        places=_formulas(study.corpus, rows),
    )]  # fmt: skip


def _closest(study: Study, length: int) -> tuple | None:
    """Share, characters and ids of the pair that shares most, with what it shares."""
    rows = study.shared if length == text_reuse.MIN_CHARS else text_reuse.shared(study.corpus, length)
    cover = text_reuse.coverage(study.corpus, rows).query("other != 'any'")
    if cover.empty or not cover["chars"].max():
        return None
    top = cover.loc[cover["share"].idxmax()]
    both = {top["report"], top["other"]}
    kept = rows[rows["report_a"].isin(both) & rows["report_b"].isin(both)]
    return top["share"], int(top["chars"]), top["report"], top["other"], kept


def common(studies: dict[str, Study]) -> list[Finding]:
    """State the listed policy term that all reports have, with its highest rate."""
    study = next(iter(studies.values()))
    tried = [_everywhere(one) for one in studies.values()]
    if tried[0] is None:
        return []
    term = tried[0]
    table = rates(study.counts.select([term]))
    top, least = table.loc[table["per_10k"].idxmax()], table.loc[table["per_10k"].idxmin()]
    rows = study.hits[study.hits["term"] == term]
    return [Finding(
        id="common.highest",
        statement=f"{label(term)} stands in {_part(study)} of every report, most often in "
        f"`{top['report']}`: {{}} per 10,000 words ({least['per_10k']:.1f} in "
        f"`{least['report']}`).",
        value=float(top["per_10k"]), low=float(top["low"]), high=float(top["high"]),
        unit="per 10,000", digits=1, n=int(top["count"]),
        counts=f"rate of {term} in {_part(study)} of {top['report']}",
        evidence=traced(term, [top["report"]], study.function), status=DESCRIBED,
        holds=float(np.mean([one == term for one in tried])), of=len(tried), over=LEVELS,
        places=spread(study.corpus, _here(study, rows, study.reports)),
    )]  # fmt: skip


def _everywhere(study: Study) -> str | None:
    """The listed term with most hits among those that every report has, if there is one."""
    rows = study.hits[study.hits["kind"] == "lexicon"]
    rows = rows[rows["function"] == study.function] if study.function else rows
    held = rows.groupby("term").agg(reports=("report", "nunique"), n=("report", "size"))
    held = held[held["reports"] == len(study.reports)]
    return None if held.empty or len(study.reports) < 2 else held["n"].idxmax()


def _here(study: Study, rows: pd.DataFrame, reports) -> pd.DataFrame:
    """Mentions in the part that is compared, of some reports."""
    rows = rows[rows["report"].isin(list(reports))]
    return rows[rows["function"] == study.function] if study.function else rows


def _years(study: Study, pair: Contrast) -> list[str]:
    return [", ".join(str(study.corpus[id].year) for id in side)
            for side in (pair.reference, pair.target)]  # fmt: skip


def _part(study: Study) -> str:
    return f"the {study.function}" if study.function else "the text"
