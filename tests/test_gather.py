"""A folder of files: each is read or named with the reason, and nothing of anybody's is written over."""

import csv

import pandas as pd
import pytest
from builders import paragraph, word_file

from analysis import catalogue, corpus
from analysis.__main__ import main
from analysis.catalogue import draft

REPORT = (
    "政府工作报告\n——{0}年2月1日在太原市第十四届人民代表大会第六次会议上\n各位代表：\n我代表市人民政府向大会报告工作，请予审议。\n"
    "一、{1}年工作回顾\n全市经济平稳运行，稳中有进。\n二、{0}年工作安排\n坚持稳中求进，推动高质量发展。\n"
)


def report(year: int) -> str:
    return REPORT.format(year, year - 1)


@pytest.fixture
def folder(tmp_path):
    """One report in each of several formats, and files that are none."""
    for name in ("太原市", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "太原市" / "2019.md").write_text(f"---\ntitle: 政府工作报告\n---\n{report(2019)}", encoding="utf-8")
    (tmp_path / "gov-2020.TXT").write_text(report(2020), encoding="gb18030")
    (tmp_path / "gov-2021.html").write_text(
        f"<body><p>{report(2021).replace(chr(10), '</p><p>')}</p></body>", encoding="utf-8"
    )
    word_file(tmp_path / "gov-2022.docx", "".join(paragraph(line) for line in report(2022).splitlines()))
    table = pd.DataFrame(
        {"城市": ["太原", "大同", "空"], "年份": [2023, 2024, 2025], "正文": [report(2023), report(2024), None]}
    )
    table.to_csv(tmp_path / "table.csv", index=False, encoding="gbk")
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "README.md").write_text("# 说明\n")
    (tmp_path / "~$v-2022.docx").write_bytes(b"lock")
    return tmp_path


def test_every_file_is_read_or_named(folder):
    said = []
    table = draft.draft(folder, said=said)
    assert table.date.str[:4].tolist() == ["2019", "2020", "2021", "2022", "2023", "2024"]
    assert table.place.tolist() == ["太原市"] * 5 + ["大同市"], "a column of the table says more than its text"
    named = " ".join(said)
    for name in ("old.doc", "picture.png", "README.md", "rows of this table without a text (1)"):
        assert name in named
    assert "~$v" not in named
    assert (table.level == "city").all()


def test_texts_of_other_files_are_written_apart_with_their_origin(folder):
    assert main(["catalogue", str(folder)]) == 0
    rows = draft.origins(folder / "catalogue-texts")
    assert {row["origin"] for row in rows} == {"太原市/2019.md", "gov-2021.html", "gov-2022.docx", "table.csv"}
    assert [row["row"] for row in rows if row["origin"] == "table.csv"] == ["1", "2"]
    assert not list(folder.glob("*.txt")), "nothing is written beside the user's files"
    reports = corpus.load(folder / "catalogue.csv")
    assert len(reports) == 6
    assert all("高质量发展" in one.text for one in reports)
    assert main(["check", str(folder / "catalogue.csv")]) == 0


def test_drafting_again_reads_what_changed_and_keeps_what_a_reader_corrected(folder, capsys):
    main(["catalogue", str(folder)])
    texts = folder / "catalogue-texts"
    (texts / "gov-2022.docx.txt").write_text("corrected by hand", encoding="utf-8")
    (folder / "太原市" / "2019.md").write_text(report(2018), encoding="utf-8")
    (folder / "gov-2021.html").unlink()
    assert main(["catalogue", str(folder), "--force"]) == 0
    assert (texts / "gov-2022.docx.txt").read_text(encoding="utf-8") == "corrected by hand"
    assert "is kept" in capsys.readouterr().err
    assert "2018年工作安排" in (texts / "太原市" / "2019.md.txt").read_text(encoding="utf-8")
    assert not (texts / "gov-2021.html.txt").exists()
    assert len(catalogue.read(folder / "catalogue.csv")) == 6 - 1


def test_a_folder_of_somebody_else_is_left_alone(folder, capsys):
    (folder / "catalogue-texts").mkdir()
    (folder / "catalogue-texts" / "mine.txt").write_text(report(2010), encoding="utf-8")
    assert main(["catalogue", str(folder)]) == 1
    assert "was not made by this program" in capsys.readouterr().err
    assert main(["catalogue", str(folder), "-o", str(folder / "mine.csv")]) == 0
    assert len(catalogue.read(folder / "mine.csv")) == 7


def test_a_text_beside_its_file_is_read_instead(folder):
    (folder / "gov-2022.txt").write_text(report(2022) + "校订。\n", encoding="utf-8")
    said = []
    table = draft.draft(folder, said=said)
    assert (table.file == "gov-2022.txt").sum() == 1
    assert not table.file.str.contains("docx").any()
    assert any("gov-2022.docx: has its text beside it" in line for line in said)


def test_metadata_in_any_encoding_and_without_suffixes(folder):
    rows = [("gov-2020", "报告二〇", "甲市人民政府"), ("", "没有名字", "")]
    with open(folder / "metadata.csv", "w", encoding="gbk", newline="") as file:
        csv.writer(file, delimiter=";").writerows([("文件名", "标题", "发文机关"), *rows])
    said = []
    table = draft.draft(folder, said=said).set_index("id")
    assert table.loc["gov-2020", ["title", "issuer"]].tolist() == ["报告二〇", "甲市人民政府"]
    assert "from metadata.csv: title, issuer" in table.loc["gov-2020", "notes"]
    assert any("names no file" in line for line in said)


def test_ids_and_short_names_are_unique_and_speak(folder):
    table = draft.draft(folder)
    assert table.id.is_unique
    assert table.short.is_unique
    row = table[table.file.str.contains("2019")].iloc[0]
    assert (row.id, row.short, row.short_en) == ("taiyuan-gov-2019", "太原 2019", "Taiyuan 2019")


def test_a_folder_without_reports_says_what_was_there(tmp_path):
    (tmp_path / "a.xyz").write_text("x")
    with pytest.raises(ValueError, match=r"a\.xyz: is of a format that is not read"):
        draft.draft(tmp_path)
