"""One form of a word: whatever a page prints, it is counted, searched and read alike."""

import unicodedata

import pytest
import tiny
from hypothesis import given
from hypothesis import strategies as st

from analysis import concordance, counts, lexicons, tokens, wordform

PRINTED = {
    "２０３５年": "2035年", "ＧＤＰ": "GDP", "ｇｄｐ": "gdp", "５Ｇ基站": "5G基站", "７．３％": "7.3%",
    "７·３％": "7.3%", "４，１５３亿元": "4,153亿元", "4，153亿元": "4,153亿元", "⼯业⼈口": "工业人口",
    "⻓江⻛电⺠生": "长江风电民生", "更\uf901": "更更", "𝟐𝟎𝟐𝟔": "2026", "二○○六年": "二〇〇六年",
}  # fmt: skip
KEPT = ["10²", "①②③", "改革，开放（试点）", "5·12", "○要点", "2020，153个", "㎡", "。．", "臺灣"]


@pytest.mark.parametrize(("written", "form"), PRINTED.items())
def test_forms_of_one_word_are_one(written, form):
    assert wordform.fold(written) == form
    cut = [[token for token, *_ in tokens.segment(f"到{said}。")] for said in (written, form)]
    assert cut[0] == cut[1]


@pytest.mark.parametrize("text", KEPT)
def test_signs_with_a_meaning_of_their_own_stay(text):
    assert wordform.fold(text) == text


@given(st.text())
def test_folding_keeps_every_place_and_is_done_once(text):
    form = wordform.fold(text)
    assert len(form) == len(text)
    assert wordform.fold(form) == form
    pairs = [(a, b) for a, b in zip(text, form, strict=True) if a != b]
    assert all(unicodedata.category(b)[0] in "LNMPS" for _, b in pairs)


def test_a_search_finds_every_form_and_shows_what_is_printed():
    corpus = tiny.corpus({"a": "一、工作\n到２０３５年，到2035年。\nＧＤＰ与GDP。"})
    for query in ("2035", "２０３５"):
        found = concordance.hits(corpus, query)
        assert found["hit"].tolist() == ["２０３５", "2035"]
        assert counts.strings(corpus, [query]).frame().to_numpy().tolist() == [[2]]
    assert len(concordance.hits(corpus, "GDP", word=True)) == 2
    assert counts.count(tokens.table(corpus)).frame()["GDP"].tolist() == [2]


def test_a_form_costs_no_rate():
    """Two pages that print the same report have the same denominator."""
    wide, narrow = (tiny.corpus({"a": text}) for text in ("２０３５年ＧＤＰ增长７．５％", "2035年GDP增长7.5%"))
    sizes = [counts.count(tokens.table(corpus)).sizes.sum() for corpus in (wide, narrow)]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("engine", ["jieba", "rjieba"])
@pytest.mark.parametrize("hmm", [True, False])
def test_a_latin_entry_does_not_cut_longer_words(engine, hmm):
    lexicon = ["AI", "5G", "APEC会议"]
    text = "SAIC与AI，OpenAI、AIGC；25G和5G、5GB；XAPEC会议与APEC会议"
    cut = [t for t, *_ in tokens.segment(text, lexicon=lexicon, engine=engine, hmm=hmm)]
    assert {"SAIC", "AI", "OpenAI", "AIGC", "25G", "5G", "5GB", "XAPEC", "APEC会议"} <= set(cut)


@pytest.mark.parametrize("engine", ["jieba", "rjieba"])
def test_numbers_in_groups_are_one_token(engine):
    text = "完成1,234,567.8万元，占12,345人，第1,2名，1,23和2020,123"
    cut = [t for t, *_ in tokens.segment(text, engine=engine)]
    assert {"1,234,567.8", "12,345"} <= set(cut)
    assert not {"1,2", "1,23", "2020,123"} & set(cut)
    kinds = {t: kind for t, *_, kind in tokens.segment(text, engine=engine)}
    assert kinds["12,345"] == "number"


def test_entries_are_known_in_their_one_form():
    assert lexicons.terms(["５Ｇ", "5G"]) == ("5G",)


@pytest.mark.parametrize("engine", ["jieba", "rjieba"])
def test_short_names_of_places_hold_together(engine):
    """Of any place, by rule and table: 万柏林 and its like, of counties far away too."""
    names = ["万柏林", "杏花岭", "尖草坪", "天镇", "尧都", "长风商务", "西山示范", "海曙", "昆都仑", "七星关", "田家庵"]
    for name in names:
        for said in (f"支持{name}发展", f"推进{name}、", f"在{name}建设"):
            assert name in [t for t, *_ in tokens.segment(said, engine=engine)], said


def test_short_names_do_not_cut_other_words():
    for said, word in (("支持雄安新区建设", "雄安"), ("加强政风行风和政务公开", "政务公开"), ("市中医院", "中医院")):
        assert word in [t for t, *_ in tokens.segment(said)]
