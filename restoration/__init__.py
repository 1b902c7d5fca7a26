"""
Undo what happened to a text on its way here, and say so edit by edit.

    restored = restore(data)                    bytes or str
    restored.text                               to read and count
    restored.ledger.to_raw(120, 124)            where these characters came from
    restored.diagnosis                          what was found wrong before anything was done

Decoding, then the stages below in their order. A stage is a pure function `find(text)` that lists
edits of the text it is given; it is only called where the diagnosis shows its kind of damage. The
stages are gone through again until nothing changes: a restored text is left alone by construction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from restoration import byte_slips, decode, hanzi, layout, lookalikes, page_noise, pinyin_script
from restoration.diagnosis import Diagnosis, diagnose, find_doubts
from restoration.ledger import Edit, Ledger, disjoint, override

__all__ = ["Diagnosis", "Edit", "Ledger", "Restored", "diagnose", "restore"]

LEVELS = ("none", "exact", "full")
# Rounds until nothing changes: two do for every text seen; the bound is there for the unseen.
ROUNDS = 20
# (stage, does the diagnosis call for it), in the order in which the damage is peeled off.
STAGES: tuple[tuple[Callable[[str], list[Edit]], Callable[[Diagnosis], bool]], ...] = (
    (hanzi.find_forms, lambda found: found.forms > 0 and not found.foreign),
    (byte_slips.find, lambda found: found.slipped and found.traditional),
    (pinyin_script.find_pinyin, lambda found: found.annotated),
    (pinyin_script.find_script, lambda found: found.traditional and not found.foreign),
    (pinyin_script.find_scattered, lambda found: found.mixed and not found.foreign),
    (layout.find_residue, lambda found: True),
    (layout.find_markup, lambda found: found.marked and not found.foreign),
    (layout.find_lines, lambda found: not found.foreign),
    (layout.find_lettered, lambda found: found.blanks > 1 and not found.foreign),
    (layout.find_strange, lambda found: found.blanks > 0 and not found.foreign),
    (layout.find_blanks, lambda found: found.spaced and not found.foreign),
    (lookalikes.find, lambda found: found.disguised and not (found.traditional or found.glossed or found.foreign)),
    (page_noise.find_tails, lambda found: not found.traditional and not found.foreign),
    (page_noise.find_ocr, lambda found: not found.traditional and not found.foreign),
    (page_noise.find_boilerplate, lambda found: not found.foreign),
)


# What a reader may want as it is, and the stages that touch it.
KEEP = {
    "furniture": (page_noise.find_boilerplate,),
    "script": (pinyin_script.find_script, pinyin_script.find_scattered),
}


@dataclass(frozen=True)
class Restored:
    """A raw text (`raw.encode(encoding)` is the file), the restored text, and all between them."""

    raw: str
    text: str
    ledger: Ledger
    encoding: str
    diagnosis: Diagnosis

    @property
    def doubtful(self) -> float:
        """Share of the text that stands in unresolved edits: damaged, and not undone."""
        spans = (self.ledger.to_text(e.start, e.end) for e in self.ledger if e.confidence == "unresolved")
        return sum(end - start for start, end in spans) / max(1, len(self.text))


def restore(
    raw: bytes | str, *, level: str = "full", overrides: Sequence[Edit] = (), keep: Collection[str] = ()
) -> Restored:
    """
    Restore one text.

    Parameters
    ----------
    raw : bytes or str
        A file as it is, or a text that somebody decoded.
    level : {"full", "exact", "none"}
        Keep all edits, only those that are proved, or only the decoding.
    overrides : sequence of Edit
        Decisions of a reader in raw offsets; they win over every rule (`ledger.read_overrides`).
    keep : collection of {"furniture", "script"}
        What stays as it is: lines of the site (they are listed as suspicions), traditional script.

    Raises
    ------
    decode.DecodingError
        If the bytes are empty, binary, or in no encoding that gives Chinese.
    ValueError
        If there is no such level, nothing of that name to keep, or an override does not fit the text.

    Examples
    --------
    >>> restore("\\ufeff发展".encode("utf-8")).text
    '发展'
    """
    if level not in LEVELS:
        raise ValueError(f"no level {level!r}: choose one of {', '.join(LEVELS)}")
    if unknown := sorted(set(keep) - set(KEEP)):
        raise ValueError(f"keep {unknown[0]!r}? choose of {', '.join(KEEP)}")
    source, encoding = decode.decode(raw)
    text, ledger = _decoded(source, Ledger([], len(source)), encoding)
    diagnosis = diagnose(text)
    if level != "none":
        text, ledger = _rounds(text, ledger, diagnosis, level, keep)
    if level == "full" and not diagnosis.foreign:
        text, ledger = _do(find_doubts(text, diagnosis.annotated, diagnosis.subject), text, ledger, level)
    if overrides:
        ledger = override(source, ledger, overrides)
        text = ledger.apply(source)
    return Restored(source, text, ledger, encoding, diagnosis)


def _rounds(text: str, ledger: Ledger, diagnosis: Diagnosis, level: str, keep) -> tuple[str, Ledger]:
    """Go through the stages until a round changes nothing."""
    for _ in range(ROUNDS):
        before = text
        for find, applies in STAGES:
            kept = [name for name, stages in KEEP.items() if find in stages and name in keep]
            if applies(diagnosis) and kept != ["script"]:
                edits = [_left(edit) for edit in find(text)] if kept else find(text)
                if find is pinyin_script.find_script:
                    edits = _outside_slips(edits, ledger)
                text, ledger = _do(edits, text, ledger, level)
        if text == before:
            break
        text, ledger = _decoded(text, ledger, "utf-8")
        diagnosis = diagnose(text)
    return text, ledger


def _decoded(text: str, ledger: Ledger, encoding: str) -> tuple[str, Ledger]:
    """Undo misreadings until none shows; one can hide another."""
    for _ in range(ROUNDS):
        before = text
        text, ledger = _do(decode.find(text, encoding), text, ledger, "full")
        if text == before:
            break
    return text, ledger


def _left(edit: Edit) -> Edit:
    """An edit as a suspicion: what it would change is listed."""
    return edit._replace(after=edit.before, confidence="unresolved", alternatives=(edit.after, *edit.alternatives))


def _do(edits: list[Edit], text: str, ledger: Ledger, level: str) -> tuple[str, Ledger]:
    edits = disjoint(edit for edit in edits if level == "full" or edit.confidence == "exact")
    # A suspicion is listed where nothing was edited: there it is no more than the edit says.
    edits = [edit for edit in edits if edit.changes or not ledger.edits_in(edit.start, edit.end)]
    if not edits:
        return text, ledger
    return Ledger(edits, len(text)).apply(text), ledger.then(edits)


def _outside_slips(edits: list[Edit], ledger: Ledger) -> list[Edit]:
    """Edits that touch no byte slip left unresolved: what stands there are no characters."""
    slipped = [edit for edit in ledger if edit.kind == "byte slip" and not edit.changes]
    places = {i for edit in slipped for i in range(*ledger.to_text(edit.start, edit.end))}
    return [edit for edit in edits if places.isdisjoint(range(edit.start, edit.end))]
