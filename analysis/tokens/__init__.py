"""Words of the reports, one a row, each with its place in the restored text."""

import re

import numpy as np
import pandas as pd

from analysis import lexicons, storage, wordform
from analysis.tokens import engines

# Which lexicon `lexicon=` means when nothing is said; see `lexicons.terms`.
DEFAULT = "default"

# What a token can be; the first three are counted, and together are a text's length in tokens.
KINDS = ("word", "number", "latin", "punctuation", "space")
COUNTED = KINDS[:3]

# 2026, 2.6, 2.6%, 4,153: as jieba with its hidden Markov model gives them. Without the model jieba
# cuts at dot and sign, so that 2.6% is two numbers and two signs there.
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)*%?")
# Basic Latin, Latin-1, Latin Extended-A and -B: pinyin with its tone marks too.
_LATIN = re.compile("[A-Za-zÀ-ÖØ-öø-ɏ]")

# Text, places of paragraphs and what cuts are the key. Four bytes a length, in one order everywhere.
_KEPT = storage.Kept(
    "tokens", "analysis.tokens", dump=lambda flat: flat.astype("<i4").tobytes(),
    load=lambda entry: np.frombuffer(entry, "<i4").astype(np.int32),
)  # fmt: skip


def segment(
    text: str, *, lexicon=DEFAULT, hmm: bool = True, engine: str = "auto"
) -> list[tuple[str, int, int, str]]:
    """
    Cut a text into words and say where each stands and what it is.

    Words are cut and given in their one form (see `wordform.fold`: ２０３５ is 2035), with the place
    in the text as it is. The joined tokens are the form of the text; nothing is dropped.

    Parameters
    ----------
    text : str
        Restored text, of any length.
    lexicon
        Terms to keep whole, in any form that `lexicons.terms` takes; None for none.
    hmm : bool
        Let jieba's hidden Markov model join characters that no dictionary word covers.
    engine : {"auto", "rjieba", "jieba"}
        See `engines.get`; the tokens are the same.

    Returns
    -------
    list of (token, start, end, kind)
        Offsets in characters, half-open; `kind` is one of `KINDS`.

    Examples
    --------
    >>> for token in segment("增长2.6%，发展5G和新质生产力"): print(*token)
    增长 0 2 word
    2.6% 2 6 number
    ， 6 7 punctuation
    发展 7 9 word
    5G 9 11 latin
    和 11 12 word
    新质生产力 12 17 word
    """
    cut = engines.get(engine, lexicons.terms(lexicon)).cut
    tokens, start = [], 0
    for token in cut(wordform.fold(text), hmm):
        end = start + len(token)
        tokens.append((token, start, end, kind(token)))
        start = end
    return tokens


def kind(token: str) -> str:
    """
    Classify a token: word, number, latin, punctuation or space.

    Examples
    --------
    >>> [kind(t) for t in ("改革", "2.6%", "5G", "A股", "。", "①", "\\n", "\\ufffd")]
    ['word', 'number', 'latin', 'word', 'punctuation', 'punctuation', 'space', 'punctuation']
    """
    if any((c.isalpha() and c > "ɏ") or c == "〇" for c in token):
        return "word"
    if _LATIN.search(token):
        return "latin"
    if _NUMBER.fullmatch(token):
        return "number"
    return "space" if token.isspace() else "punctuation"


def table(corpus, *, lexicon=DEFAULT, hmm: bool = True, engine: str = "auto") -> pd.DataFrame:
    """
    Segment every paragraph of a corpus.

    Reports are cut in parallel where `joblib.parallel_config` says so, and each result is
    kept by content in `paths.CACHE`.

    Parameters
    ----------
    corpus : Corpus
        What `corpus.load` gives.
    lexicon, hmm, engine
        As in `segment`.

    Returns
    -------
    DataFrame
        One row a token, in the order of the text: `report`, `section`, `paragraph`, `function`,
        `heading`, `token`, `start`, `end` (offsets in the report's restored text), `kind`.
        `token` is in its one form (see `wordform.fold`). The tokens of a paragraph join to the
        form of its text; what lies between paragraphs has no row.
        ``attrs["provenance"]`` says what cut them.
    """
    from joblib import Parallel, delayed

    options = (engine, lexicons.terms(lexicon), hmm)
    places = [_bounds(report) for report in corpus.reports]
    found = Parallel()(
        delayed(_lengths)(report.text, bounds, *options)
        for report, bounds in zip(corpus.reports, places, strict=True)
    )
    parts = [
        _rows(report, bounds, lengths)
        for report, bounds, lengths in zip(corpus.reports, places, found, strict=True)
    ]
    tokens = pd.concat([*parts, _nothing()], ignore_index=True)
    tokens = _categorical(tokens, [report.id for report in corpus.reports])
    tokens.attrs["provenance"] = provenance(lexicon=options[1], hmm=hmm, engine=engine)
    return tokens


def _bounds(report) -> np.ndarray:
    """Start and end of each paragraph of a report, shape (n_paragraphs, 2)."""
    return report.paragraphs[["start", "end"]].to_numpy(dtype=np.int64).reshape(-1, 2)


def _rows(report, bounds: np.ndarray, lengths: list[np.ndarray]) -> pd.DataFrame:
    """The token rows of one report from the lengths of its tokens, paragraph by paragraph."""
    counts = [len(found) for found in lengths]
    flat = np.concatenate([*lengths, np.empty(0, np.int32)]).astype(np.int64)
    # A token starts where its paragraph does, plus the lengths of the tokens before it there.
    before = np.cumsum(flat) - flat
    first = np.repeat(np.cumsum([0, *(found.sum() for found in lengths)])[:-1], counts)
    start = np.repeat(bounds[:, 0], counts) + before - first
    columns = ["report", "section", "paragraph", "function", "heading"]
    rows = report.paragraphs[columns].astype({"report": object, "function": object})
    rows = rows.loc[rows.index.repeat(counts)].reset_index(drop=True)
    spans, form = zip(start.tolist(), (start + flat).tolist(), strict=True), report.form
    return rows.assign(token=[form[a:b] for a, b in spans], start=start, end=start + flat)


def _nothing() -> pd.DataFrame:
    """A token table without rows, so that an empty corpus has the columns too."""
    kinds = {"report": object, "section": int, "paragraph": int, "function": object}
    kinds |= {"heading": bool, "token": object, "start": int, "end": int}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in kinds.items()})


def _categorical(tokens: pd.DataFrame, reports: list[str]) -> pd.DataFrame:
    """Store the repeated strings once each; reports keep the order of the catalogue."""
    codes, words = pd.factorize(tokens["token"], sort=True)
    kinds = np.array([KINDS.index(kind(word)) for word in words], dtype=np.int8)
    return tokens.assign(
        report=pd.Categorical(tokens["report"], categories=reports),
        function=pd.Categorical(tokens["function"].astype("str")),
        token=pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype="str")),
        kind=pd.Categorical.from_codes(kinds[codes], categories=list(KINDS)),
    )


def _lengths(text: str, bounds: np.ndarray, engine: str, terms: tuple[str, ...], hmm: bool):
    """Token lengths for each paragraph of a text, from the cache where it has them."""
    tool = engines.get(engine, terms)
    whole = storage.checksum(text.encode("utf-8", "surrogatepass"))
    key = (whole, tool.version, lexicons.digest(terms), hmm, bounds.tolist())
    return _split(_KEPT.get(key, lambda: _cut(text, bounds, tool, hmm)), bounds)


def _cut(text: str, bounds: np.ndarray, tool: engines.Engine, hmm: bool) -> np.ndarray:
    """Token lengths of all paragraphs, cut in one call: a call costs as much as a paragraph."""
    form = wordform.fold(text)
    pieces = [form[start:end] for start, end in bounds.tolist()]
    # A character at which engines always cut, which keeps paragraphs from running together.
    words = tool.cut("\u2029".join(pieces), hmm)
    flat = np.array([len(word) for word in words], np.int32)
    marks = np.cumsum([len(piece) + 1 for piece in pieces])[:-1]
    return np.delete(flat, np.searchsorted(np.cumsum(flat), marks))


def _split(flat: np.ndarray, bounds: np.ndarray) -> list[np.ndarray]:
    """Share out token lengths among paragraphs; they add up to the length of each."""
    ends = np.cumsum(bounds[:, 1] - bounds[:, 0])
    return np.split(flat, np.searchsorted(np.cumsum(flat), ends, side="right"))[:-1]


def provenance(*, lexicon=DEFAULT, hmm: bool = True, engine: str = "auto") -> dict[str, object]:
    """
    Say what cut the words: engine and version, lexicon by size and digest, hidden Markov model.

    Examples
    --------
    >>> provenance(lexicon=None, engine="jieba")
    {'engine': 'jieba', 'version': 'rules 1, jieba 0.42.1', 'lexicon': 'none', 'terms': 0, 'hmm': True}
    """
    terms = lexicons.terms(lexicon)
    tool = engines.get(engine, terms)
    listed = {"lexicon": lexicons.digest(terms), "terms": len(terms), "hmm": hmm}
    return {"engine": tool.name, "version": tool.version, **listed}


def lexicon_effect(corpus, *, lexicon=DEFAULT, hmm: bool = True, engine: str = "auto"):
    """
    Show what a lexicon changed: for each term how often it is one token without and with it.

    Parameters
    ----------
    corpus : Corpus
    lexicon, hmm, engine
        As in `segment`.

    Returns
    -------
    DataFrame
        For every term written in the corpus: `term`, `written` (occurrences as a string),
        `before`, `after` (tokens equal to the term without and with the lexicon), `contexts`
        (places where it became a token), `crossed` (those among them where a word of the plain
        cut ran over its edge: look at these first), by `contexts` falling, then term. `written`
        above `after` means that a longer term took it in, or a neighbour took it apart.
    """
    terms = lexicons.terms(lexicon)
    options = {"hmm": hmm, "engine": engine}
    plain = table(corpus, lexicon=None, **options)
    helped = table(corpus, lexicon=terms, **options)
    helped = helped[helped["token"].isin(terms)]
    cuts = {*zip(plain["report"], plain["start"], strict=True)}
    cuts |= {*zip(plain["report"], plain["end"], strict=True)}
    whole = set(zip(plain["report"], plain["start"], plain["end"], strict=True))
    spans = list(zip(helped["report"], helped["start"], helped["end"], strict=True))
    new = np.array([span not in whole for span in spans], dtype=bool)
    crossed = [(r, a) not in cuts or (r, b) not in cuts for r, a, b in spans]
    result = pd.DataFrame({
        "written": _written(corpus, terms),
        "before": plain["token"].value_counts(),
        "after": helped["token"].value_counts(),
        "contexts": helped["token"][new].value_counts(),
        "crossed": helped["token"][np.array(crossed, dtype=bool)].value_counts(),
    }).reindex(terms).fillna(0).astype(int)
    result = result[result["written"] > 0].rename_axis("term").reset_index()
    return result.sort_values(["contexts", "term"], ascending=[False, True], ignore_index=True)


def _written(corpus, terms: tuple[str, ...]) -> pd.Series:
    """Occurrences of each term as a string within paragraphs."""
    forms = [(report.form, _bounds(report).tolist()) for report in corpus.reports]
    texts = [form[start:end] for form, bounds in forms for start, end in bounds]
    return pd.Series({term: sum(text.count(term) for text in texts) for term in terms}, dtype=int)
