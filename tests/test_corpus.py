"""Reports are lazy, the cache gives back what was made, written files are the same bytes."""

import pytest

from analysis import corpus, paths, storage, structure
from analysis.__main__ import main
from analysis.catalogue import draft
from restoration import files

TEXTS = {
    "city-2021": "政府工作报告\n2021年1月5日\n一、过去五年工作回顾\n五年来，成绩来之不易。\n"
    "二、重点工作\n加快建设。\n",
    "city-2022": "政府工作报告\n(上接第1版)\n二、今年重点工作\n（一）扩大开放。加快建设口岸。\n",
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Two small reports, each with a byte order mark to drop, a catalogue, a cache of their own."""
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8-sig", newline="")
    draft.write(draft.draft(tmp_path).assign(level="city", genre="work-report"), tmp_path / "c.csv")
    return tmp_path


@pytest.fixture
def calls(monkeypatch):
    """Levels that were really restored, in order."""
    made, restore = [], corpus.restore

    def counting(data, **options):
        made.append(options["level"])
        return restore(data, **options)

    monkeypatch.setattr(corpus, "restore", counting)
    return made


def test_the_five_reports_are_there():
    reports = corpus.load(paths.ROOT / "data" / "catalogue.csv")
    assert len(reports) == 5
    assert reports.ids == list(reports.catalogue.index)
    assert reports["taiyuan-gov-2026"].year == 2026


def test_paragraphs_of_the_five_stand_where_they_say():
    reports = corpus.load(paths.ROOT / "data" / "catalogue.csv")
    for report in reports:
        kept = "".join(report.text[p.start : p.end] for p in report.paragraphs.itertuples())
        assert "".join(kept.split()) == "".join(report.text.split())
        assert report.ledger.apply(report.raw) == report.text
    assert set(reports.sections.report) == set(reports.paragraphs.report) == set(reports.ids)


def test_nothing_is_restored_before_it_is_asked_for(home, calls):
    reports = corpus.load(home / "c.csv")
    assert [report.title for report in reports] == ["政府工作报告"] * 2
    assert calls == []
    assert reports["city-2022"].text
    assert len(calls) == 1


def test_the_cache_gives_back_what_was_made(home, calls):
    first = [report.restored for report in corpus.load(home / "c.csv")]
    again = [report.restored for report in corpus.load(home / "c.csv")]
    assert first == again
    assert len(calls) == 2


def test_other_levels_bytes_and_rules_are_other_entries(home, calls, monkeypatch):
    data = (home / "city-2021.txt").read_bytes()
    for level in ("none", "exact", "full", "full"):
        corpus.restored(data, level=level)
    assert calls == ["none", "exact", "full"]
    corpus.restored(data + b"\n")
    monkeypatch.setattr(storage, "version", lambda *_: "other rules")
    corpus.restored(data)
    assert len(calls) == 5


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"raw": "x"}', b"\xff"])
def test_a_damaged_entry_is_made_again(home, calls, damage):
    data = (home / "city-2021.txt").read_bytes()
    made = corpus.restored(data)
    (entry,) = storage.entries("restored")
    entry.write_bytes(damage)
    assert corpus.restored(data) == made
    assert entry.read_bytes() not in (b"", damage)


def test_an_interrupted_write_leaves_no_entry(home, monkeypatch):
    def interrupted(*_):
        raise OSError

    monkeypatch.setattr(files.os, "replace", interrupted)
    assert corpus.restored(b"\xef\xbb\xbf\xe4\xb8\x80").text == "一"
    assert not list(storage.entries("restored"))


def test_restored_texts_are_written_the_same_bytes_twice(home):
    reports = corpus.load(home / "c.csv")
    written = reports.write_restored(home / "out")
    before = {path: path.read_bytes() for path in written}
    corpus.load(home / "c.csv").write_restored(home / "out")
    assert {path: path.read_bytes() for path in (home / "out").iterdir()} == before
    assert (home / "out" / "city-2021.txt").read_bytes().decode() == reports["city-2021"].text
    rows = (home / "out" / "city-2021.ledger.csv").read_text("utf-8-sig").splitlines()
    assert rows[0].startswith("start,end,before,after,rule,kind,confidence,evidence")


def test_the_hash_names_ids_and_bytes(home):
    first = corpus.load(home / "c.csv").hash
    assert len(first) == 12
    assert corpus.load(home / "c.csv", level="none").hash == first, "rules do not change the corpus"
    with open(home / "city-2021.txt", "a", encoding="utf-8") as file:
        file.write("。")
    assert corpus.load(home / "c.csv").hash != first


def test_gaps_say_what_the_page_says(home):
    gaps = corpus.load(home / "c.csv").gaps
    assert "the page says 上接第1版" in list(gaps.evidence[gaps.report == "city-2022"])
    assert list(gaps.columns) == ["report", "what", "evidence", "start"]


def test_streaming_keeps_no_texts(home):
    reports = corpus.load(home / "c.csv")
    assert [len(report.text) for report in reports.stream()] == [len(r.text) for r in reports]
    fresh = corpus.load(home / "c.csv")
    for report in fresh.stream():
        assert report.paragraphs is not None
    assert all("restored" not in vars(report) for report in fresh)


def test_progress_is_shown_where_all_are_gone_through(home):
    seen = []
    reports = corpus.load(home / "c.csv", progress=lambda items: seen.append(len(items)) or items)
    assert len(reports.paragraphs)
    assert seen == [2]


def test_errors_name_the_report_and_the_remedy(home):
    reports = corpus.load(home / "c.csv")
    with pytest.raises(KeyError, match="city-2021, city-2022"):
        reports["beijing"]
    (home / "city-2021.txt").unlink()
    with pytest.raises(ValueError, match=r"city-2021: .* cannot be read .* analysis check"):
        _ = reports["city-2021"].text


def test_tables_have_the_columns_that_others_build_on(home):
    reports = corpus.load(home / "c.csv")
    assert {"report", "paragraph", "section", "section_title", "function", "heading", "start",
            "end", "chars"} <= set(reports.paragraphs.columns)  # fmt: skip
    assert {"report", "section", "parent", "level", "number", "title", "function", "basis",
            "start", "end", "paragraphs", "chars"} <= set(reports.sections.columns)  # fmt: skip
    assert structure.outline(reports.sections).share.max() <= 1


def test_a_reader_has_the_last_word(home, monkeypatch):
    raw = "\ufeff" + TEXTS["city-2021"]
    at = raw.index("加快")
    sha256 = storage.checksum((home / "city-2021.txt").read_bytes())
    (home / "overrides.csv").write_text(
        "file_sha256,start,end,before,accepted,reason,who\n"
        f"{sha256},{at},{at + 2},加快,推进,misread,a reader\n"
    )
    monkeypatch.setattr(paths, "OVERRIDES", home / "overrides.csv")
    assert "推进建设" in corpus.load(home / "c.csv")["city-2021"].text
    assert "加快建设" in corpus.load(home / "c.csv", level="none")["city-2021"].text


@pytest.mark.parametrize("linked", ["city-2021.txt", "raw"])
def test_a_link_out_of_the_folder_is_not_followed(home, tmp_path_factory, capsys, linked):
    """Neither by what loads a corpus nor by the draft of a catalogue; links inside the folder are."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "city-2021.txt").write_text("政府工作报告\n一、回顾\n不是这里的。\n", encoding="utf-8")
    (home / "city-2021.txt").unlink()
    (home / linked).symlink_to(outside / "city-2021.txt" if linked.endswith("txt") else outside)
    (home / "c.csv").write_text((home / "c.csv").read_text("utf-8").replace(
        "city-2021.txt", "city-2021.txt" if linked.endswith("txt") else "raw/city-2021.txt"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"city-2021\.txt: a link out of the catalogue's folder"):
        corpus.load(home / "c.csv")
    assert main(["trace", "回顾", "--catalogue", str(home / "c.csv")]) == 1
    assert "a link out of" in capsys.readouterr().err
    said = []
    assert "city-2021" not in draft.draft(home, said=said)["id"].tolist()
    assert any("is a link out of the folder" in line for line in said) or linked == "raw"


def test_a_link_inside_the_folder_is_followed(home):
    (home / "city-2021.txt").rename(home / "other.text")
    (home / "city-2021.txt").symlink_to("other.text")
    assert "五年来" in corpus.load(home / "c.csv")["city-2021"].text
