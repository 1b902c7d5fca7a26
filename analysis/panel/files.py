"""
A panel as a file, with what reads it: csv, xlsx, parquet or dta, a codebook, the coverage, a do-file and an R script.

    python -m analysis panel CATALOGUE --terms 改革 数字经济 --lists domains --part tasks -o panel.dta
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis import storage
from analysis.panel import coverage
from analysis.readers import tables

# Stata's limits: characters of a name, of a label of a variable.
NAME, LABEL = 32, 80
LABELS = {
    "panel_id": "place and genre as a number, for xtset",
    "report": "id in the catalogue",
    "place": "place it speaks for",
    "code": "code of the place, GB/T 2260",
    "province": "province of the place",
    "level": "level of the issuer",
    "genre": "kind of document",
    "issuer": "who speaks",
    "year": "year planned for",
    "delivered": "day of delivery, ISO 8601",
    "part": "part of the report that was measured",
    "measure": "word list or measure",
    "formula": "rate (per 10,000 tokens) or literature (substring hits over all jieba tokens)",
    "hits": "hits of the list in the part",
    "tokens": "words, numbers and Latin tokens of the part",
    "value": "the measure, in its unit",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
    "unit": "unit of value, low and high",
    "n_clusters": "clusters that the interval rests on",
    "cluster": "kind of cluster",
    "untouched": "share of hits without an edit",
    "restored": "share of hits on proved edits only",
    "doubtful": "share of hits on other edits",
    "gap": "what is missing from the report, number of gaps",
}
_SHORT = {"self-government": "selfgov", "literature": "lit"}
# What stands beside a measure in the wide form, and its label.
_WIDE = {
    "value": ("", "{}"),
    "low": ("_low", "{}, lower end of the interval"),
    "high": ("_high", "{}, upper end"),
    "hits": ("_hits", "{}, hits"),
    "doubtful": ("_dbt", "{}, share of doubtful hits"),
}


def widen(table: pd.DataFrame) -> pd.DataFrame:
    """
    Put the measures of a panel beside each other: one row a report.

    Returns
    -------
    DataFrame
        What identifies the report, `gap`, `tokens` (of each part), then for each measure and part its value,
        `_low`, `_high`, `_hits`, `_dbt` (share of doubtful hits). Names keep to `NAME` characters;
        ``attrs["labels"]`` says what each is.
    """
    fixed = [
        c
        for c in ("panel_id", "report", "place", "code", "province", "level", "genre", "issuer", "year", "delivered")
        if c in table
    ]
    wide = table.drop_duplicates("report").set_index("report", drop=False)[[*fixed, "gap"]]
    labels = {name: LABELS[name] for name in wide.columns}
    several, columns = len(table["part"].unique()) > 1, {}
    for part, own in table[table["formula"].eq("rate")].groupby("part", sort=False):
        name = _name("tokens", _SHORT.get(part, part) if several else "", {*labels})
        columns[name] = own.groupby("report")["tokens"].max()
        labels[name] = f"tokens of {part}"
    for (part, formula, measure), own in table.groupby(["part", "formula", "measure"], sort=False):
        end = "lit" if formula == "literature" else _SHORT.get(part, part) if several else ""
        base = _name(measure, end, {*labels}, room=5)
        said = f"{measure}, {part}, {own['unit'].iloc[0]}" + (" (literature)" if formula == "literature" else "")
        own = own.set_index("report")
        for column, (suffix, label) in _WIDE.items():
            if own[column].notna().any() or column == "value":
                columns[base + suffix] = own[column]
                labels[base + suffix] = label.format(said)[:LABEL]
    wide = pd.concat([wide, pd.DataFrame(columns)], axis=1).reset_index(drop=True)
    wide.attrs = {"notes": table.attrs.get("notes", []), "labels": labels}
    return wide


def _name(text: str, end: str, taken: set[str], room: int = 0) -> str:
    """
    Make a name that Stata and R take as it is, no longer than `NAME` with `room` for an ending, and not taken yet.

    >>> _name("Party building", "tasks", set()), _name("5G", "", {"_5g"})
    ('party_building_tasks', '_5g_2')
    """
    plain = re.sub(r"\W+", "_", text.strip().lower()).strip("_") or "list"
    plain = f"_{plain}" if plain[0].isdigit() else plain
    end = f"_{end}" if end else ""
    for number in ["", *(f"_{n}" for n in range(2, 1000))]:
        name = plain[: NAME - room - len(end) - len(number)] + end + number
        if name not in taken:
            return name
    raise ValueError(f"no free name for {text!r}; rename the list")


def merge(
    table: pd.DataFrame, covariates: pd.DataFrame, on: Sequence[str] = ("code", "year")
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Add a table of covariates, and say what did not match.

    Parameters
    ----------
    table : DataFrame
        What `build` or `widen` gives.
    covariates : DataFrame
        One row a place and year. Codes may be numbers, and of two or four digits (44, 4401), which stand for 440000
        and 440100.
    on : list of str
        Columns that both have: "code" and "year", or "place" and "year".

    Returns
    -------
    DataFrame, DataFrame
        The panel with the columns of the covariates, all its rows kept; and what did not match: `side` ("report" has
        no covariates, or "covariates" have no report) and the columns of `on`, in order.

    Raises
    ------
    ValueError
        If a column is missing, or a place and year stand twice among the covariates.

    Examples
    --------
    >>> panel = pd.DataFrame({"code": ["440000", "450000"], "year": [2020, 2020], "value": [1.0, 2.0]})
    >>> merged, unmatched = merge(panel, pd.DataFrame({"code": [44, 46], "year": [2020, 2020], "gdp": [11.1, 0.6]}))
    >>> merged["gdp"].tolist(), unmatched["side"].tolist(), unmatched["code"].tolist()
    ([11.1, nan], ['report', 'covariates'], ['450000', '460000'])
    """
    on = list(on)
    for name, frame in (("panel", table), ("covariates", covariates)):
        if missing := [c for c in on if c not in frame]:
            raise ValueError(
                f"the {name} have no column {missing[0]!r}; they have {', '.join(map(str, frame.columns))}"
            )
    keyed = covariates.assign(**{c: _key(covariates[c], c) for c in on})
    if (twice := keyed.duplicated(on)).any():
        named = "; ".join(
            " ".join(map(str, row)) for row in keyed.loc[twice, on].drop_duplicates().to_numpy().tolist()[:9]
        )
        raise ValueError(f"covariates have two rows for {named}; keep one of each")
    new = [c for c in keyed.columns if c not in on and c not in table.columns]
    own = pd.DataFrame({c: _key(table[c], c) for c in on})
    place = pd.MultiIndex.from_frame(keyed[on]).get_indexer(pd.MultiIndex.from_frame(own))
    values = keyed[new].reset_index(drop=True).reindex(place).set_axis(table.index)
    merged = pd.concat([table, values], axis=1)
    merged.attrs = dict(table.attrs)
    alone = own[place < 0].drop_duplicates().assign(side="report")
    unused = keyed.loc[~pd.RangeIndex(len(keyed)).isin(place), on].assign(side="covariates")
    unmatched = pd.concat([alone, unused], ignore_index=True)[["side", *on]]
    ignored = [c for c in keyed.columns if c not in on and c not in new]
    merged.attrs["notes"] = [
        *merged.attrs.get("notes", []),
        f"covariates {', '.join(map(str, new))} by {' and '.join(on)}: {len(alone)} of {len(own.drop_duplicates())} "
        f"places and years have none, {len(unused)} of {len(keyed)} rows of covariates have no report",
        *(
            [f"covariates left out, as the panel has columns of these names: {', '.join(map(str, ignored))}"]
            if ignored
            else []
        ),
    ]
    return merged, unmatched.sort_values(["side", *on], ascending=[False, *[True] * len(on)], ignore_index=True)


def _key(column: pd.Series, name: str) -> pd.Series:
    """Codes as six digits, years as numbers, places as text."""
    text = column.astype("string").fillna("").str.strip().str.replace(r"\.0+$", "", regex=True)
    if name == "year":
        return pd.to_numeric(text.str[:4], errors="coerce").fillna(-1).astype(int)
    if name == "code":
        digits = text.str.fullmatch(r"\d{2}|\d{4}").fillna(False)
        text = text.mask(digits, text.str.ljust(6, "0"))
    return text.astype(object)


def write(table: pd.DataFrame, path: Path | str, unmatched: pd.DataFrame | None = None) -> list[Path]:
    """
    Write a panel and what belongs to it.

    Parameters
    ----------
    table : DataFrame
        What `build`, `widen`, `balanced` or `merge` gives.
    path : path
        With one of the endings in `storage.FORMATS`, which says the format.
    unmatched : DataFrame, optional
        What `merge` could not match.

    Returns
    -------
    list of Path
        The panel; `p_csv.R` and `p_csv.do` for p.csv, which read it (Stata reads no parquet); `p_csv_codebook.csv`;
        `p_csv_coverage.csv`, and `p_csv_unmatched.csv` where something did not match.
    """
    path = Path(path)
    labels = {c: table.attrs.get("labels", LABELS).get(c, str(c)) for c in table.columns}
    # What stands beside p.csv is not what stands beside p.dta: each table has files of its own.
    stem = path.with_name(path.name.replace(".", "_"))
    codebook = pd.DataFrame({"column": list(labels), "meaning": list(labels.values())})
    beside = {"codebook": codebook, "coverage": coverage(table), "unmatched": unmatched}
    beside = {name: frame for name, frame in beside.items() if frame is not None and len(frame)}
    sheets = beside | {"notes": pd.DataFrame({"note": table.attrs.get("notes", [])})}
    made = {path: storage.encoded(table, path.suffix, labels, sheets)}
    made |= {stem.with_name(f"{stem.name}_{name}.csv"): storage.csv(frame, mark=True) for name, frame in beside.items()}
    made[stem.with_name(f"{stem.name}.R")] = _r_script(path, table).encode()
    if path.suffix.lower() != ".parquet":
        made[stem.with_name(f"{stem.name}.do")] = _do_file(path, table, labels).encode()
    for place, data in made.items():
        storage.write(place, data)
    return list(made)


def _example(table: pd.DataFrame) -> tuple[str, str]:
    """The measure that the scripts show, and the column of its values."""
    if "measure" in table:
        return str(table["measure"].iloc[0]) if len(table) else "", "value"
    known = [c for c in table.attrs.get("labels", {}) if f"{c}_low" in table]
    return "", known[0] if known else str(table.columns[-1])


def _do_file(path: Path, table: pd.DataFrame, labels: dict[str, str]) -> str:
    """Stata: read, label, declare the panel, estimate what changed within places."""
    measure, column = _example(table)
    text = [f'"{name}"' for name in ("code", "delivered") if name in table]
    numbers = [list(table.columns).index(name.strip('"')) + 1 for name in text]
    read = {
        ".dta": f'use "{path.name}", clear',
        ".csv": f'import delimited using "{path.name}", clear varnames(1) case(preserve) encoding("UTF-8") '
        f"stringcols({' '.join(map(str, numbers))})",
        ".xlsx": f'import excel using "{path.name}", clear sheet("table") firstrow case(preserve)',
    }[path.suffix.lower()]
    lines = ["* Reads the panel (Stata 14 or later), run in its folder", "version 14", read]
    lines += [f'label variable {name} "{_quoted(label[:LABEL])}"' for name, label in labels.items()]
    if measure:
        part = str(table["part"].iloc[0])
        lines += [
            "* One measure at a time: the panel is long",
            f'keep if measure == "{_quoted(measure)}" & formula == "rate" & part == "{part}"',
        ]
    lines += [
        "keep if !missing(panel_id)",
        "xtset panel_id year",
        "* What changed within places, errors clustered by place",
        f"xtreg {column} i.year, fe vce(cluster panel_id)",
    ]
    return "\n".join(lines) + "\n"


def _r_script(path: Path, table: pd.DataFrame) -> str:
    """R: read, and estimate what changed within places (with fixest, where it is installed)."""
    measure, column = _example(table)
    text = ", ".join(f'{name} = "character"' for name in ("code", "delivered") if name in table)
    name = json.dumps(path.name, ensure_ascii=False)
    read = {
        ".csv": f'read.csv({name}, fileEncoding = "UTF-8-BOM", check.names = FALSE, na.strings = "", '
        f"colClasses = c({text}))",
        ".dta": f"haven::read_dta({name})",
        ".xlsx": f'readxl::read_excel({name}, sheet = "table")',
        ".parquet": f"arrow::read_parquet({name})",
    }[path.suffix.lower()]
    lines = ["# Reads the panel, run in its folder", f"panel <- {read}"]
    if measure:
        shown, part = json.dumps(measure, ensure_ascii=False), json.dumps(str(table["part"].iloc[0]))
        lines += [
            "# One measure at a time: the panel is long",
            f'one <- subset(panel, measure == {shown} & formula == "rate" & part == {part} & !is.na(panel_id))',
        ]
    else:
        lines += ["one <- subset(panel, !is.na(panel_id))"]
    lines += [
        "# What changed within places, errors clustered by place",
        'if (requireNamespace("fixest", quietly = TRUE)) {',
        f"  print(fixest::feols(`{column}` ~ i(year) | panel_id, data = one, cluster = ~panel_id))",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Text inside Stata's quotes: no quote, no macro."""
    return re.sub(r"[\"`'$\r\n]", " ", text)


def covariates(path: Path) -> pd.DataFrame:
    """Read a table of covariates: dta, csv in any usual encoding, xlsx, parquet; columns of numbers as numbers."""
    if path.suffix.lower() == ".dta":
        return pd.read_stata(path, convert_categoricals=False)
    if path.suffix.lower() == ".parquet":
        return pd.read_parquet(path)
    table = pd.DataFrame([row for _, row in tables.rows(path)])
    for name in table.columns.difference(["code", "place"]):
        cells = table[name].astype("string").str.strip()
        numbers = pd.to_numeric(cells.mask(cells.eq("")), errors="coerce")
        if numbers.notna().sum() == cells.fillna("").ne("").sum():
            table[name] = numbers
    return table
