"""
Tokens and counts as Parquet, for R, DuckDB, Polars and the rest; what is read back is what was.

    parquet.write_tokens(table, "tokens.parquet")     one row a token, as in `tokens.table`
    parquet.write_counts(counts, "counts/")           three files:

| file | one row | columns |
|---|---|---|
| `units.parquet` | a unit, in order | `unit` (0, 1, …), then as in `Counts.units` |
| `terms.parquet` | a term, in order | `term`, `count` (in all), `units` (that have it) |
| `parquet` | a cell that is not 0 | `unit`, `term`, `count`, by unit, then term |
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.counts import Counts, index_type

# Where the names of categories stand in the file: Parquet itself keeps only those that occur.
_KEY = b"analysis.categories"
# A vocabulary beyond this is written word by word; the default, 1 MB, is 100,000 words.
_DICTIONARY = 1 << 28


def write_tokens(tokens: pd.DataFrame, path: Path | str) -> None:
    """
    Write what `tokens.table` gives, provenance included.

    >>> import tempfile
    >>> table = pd.DataFrame({"token": pd.Categorical(["改革"], ["改革", "发展"]), "start": [0]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_tokens(table, f"{folder}/tokens.parquet")
    ...     read_tokens(f"{folder}/tokens.parquet").equals(table)
    True
    """
    _write(tokens, Path(path))


def read_tokens(path: Path | str) -> pd.DataFrame:
    """Read what `write_tokens` wrote."""
    return _read(Path(path))


def write_counts(counts: Counts, folder: Path | str) -> None:
    """Write counts as three tables; see the head of this module."""
    import pyarrow as pa

    folder, matrix = Path(folder), counts.matrix
    folder.mkdir(parents=True, exist_ok=True)
    units = counts.units.copy()
    units.insert(0, "unit", np.arange(len(units)))
    _write(units, folder / "units.parquet")
    n = len(counts.terms)
    totals = {"count": matrix.sum(axis=0), "units": np.bincount(matrix.indices, minlength=n)}
    _write(pd.DataFrame({"term": counts.terms, **totals}), folder / "terms.parquet")
    words = pa.array(counts.terms.to_numpy(dtype=object), pa.string())
    cells = {
        "unit": np.repeat(np.arange(len(units), dtype=np.int32), np.diff(matrix.indptr)),
        "term": pa.DictionaryArray.from_arrays(pa.array(matrix.indices, pa.int32()), words),
        "count": matrix.data,
    }
    _save(pa.table(cells), folder / "counts.parquet")


def read_counts(folder: Path | str) -> Counts:
    """Read what `write_counts` wrote."""
    import pyarrow.parquet as pq

    folder = Path(folder)
    units = _read(folder / "units.parquet").drop(columns="unit")
    terms = pd.Index(_read(folder / "terms.parquet")["term"], dtype="str", name="term")
    cells = pq.read_table(folder / "counts.parquet", read_dictionary=["term"]).unify_dictionaries()
    chunks = cells["term"].chunks
    words = chunks[0].dictionary.to_pandas() if chunks else []
    codes = np.concatenate([np.empty(0, np.int32), *(c.indices.to_numpy() for c in chunks)])
    kind = index_type(max(len(codes), len(units), len(terms)))
    codes = terms.get_indexer(pd.Index(words, dtype="str")).astype(kind)[codes]
    starts = np.searchsorted(cells["unit"].to_numpy(), np.arange(len(units) + 1)).astype(kind)
    data = (cells["count"].to_numpy().astype(np.int32), codes, starts)
    return Counts(sparse.csr_array(data, (len(units), len(terms))), units, terms)


def _write(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa

    categories = {
        name: frame[name].cat.categories.tolist()
        for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)
    }  # fmt: skip
    table = pa.Table.from_pandas(frame)
    said = json.dumps(categories, ensure_ascii=False).encode()
    _save(table.replace_schema_metadata({**table.schema.metadata, _KEY: said}), path)


def _save(table, path: Path) -> None:
    """Write the whole file or none."""
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    pq.write_table(table, temporary, compression="zstd", dictionary_pagesize_limit=_DICTIONARY)
    temporary.replace(path)


def _read(path: Path) -> pd.DataFrame:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    said = (table.schema.metadata or {}).get(_KEY)
    if said is None:
        raise ValueError(f"{path} was not written by analysis.counts.parquet; read it with pandas")
    frame = table.to_pandas()
    for name, categories in json.loads(said).items():
        frame[name] = pd.Categorical(frame[name], categories=pd.Index(categories, dtype="str"))
    return frame
