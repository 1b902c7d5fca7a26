"""Every encoding of the same page gives the same text; what is no text is refused in a sentence."""

import codecs

import pytest

from restoration import restore
from restoration.decode import DecodingError, decode, find
from restoration.ledger import GAP

PAGE = (
    "政府工作报告\n各位代表:现在,我代表市人民政府向大会报告工作,请予审议。\n"
    "2021年地区生产总值增长6.5%,“十四五”开局良好;新增5G基站2000座。\n"
)
TRADITIONAL = "政府工作報告\n各位代表,現在報告工作,請予審議。2021年生產總值增長6.5%。\n"


@pytest.mark.parametrize("encoding", [
    "utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "utf-16", "utf-16-le", "utf-16-be", "utf-32",
])
def test_one_page_in_many_encodings(encoding):
    data = PAGE.encode(encoding)
    restored = restore(data)
    assert restored.text == PAGE
    assert restored.raw.encode(restored.encoding, "surrogateescape") == data


def test_big5_is_traditional_text():
    data = TRADITIONAL.encode("big5")
    assert decode(data) == (TRADITIONAL, "big5")
    assert restore(data).text.startswith("政府工作报告\n各位代表,现在报告工作")


@pytest.mark.parametrize("bom", [codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE])
def test_a_byte_order_mark_is_an_edit(bom):
    encoding = "utf-16-be" if bom == codecs.BOM_UTF16_BE else "utf-16-le"
    restored = restore(bom + PAGE.encode(encoding))
    assert restored.text == PAGE
    assert [(e.before, e.after, e.kind) for e in restored.ledger] == [("\ufeff", "", "decoding")]


def test_ascii_in_utf_16_without_a_mark():
    assert decode("GDP 6.5%\n".encode("utf-16-le")) == ("GDP 6.5%\n", "utf-16-le")


def test_lines_in_different_encodings_are_read_line_by_line():
    lines = PAGE.splitlines()
    data = b"\n".join([lines[0].encode(), lines[1].encode("gb18030"), lines[2].encode()])
    restored = restore(data)
    assert restored.text == PAGE.rstrip("\n")
    assert restored.raw.encode("utf-8", "surrogateescape") == data
    assert [edit.confidence for edit in restored.ledger] == ["exact"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_inside_a_character_shows_the_gap(encoding):
    data = (PAGE * 3).rstrip("\n").encode(encoding) + "好".encode(encoding)[:-1]
    restored = restore(data)
    assert restored.encoding == encoding
    assert restored.text == (PAGE * 3).rstrip("\n") + GAP
    assert [edit.confidence for edit in restored.ledger] == ["unresolved"]
    assert restored.raw.encode(encoding, "surrogateescape") == data


def test_utf_8_read_as_gbk_is_undone_where_the_bytes_are_whole():
    seen = "政府工作报告，产业".encode().decode("gb18030", "replace")
    assert "\ufffd" in seen
    assert restore(seen).text.startswith("政府工作报告")


@pytest.mark.parametrize("seen_as", ["latin-1", "cp1252"])
def test_bytes_seen_as_western_letters(seen_as):
    for encoding in ("gb18030", "utf-8"):
        seen = "政效".encode(encoding).decode(seen_as, "ignore")
        whole = seen.encode(seen_as) == "政效".encode(encoding)
        assert (restore(seen).text == "政效") is whole


@pytest.mark.parametrize("clean", [
    "café, naïve, Ångström, señor, Œuvre", "涓涓细流汇成江海，浜河、淇县、鏖战", "±°×÷µ§¶",
    "”——“……”",
])
def test_clean_text_is_not_misread(clean):
    assert find(clean) == []


@pytest.mark.parametrize(("data", "why"), [
    (b"", "empty"), (b" \n\n", "empty"),
    (bytes(range(256)) * 4, "fits neither"),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00" * 9, "fits neither"),
    ("正文".encode() + b"\x00\x01\x02" * 20, "control"),
    ("El año pasado, según el informe, creció más".encode("latin-1"), "fits neither"),
    (codecs.BOM_UTF16_LE + b"\x00", "do not fit"),
])
def test_what_is_no_chinese_text_is_refused_in_one_sentence(data, why):
    with pytest.raises(DecodingError, match=why) as refusal:
        restore(data)
    assert "\n" not in str(refusal.value)
