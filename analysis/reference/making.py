"""
Make a reference from a catalogue of many reports: counts by report, part and term, and no text.

Counted are words of two characters and more that are no stop words and no numbering, as they are cut, and
listed policy terms, phrases of the study corpus and terms of the policy domains that are more than one word,
as they are written. The vocabulary is those of them that stand in `MIN_REPORTS` reports of `MIN_PLACES`
places, and everything that is counted as written.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import sparse

from analysis import collocations, doctor, lexicons, paths, structure, tokens
from analysis import corpus as corpora
from analysis.counts import Counts, streaming
from analysis.reference import subjects
from analysis.reference.subjects import dispersions
from analysis.wordform import fold

# A term of fewer reports has no band worth drawing, and a name of one place is no term of a country.
MIN_REPORTS, MIN_PLACES = 40, 15
# Reports that lie together in the file, and cells of a row group: a slice by term or by year reads a tenth.
BLOCK, GROUP = 256, 1 << 15
# Texts of fewer tokens are no whole reports (the median is about 9,000).
SHORT = 2000
# Tasks of a smaller share are what a lost heading left of them (the median is half).
FEW = 0.1
# Findings of the corpus doctor that make a report doubtful as a peer; what is left on a page does not.
DOUBTED = ("same", "near", "place", "year", "level", "anachronism", "language", "cut", "damage")
PARTS = ("review", "guiding", "tasks", "self-government", "other")
_NUMBERING = re.compile("第[一二三四五六七八九十百零〇0-9]+[章节篇条款]")


def make(
    catalogue: Path | str, out: Path, *, extra: Collection[str] | None = None, source: str = "", status: str = "",
    files: Mapping[str, tuple[str, str]] | None = None, jobs: int | None = None, min_reports: int = MIN_REPORTS,
    min_places: int = MIN_PLACES,
) -> Path:  # fmt: skip
    """
    Count the reports of a catalogue and write the tables that `reference.load` reads.

    Parameters
    ----------
    catalogue : path
        As `corpus.load` takes it; `place` and the year of `date` say which reports are peers.
    out : path
        Folder for `reports.csv`, `terms.csv`, `counts.parquet`, `subjects.parquet`, `reference.json`.
    extra : collection of str, optional
        Strings that are counted as written besides the listed ones; by default the phrases of the study corpus
        (`paths.CATALOGUE`).
    source, status : str
        Where the texts are from and what may be done with them; stated in `reference.json`.
    files : mapping of id to (path, sha256), optional
        Where a report stands in its collection, if the catalogue was made from something else.
    jobs : int, optional
        Processes.
    min_reports, min_places : int
        Least reports and places of a term that is a word.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    ValueError
        If a report has no place, or the catalogue cannot be read.
    """
    counts, table, named = sections(catalogue, extra, files or {}, jobs, (min_reports, min_places))
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    model = subjects.fit(counts)
    terms = _terms(counts, table, named, model)
    table.to_csv(out / "reports.csv", index_label="report", lineterminator="\n")
    terms.to_csv(out / "terms.csv", index_label="number", lineterminator="\n", float_format="%.4g")
    _write_counts(counts, table, out / "counts.parquet")
    subjects.write(model, out / "subjects.parquet")
    said = {
        "source": source, "status": status, "reports": len(table), "terms": len(terms),
        "vocabulary": f"words in at least {min_reports} reports of {min_places} places; what is counted as written",
        "cut_by": tokens.provenance(lexicon=lexicons.terms(tokens.DEFAULT), hmm=True, engine="auto"),
    }  # fmt: skip
    (out / "reference.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return out


def sections(
    catalogue: Path | str, extra: Collection[str] | None = None, files: Mapping = MappingProxyType({}),
    jobs: int | None = None, least: tuple[int, int] = (MIN_REPORTS, MIN_PLACES),
) -> tuple[Counts, pd.DataFrame, dict[str, str]]:  # fmt: skip
    """Counts by section of the vocabulary, the table of reports, and the kinds of what is counted as written."""
    reports = corpora.load(Path(catalogue))
    # Reports of one level and year have neighbouring numbers, so that they are read together.
    ordered = sorted(reports, key=lambda report: (report.level, report.year, report.place, report.id))
    reports = replace(reports, reports=tuple(ordered))
    if nameless := [report.id for report in reports if not report.place]:
        raise ValueError(f"{', '.join(nameless[:5])}: no place in the catalogue; peers are told apart by place")
    named = _named(phrases() if extra is None else extra)
    cut = _words(streaming.count(reports, "section", n_jobs=jobs), named)
    counts = _together(cut, _written(reports, cut.units, sorted(named), jobs))
    table = _reports(reports, counts, _doubts(Path(catalogue)), files)
    return _chosen(counts, table, named, *least), table, named


def phrases() -> list[str]:
    """Phrases that the study corpus makes its own: what notebooks count besides words and listed terms."""
    return list(collocations.phrases(tokens.table(corpora.load(paths.CATALOGUE)))["phrase"])


def _named(extra: Iterable[str]) -> dict[str, str]:
    """Strings that are counted as written, and what they are."""
    domains = lexicons.load("domains")["term"]
    several = [term for term in domains if sum(kind == "word" for *_, kind in tokens.segment(term)) > 1]
    kinds = {"domain": several, "phrase": extra, "lexicon": lexicons.terms("policy_terms")}
    return {fold(term): kind for kind, terms in kinds.items() for term in terms}


def _words(counts: Counts, named: Collection[str]) -> Counts:
    """Words of the vocabulary; sizes stay."""
    out = {*lexicons.stopwords(), *named}
    keep = [len(t) > 1 and t not in out and tokens.kind(t) == "word" and not _NUMBERING.fullmatch(t)
            for t in counts.terms]  # fmt: skip
    at = np.flatnonzero(keep)
    return Counts(counts.matrix[:, at], counts.units, counts.terms[at])


def _written(reports, units: pd.DataFrame, named: list[str], jobs) -> Counts:
    """Strings as written, by section."""
    from joblib import Parallel, delayed

    ids = reports.ids
    chunks = [reports.reports[at : at + 64] for at in range(0, len(ids), 64)]
    found = Parallel(n_jobs=jobs or 1)(delayed(_strings)(chunk, named) for chunk in chunks)
    keys = pd.MultiIndex.from_frame(units[["report", "function", "section"]].astype({"report": str, "function": str}))
    places = pd.MultiIndex.from_tuples([row for chunk in found for row in chunk[0]])
    rows = keys.get_indexer(places)
    columns, hits = (np.concatenate([chunk[k] for chunk in found]) for k in (1, 2))
    matrix = sparse.csr_array(
        sparse.coo_array((hits, (rows, columns)), (len(units), len(named))), dtype=np.int32
    )
    return Counts(matrix, units, pd.Index(named, dtype="str", name="term"))


def _strings(reports, named: list[str]) -> tuple:
    """Places (report, function, section), columns and hits."""
    places, columns, hits = [], [], []
    for report in reports:
        text = report.form
        present = [(k, term) for k, term in enumerate(named) if term in text]
        sections: dict[tuple, list[str]] = {}
        for start, end, section, function in structure.places(text, genre=report.genre):
            sections.setdefault((report.id, function, section), []).append(text[start:end])
        for place, lines in sections.items():
            body = "\n".join(lines)
            for k, term in present:
                if n := body.count(term):
                    places.append(place)
                    columns.append(k)
                    hits.append(n)
    return places, np.array(columns, int), np.array(hits, int)


def stem(place: str) -> str:
    """
    Name a place without its kind.

    >>> [stem(p) for p in ("太原市", "楚雄彝族自治州", "山西省", "内蒙古自治区")]
    ['太原', '楚雄', '山西', '内蒙古']
    """
    return re.sub(r"(?:[^\W\d]族)*(?:自治[区州县]|[省市州县区盟])$|(?<=.{2})[^族]{0,3}族.*$", "", place) or place


def _doubts(catalogue: Path) -> dict[str, list[str]]:
    """What the corpus doctor doubts about each report."""
    found = doctor.examine(catalogue)
    found = found[found["kind"].isin(DOUBTED)]
    return {id: list(rows["what"]) for id, rows in found.groupby("id", sort=False)}


def _together(first: Counts, second: Counts) -> Counts:
    matrix = sparse.hstack([first.matrix, second.matrix]).tocsc()
    terms = first.terms.append(second.terms)
    order = np.argsort(np.asarray(terms, dtype=object), kind="stable")
    return Counts(sparse.csr_array(matrix[:, order], dtype=np.int32), first.units, terms[order].rename("term"))


def _reports(reports, counts: Counts, doubts, files) -> pd.DataFrame:
    """One row a report: what the catalogue says, tokens by part, doubts."""
    units = counts.units.astype({"report": str, "function": str})
    sizes = units.pivot_table(index="report", columns="function", values="n_tokens", aggfunc="sum", fill_value=0)
    sizes = sizes.reindex(index=reports.ids, columns=PARTS, fill_value=0)
    rows = []
    for report, size in zip(reports, sizes.to_numpy(), strict=True):
        said = list(doubts.get(report.id, []))
        said += ["no tasks found"] * int(size[2] == 0) + ["short"] * int(size.sum() < SHORT)
        said += ["hardly any tasks found"] * int(0 < size[2] < FEW * size.sum())
        path, checksum = files.get(report.id, (report.path.name, report.sha256))
        source = reports.catalogue.loc[report.id, "source"]
        rows.append((report.id, report.place, report.code, report.level, report.genre, report.year, report.delivered,
                     source, path, checksum, *size, "; ".join(said)))  # fmt: skip
    columns = ["id", "place", "code", "level", "genre", "year", "delivered", "source", "path", "sha256",
               *(f"n_{part}" for part in PARTS), "doubts"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _chosen(counts: Counts, table: pd.DataFrame, named, min_reports: int, min_places: int) -> Counts:
    """Leave out words of too few reports or places."""
    place = pd.factorize(table["place"])[0]
    report = pd.Index(table["id"]).get_indexer(counts.units["report"].astype(str))
    cells = counts.matrix.tocoo()
    seen = sparse.csr_array((np.ones(len(cells.row), bool), (report[cells.row], cells.col)),
                            (len(table), len(counts.terms)))  # fmt: skip
    there = sparse.csr_array((np.ones(len(place), bool), (place, np.arange(len(place)))))
    reports, places = (np.bincount(m.tocoo().col, minlength=m.shape[1]) for m in (seen, there @ seen))
    keep = ((reports >= min_reports) & (places >= min_places)) | (counts.terms.isin(list(named)) & (reports > 0))
    at = np.flatnonzero(keep)
    return Counts(counts.matrix[:, at], counts.units, counts.terms[at])


def _terms(counts: Counts, table: pd.DataFrame, named, model) -> pd.DataFrame:
    """One row a term: kind, how common, how unevenly it lies over sections with and without its subject."""
    by_report = counts.regroup("report")
    spread = dispersions(counts, model)
    return pd.DataFrame({
        "term": list(counts.terms),
        "kind": [named.get(term, "word") for term in counts.terms],
        "reports": np.bincount(by_report.matrix.tocoo().col, minlength=len(counts.terms)),
        "hits": np.asarray(by_report.matrix.sum(axis=0)).ravel(),
        **spread,
    })


def _write_counts(counts: Counts, table: pd.DataFrame, path: Path) -> None:
    """Cells by block of reports, then term, part and report; the ranges of a row group say what it may hold."""
    import pyarrow as pa
    from pyarrow import parquet

    counts = counts.regroup(["report", "function"])
    report = pd.Index(table["id"]).get_indexer(counts.units["report"].astype(str))
    part = pd.Index(PARTS).get_indexer(counts.units["function"].astype(str))
    cells = counts.matrix.tocoo()
    order = np.lexsort((report[cells.row], part[cells.row], cells.col, report[cells.row] // BLOCK))
    columns = {
        "term": cells.col[order].astype(np.uint16 if len(counts.terms) < 1 << 16 else np.uint32),
        "part": part[cells.row][order].astype(np.uint8),
        "report": report[cells.row][order].astype(np.uint16 if len(table) < 1 << 16 else np.uint32),
        "count": cells.data[order].astype(np.uint16),
    }
    parquet.write_table(
        pa.table(columns), path, row_group_size=GROUP, compression="zstd", compression_level=19,
        use_dictionary=["term", "part", "count"], version="2.6",
    )  # fmt: skip


def counted(corpus, country) -> Counts:
    """
    Count a corpus the way a reference was counted: its terms, by section.

    Parameters
    ----------
    corpus : Corpus
    country : Reference

    Returns
    -------
    Counts
        Units are sections (`report`, `function`, `section`; `place`, `level`, `genre`, `year` of the report), terms
        those of the reference.
    """
    from analysis.counts import count, strings

    cut = tokens.table(corpus)
    named = country.terms["term"][country.terms["kind"] != "word"]
    words = count(cut, "section").select(country.terms["term"][country.terms["kind"] == "word"])
    found = _together(words, strings(corpus, named, "section", tokens=cut))
    said = corpus.catalogue.loc[found.units["report"].astype(str), ["place", "level", "genre", "year"]]
    said = said.reset_index(drop=True)
    return Counts(found.matrix, pd.concat([found.units, said], axis=1), found.terms)
