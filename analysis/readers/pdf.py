"""
PDF files: the true characters with their places, put back into paragraphs.

By PDFium, which takes the characters that a file names for its signs (browsers write radicals ⼈ ⺠
and name 人 民 beside them).
"""

import ctypes
import re
from pathlib import Path

from analysis.readers import page as pages
from analysis.readers.text import Text, Unreadable, paragraphs
from restoration import decode, hanzi

# Shares of signs that are no Chinese, Latin or marks, above which a font does not name its characters.
_STRANGE = 0.1
_USUAL = re.compile(
    f"[{hanzi.HAN}\\u2e80-\\u2fdf\\u3000-\\u303f\\uff00-\\uffef\\u2000-\\u206f\\u2100-\\u26ff -~\\u00a0-\\u00ff]"
)


def read(path: Path, data: bytes) -> list[Text]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        remedy = "save it without its password" if locked else "get it again, or save it again"
        raise Unreadable(f"is {'locked by a password' if locked else 'a damaged PDF'}: {remedy}") from error
    try:
        found, unread = _pages(document)
        metadata = _metadata(document)
    finally:
        document.close()
    lines, places, running = pages.paragraphs(found)
    text, where = paragraphs(lines, places)
    if text and _is_strange(text):
        raise Unreadable("has fonts that do not name their characters; print it anew, or have it recognised (OCR)")
    unread |= {"heads, feet and numbers of pages": running, "characters that a font does not name": pages.unnamed(text)}
    return [Text(text, metadata, where, {what: many for what, many in unread.items() if many})]


def _is_strange(text: str) -> bool:
    letters = re.sub(r"\s", "", text)[:20000]
    strange = len(_USUAL.sub("", letters))
    han = sum("\u3400" <= character <= "\u9fff" for character in letters)
    return strange > _STRANGE * len(letters) or (han > 100 and decode.likeness(letters) < decode.PASSES)


def _metadata(document) -> dict[str, str]:
    title = document.get_metadata_dict().get("Title", "").strip()
    # Writers put the name of a file there as often as a title.
    return {"title": title} if re.search("[\u3400-\u9fff]", title) and "." not in title else {}


def _pages(document) -> tuple[list[list[pages.Sign]], dict[str, int]]:
    import pypdfium2.raw as raw

    found, unread = [], {}
    for page in document:
        signs, turned = _signs(raw, page)
        pictures = sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))
        unread["pictures"] = unread.get("pictures", 0) + pictures
        unread["turned characters"] = unread.get("turned characters", 0) + turned
        if pictures and not signs:
            unread["pages that are pictures"] = unread.get("pages that are pictures", 0) + 1
        found.append(signs)
        page.close()
    return found, unread


def _signs(raw, page) -> tuple[list[pages.Sign], int]:
    """Characters of a page with their places; how many stand turned, and are left out."""
    height = page.get_height()
    text = page.get_textpage()
    loose = raw.FS_RECTF()
    x, y = ctypes.c_double(), ctypes.c_double()
    signs, turned = [], 0
    for number in range(raw.FPDFText_CountChars(text)):
        code = raw.FPDFText_GetUnicode(text, number)
        if code <= 32 or code in (0xA0, 0xFFFE, 0xFFFF) or raw.FPDFText_IsGenerated(text, number) == 1:
            continue
        if not raw.FPDFText_GetLooseCharBox(text, number, loose):
            continue
        angle = raw.FPDFText_GetCharAngle(text, number)
        if 0.2 < angle < 6.08:
            turned += 1
            continue
        raw.FPDFText_GetCharOrigin(text, number, x, y)
        tall = abs(loose.top - loose.bottom)
        size = min(tall, abs(raw.FPDFText_GetFontSize(text, number)) or tall) if tall else 0.0
        signs.append(pages.Sign(chr(code), loose.left, loose.right, height - y.value, _size(size, tall)))
    text.close()
    return signs, turned


def _size(size: float, tall: float) -> float:
    # A font of size 1 is scaled by the page; its box is not.
    return size if size > 4 else (tall or 10.0)
