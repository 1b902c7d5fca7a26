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


@pytest.mark.parametrize(("name", "id"), [
    ("CON", "CON-1"), ("aux.2021", "aux-2021"), ("gov-2020", "gov-2020"), ("x" * 150, "x" * 90), ("太原市政府工作报告final", "taiyuan-gov-2021"),
    ("t20250120_content", "taiyuan-gov-2021"), ("P020210223123456789012", "taiyuan-gov-2021"), ("W020210223", "taiyuan-gov-2021"),
    ("2021年报告(OCR)", "taiyuan-gov-2021"), ("mmexport1612345678", "taiyuan-gov-2021"), ("my report", "my-report"), ("taiyuan2021v2", "taiyuan2021v2"),
    ("微信图片_20210223", "taiyuan-gov-2021"), ("post_123", "taiyuan-gov-2021"), ("index", "taiyuan-gov-2021"), ("com1", "com1-1"),
    ("content-5f3a9c1e", "taiyuan-gov-2021"),
])  # fmt: skip
def test_an_id_is_a_name_that_says_something_and_every_system_takes(tmp_path, name, id):
    (tmp_path / f"{name}.txt").write_text(report(2021), encoding="utf-8")
    (tmp_path / "second.txt").write_text(report(2022), encoding="utf-8")
    draft.write(draft.draft(tmp_path), tmp_path / "catalogue.csv")
    assert catalogue.read(tmp_path / "catalogue.csv").index[0] == id


def test_numbered_ids_give_way_to_those_that_are_there(tmp_path):
    for folder, name in (("a", "city"), ("b", "City"), ("c", "city-2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.txt").write_text(report(2021) + folder, encoding="utf-8")
    assert draft.draft(tmp_path).id.tolist() == ["city", "City-3", "city-2"]


def redrafted(folder, change=None) -> tuple[pd.DataFrame, str]:
    """A catalogue drafted, changed by a reader (rows by file), and drafted again; with what was said."""
    path, said = folder / "catalogue.csv", []
    draft.write(draft.draft(folder), path)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    if change:
        change(rows)
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    draft.write(pd.DataFrame(rows.values(), columns=columns).fillna(""), path)
    table = draft.draft(folder, said=said, before=path)
    draft.write(table, path)
    assert not [p for p in catalogue.problems(path) if p.error]
    return table.set_index("file"), "\n".join(said)


@pytest.fixture
def three(tmp_path):
    for year in (2020, 2021, 2022):
        (tmp_path / f"{year}.txt").write_text(report(year), encoding="utf-8")
    return tmp_path


def test_drafting_again_changes_nothing_that_is_as_it_was(three):
    before = draft.draft(three)
    table, said = redrafted(three)
    pd.testing.assert_frame_equal(table.reset_index()[catalogue.COLUMNS], before, check_dtype=False)
    assert "kept" not in said


@pytest.mark.parametrize(("column", "value"), [
    ("id", "ty21"), ("title", "在大会上的报告"), ("reviews", "2016-2020"), ("reviews", ""), ("plans", "2021-2025"), ("issuer", "太原市政府"), ("licence", "public"),
    ("source", "http://example.org"), ("short", "并 2021"), ("place", "大同市"), ("notes", "read by me"), ("date", "2021"), ("code", "140200"), ("delivered", ""),
    ("level", "district"), ("coder", "Li"),
])  # fmt: skip
def test_drafting_again_keeps_what_a_reader_put(three, column, value):
    table, said = redrafted(three, lambda rows: rows["2021.txt"].update({column: value}))
    assert value == table.loc["2021.txt", column] or value in table.loc["2021.txt", column].split("; ")
    if column not in ("id", "notes", "coder"):
        assert f"inferred: {column} " not in table.loc["2021.txt", "notes"]
    if column != "coder":
        assert f"kept of what was there: {column} (1)" in said
    assert table.loc[["2020.txt", "2022.txt"], "id"].tolist() == ["taiyuan-gov-2020", "taiyuan-gov-2022"]


def test_a_cell_that_a_reader_confirmed_is_no_guess_again(three):
    def confirm(rows):
        rows["2021.txt"]["notes"] = "all read"

    table, _ = redrafted(three, confirm)
    assert table.loc["2021.txt", "notes"] == "all read"


def test_a_place_that_a_reader_put_has_its_code_and_names(three):
    table, _ = redrafted(three, lambda rows: rows["2021.txt"].update(place="大同市"))
    assert table.loc["2021.txt", ["code", "short"]].tolist() == ["140200", "大同 2021"]


def test_drafting_again_knows_a_text_by_its_file_or_its_name(three):
    def change(rows):
        rows["2021.txt"]["id"] = "moved"
        rows["2022.txt"]["id"] = "cut"
        (three / "2021.txt").rename(three / "太原2021.txt")
        (three / "2022.txt").write_text(report(2022) + "补充。\n", encoding="utf-8")
        (three / "2020.txt").unlink()
        (three / "2023.txt").write_text(report(2023), encoding="utf-8")

    table, said = redrafted(three, change)
    assert table.id.to_dict() == {"太原2021.txt": "moved", "2022.txt": "cut", "2023.txt": "taiyuan-gov-2023"}
    assert "a row whose file is gone is left out" in said
    assert "'id': 'taiyuan-gov-2020'" in said
    assert "new: 2023.txt" in said


def test_nothing_is_drafted_over_a_catalogue_that_cannot_be_read(three, capsys):
    (three / "catalogue.csv").write_bytes(b"PK\x03\x04 torn")
    assert main(["catalogue", str(three), "--force"]) == 1
    assert "nothing of it can be kept" in capsys.readouterr().err
    assert (three / "catalogue.csv").read_bytes() == b"PK\x03\x04 torn"


def test_what_this_program_made_in_a_folder_is_named_and_not_read(three, capsys):
    assert main(["catalogue", str(three)]) == 0
    path = three / "catalogue.csv"
    assert main(["check", str(path), "--page", str(three / "glance.html")]) == 0
    (three / "old.html").write_text("<!doctype html><title>3 reports, 2020–2022, 0 in doubt</title><p>" + report(2020) * 9)
    for name, marker in (("out/city", ".catalogue"), ("pages", ".edition")):
        (three / name / "restored").mkdir(parents=True)
        (three / name / marker).write_text(str(path))
        (three / name / "restored" / "2021.txt").write_text(report(2021), encoding="utf-8")
    (three / "raw.txt").write_text(report(2023) + "過去五年，全市經濟發展，人民生活改善，農村環境變化。\n" * 9, encoding="utf-8")
    assert main(["restore", str(three / "raw.txt"), "-o", str(three / "r.txt"), "--ledger", str(three / "r.csv")]) == 0
    assert main(["restore", str(three / "raw.txt"), "-o", str(three / "s.txt"), "--ledger", str(three / "raw.csv")]) == 0
    (three / "s.txt").unlink()
    capsys.readouterr()
    assert main(["catalogue", str(three), "--force"]) == 0
    said = capsys.readouterr().err
    for name in ("glance.html: is a page of this program", "old.html: is a page of", "out/city: what this program made", "pages: what this",
                 "r.txt: is what restoration made"):  # fmt: skip
        assert name in said
    assert sorted(catalogue.read(path).file) == ["2020.txt", "2021.txt", "2022.txt", "raw.txt"]


def test_a_name_that_is_no_utf8_is_named_and_ends_nothing(three, capsys):
    import os

    try:
        with open(os.fsencode(three) + b"/\xb4\xf3\xcd\xac1998.txt", "w", encoding="utf-8") as file:
            file.write(report(1998))
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    assert main(["catalogue", str(three)]) == 0
    assert "大同1998.txt: its name is not in UTF-8" in capsys.readouterr().err


def test_the_title_column_of_a_table_is_the_title(tmp_path):
    table = pd.DataFrame({"城市": ["太原"], "标题": ["2023年太原市政府工作报告"], "正文": [report(2023)]})
    table.to_csv(tmp_path / "table.csv", index=False)
    assert draft.draft(tmp_path).title.tolist() == ["2023年太原市政府工作报告"]
