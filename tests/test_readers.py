"""Every file is read as its program shows it, or refused with a reason; what is not read is counted."""

import csv
import gzip
import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pandas as pd
import pytest
from builders import levels, numbered, paragraph, word_file

from analysis import readers, structure
from analysis.__main__ import main
from restoration import restore

FILES = Path(__file__).parent / "cases" / "files"
TABLES = Path(__file__).parent / "cases" / "tables"
LONG = "各位代表：" + "坚持稳中求进工作总基调，推动高质量发展。" * 20


def lines(path: Path) -> list[str]:
    [text] = readers.read(path)
    return text.text.splitlines()


# --- plain text and Markdown --------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16", "utf-16-le"])
def test_text_in_any_encoding(tmp_path, encoding):
    said = ("一、去年工作\n" + "我代表市人民政府向大會報告工作。" * 9 if encoding == "big5" else "一、去年工作回顾\n" + LONG)
    path = tmp_path / "gov-2021.TXT"
    path.write_bytes(said.encode(encoding))
    assert readers.read(path)[0].text.removeprefix("\ufeff") == said


def test_a_torn_byte_keeps_its_place(tmp_path):
    data = LONG.encode("gb18030")
    torn = data[:50] + b"\x80" + data[50:]
    (tmp_path / "a.txt").write_bytes(torn)
    (tmp_path / "a.md").write_bytes(torn)
    assert readers.data(tmp_path / "a.txt") == torn
    assert "高质量发展" in restore(readers.data(tmp_path / "a.md")).text


def test_markdown_gives_its_head_as_metadata_and_no_marks(tmp_path):
    (tmp_path / "2021.md").write_text(
        "---\nsource: https://x.gov.cn/a.html\ntitle: '2021年政府工作报告'\ntags:\n  - a\n---\n"
        "**政府工作报告**\n<!-- 来源：日报 -->\n\n## 一、去年工作回顾 ##\n\n- 增长\\*8%\n* 第二\n> 引文\n"
        "![图](images/a.png)\n[详见](https://x.cn)附件\n\n| 指标 | 值 |\n|---|---|\n| 增长 | 8% |\n\n---\n结束\n",
        encoding="utf-8",
    )
    [text] = readers.read(tmp_path / "2021.md")
    assert text.metadata == {"source": "https://x.gov.cn/a.html", "title": "2021年政府工作报告"}
    assert text.text.splitlines() == [
        "**政府工作报告**", "一、去年工作回顾", "增长*8%", "第二", "引文", "详见附件", "指标\t值", "增长\t8%", "结束",
    ]  # fmt: skip
    assert text.unread == {"images": 1, "comments": 1}


# --- tables -------------------------------------------------------------------------------------

ROWS = pd.DataFrame({"省份": ["甲省", "乙省", "丙省"], "年份": [2020, 2021, 2022], "正文": [LONG, LONG + "\n第二段。", None]})


def _excel(frame, path):
    frame.to_excel(path, index=False)


WRITERS = {
    "utf8.csv": lambda f, p: f.to_csv(p, index=False),
    "bom.csv": lambda f, p: f.to_csv(p, index=False, encoding="utf-8-sig"),
    "gbk.csv": lambda f, p: f.to_csv(p, index=False, encoding="gbk"),
    "semi.csv": lambda f, p: f.to_csv(p, index=False, sep=";", encoding="gbk"),
    "cr.csv": lambda f, p: f.to_csv(p, index=False, lineterminator="\r", quoting=csv.QUOTE_ALL),
    "t.tsv": lambda f, p: f.to_csv(p, index=False, sep="\t", encoding="utf-16"),
    "a.jsonl": lambda f, p: f.to_json(p, orient="records", lines=True, force_ascii=False),
    "a.json": lambda f, p: f.to_json(p, orient="records", force_ascii=False),
    "a.parquet": lambda f, p: f.to_parquet(p),
    "a.csv.gz": lambda f, p: f.to_csv(p, index=False),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_table_has_a_report_a_row(tmp_path, name):
    WRITERS[name](ROWS, tmp_path / name)
    one, two = readers.read(tmp_path / name)
    assert one.metadata == {"province": "甲省", "year": "2020"}
    assert (one.row, two.row) == (1, 2)
    assert two.text == LONG + "\n第二段。\n"
    assert one.unread == {"rows of this table without a text": 1}
    assert one.places[0][1] == "row 1"


def test_a_table_of_reports_is_no_single_text(tmp_path, capsys):
    ROWS.to_csv(tmp_path / "a.csv", index=False)
    assert main(["restore", str(tmp_path / "a.csv")]) == 1
    assert "a table of 2 reports" in capsys.readouterr().err


def test_a_workbook_is_read_sheet_by_sheet(tmp_path):
    pytest.importorskip("openpyxl")
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        pd.DataFrame([["说明"], ["来源：网站"]]).to_excel(book, sheet_name="说明", index=False, header=False)
        ROWS.assign(日期=pd.to_datetime("2021-02-23")).to_excel(book, sheet_name="省", index=False, startrow=2)
    one, two = readers.read(tmp_path / "a.xlsx")
    assert one.metadata == {"province": "甲省", "year": "2020", "date": "2021-02-23"}
    assert one.places[0][1] == "省, row 1"
    assert two.text.endswith("第二段。\n")


def test_a_column_of_texts_needs_no_known_name(tmp_path):
    ROWS.rename(columns={"正文": "doc_full", "省份": "whatever"}).to_csv(tmp_path / "a.csv", index=False)
    assert [text.row for text in readers.read(tmp_path / "a.csv")] == [1, 2]


def test_a_cell_that_a_spreadsheet_cut_off_is_said(tmp_path):
    ROWS.assign(正文=["发展。" * 10923, LONG, LONG]).map(lambda c: c[:32767] if isinstance(c, str) else c).to_csv(
        tmp_path / "a.csv", index=False
    )
    assert "cut off" in next(iter(readers.read(tmp_path / "a.csv")[0].unread))


@pytest.mark.parametrize("name", ["b.csv", "metadata.csv"])
def test_a_table_without_texts_is_refused_with_its_columns(name):
    with pytest.raises(readers.Unreadable, match=r"without a column of texts.*title"):
        readers.read(TABLES / name)


def test_json_of_settings_is_no_table(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"name": "x", "version": 1}))
    with pytest.raises(readers.Unreadable, match="column of texts"):
        readers.read(tmp_path / "a.json")
    (tmp_path / "b.json").write_text("[1, 2]")
    with pytest.raises(readers.Unreadable, match="no table"):
        readers.read(tmp_path / "b.json")


def test_json_may_wrap_its_records_and_their_paragraphs(tmp_path):
    record = {"标题": "报告", "正文": [{"内容": "第一段"}, {"内容": "第二段"}]}
    (tmp_path / "a.json").write_text(json.dumps({"total": 1, "data": [record]}, ensure_ascii=False))
    [text] = readers.read(tmp_path / "a.json")
    assert (text.text, text.metadata) == ("第一段\n第二段\n", {"title": "报告"})
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(json.dumps(record).encode()))
    assert readers.read(tmp_path / "b.jsonl.gz")[0].text == "第一段\n第二段\n"


# --- web pages ----------------------------------------------------------------------------------

HEADS = (
    '<meta name="SiteName" content="某市人民政府"><meta name="ArticleTitle" content="2019年政府工作报告">'
    '<meta name="PubDate" content="2019-02-18 09:30"><meta name="ContentSource" content="某市政府办公室">'
    '<meta name="ColumnName" content="政府工作报告"><meta name="author" content="技术员">'
)
BODY = ("<p>各位代表：</p><p>现在，我代表市人民政府向大会报告工作，请予审议。</p>" + "<p>全市经济平稳运行，稳中有进。</p>" * 5)
READ = ["各位代表：", "现在，我代表市人民政府向大会报告工作，请予审议。", *["全市经济平稳运行，稳中有进。"] * 5]


def page(tmp_path, html: str, encoding="utf-8", name="a.html") -> Path:
    (tmp_path / name).write_bytes(html.encode(encoding))
    return tmp_path / name


@pytest.mark.parametrize("wrap", [
    "<form id=form1>{}</form>", "<article>{}</article>", "<table><tr><td>{}</td></tr></table>",
    "<main><div><div><section>{}</section></div></div></main>", "<center>{}</center>", "{}",
    "<div class=nav><ul><li><a href=/>首页</a><li><a href=/b>公开</a></ul></div><div>{}</div><footer>版权所有</footer>",
    "<select><option>北京<option>上海</select><div>{}</div><button>打印</button><svg><text>图</text></svg>",
    "<div>{}<p hidden>不见一</p><p style='display: none'>不见二</p><span style='mso-hide:all'>不见三</span></div>",
])  # fmt: skip
def test_a_page_gives_the_report_and_nothing_else(tmp_path, wrap):
    assert lines(page(tmp_path, f"<html><body>{wrap.format(BODY)}</body></html>")) == READ


def test_a_heading_above_the_text_belongs_to_it(tmp_path):
    menu = "<div class=top><a href=/>首页</a><a href=/x>部门</a></div>"
    html = f"<body>{menu}<div><h1>政府工作报告</h1><div id=zoom>{BODY}</div></div>"
    assert lines(page(tmp_path, html)) == ["政府工作报告", *READ]
    html = f"<article><header><h1>政府工作报告</h1><p>2021年2月23日</p></header>{BODY}</article>"
    assert lines(page(tmp_path, html)) == ["政府工作报告", "2021年2月23日", *READ]


def test_the_heads_of_official_sites_are_metadata(tmp_path):
    [text] = readers.read(page(tmp_path, f"<head><title>站</title>{HEADS}</head><body>{BODY}</body>"))
    assert text.metadata == {
        "title": "2019年政府工作报告", "date": "2019-02-18 09:30", "issuer": "某市政府办公室",
        "sitename": "某市人民政府", "column": "政府工作报告",
    }  # fmt: skip


@pytest.mark.parametrize(("html", "said"), [
    ("<p>推动高质量发\n展，增长\n6.5%，以 GDP\ngrowth 计</p>", ["推动高质量发展，增长6.5%，以 GDP growth 计"]),
    ("<div>一、加快发展<p>我们坚持</p>改革</div>", ["一、加快发展", "我们坚持", "改革"]),
    ("<dl><dt>甲<dd>乙</dl><blockquote>丙</blockquote>丁<center>戊</center>", ["甲", "乙", "丙", "丁", "戊"]),
    ("一行<br>二行<br/>三行", ["一行", "二行", "三行"]),
    ("<table><tr><th>指标<th>值</tr><tr><td>增长<td>8%</tr></table>", ["指标\t值", "增长\t8%"]),
    ("<p>&emsp;&emsp;一、工作&#x3000;回顾&mdash;&mdash;</p>", ["一、工作\u3000回顾——"]),
    ("<pre>第一段\n第二段</pre>", ["第一段", "第二段"]),
    ("<p>汉<ruby>字<rp>(</rp><rt>zì</rt><rp>)</rp></ruby></p>", ["汉字"]),
    ("<ul><li>一<ul><li>二</ul><li>三</ul>", ["一", "二", "三"]),
])  # fmt: skip
def test_lines_are_what_a_reader_sees(tmp_path, html, said):
    assert lines(page(tmp_path, f"<body>{html}</body>")) == said


@pytest.mark.parametrize("said", ["gb2312", "GBK", "gb18030", "utf-8", ""])
def test_the_bytes_decide_and_gb2312_means_gb18030(tmp_path, said):
    html = f'<meta charset="{said}"><body><p>朱镕基、李堃说：坚持——稳中求进·发展，两会胜利召开。</p>' + BODY
    for encoding in ("gb18030", "utf-8"):
        assert lines(page(tmp_path, html, encoding))[0] == "朱镕基、李堃说：坚持——稳中求进·发展，两会胜利召开。"


def test_web_cases():
    assert lines(FILES / "form-2021.html")[0] == "政府工作报告"
    assert len(lines(FILES / "form-2021.html")) == 5
    assert lines(FILES / "header-2021.html")[:2] == ["2021年政府工作报告", "——2021年2月23日在市第十五届人民代表大会第一次会议上"]
    assert "推动高质量发展，" in lines(FILES / "wrap-2021.html")[0]
    assert len(lines(FILES / "wrap-2021.html")) == 2


# --- Word ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("xml", "said"), [
    ("<p><ins><r><t>增长6.5%</t></r></ins><del><r><delText>8%</delText></r></del></p>", ["增长6.5%"]),
    ("<p><r><t>公路</t></r><smartTag><r><t>1200公里</t></r></smartTag></p>", ["公路1200公里"]),
    ("<sdt><sdtPr/><sdtContent><p><r><t>一、回顾</t></r></p></sdtContent></sdt>", ["一、回顾"]),
    ("<p><sdt><sdtContent><r><t>11.7万人</t></r></sdtContent></sdt></p>", ["11.7万人"]),
    ("<customXml><p><r><t>甲</t></r></p></customXml>", ["甲"]),
    ("<p><fldSimple instr=\" DATE \"><r><t>2021年</t></r></fldSimple></p>", ["2021年"]),
    ("<p><r><fldChar fldCharType=\"begin\"/></r><r><instrText>PAGE</instrText></r><r>"
     "<fldChar fldCharType=\"separate\"/></r><r><t>果</t></r></p>", ["果"]),
    ("<p><moveFrom><r><t>走</t></r></moveFrom><moveTo><r><t>来</t></r></moveTo></p>", ["来"]),
    ("<p><r><ruby><rt><r><t>fén</t></r></rt>"
     "<rubyBase><r><t>汾</t></r></rubyBase></ruby></r><r><t>河</t></r></p>", ["汾河"]),
    ("<p><r><rPr><vanish/></rPr><t>不见</t></r><r><rPr><vanish val=\"0\"/></rPr><t>见</t></r></p>", ["见"]),
    ("<p><hyperlink><r><t>链接</t></r></hyperlink><r><br/><t>次行</t></r></p>", ["链接", "次行"]),
    ("<p><r><t>第</t><noBreakHyphen/><t>一</t></r></p>", ["第-一"]),
    ("<p><pPr><rPr><del/></rPr></pPr><r><t>前半</t></r></p><p><r><t>后半</t></r></p>", ["前半后半"]),
    ("<tbl><tr><tc><p><r><t>指标</t></r></p></tc><tc><p><r><t>值</t></r></p></tc></tr></tbl>", ["指标\t值"]),
    ("<tbl><tr><tc><p><r><t>甲</t></r></p><p><r><t>乙</t></r></p></tc><tc><p/></tc></tr></tbl>", ["甲", "乙"]),
    ("<p><r><t>正文</t></r><r><mc:AlternateContent><mc:Choice><drawing><wps:txbx><txbxContent><p><r><t>专栏</t></r></p>"
     "</txbxContent></wps:txbx></drawing></mc:Choice><mc:Fallback><pict><v:textbox><txbxContent><p><r><t>专栏</t></r></p>"
     "</txbxContent></v:textbox></pict></mc:Fallback></mc:AlternateContent></r></p>", ["正文", "专栏"]),
    ("<p><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath></p>", ["x=1"]),
])  # fmt: skip
def test_word_gives_what_word_shows(tmp_path, xml, said):
    assert lines(word_file(tmp_path / "a.docx", xml)) == said


CHINESE = levels(("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."))


def test_word_numbers_stand_in_the_text(tmp_path):
    body = (numbered("回顾") + numbered("经济", level=1) + numbered("社会", level=1) + numbered("就业", level=2) +
            paragraph("插入一段") + numbered("安排") + numbered("农业", level=1))  # fmt: skip
    path = word_file(tmp_path / "a.docx", body, numbering=CHINESE)
    assert lines(path) == ["一、回顾", "（一）经济", "（二）社会", "1.就业", "插入一段", "二、安排", "（一）农业"]


@pytest.mark.parametrize(("kind", "tenth"), [
    ("chineseCounting", "十一"), ("chineseCountingThousand", "十一"), ("ideographDigital", "一一"),
    ("decimalEnclosedCircleChinese", "⑪"), ("decimalFullWidth", "１１"), ("upperLetter", "K"), ("lowerRoman", "xi"),
    ("ideographTraditional", "甲"), ("chineseLegalSimplified", "壹拾壹"), ("decimalZero", "11"), ("unknownKind", "11"),
])  # fmt: skip
def test_word_counts_in_many_ways(tmp_path, kind, tenth):
    path = word_file(tmp_path / "a.docx", numbered("项") * 11, numbering=levels((kind, "%1、")))
    assert lines(path)[-1] == f"{tenth}、项"


def test_a_style_may_number_and_a_number_may_begin_anew(tmp_path):
    styles = ('<style type="paragraph" styleId="H"><pPr><numPr><numId val="1"/></numPr></pPr></style>'
              '<style type="paragraph" styleId="H2"><basedOn val="H"/></style>')  # fmt: skip
    numbering = (levels(("decimal", "第%1章")) + '<num numId="2"><abstractNumId val="0"/>'
                 '<lvlOverride ilvl="0"><startOverride val="5"/></lvlOverride></num>')  # fmt: skip
    body = (
        paragraph("甲", '<pStyle val="H"/>')
        + paragraph("乙", '<pStyle val="H2"/>')
        + numbered("丙", 2)
        + numbered("丁", 2)
    )
    path = word_file(tmp_path / "a.docx", body, styles=styles, numbering=numbering)
    assert lines(path) == ["第1章 甲", "第2章 乙", "第5章 丙", "第6章 丁"]


def test_what_word_keeps_beside_the_text_is_counted(tmp_path):
    notes = '<footnote type="separator"/><footnote><p><r><t>注</t></r></p></footnote>'
    body = paragraph("正文") + "<p><r><rPr><vanish/></rPr><t>不见</t></r><del><r><delText>删去</delText></r></del></p>"
    path = word_file(tmp_path / "a.docx", body, footnotes=notes, header1="<p><r><t>页眉</t></r></p>")
    assert readers.read(path)[0].unread == {
        "hidden characters": 2,
        "deleted characters": 2,
        "footnotes": 1,
        "headers of pages": 1,
    }


def test_word_cases():
    assert lines(FILES / "tracked-2021.docx")[1:] == ["地区生产总值增长6.5%左右。", "加快发展新质生产力。"]
    smart = "".join(lines(FILES / "smarttag-2006.docx"))
    assert all(word in smart for word in ("2006年2月14日", "1200公里", "35万亩"))
    assert "".join(lines(FILES / "textbox-2021.docx")).count("专栏1") == 1


def test_numbered_headings_of_a_word_file_are_sections():
    """
    The file's one list counts (一) on to (十三) below 一、, as Word and LibreOffice show it: no number begins again
    where the PDF of the same report shows that a heading is lost, so there are 18 sections and not 19.
    """
    said = lines(FILES / "auto-2026.docx")
    assert [line[: line.index(")") + 1] for line in said if line.startswith("(")] == [
        f"({n})" for n in "一 二 三 四 五 六 七 八 九 十 十一 十二 十三".split()  # noqa: SIM905
    ]
    found = structure.parse(restore(readers.read(FILES / "auto-2026.docx")[0].data).text).sections
    assert len(found) == 18
    assert found.number.isin(["一、", "二、"]).sum() == 2
    share = (found.groupby("function").chars.sum() / found.chars.sum() * 100).round(1)
    assert abs(share["tasks"] - 70.7) < 1
    assert abs(share["guiding"] - 16.8) < 1


# --- PDF ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plain-2026.pdf", "twocol-2026.pdf"])
def test_printed_lines_become_paragraphs(name):
    [text] = readers.read(FILES / name)
    said = text.text.splitlines()
    assert len(said) == 72
    assert (text.text.count("乡村振兴"), text.text.count("新质生产力")) == (1, 3)
    assert len(structure.parse(restore(text.data).text).sections) == 19
    assert text.places[1][1] == "page 2"


def _printed(path, pages, size=10.0, heads=None):
    """A PDF with lines (x, y, text) a page, in points from the top left."""
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    from analysis import figures

    figures.style()
    with PdfPages(path) as book:
        for page in pages:
            figure = Figure(figsize=(6, 8))
            for x, y, text in page:
                figure.text(x / 432, 1 - y / 576, text, size=size, parse_math=False)
            book.savefig(figure)
    return path


WORDS = "坚持稳中求进工作总基调完整准确全面贯彻新发展理念加快构建新发展格局着力推动高质量发展"


def turned(by: int) -> str:
    """Thirty characters, others for each number."""
    return (WORDS * 2)[by % len(WORDS) :][:30]


def test_heads_feet_and_numbers_of_pages_are_left_out_and_counted(tmp_path):
    pages = []
    for number in range(1, 5):
        body = [(50, 60 + 16 * n, turned(number * 20 + n)) for n in range(20)]
        head = (50, 20, "某市人民政府公报") if number % 2 else (300, 20, "2026年第2期")
        pages.append([head, *body, (200, 560, f"— {number} —")])
    [text] = readers.read(_printed(tmp_path / "a.pdf", pages))
    assert text.text == "".join(turned(n) for n in range(20, 100)) + "\n"
    assert text.unread == {"heads, feet and numbers of pages": 8}


def test_columns_are_read_one_after_the_other_and_tables_by_rows(tmp_path):
    left = [(40, 100 + 16 * n, WORDS[:16]) for n in range(8)]
    right = [(230, 100 + 16 * n, WORDS[16:32]) for n in range(8)]
    title = [(150, 40, "政府工作报告")]
    [text] = readers.read(_printed(tmp_path / "a.pdf", [title + left + right]))
    assert text.text == "政府工作报告\n" + WORDS[:16] * 8 + WORDS[16:32] * 8 + "\n"
    cells = [(x, 100 + 16 * n, said) for n in range(6) for x, said in ((40, "地区生产总值"), (200, "8%"), (300, "7%左右"))]
    [text] = readers.read(_printed(tmp_path / "b.pdf", [cells]))
    assert text.text == "地区生产总值\t8%\t7%左右\n" * 6


def test_an_indent_begins_a_paragraph(tmp_path):
    rows = [
        (70, 60, WORDS[:28]),
        (50, 76, WORDS[:30]),
        (70, 92, WORDS[:28]),
        (50, 108, WORDS[:30]),
        (50, 124, WORDS[:9]),
    ]
    [text] = readers.read(_printed(tmp_path / "a.pdf", [rows]))
    assert text.text.splitlines() == [WORDS[:28] + WORDS[:30], WORDS[:28] + WORDS[:30] + WORDS[:9]]


def test_a_scan_is_refused(tmp_path):
    from matplotlib.figure import Figure

    Figure().savefig(tmp_path / "scan.pdf")
    with pytest.raises(readers.Unreadable, match="recognition"):
        readers.read(tmp_path / "scan.pdf")


# --- OFD and older files ------------------------------------------------------------------------

_SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
OFD = f"<ofd:OFD {_SPACE}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
PAGES = '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'


def _object(text: str, x: int, y: int) -> str:
    code = f'<ofd:TextCode X="0" Y="4" DeltaX="g {len(text) - 1} 4">{text}</ofd:TextCode>'
    return f'<ofd:TextObject Boundary="{x} {y} 150 5" Size="4">{code}</ofd:TextObject>'


def test_ofd_gives_its_text_by_place(tmp_path):
    rows = [("政府工作报告", 60, 20), (WORDS[:30], 20, 30), (WORDS[:12], 20, 36)]
    objects = "".join(_object(*row) for row in reversed(rows))
    with zipfile.ZipFile(tmp_path / "a.ofd", "w") as archive:
        archive.writestr("OFD.xml", OFD)
        archive.writestr("Doc_0/Document.xml", f"<ofd:Document {_SPACE}>{PAGES}</ofd:Document>")
        content = f"<ofd:Page {_SPACE}><ofd:Content>{objects}</ofd:Content></ofd:Page>"
        archive.writestr("Doc_0/Pages/Page_0/Content.xml", content)
    assert lines(tmp_path / "a.ofd") == ["政府工作报告", WORDS[:30] + WORDS[:12]]


def test_older_files_need_libreoffice_and_say_so(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(readers.Unreadable, match="LibreOffice"):
        readers.read(tmp_path / "a.doc")


# --- what cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "data", "says"), [
    ("cut.docx", b"PK\x03\x04" + bytes(99), "damaged"), ("empty.docx", b"", "is empty"), 
    ("blank.txt", b" \n", "is empty"),
    ("cut.pdf", b"%PDF-1.4\n1 0 obj\n<<", "PDF"), ("pdf.txt", b"%PDF-1.7 ...", None), ("text.pdf", b"abc", "no .pdf"),
    ("a.xyz", b"abc", "not read"), ("page.html", b"<body></body>", "no text"), ("x.txt", b"ab\0cd" * 9, "no text file"),
    ("a.xlsx", b"PK\x03\x04" + bytes(30), "damaged"), ("a.json", b"{", "JSON"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_reason(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(readers.Unreadable, match=says):
        readers.read(tmp_path / name)


def test_a_file_is_read_as_what_it_is(tmp_path):
    word_file(tmp_path / "a.doc", paragraph("政府工作报告"))
    assert lines(tmp_path / "a.doc") == ["政府工作报告"]
    (tmp_path / "b.doc").write_text(f"<html><body>{BODY}</body></html>", encoding="utf-8")
    assert lines(tmp_path / "b.doc") == READ
    message = EmailMessage()
    message.set_content("看网页")
    message.add_alternative(f"<html><body>{BODY}</body></html>", subtype="html", charset="gb18030")
    (tmp_path / "d.doc").write_bytes(b"MIME-Version: 1.0\n" + bytes(message).replace(b"MIME-Version: 1.0\n", b""))
    assert lines(tmp_path / "d.doc") == READ
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    (tmp_path / "c.txt").write_bytes(b"PK\x03\x04" + buffer.getvalue())
    with pytest.raises(readers.Unreadable, match="zip"):
        readers.read(tmp_path / "c.txt")


def test_a_web_page_is_restored_as_its_text(tmp_path, capsys):
    path, out = page(tmp_path, f"<body><p>{'領(lǐng)導(dǎo)幹部' * 9}</p></body>"), tmp_path / "gov.txt"
    assert main(["restore", str(path), "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == "领导干部" * 9 + "\n"
    (tmp_path / "empty.html").write_text("<body></body>")
    assert main(["restore", str(tmp_path / "empty.html")]) == 1
    assert "no text in it" in capsys.readouterr().err


@pytest.mark.parametrize("tag", ["p", "div", "font", "span", "b", "td", "li", "center"])
def test_elements_that_are_never_closed(tmp_path, tag):
    """Old pages leave thousands open, one inside the other."""
    page = "<html><body>" + f"<{tag}>太原市坚持稳中求进工作总基调，推动高质量发展。<br>" * 1200
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    [text] = readers.read(tmp_path / "a.html")
    assert text.text == "太原市坚持稳中求进工作总基调，推动高质量发展。\n" * 1200


CELLS = "<tr><th>省份<th>年份<th>正文</tr><tr><td rowspan=2>甲省<td>2020<td>{0}</tr><tr><td>2021<td><p>{0}<p>第二段。</tr>"
SHEET = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="省"><Table>{}</Table></Worksheet></Workbook>'
)


def _xml_row(*cells: str) -> str:
    return "<Row>" + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in cells) + "</Row>"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("made", [
    f"<html><meta charset=gb2312><body><table border=1>{CELLS.format(LONG)}</table></body></html>",
    f"<table>{CELLS.format(LONG)}</table>",
    f"<div>导出</div><table><tr><td><table>{CELLS.format(LONG)}</table></td></tr></table>",
    f"省份\t年份\t正文\r\n甲省\t2020\t{LONG}\r\n甲省\t2021\t\"{LONG}\n第二段。\"\r\n",
    SHEET.format(_xml_row("省份", "年份", "正文") + _xml_row("甲省", "2020", LONG) + '<Row><Cell><Data>甲省</Data></Cell>'
                 f'<Cell ss:Index="2"><Data>2021</Data></Cell><Cell><Data>{LONG}&#10;第二段。</Data></Cell></Row>'),
])  # fmt: skip
def test_pages_and_lists_that_are_called_workbooks(tmp_path, made, encoding):
    if made.startswith("<?xml"):
        made = made.replace("?>", f' encoding="{encoding.replace("gb18030", "gb2312")}"?>', 1)
    (tmp_path / "gov.xls").write_bytes(made.encode(encoding))
    one, two = readers.read(tmp_path / "gov.xls")
    assert (one.metadata, two.metadata) == ({"province": "甲省", "year": "2020"}, {"province": "甲省", "year": "2021"})
    assert (one.text, two.text) == (LONG + "\n", LONG + "\n第二段。\n")


def test_a_list_with_a_page_in_a_cell_is_a_list(tmp_path):
    (tmp_path / "a.csv").write_text(f'年份,正文\n2020,"{LONG}<table><tr><td>一</table>"\n', encoding="utf-8")
    [text] = readers.read(tmp_path / "a.csv")
    assert (text.metadata, text.text) == ({"year": "2020"}, f"{LONG}<table><tr><td>一</table>\n")


def test_a_page_without_reports_that_is_called_a_workbook_is_refused(tmp_path):
    (tmp_path / "a.xls").write_text("<html><frameset><frame src=sheet001.htm></frameset></html>")
    with pytest.raises(readers.Unreadable, match="without a column of texts"):
        readers.read(tmp_path / "a.xls")
