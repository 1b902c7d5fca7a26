"""
Read the texts of a file, whatever its format, and say what of it could not be read.

    texts = readers.read(Path("gov-2021.docx"))
    texts[0].text                    a paragraph a line, as a page shows it
    texts[0].metadata                {"title": …, "date": …}: what the file says about the text
    texts[0].unread                  {"footnotes": 3}: what stands in the file and not in the text

One module a family of formats. A table holds a report a row, every other file one report. Nothing
is corrected here; that is restoration, which leaves a ledger.
"""

import io
import re
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from restoration import decode

__all__ = [
    "FAMILIES", "MARKDOWN", "Text", "Unreadable", "column", "data", "decoded", "family", "is_plain", "named",
    "paragraphs", "read",
]  # fmt: skip

# Module below this package by suffix.
MARKDOWN = (".md", ".markdown")
FAMILIES = {
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys(MARKDOWN, "text"),
    **dict.fromkeys((".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet"), "tables"),
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et"), "tables"),
    **dict.fromkeys((".html", ".htm", ".shtml", ".xhtml", ".mht", ".mhtml"), "web"),
    **dict.fromkeys((".docx", ".docm", ".dotx", ".doc", ".wps", ".rtf", ".odt"), "office"),
    **dict.fromkeys((".pdf", ".ofd"), "pdf"),
}
# Larger files are no reports, and reading one may fill the memory.
LARGEST = 2**30


# First bytes of files that are not text, however they are named.
_MAGIC = {b"%PDF": "PDF", b"PK\x03\x04": "Word or zip", b"\xd0\xcf\x11\xe0": "Word 97", b"{\\rtf": "RTF"}
_HAN = re.compile("[\u3400-\u9fff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\ue000-\uf8ff]")
# All that ends a line somewhere: Word writes \x0b, old printers \f, Unicode its own.
_ENDS = re.compile("\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


# Column of the catalogue (and `text`, `id`): names in Chinese and English, in lower case.
_NAMES = {
    "text": "text doc document content body fulltext full_text report 正文 全文 内容 报告内容 报告全文 报告正文 文本 "
            "文本内容 报告文本 正文内容 文章内容 政府工作报告 政府工作报告全文 报告",
    "id": "id 编号 序号 doc_id",
    "title": "title headline articletitle name 标题 题名 题目 文件标题 文件名称 报告名称 篇名 名称",
    "issuer": "issuer organ organization author contentsource agency 发文机关 发布机构 发布机关 发文单位 "
              "发布单位 制定机关 颁布机构 作者 来源",
    "province": "province prov 省份 省 省级 所属省份 省市 省市自治区 省份名称 所属省",
    "city": "city municipality prefecture 城市 市 地级市 地市 城市名称 所属城市 所属地级市",
    "county": "county district 区县 县 县区 县市区 区 县域 区县名称",
    "place": "place region area location 地区 地名 地方 行政区 行政区划 地区名称 地域",
    "code": "code adcode place_code region_code 行政区划代码 区划代码 地区代码 城市代码 省份代码 行政代码",
    "level": "level 级别 层级 行政级别 行政层级",
    "genre": "genre type doc_type 类型 文种 文件类型 体裁 报告类型",
    "date": "date pubdate publishdate publish_date published pub_date release_date 日期 发布日期 发布时间 成文日期 "
            "发文日期 时间 公布日期 发表时间 报告日期 会议日期",
    "delivered": "delivered delivery_date 作报告日期 报告时间",
    "year": "year 年份 年度 年 报告年份 会计年度 统计年度",
    "reviews": "reviews",
    "plans": "plans",
    "source": "source source_url url link href 网址 链接 原文链接 来源网址 源网址 地址 网页链接 url地址",
    "licence": "licence license 许可",
    "sitename": "sitename",
    "column": "columnname",
    "file": "file filename file_name path 文件 文件名",
    "notes": "notes note remark 备注",
}  # fmt: skip
_BY_NAME = {name: column for column, names in _NAMES.items() for name in names.split()}


class Unreadable(ValueError):
    """A file that holds no text that can be read: a sentence with the reason and a remedy."""


@dataclass(frozen=True)
class Text:
    """
    One text of a file.

    Attributes
    ----------
    text : str
        A paragraph a line, each ended by a line feed.
    metadata : dict
        What the file says about the text, by the catalogue's columns (`title`, `issuer`, `date`,
        `place`, `level`, `genre`, `source`, …), as it says it.
    places : tuple of (int, str)
        Where parts of the text stand in the file, by the offset at which they begin: "page 3".
    unread : dict
        How many of what stand in the file and not in the text: {"footnotes": 3}.
    row : int
        Number of the row in a table, from 1, the first below the header; 0 elsewhere.
    encoding : str
        In which `text` is the file, for plain text; bytes that fit no character are escaped.
    """

    text: str
    metadata: dict[str, str] = field(default_factory=dict)
    places: tuple[tuple[int, str], ...] = ()
    unread: dict[str, int] = field(default_factory=dict)
    row: int = 0
    encoding: str = "utf-8"

    @property
    def data(self) -> bytes:
        """The text as bytes, from which restoration can start."""
        if self.text.isascii() or self.encoding == "utf-8":
            return self.text.encode("utf-8", "surrogateescape")
        try:
            return self.text.encode("utf-8")
        except UnicodeEncodeError:
            # Torn bytes stay what they were, for whoever can read them in their encoding.
            return self.text.encode(self.encoding, "surrogateescape")


def read(path: Path) -> list[Text]:
    """
    Read the texts of a file.

    Parameters
    ----------
    path : Path
        A file of a format in `FAMILIES`. A file that is named as another format than it is (a web
        page called .doc) is read as what it is.

    Returns
    -------
    list of Text
        One for each report: rows of a table in their order, else one.

    Raises
    ------
    Unreadable
        With the reason and a remedy, in one sentence without the file's name: another format,
        damaged, locked, without text, without a column of texts.
    OSError
        If the file cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "gov-2021.md"
    >>> _ = path.write_text("---\\ntitle: 政府工作报告\\n---\\n## 一、去年工作回顾\\n", encoding="utf-8")
    >>> [text] = read(path)
    >>> text.text, text.metadata
    ('一、去年工作回顾\\n', {'title': '政府工作报告'})
    """
    path = Path(path)
    if path.stat().st_size > LARGEST:
        raise Unreadable("is larger than a gigabyte: divide it")
    data = path.read_bytes()
    if not data.strip(b"\0 \r\n\t"):
        raise Unreadable("is empty")
    name = family(path, data)
    try:
        texts = import_module(f"analysis.readers.{name}").read(path, data)
    except (Unreadable, OSError, MemoryError):
        raise
    except Exception as error:
        # Each format, and each library that reads it, has errors of its own for a damaged file.
        raise Unreadable(
            f"cannot be read as {path.suffix.lower()} ({type(error).__name__}); it may be damaged or locked: "
            "open it, and save it again or as plain text"
        ) from error
    if not any(text.text.strip() for text in texts):
        raise Unreadable("has no text in it; a scan needs recognition (OCR) first")
    return texts


def data(path: Path) -> bytes:
    """
    Give the bytes of a plain text as they are, of another file those of its text.

    Raises
    ------
    Unreadable
        As `read` does, and of a table with several reports.
    """
    path = Path(path)
    if is_plain(path):
        return path.read_bytes()
    texts = read(path)
    if len(texts) > 1:
        raise Unreadable(f"is a table of {len(texts)} reports: `python -m analysis catalogue FOLDER` gives each")
    return texts[0].data


def is_plain(path: Path) -> bool:
    """Tell whether a file is its own text by its name; of others the text is written apart."""
    suffix = path.suffix.lower()
    return FAMILIES.get(suffix, "text") == "text" and suffix not in MARKDOWN


def family(path: Path, data: bytes) -> str:
    """
    Name the module that reads a file, by its first bytes where they tell, else by its suffix.

    Raises
    ------
    Unreadable
        If it is of no format that is read.

    Examples
    --------
    >>> family(Path("a.doc"), b"<html><body>x"), family(Path("a.txt"), b"abc")
    ('web', 'text')
    """
    suffix = path.suffix.lower()
    named = FAMILIES.get(suffix)
    if named is None and path.name.lower().endswith((".jsonl.gz", ".json.gz", ".csv.gz", ".tsv.gz", ".ndjson.gz")):
        return "tables"
    if named is None:
        raise Unreadable(f"is of a format that is not read ({suffix or 'no suffix'}); save it as plain text (.txt)")
    head = data[:1024].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"%pdf"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data, named)
    if named == "office" and (head.startswith((b"<!doctype html", b"<html", b"mime-version:")) or b"<html" in head):
        return "web"
    if data.startswith(b"\xd0\xcf\x11\xe0") and named != "tables":
        return "office"
    if suffix in (".docx", ".docm", ".dotx", ".ofd") or (named == "pdf" and b"%pdf" not in data[:2048].lower()):
        raise Unreadable(f"is no {suffix} file inside: open it, and save it again or as plain text")
    return named


def _zipped(data: bytes, named: str) -> str:
    """What a zip file is, by what it holds."""
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except zipfile.BadZipFile:
        raise Unreadable("is a damaged zip file: get it again, or save it again") from None
    if any(name.endswith("document.xml") and name.startswith("word") for name in names):
        return "office"
    if any(name.upper().endswith("OFD.XML") for name in names):
        return "pdf"
    if any(name.startswith("xl/") for name in names):
        return "tables"
    if "content.xml" in names:
        return "tables" if named == "tables" else "office"
    if named in ("text", "markdown", "web"):
        raise Unreadable("is no text file (Word or zip): give it its right suffix, or save it as plain text")
    raise Unreadable("is a zip file of no format that is read: unpack it, or save it again")


def decoded(data: bytes) -> tuple[str, str]:
    """
    Decode a text file as restoration does; what is no text is refused.

    >>> decoded("政府工作报告".encode("gb18030"))
    ('政府工作报告', 'gb18030')
    """
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")
    if kind:
        raise Unreadable(f"is no text file ({kind}): give it its right suffix, or save it as plain text")
    try:
        text, encoding = decode.decode(data)
    except decode.DecodingError as error:
        # A list of words may hold no common character; what is no text has others that no text has.
        with suppress(UnicodeDecodeError):
            text = data.decode("gb18030")
            if _HAN.search(text) and not _CONTROL.search(text):
                return text, "gb18030"
        raise Unreadable(f"is in no known encoding or no text file ({error})") from error
    return text, encoding


def paragraphs(lines, places=()) -> tuple[str, tuple[tuple[int, str], ...]]:
    """
    Join lines to a text, a paragraph a line, without empty ones.

    Parameters
    ----------
    lines : iterable of str
    places : iterable of str, optional
        Where each line stands; a place is kept where it begins.

    >>> paragraphs(["第一段", " ", "第二段"], ["page 1", "page 2", "page 2"])
    ('第一段\\n第二段\\n', ((0, 'page 1'), (4, 'page 2')))
    """
    kept, found, at, last = [], [], 0, None
    places = list(places)
    for number, line in enumerate(lines):
        for part in _ENDS.split(line):
            part = part.strip()
            if not part:
                continue
            if places and places[number] != last:
                last = places[number]
                found.append((at, last))
            kept.append(part)
            at += len(part) + 1
    return "".join(f"{line}\n" for line in kept), tuple(found)


def column(name: str) -> str:
    """
    Give the catalogue's name of a column, or nothing.

    >>> column("发布日期"), column("Source URL"), column("whatever")
    ('date', 'source', '')
    """
    plain = re.sub(r"[\s\ufeff]+", " ", str(name)).strip().lower()
    return _BY_NAME.get(plain) or _BY_NAME.get(plain.replace(" ", "_")) or _BY_NAME.get(plain.replace(" ", ""), "")


def named(entries: dict[str, str]) -> dict[str, str]:
    """
    Give what is said under known names, the first that says something.

    >>> named({"标题": "政府工作报告", "title": "x", "年份": ""})
    {'title': '政府工作报告'}
    """
    found: dict[str, str] = {}
    for name, value in entries.items():
        known, value = column(name), str(value).strip()
        if known and value:
            found.setdefault(known, value)
    return found
