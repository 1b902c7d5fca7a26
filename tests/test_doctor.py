"""Every kind of doubt is found where it was planted, and a sound corpus has none."""

import csv
import random

import pytest

from analysis import catalogue, doctor
from analysis.__main__ import main

WORDS = "坚持稳中求进工作总基调完整准确全面贯彻新发展理念加快构建推动经济社会事业各方面工作取得成效人民生活改善农业工业服务业科技教育文化卫生"


def prose(seed: int, sentences: int = 60) -> str:
    """Sentences of some length, others for each seed."""
    rng = random.Random(seed)

    def clause() -> str:
        return "".join(rng.sample(WORDS, 9))

    return "\n".join("，".join(clause() for _ in range(4)) + "。" for _ in range(sentences))


def report(place: str = "太原市", year: int = 2021, seed: int = 0) -> str:
    return (
        f"政府工作报告\n——{year}年2月1日在{place}第十四届人民代表大会第六次会议上\n各位代表：\n现在，我代表市人民政府向大会报告工作，请予审议。\n"
        f"一、{year - 1}年工作回顾\n{prose(seed or year)}\n二、{year}年工作安排\n{prose(10 * (seed or year))}\n"
        "三、加强政府自身建设\n各位代表！让我们团结起来，为实现目标任务而努力奋斗！\n"
    )


@pytest.fixture
def corpus(tmp_path):
    """Six reports of one city, of which a test may change one."""

    def make(changes: dict[int, bytes | str] | None = None, rows: dict[int, dict] | None = None):
        path = tmp_path / "catalogue.csv"
        with open(path, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, catalogue.COLUMNS, restval="")
            writer.writeheader()
            for year in range(2016, 2022):
                data = (changes or {}).get(year, report(year=year))
                if data is None:
                    continue
                (tmp_path / f"{year}.txt").write_bytes(data if isinstance(data, bytes) else data.encode())
                row = {"id": f"r{year}", "file": f"{year}.txt", "title": "政府工作报告", "place": "太原市", "code": "140100",
                       "level": "city", "genre": "work-report", "date": str(year)}  # fmt: skip
                writer.writerow(row | (rows or {}).get(year, {}))
        return path

    return make


def kinds(path) -> set[tuple[str, str]]:
    return {(row.id, row.kind) for row in doctor.examine(path).itertuples()}


def test_a_sound_corpus_has_no_doubt(corpus):
    assert kinds(corpus()) == set()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_one_text_twice_in_any_encoding_and_with_any_line_ends(corpus, encoding):
    path = corpus({2019: report(year=2018).replace("\n", "\r\n").encode(encoding)})
    assert ("r2019", "same") in kinds(path)


def test_nearly_one_text_under_another_place(corpus):
    copied = report(year=2018).replace("太原市", "大同市").replace("经济", "社会").encode()
    path = corpus({2019: copied}, {2019: {"place": "大同市", "code": "140200"}})
    found = doctor.examine(path)
    row = found[found.kind == "near"].iloc[0]
    assert row.id == "r2019"
    assert "two places" in row.evidence


@pytest.mark.parametrize(("rows", "kind"), [
    ({"place": "大同市", "code": "140200"}, "place"), ({"date": "2018", "plans": "2018"}, "year"), ({"genre": "five-year-plan"}, "level"),
])  # fmt: skip
def test_a_row_that_its_text_contradicts(corpus, rows, kind):
    assert ("r2020", kind) in kinds(corpus(rows={2020: rows}))


def test_an_older_name_and_a_larger_place_are_no_contradiction(corpus):
    text = report().replace("太原市", "山西省太原市").encode()
    assert kinds(corpus({2021: text})) == set()


@pytest.mark.parametrize(("text", "kind"), [
    (report(year=2017)[:1900].rstrip("。") + "，推动高质量发展取得新的成效，着力保障", "cut"),
    (prose(5, 30), "cut"),
    (report(year=2017).replace("\n", ""), "structure"),
    (report(year=2017) + "上一篇：通知\n版权所有：某市人民政府 晋ICP备05000001号\n", "page"),
    (report(year=2017).replace("一、2016年工作回顾\n", "一、2016年工作回顾\n发展新质生产力。\n"), "anachronism"),
    ("We will pursue progress while ensuring stability in all fields. " * 30, "language"),
    ("経済の発展を推進し、国民の生活を向上させるために努力します。" * 30, "language"),
    (report(year=2017).replace("三、", "四、"), "cut"),
    (report(year=2017)[:300] + "\ufffd" + report(year=2017)[300:], "damage"),
])  # fmt: skip
def test_each_kind_of_doubt(corpus, text, kind):
    found = doctor.examine(corpus({2017: text}))
    rows = found[(found.id == "r2017") & (found.kind == kind)]
    assert len(rows)
    assert (rows.evidence != "").all()
    assert (rows.remedy != "").all()


def test_missing_and_doubled_years(corpus):
    found = doctor.examine(corpus({2018: None, 2019: None}, {2021: {"date": "2020"}}))
    assert found[found.kind == "gap"].what.tolist() == ["太原市: no work-report for 2018-2019"]
    assert found[found.kind == "twice"].id.tolist() == ["r2021"]


def test_a_file_whose_source_has_changed_is_named(tmp_path):
    for year in (2019, 2020, 2021):
        (tmp_path / f"{year}.md").write_text(report(year=year), encoding="utf-8")
    assert main(["catalogue", str(tmp_path)]) == 0
    (tmp_path / "2020.md").write_text(report(year=2020) + "补充。\n", encoding="utf-8")
    (tmp_path / "2021.md").unlink()
    found = doctor.examine(tmp_path / "catalogue.csv")
    assert found[found.kind == "source"].what.tolist() == [
        "was read from a file that has changed since", "was read from a file that is gone"]  # fmt: skip


def test_an_unreadable_file_does_not_stop_the_rest(corpus):
    assert ("r2020", "unreadable") in kinds(corpus({2020: b"%PDF-1.7 x"}))


def test_check_says_doubts_and_writes_a_page(corpus, tmp_path, capsys):
    path = corpus({2019: report(year=2018)})
    assert main(["check", str(path), "--page", str(tmp_path / "glance.html")]) == 0
    assert "one text twice: 1" in capsys.readouterr().out
    page = (tmp_path / "glance.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "太原市" in page
    assert 'class="has doubt" title="r2019"' in page
