"""Files that are no plain text: read by optional libraries, or refused in one sentence."""

import importlib

import pytest

from analysis import importers
from analysis.__main__ import main

PAGE = """<html><head><title>x</title><style>p {}</style></head><body><nav>首页</nav>
<h1>政府工作报告</h1><p>各位<b>代表</b>：</p><script>var a</script>
<p>一、去年工作回顾</p></body></html>"""


def test_a_web_page_gives_its_paragraphs_and_nothing_else(tmp_path):
    pytest.importorskip("bs4")
    (tmp_path / "gov-2021.html").write_text(PAGE, encoding="gb18030")
    (tmp_path / "gov-2021.html").write_bytes(
        PAGE.replace("<head>", '<head><meta charset="gb18030">').encode("gb18030"))
    found = importers.text(tmp_path / "gov-2021.html")
    assert found == "政府工作报告\n各位代表：\n一、去年工作回顾\n"


def test_a_word_file_gives_its_paragraphs(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for line in ("政府工作报告", "", "各位代表："):
        document.add_paragraph(line)
    document.save(tmp_path / "gov-2021.docx")
    assert importers.text(tmp_path / "gov-2021.docx") == "政府工作报告\n各位代表：\n"


def test_tables_of_a_word_file_stand_where_they_stood(tmp_path):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph("一、主要指标")
    table = document.add_table(3, 2)
    for at, said in enumerate(("指标", "2021年", "森林覆盖率", "24.5%")):
        table.cell(at // 2, at % 2).text = said
    table.cell(2, 0).merge(table.cell(2, 1)).text = "合计"
    document.add_paragraph("二、工作安排")
    document.save(tmp_path / "gov.docx")
    lines = ["一、主要指标", "指标", "2021年", "森林覆盖率", "24.5%", "合计", "二、工作安排"]
    assert importers.text(tmp_path / "gov.docx").split() == lines


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path, capsys):
    pytest.importorskip("docx")
    pytest.importorskip("pypdf")
    pytest.importorskip("bs4")
    (tmp_path / "cut.docx").write_bytes(b"PK\x03\x04" + bytes(99))
    (tmp_path / "empty.docx").write_bytes(b"")
    (tmp_path / "cut.pdf").write_bytes(b"%PDF-1.4\n1 0 obj\n<<")
    (tmp_path / "~$v-2021.docx").write_bytes(b"lock")
    for name in ("old.doc", "scan.bin"):
        (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "gov-2021.html").write_text(PAGE, encoding="utf-8")
    said = importers.convert(tmp_path)
    starts = ("cut.docx: cannot", "cut.pdf: ", "empty.docx: cannot", "gov-2021.txt: text of",
              "passed over: old.doc, scan.bin;")  # fmt: skip
    assert len(said) == len(starts)
    for line, start in zip(said, starts, strict=True):
        assert line.startswith(start)
        assert "\n" not in line
    assert sorted(p.name for p in tmp_path.glob("*.txt")) == ["gov-2021.txt"]
    assert main(["catalogue", str(tmp_path)]) == 0
    assert "cut.docx: cannot be read" in capsys.readouterr().err


def test_a_pdf_gives_its_text_and_a_scan_is_refused(tmp_path):
    pypdf = pytest.importorskip("pypdf")
    from matplotlib.figure import Figure

    from analysis import figures

    figures.style()
    figure = Figure()
    figure.text(0.1, 0.5, "政府工作报告")
    figure.savefig(tmp_path / "gov-2021.pdf")
    assert importers.text(tmp_path / "gov-2021.pdf") == "政府工作报告\n"
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "scan.pdf")
    with pytest.raises(ValueError, match="recognition"):
        importers.text(tmp_path / "scan.pdf")


def test_without_the_library_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    (tmp_path / "gov-2021.docx").write_bytes(b"PK")
    assert "pip install" in importers.convert(tmp_path)[0]
    assert not (tmp_path / "gov-2021.txt").exists()


def test_a_text_that_is_there_is_not_replaced(tmp_path):
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "a.txt").write_text("read and corrected")
    assert importers.convert(tmp_path) == []
    assert (tmp_path / "a.txt").read_text() == "read and corrected"


def test_a_web_page_is_restored_as_its_text(tmp_path, capsys):
    pytest.importorskip("bs4")
    page, out = tmp_path / "gov.html", tmp_path / "gov.txt"
    page.write_text(f"<body><p>{'領(lǐng)導(dǎo)幹部' * 9}</p></body>", encoding="utf-8")
    assert main(["restore", str(page), "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == "领导干部" * 9 + "\n"
    (tmp_path / "empty.html").write_text("<body></body>")
    assert main(["restore", str(tmp_path / "empty.html")]) == 1
    assert "no text in it" in capsys.readouterr().err
