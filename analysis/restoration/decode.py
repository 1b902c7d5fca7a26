"""From bytes to characters."""

from analysis.restoration.ledger import Edit


class DecodingError(ValueError):
    """The bytes are no Chinese text that we can read."""


def decode(raw: bytes | str) -> tuple[str, str, list[Edit]]:
    """Give the raw text, its encoding, and the edits that decoding it further takes."""
    text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
    bom = Edit(0, 1, "\ufeff", "", "decode.bom", "decoding", "exact", "byte order mark")
    return text, "utf-8", [bom] if text.startswith("\ufeff") else []
