"""Shared wording is found whole, once, and nowhere else; difflib and brute force agree."""

import difflib
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis import __main__ as command
from analysis import paths, text_reuse, tokens
from analysis.counts import Counts
from restoration.ledger import Ledger

FORMULA = "全面贯彻党的二十大精神，坚持稳中求进工作总基调，完整准确全面贯彻新发展理念"


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def brute(a: str, b: str, least: int) -> set[tuple[int, int, int]]:
    """Maximal common stretches of two texts, by trying every pair of places."""
    found = set()
    for i in range(len(a)):
        for j in range(len(b)):
            if i and j and a[i - 1] == b[j - 1]:
                continue
            n = 0
            while i + n < len(a) and j + n < len(b) and a[i + n] == b[j + n]:
                n += 1
            if n >= least:
                found.add((i, j, n))
    return found


@settings(max_examples=60, deadline=None)
@given(st.text("甲乙丙", max_size=18), st.text("甲乙丙", max_size=18), st.integers(1, 7))
def test_all_maximal_stretches_are_found(a, b, least):
    table = text_reuse.shared(tiny.corpus({"a": a, "b": b}), least)
    found = {*zip(table["start_a"], table["start_b"], table["chars"], strict=True)}
    assert found == brute(a, b, least)


def test_punctuation_and_line_ends_do_not_hide_a_formula():
    other = FORMULA.replace("，", "、").replace("精神", "精神\n")
    corpus = tiny.corpus({"a": f"我们{FORMULA}。好", "b": f"始终要{other}！差", "c": "别的话。"})
    table = text_reuse.shared(corpus)
    row = table.iloc[0]
    assert len(table) == 1
    assert row["passage"] == FORMULA
    assert corpus["b"].text[row["start_b"] : row["end_b"]] == other
    assert row["chars"] == len(letters(FORMULA))
    assert (row["report_a"], row["report_b"]) == ("a", "b")


def test_nothing_is_shared_across_the_end_of_a_report():
    texts = {"a": "甲乙丙丁戊己", "b": "庚辛壬癸子丑", "c": "戊己庚辛"}
    assert text_reuse.shared(tiny.corpus(texts), 3).empty
    assert len(text_reuse.shared(tiny.corpus(texts), 2)) == 2


def test_the_longest_stretch_is_that_of_difflib(national):
    texts = {str(year): national[year] for year in (2019, 2022)}
    a, b = (letters(text) for text in texts.values())
    match = difflib.SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    assert text_reuse.shared(tiny.corpus(texts)).loc[0, "chars"] == match.size


def test_coverage_counts_each_letter_once():
    corpus = tiny.corpus({"a": f"{FORMULA}。", "b": f"{FORMULA}。我们{FORMULA}。", "c": "无。"})
    table = text_reuse.coverage(corpus, text_reuse.shared(corpus)).set_index(["report", "other"])
    assert table.loc[("a", "b"), "share"] == table.loc[("a", "any"), "share"] == 1
    assert table.loc[("b", "a"), "chars"] == 2 * len(letters(FORMULA))
    assert table.loc[("c", "any"), "share"] == 0
    assert table["share"].between(0, 1).all()


def test_the_mask_marks_the_shared_tokens(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    corpus = tiny.corpus({"a": f"我们{FORMULA}。", "b": f"要{FORMULA}！", "c": "别的话。"})
    table = tokens.table(corpus)
    marked = text_reuse.in_shared_passage(table, text_reuse.shared(corpus))
    own = table[~marked].groupby("report", observed=True)["token"].agg("".join)
    assert own.to_dict() == {"a": "我们。", "b": "要！", "c": "别的话。"}
    assert not text_reuse.in_shared_passage(table, text_reuse.shared(corpus, 99)).any()


def test_fewer_than_two_reports_share_nothing():
    for texts in ({"a": FORMULA}, {"a": "", "b": FORMULA}):
        table = text_reuse.shared(tiny.corpus(texts))
        assert table.empty
        assert list(table.columns) == ["passage", *text_reuse._SPAN, "chars"]
    assert text_reuse.coverage(tiny.corpus({"a": ""}), text_reuse.shared(tiny.corpus({"a": ""})))["share"].isna().all()


def test_a_ruled_line_of_letters_takes_no_quadratic_time():
    text = "x" * 100_000
    assert text_reuse.shared(tiny.corpus({"a": text, "b": text})).empty


def test_the_order_is_total():
    corpus = tiny.corpus({n: f"{n}{FORMULA}{n}{FORMULA}" for n in "cab"})
    table = text_reuse.shared(corpus)
    pd.testing.assert_frame_equal(table, text_reuse.shared(corpus))
    assert table["report_a"].tolist() == ["c"] * 8 + ["a"] * 4
    with pytest.raises(ValueError, match="1 or more"):
        text_reuse.shared(corpus, 0)


# --- copies with small edits -------------------------------------------------------------------

PASSAGE = (
    "围绕建设区域性中心城市，新建改建城市道路三十二条，打通断头路十九条，改造供热管网一百二十公里，"
    "新增公共停车泊位八千个，完成老旧小区改造二百一十四个，惠及群众六万余户，让群众出行更方便、居住更舒心。"
)


def places(table, texts):
    row = table.iloc[0]
    return texts[row["report_a"]][row["start_a"] : row["end_a"]], texts[row["report_b"]][row["start_b"] : row["end_b"]]


@pytest.mark.parametrize("change", [
    lambda text: text,
    lambda text: text.replace("中心城市", "呼和浩特都市圈").replace("一百二十", "九").replace("，", ","),
    lambda text: text.replace("城市道路", "道路").replace("老旧小区", "城镇的老旧小区").replace("舒心", "安心"),
    lambda text: "".join("某" if k % 13 == 7 else c for k, c in enumerate(text)),
    lambda text: "\n".join(text[k : k + 11] for k in range(0, len(text), 11)),
], ids=["verbatim", "place and number", "words in and out", "one character in 13", "broken lines"])  # fmt: skip
def test_a_copy_is_found_through_small_edits(change):
    texts = [f"开头的话，与别人无关。{PASSAGE}后面的话也不同。", f"另一份材料这样开始：{change(PASSAGE)}就此结束了。"]
    one, other = places(text_reuse.passages(texts), texts)
    assert len(letters(one)) >= 0.9 * len(letters(PASSAGE))
    assert other[:4] in change(PASSAGE)[:8]


def test_unlike_texts_share_no_passage(national):
    assert text_reuse.passages([PASSAGE, national[1957][:20000], "The same 2021 words 2021. " * 50]).empty


def test_what_many_say_is_a_formula_and_what_two_say_is_a_copy():
    slogan = "坚持以人民为中心的发展思想，统筹推进经济社会各项工作，奋力谱写现代化建设崭新篇章，不断开创新的局面"
    texts = [f"第{k}号文字{chr(0x4E00 + 37 * k) * 5}。{slogan}。{'末' * (k % 3 + 1)}" for k in range(8)]
    texts[1] += PASSAGE
    texts[5] += PASSAGE
    table = text_reuse.passages(texts)
    copies = table[~table["formula"]]
    assert {*zip(copies["report_a"], copies["report_b"], strict=True)} == {(1, 5)}
    # The two have slogan and copy in one piece.
    assert table["formula"].sum() == 8 * 7 / 2 - 1


def test_passages_are_the_same_twice_and_in_portions(monkeypatch, national):
    texts = [national[year] for year in sorted(national)]
    whole = text_reuse.passages(texts)
    monkeypatch.setattr(text_reuse, "_CHUNK", 30_000)
    monkeypatch.setattr(text_reuse, "_HASHED", 3_000)
    monkeypatch.setattr(text_reuse, "_SEEDS", 5_000)
    monkeypatch.setattr(text_reuse, "_RUNS", 50)
    pd.testing.assert_frame_equal(text_reuse.passages(texts), whole)


def dated(texts):
    """A corpus of reports with place, level, year planned for and day of delivery."""
    rows = {}
    for name, (text, place, level, year, day) in texts.items():
        rows[name] = SimpleNamespace(
            id=name, text=text, place=place, level=level, genre="work-report", year=year, plans=str(year),
            delivered=day, ledger=Ledger([], len(text)), raw=text,
        )
    return SimpleNamespace(reports=tuple(rows.values()), progress=iter)


def test_direction_is_known_only_where_both_days_are():
    corpus = dated({
        "city": (PASSAGE + "甲", "某市", "city", 2021, "2021-02-03"),
        "province": (PASSAGE + "乙", "某省", "province", 2021, "2021-01-20"),
        "undated": (PASSAGE + "丙", "另市", "city", 2021, "2021-02"),
    })
    table = text_reuse.pairs(corpus, text_reuse.of(corpus)).set_index(["report_a", "report_b"])
    assert table.loc[("city", "province"), "first"] == "province"
    assert table.loc[("city", "province"), "days"] == -14
    assert (table.loc[("city", "undated"), "first"], table.loc[("province", "undated"), "first"]) == ("", "")


def test_one_text_under_two_names_leads_no_list():
    other = PASSAGE[::-1]
    corpus = dated({
        "a": (PASSAGE, "某市", "city", 2021, "2021-02-03"),
        "b": (PASSAGE, "别市", "city", 2021, "2021-02-03"),
        "c": (PASSAGE[:60] + other, "某县", "county", 2021, "2021-03-01"),
    })
    table = text_reuse.pairs(corpus, text_reuse.of(corpus))
    assert table["same_text"].tolist() == [False, False, True]
    assert table.iloc[-1][["report_a", "report_b"]].tolist() == ["a", "b"]
    assert any("a = b" in note for note in table.attrs["notes"])


@pytest.mark.parametrize("copied_down", [False, True])
def test_who_is_first_is_tested_against_the_calendar(copied_down):
    rng = np.random.default_rng(0)
    words = [chr(0x4E00 + k) for k in range(3000)]
    fresh = lambda n: "".join(rng.choice(words, n))  # noqa: E731
    texts, days = {}, {}
    for k in range(24):
        days[k] = f"2021-0{1 + k % 2}-{10 + k // 2:02}"
        texts[f"r{k:02}"] = [fresh(200), f"p{k}", "city" if k < 12 else "province", 2021, days[k]]
    # A city takes over more from provinces that have spoken, or shares whoever spoke first.
    for _ in range(60):
        a, b = rng.integers(12), 12 + rng.integers(12)
        passage = fresh(200 if copied_down and days[a] > days[b] else 35)
        texts[f"r{a:02}"][0] += passage
        texts[f"r{b:02}"][0] += passage
    corpus = dated({name: tuple(row) for name, row in texts.items()})
    table = text_reuse.pairs(corpus, text_reuse.of(corpus))
    result = text_reuse.precedence(table, seed=1, draws=199)
    row = result.iloc[0]
    assert (row["level_a"], row["level_b"], len(result)) == ("city", "province", 1)
    assert (row["p"] < 0.05) == copied_down
    assert (row["first"] < row["low"]) == copied_down
    assert result.equals(text_reuse.precedence(table, seed=1, draws=199))


def test_what_a_report_takes_from_its_own_last_year():
    corpus = dated({
        "old": (PASSAGE + "甲乙", "某市", "city", 2020, ""), "new": (PASSAGE + "另起一段话", "某市", "city", 2021, ""),
        "other": ("无关的话", "别市", "city", 2021, ""),
    })
    table = text_reuse.from_own_past(corpus, text_reuse.pairs(corpus, text_reuse.of(corpus)))
    assert table["report"].tolist() == ["new"]
    assert table["share"].item() > 0.9


def test_a_wording_is_followed_to_the_first_who_had_it():
    units = pd.DataFrame({
        "report": ["p", "c", "d", "e"], "level": ["province", "city", "city", "city"], "year": 2024,
        "delivered": ["2024-01-20", "2024-02-01", "2024-01-01", "2024-01"],
    })
    terms = pd.Index(["新质生产力"], name="term")
    counts = Counts(sparse.csr_array(np.array([[1], [2], [0], [1]])), units.assign(n_tokens=9), terms)
    table = text_reuse.travel(counts).set_index("level")
    assert table.loc["city", ["reports", "have", "first", "day"]].tolist() == [3, 2, "c", "2024-02-01"]
    assert table.loc["province", "share"] == 1


def test_fingerprints_estimate_shared_wording(national):
    one, other = national[2019], national[2022]
    mixed = one[: len(one) // 2] + other[: len(other) // 2]
    prints = {name: text_reuse.fingerprint(text) for name, text in (("one", one), ("mixed", mixed))}
    shared = np.isin(prints["one"], prints["mixed"])
    assert abs(shared.mean() - 0.5) < 0.07
    assert np.array_equal(text_reuse.fingerprint("，".join(one)), prints["one"])


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_command_writes_pairs_and_passages(tmp_path, suffix, capsys):
    assert command.main(["reuse", "-o", str(tmp_path / f"pairs{suffix}")]) == 0
    read = {".parquet": pd.read_parquet, ".csv": pd.read_csv}[suffix]
    pairs, passages = (read(tmp_path / f"pairs{end}{suffix}") for end in ("", "-passages"))
    assert len(pairs) == passages.groupby(["report_a", "report_b"]).ngroups > 0
    assert {"raw_start_a", "raw_end_b"} <= {*passages}
    assert "no proof of copying" in capsys.readouterr().err
    assert command.main(["reuse", "-o", str(tmp_path / "pairs.txt")]) == 1
