"""Every encoding of the same page gives the same text; what is no text is refused in a sentence."""

import codecs
from difflib import SequenceMatcher

import pytest

from restoration import restore
from restoration.decode import DecodingError, characters, decode, find
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
    assert decode(data) == (TRADITIONAL, "cp950")
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


LINES = (
    "全市上下凝心聚力·砥砺前行——科技创新取得新突破，朱镕基、李喆等出席。",
    "二〇二五年地区生产总值增长5%，城镇居民人均可支配收入达到52,318元。",
    "我们坚持稳中求进工作总基调，扎实推动高质量发展，人民生活持续改善。",
)


def western(data, table):
    """What a reader of one-byte encodings sees; Windows-1252 has no sign for five bytes."""
    return "".join(bytes((b,)).decode(table, "ignore") or chr(b) for b in data)


@pytest.mark.parametrize("table", ["latin-1", "cp1252"])
@pytest.mark.parametrize("first", ["gb18030", "utf-8"])
def test_runs_of_two_encodings_seen_as_western_letters(table, first):
    names = [first, "utf-8" if first == "gb18030" else "gb18030"]
    data = b"".join(line[k : k + 9].encode(names[k // 9 % 2]) for line in LINES for k in range(0, len(line), 9))
    found = characters(western(data, table))
    assert SequenceMatcher(None, found, "".join(LINES), autojunk=False).ratio() >= 0.95


def test_runs_of_two_encodings_in_one_line_of_a_file():
    data = b"".join(line.encode(name) for line, name in zip(LINES, ("utf-8", "gb18030", "utf-8"), strict=True))
    assert characters(data) == "".join(LINES)


@pytest.mark.parametrize("twice", [("latin-1", "utf-8", "latin-1"), ("gb18030", "utf-8", "latin-1")])
def test_read_wrongly_twice(twice):
    seen, again, and_again = twice
    text = "政府工作报告工作"
    assert characters(text.encode().decode(seen).encode(again).decode(and_again)) == text


def test_a_lost_byte_costs_one_character():
    data = LINES[2].encode()
    for place in range(0, len(data), 7):
        found = characters(data[:place] + data[place + 1 :])
        assert len(found) == len(LINES[2])
        assert sum(a != b for a, b in zip(found, LINES[2], strict=True)) <= 1


def test_windows_big5_and_the_euro_of_gbk():
    assert characters("持之以恒，心裏有數，在會上為個人。".encode("cp950")) == "持之以恒，心裏有數，在會上為個人。"
    data = "出口额为".encode("gbk") + b"\x80100" + "万，比上年增长。".encode("gbk")
    assert characters(data) == "出口额为€100万，比上年增长。"


def test_a_line_read_as_big5_or_as_utf_16():
    assert characters(LINES[2].encode("gb18030").decode("cp950", "replace"))[:4] == LINES[2][:4]
    assert characters(LINES[2].encode("utf-16-le").decode("latin-1")) == LINES[2]


@pytest.mark.parametrize("written", [
    "=E6=94=BF=E5=BA=9C=\n=E5=B7=A5=E4=BD=9C", "=D5=FE=B8=AE=B9=A4=D7=F7", "%E6%94%BF%E5%BA%9C%E5%B7%A5%E4%BD%9C",
    "%D5%FE%B8%AE%B9%A4%D7%F7", "\\u653f\\u5e9c\\u5de5\\u4f5c", "%u653f%u5e9c%u5de5%u4f5c",
])
def test_bytes_and_code_points_that_are_written_out(written):
    assert restore(f"{written}报告").text == "政府工作报告"


def test_an_address_keeps_its_escapes():
    text = "见 https://example.org/%E6%94%BF%E5%BA%9C/?q=%E5%B7%A5%E4%BD%9C 。"
    assert find(text) == []


@pytest.mark.parametrize("mark", ["×", "·", "±", "°", "÷", "§", "¤", "¬", "«"])
@pytest.mark.parametrize("length", [2, 4, 8, 20, 41])
def test_a_run_of_one_mark_is_no_misreading(mark, length):
    assert find(f"工号{mark * length}号，第一章{mark * length}1") == []


@pytest.mark.parametrize("clean", [
    "SÃO PAULO, AÇÕES, ÀÉÈÊÇ ÄÖÜ äöüß", "Ünïcödé Škoda Łódź ñandú ÆØÅ æøå", "©®™ 5°±0.1°, 3×4÷2=6, §§ 3–5",
    "El año pasado creció más: ¿qué pasó? ¡Nada!", "“…”——‘·’——“——”……",
])
def test_western_text_is_not_read_as_chinese(clean):
    assert find(clean) == []
    assert find(f"他说{clean}。") == []


def test_a_short_line_that_happens_to_be_utf8_does_not_make_a_file_utf8():
    data = "心肾相交，阴阳之道。\n".encode("gbk") * 300 + "人民\n".encode()
    assert data.decode("gbk")
    assert decode(data)[1] == "gb18030"


@pytest.mark.parametrize("line", ["啲嘢喺度，深水埗邨。", "嚟自九龍深水埗，邨屋建設取得成績。", "佢哋嘅工作，鰂魚涌的發展。"])
@pytest.mark.parametrize("times", [1, 30])
def test_big5_of_hong_kong_is_read_with_its_own_characters(line, times):
    text = "政府工作報告\n" + "各位代表，香港特別行政區經濟發展取得成績，人民生活改善。\n" * times + line
    assert characters(text.encode("big5hkscs")) == text
