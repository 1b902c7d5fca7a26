"""Every defect of a catalogue is named at once, with line, value and remedy; quirks are not."""

import csv
import os
import subprocess
import sys
import time

import pandas as pd
import pytest

from analysis import __main__ as command
from analysis import catalogue, corpus, paths, pipeline, storage
from analysis.catalogue import draft

TEXT = "政府工作报告\n各位代表：\n过去五年，成绩来之不易。\n"
OTHER = TEXT + "报告完毕。\n"
GOOD = {
    "id": "city-gov-2021", "file": "raw/a.txt", "title": "政府工作报告", "issuer": "某市人民政府",
    "level": "city", "genre": "work-report", "date": "2021-02-23", "reviews": "2016-2020",
    "plans": "2021", "sha256": storage.checksum(TEXT.encode()),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A folder with two good reports."""
    (tmp_path / "raw").mkdir()
    for name, text in (("a", TEXT), ("b", OTHER)):
        (tmp_path / "raw" / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    return tmp_path


def write(folder, *changes, encoding="utf-8", columns=catalogue.COLUMNS, **options):
    """Write a catalogue of one good row and one row a dict of changes."""
    path = folder / "catalogue.csv"
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore", **options)
        writer.writeheader()
        writer.writerow(GOOD)
        second = GOOD | {"file": "raw/b.txt", "sha256": storage.checksum(OTHER.encode())}
        writer.writerows(second | {"id": f"other-{n}"} | change for n, change in enumerate(changes))
    return path


def found(path) -> set[tuple[int, str]]:
    return {(problem.line, problem.column) for problem in catalogue.problems(path)}


def test_the_catalogue_of_the_five_is_sound():
    assert catalogue.problems(paths.ROOT / "data" / "catalogue.csv") == []


def test_what_a_text_does_not_say_is_marked():
    table = catalogue.read(paths.ROOT / "data" / "catalogue.csv")
    guessed = table.date.str.len() == 4
    assert table.notes[guessed].str.contains("inferred: date|date 20").all()
    assert table.licence.str.contains("inferred").all()


def test_a_good_row_reads_back(folder):
    table = catalogue.read(write(folder, {}))
    assert list(table.index) == ["city-gov-2021", "other-0"]
    assert list(table.columns) == [*catalogue.COLUMNS[1:], "year"]
    assert table.year.tolist() == [2021, 2021]


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"file": "raw/none.txt"}, "file", "cannot be read"),
        ({"file": ""}, "file", "is empty"),
        ({"file": "../raw/b.txt"}, "file", "outside"),
        ({"file": "/etc/hostname"}, "file", "outside"),
        ({"file": "C:\\texts\\b.txt"}, "file", "outside"),
        ({"sha256": "0" * 64}, "sha256", storage.checksum(OTHER.encode())),
        ({"sha256": ""}, "sha256", storage.checksum(OTHER.encode())),
        ({"id": ""}, "id", "is empty"),
        ({"id": "太原 2021"}, "id", "letters, digits"),
        ({"id": "../x"}, "id", "letters, digits"),
        ({"id": "City-Gov-2021"}, "id", "line 2 already"),
        ({"level": "county"}, "level", "national, province, city, district, other"),
        ({"genre": "speech"}, "genre", "party-congress-report"),
        ({"date": ""}, "date", "is empty"),
        ({"date": "last year"}, "date", "2021-02-23"),
        ({"date": "2021-02-30"}, "date", "is no date"),
        ({"reviews": "five years"}, "reviews", "2016-2020"),
        ({"title": ""}, "title", "is empty"),
        ({"delivered": "in spring"}, "delivered", "2020-12-28"),
        ({"code": "1401"}, "code", "six digits"),
        ({"code": "999999"}, "code", "of no province"),
        ({"code": "140199"}, "code", "of no place"),
        ({"code": "140200", "place": "太原市"}, "code", "140100"),
        ({"code": "110105", "place": "朝阳区"}, "level", "district"),
        ({"plans": "2025-2021"}, "plans", "2021-2025"),
        ({"reviews": "2020-2016"}, "reviews", "2016-2020"),
        ({"plans": "2031"}, "plans", "2021"),
        ({"reviews": "2020-2025"}, "reviews", "2021"),
        ({"date": "2199", "plans": "", "reviews": ""}, "date", "to come"),
        ({"date": "1821", "plans": "", "reviews": ""}, "date", "before 1912"),
        ({"delivered": "2018-02-01"}, "delivered", "2021"),
        ({"title": "鏀垮簻宸ヤ綔鎶ュ憡"}, "title", "read as GBK"),
        ({"title": "澶師甯傛斂搴滃伐浣滄姤鍛?"}, "title", "read as GBK"),
        ({"title": "????????"}, "title", "lost its characters"),
        ({"title": "Õþ¸®¹¤×÷±¨¸æ"}, "title", "Latin"),
        ({"title": "æ”¿åºœå·¥ä½œæŠ¥å‘Š"}, "title", "Latin"),
        ({"place": "鍖椾含"}, "place", "read as GBK"),
    ],
)
def test_each_defect_is_named_with_its_line_and_remedy(folder, change, column, says):
    path = write(folder, change)
    (problem,) = [p for p in catalogue.problems(path) if p.column == column]
    assert problem.line == 3
    assert says in str(problem)
    assert problem.remedy


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"), (b" \n", "is empty"), (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04...", "Word"), (b"ab\0cd", "no text file"),
        (b"\xff\xff\x80", "no known encoding"), (b"lorem ipsum", "no Chinese"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_text_is_named(folder, data, says):
    (folder / "raw" / "b.txt").write_bytes(data)
    path = write(folder, {"sha256": storage.checksum(data)})
    (problem,) = catalogue.problems(path)
    assert (problem.line, problem.column) == (3, "file")
    assert says in str(problem)


def test_all_defects_are_reported_at_once(folder):
    path = write(folder, {"level": "x", "date": "", "sha256": "1"}, {"genre": "y", "file": "no"})
    assert {(3, "level"), (3, "date"), (3, "sha256"), (4, "genre"), (4, "file")} <= found(path)
    with pytest.raises(catalogue.CatalogueError) as caught:
        catalogue.read(path)
    assert {"line 3", "line 4"} == {line[:6] for line in str(caught.value).splitlines()[1:]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("options", [{}, {"delimiter": ";"}, {"delimiter": "\t"}, {"lineterminator": "\n"}])
def test_what_spreadsheets_do_is_understood(folder, encoding, options):
    path = write(folder, {"date": "2021/2/23"}, encoding=encoding, **options)
    assert catalogue.problems(path) == []
    table = catalogue.read(path)
    assert table.title.tolist() == ["政府工作报告"] * 2
    assert table.date.tolist() == ["2021-02-23"] * 2


@pytest.mark.parametrize("options", [{"lineterminator": "\r"}, {"delimiter": ";", "encoding": "gbk"}])
def test_what_excel_of_a_mac_or_of_china_writes_is_read(folder, options):
    path = write(folder, {"date": "2021/2/23 0:00", "delivered": "2021-02-23 00:00:00"}, **options)
    assert catalogue.problems(path) == []
    assert catalogue.read(path).delivered.tolist() == ["", "2021-02-23"]


def test_a_workbook_is_read(folder):
    pytest.importorskip("openpyxl")
    path = write(folder, {})
    pd.read_csv(path, dtype=str).assign(date=pd.Timestamp("2021-02-23")).to_excel(
        folder / "catalogue.xlsx", index=False
    )
    assert catalogue.problems(folder / "catalogue.xlsx") == []
    assert catalogue.read(folder / "catalogue.xlsx").date.tolist() == ["2021-02-23"] * 2


def test_a_catalogue_read_in_the_wrong_encoding_by_a_spreadsheet_is_named(folder):
    path = write(folder, {})
    path.write_bytes(path.read_bytes().decode("gbk", "replace").encode())
    said = [str(p) for p in catalogue.problems(path)]
    assert any("UTF-8 that a spreadsheet read as GBK" in line for line in said)


def test_a_name_that_looks_like_misread_bytes_is_a_name(folder):
    path = write(folder, {"title": "盘锦市政府工作报告（2014年1月7日 蹇彪）"})
    assert not [p for p in catalogue.problems(path) if p.column == "catalogue"]


def test_a_checksum_that_became_a_number_is_named_with_the_right_one(folder):
    path = write(folder, {"sha256": "1.23E+45"})
    (problem,) = catalogue.problems(path)
    assert "made a number" in str(problem)
    assert storage.checksum(OTHER.encode()) in str(problem)


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "cr.csv", "var.csv"])
def test_catalogues_as_excel_leaves_them(folder, name):
    rows, found = catalogue.cells(paths.ROOT / "tests" / "cases" / "tables" / name)
    assert [p for p in found if p.column not in ("reviews", "plans", "source", "licence", "issuer")] == []
    assert all(row["level"] == "city" and "�" not in row["file"] for _, row in rows)


def test_what_is_written_opens_in_a_spreadsheet_and_comes_back(folder):
    path = folder / "catalogue.csv"
    row = dict.fromkeys(catalogue.COLUMNS, "") | GOOD | {"title": "=1+1", "notes": "-5%，@x\n第二行", "issuer": "+省"}
    draft.write(pd.DataFrame([row], columns=catalogue.COLUMNS), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    cells = [cell for line in csv.reader(path.open(encoding="utf-8-sig", newline="")) for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]
    one = catalogue.read(path).iloc[0]
    assert (one.title, one.notes, one.issuer) == ("=1+1", "-5%，@x\n第二行", "+省")


def test_missing_columns_are_named(folder):
    path = write(folder, {}, columns=[c for c in catalogue.COLUMNS if c not in ("genre", "notes")])
    named = {p.column: p for p in catalogue.problems(path) if p.line == 1}
    assert set(named) == {"genre", "notes"}


def test_a_catalogue_of_the_older_columns_is_read(folder):
    young = ("short", "short_en", "place", "code", "delivered")
    table = catalogue.read(write(folder, {}, columns=[c for c in catalogue.COLUMNS if c not in young]))
    assert (table[list(young)] == "").all(axis=None)
    report = corpus.load(folder / "catalogue.csv")["city-gov-2021"]
    assert (report.place, report.issuer, report.plans) == ("", "某市人民政府", "2021")


def test_a_report_knows_its_place_and_its_day(folder):
    young = {"place": "某市", "code": "140100", "delivered": "2020/12/28", "short": "某市 2021"}
    write(folder, young)
    report = corpus.load(folder / "catalogue.csv")["other-0"]
    assert (report.place, report.code, report.year) == ("某市", "140100", 2021)
    assert (report.delivered, report.short) == ("2020-12-28", "某市 2021")


def test_a_comma_too_many_is_named(folder):
    path = write(folder, {})
    cells = dict.fromkeys(catalogue.COLUMNS, "") | GOOD | {"id": "x", "notes": "note, and more"}
    path.write_text(path.read_text() + ",".join(cells.values()) + "\n")
    assert (4, "row") in found(path)


def test_no_catalogue_and_no_table_are_named(folder):
    assert found(folder / "none.csv") == {(1, "catalogue")}
    (folder / "catalogue.csv").write_bytes(b"PK\x03\x04\0\0\xff\xfe\xff")
    assert found(folder / "catalogue.csv") == {(1, "catalogue")}


def test_a_corpus_of_one_is_a_warning(folder):
    (problem,) = catalogue.problems(write(folder))
    assert not problem.error
    assert "only report" in str(problem)
    assert len(catalogue.read(folder / "catalogue.csv")) == 1


def test_one_text_on_two_lines_is_a_warning_that_names_both(folder):
    (folder / "raw" / "b.txt").write_text(TEXT, encoding="utf-8", newline="")
    (problem,) = catalogue.problems(write(folder, {"sha256": GOOD["sha256"]}))
    assert not problem.error
    assert (problem.line, problem.value) == (3, "raw/b.txt")
    assert "same text as line 2 (raw/a.txt)" in str(problem)


def test_thousands_of_rows_are_checked_in_seconds(folder):
    path = write(folder, *({} for _ in range(5000)))
    start = time.process_time()
    assert {p.column for p in catalogue.problems(path)} == {"file"}, "one file, many rows"
    assert time.process_time() - start < 10


# --- drafts -----------------------------------------------------------------------------------


def test_a_draft_guesses_from_names_and_first_lines_and_says_why(tmp_path):
    (tmp_path / "某市政府工作报告2019.txt").write_text("各位代表：\n现在，我代表市人民政府向大会报告工作。")
    (tmp_path / "plan-2021.txt").write_text("某区国民经济和社会发展第十四个五年规划纲要\n第一章\n")
    table = draft.draft(tmp_path)
    assert table.date.tolist() == ["2019", "2021"]
    assert table.level.tolist() == ["city", ""]
    assert table.genre.tolist() == ["work-report", "five-year-plan"]
    assert "inferred: date 2019 because 2019 is in the file name" in table.notes[0]


@pytest.mark.parametrize(("name", "id"), [
    ("t20250120_content", "suzhou-gov-2025"), ("content_12345", "suzhou-gov-2025"), ("art_12_3456", "suzhou-gov-2025"),
    ("index", "suzhou-gov-2025"), ("a3f9c0d1e2b4a5968778695a4b3c2d1e", "suzhou-gov-2025"),
    ("suzhou2025", "suzhou2025"), ("plan-2025", "plan-2025"),
])  # fmt: skip
def test_a_draft_says_what_is_looked_back_on_and_names_no_report_by_its_page(tmp_path, name, id):
    (tmp_path / f"{name}.txt").write_text(
        "政府工作报告\n——2025年1月12日在苏州市第十七届人民代表大会第四次会议上\n各位代表：\n现在，我代表苏州市人民政府向大会报告工作。\n"
        "一、2024年工作回顾\n全市经济平稳。\n二、2025年工作安排\n扩大开放。\n", encoding="utf-8",
    )  # fmt: skip
    row = draft.draft(tmp_path).iloc[0]
    assert (row["id"], row["reviews"], row["plans"]) == (id, "2024", "2025")
    assert "inferred: reviews 2024 because a heading says 2024年工作回顾" in row["notes"]


def test_a_draft_takes_over_a_metadata_table(tmp_path):
    (tmp_path / "1999.txt").write_text(TEXT)
    (tmp_path / "2001.txt").write_text(OTHER)
    (tmp_path / "metadata.csv").write_text(
        "year,title,issuer,level,type\n1999,报告,国务院,central,government_work_report\n"
        "2001,报告,国务院,central,government_work_report\n"
    )
    path = tmp_path / "catalogue.csv"
    draft.write(draft.draft(tmp_path), path)
    assert catalogue.problems(path) == []
    table = catalogue.read(path)
    assert list(table.index) == ["national-gov-1999", "national-gov-2001"]
    assert set(table.level) == {"national"}
    assert set(table.genre) == {"work-report"}


def test_a_draft_of_the_national_reports_is_a_catalogue(national, tmp_path):
    for year, text in national.items():
        (tmp_path / f"guowuyuan_{year}.txt").write_text(text, encoding="utf-8")
    table = draft.draft(tmp_path)
    assert table.date.str[:4].astype(int).tolist() == sorted(national)
    assert table.level.eq("national").mean() > 0.8
    assert table.date[0] == "1957-06-26"


def test_nothing_to_draft_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"no report in"):
        draft.draft(tmp_path)
    (tmp_path / "texts").mkdir()
    with pytest.raises(ValueError, match="beside the texts"):
        draft.draft(tmp_path / "texts", tmp_path / "elsewhere")


def test_files_of_one_year_get_ids_of_their_own(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "2020.txt").write_text(TEXT)
    assert draft.draft(tmp_path).id.tolist() == ["report-2020", "report-2020-2"]


# --- commands ---------------------------------------------------------------------------------


def test_check_prints_all_problems_and_says_so_in_its_exit_code(folder, capsys):
    assert command.main(["check", str(write(folder, {"level": "x", "date": "y"}))]) == 1
    said = capsys.readouterr().out
    assert "line 3, level 'x'" in said
    assert "line 3, date 'y'" in said
    assert command.main(["check", str(write(folder, {}))]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3, "one line a report, one in all"
    assert said[0].startswith("city-gov-2021")


def test_a_drafted_catalogue_is_not_overwritten_unasked(folder, capsys):
    assert command.main(["catalogue", str(folder)]) == 0
    assert (folder / "catalogue.csv").is_file()
    assert "python -m analysis check" in capsys.readouterr().out
    before = (folder / "catalogue.csv").read_bytes()
    assert command.main(["catalogue", str(folder)]) == 1
    assert (folder / "catalogue.csv").read_bytes() == before
    assert command.main(["catalogue", str(folder), "--force"]) == 0


@pytest.mark.parametrize("figures", [None, "elsewhere"])
def test_another_corpus_never_writes_among_the_figures_of_the_five(folder, figures):
    """What the environment says is what a run says (`pipeline.places`), in the current folder."""
    told = {"CATALOGUE": str(folder / "catalogue.csv"), **({"FIGURES": figures} if figures else {})}
    environ = {name: value for name, value in os.environ.items() if name != "FIGURES"} | told
    code = "from analysis import paths; print(paths.FIGURES)"
    where = subprocess.run([sys.executable, "-c", code], env=environ, cwd=folder, text=True,
                           capture_output=True, check=True).stdout.strip()  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        made = pipeline.places(folder / "catalogue.csv").figures
        assert made == folder.resolve() / "out" / folder.resolve().name / "figures"
    assert where == str(folder / figures if figures else made)
    assert pipeline.places().figures == paths.ROOT / "figures"


@pytest.mark.parametrize("id", ["CON", "nul", "com1", "lpt9.2021", "aux.txt", "city.", "a" * 101])
def test_an_id_is_the_name_of_a_file_on_every_system(folder, id):
    assert [(p.column, p.error) for p in catalogue.problems(write(folder, {"id": id})) if p.column == "id" and p.error]


@pytest.mark.parametrize("title", ["报\u202e告", "报\u2066告", "报\u200f告"])
def test_marks_that_turn_letters_around_are_named(folder, title):
    found = [p for p in catalogue.problems(write(folder, {"title": title})) if p.column == "title"]
    assert ["invisible" in p.what for p in found] == [True]


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "link out"])
def test_what_is_no_file_of_the_folder_is_refused_at_once(folder, kind):
    import os

    path = folder / "odd.txt"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        (folder.parent / "outside.txt").write_text(TEXT, encoding="utf-8")
        path.symlink_to(folder.parent / "outside.txt")
    found = [p for p in catalogue.problems(write(folder, {"file": "odd.txt"})) if p.column == "file"]
    assert [p.error for p in found] == [True]


@pytest.mark.parametrize("change", [
    {"date": "2021", "delivered": "2020-12-28"}, {"plans": "2021-2025"}, {"plans": "2022", "date": "2021"}, {"reviews": "2016-2021"},
    {"place": "莱芜市", "code": "371200", "date": "2017", "plans": "", "reviews": ""}, {"place": "长安区", "code": "610116", "level": "district"},
    {"place": "重庆", "code": "500000", "level": "province"}, {"place": "某开发区", "code": ""}, {"title": "政府工作报告（2014年1月7日 蹇彪）"},
    {"title": "R&D?"}, {"place": "延边州", "code": "222400"}, {"level": "other", "place": "太原市", "code": "140100"}, {"title": "為人民服務？"},
])  # fmt: skip
def test_what_may_be_is_no_problem(folder, change):
    assert catalogue.problems(write(folder, change)) == []
