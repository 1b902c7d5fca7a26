"""The fast engine gives jieba's words, token for token, and leaves the process as it was."""

import logging
import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import lexicons
from analysis.tokens import engines

pytest.importorskip("rjieba")

LEXICA = ((), (*lexicons.terms(), "5G基站", "C919", "工业互联网+", "太太"))
# What reports are made of, and what engines stumble over: Han, rare Han, repeated Han, Latin,
# digits, every joining sign, full-width forms, other blocks' Han, lost characters, surrogates.
PIECES = st.one_of(
    st.sampled_from(sorted(LEXICA[1])),
    st.sampled_from(["2026", "2.6%", "5G", "Node.js", "v1.2.3", "10-15", "a_b-c", "x.gov.cn"]),
    st.sampled_from(["C+", "3.14.15", ".5a", "%", "--", "A&B", "\r\n", "1,000"]),
    st.sampled_from("，。、；：“”（）％．１２\n\t　·—…〇,;:!?()"),
    st.sampled_from("\ufffd\ue000㐀䶵龥鿕鿖鿯豈𠀀\U0002a6d6\ud800"),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5),
    st.sampled_from("太个区人山水天好中国发展改革经济的是一二三"),
    st.text("0123456789.%-+#&_aZ", max_size=4),
)
TEXTS = st.lists(st.tuples(PIECES, st.integers(1, 4)), max_size=25).map(
    lambda parts: "".join(piece * times for piece, times in parts)
)
RARE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FD5), max_size=3)
# 舌陀舌陀舌: in repetitions of words that no dictionary has, rounding decides.
REPEATED = st.tuples(RARE, st.integers(2, 5), RARE, RARE).map(
    lambda parts: parts[0] + parts[2] * parts[1] + parts[2][:1] + parts[3]
)


def same(text: str, terms: tuple[str, ...], hmm: bool) -> None:
    fast, slow = (engines.get(name, terms).cut(text, hmm) for name in ("rjieba", "jieba"))
    assert fast == slow
    assert "".join(slow) == text


@pytest.mark.parametrize("terms", LEXICA, ids=["plain", "lexicon"])
@pytest.mark.parametrize("hmm", [True, False])
def test_same_tokens_on_the_five_reports(raw, terms, hmm):
    for content in raw.values():
        text = content.decode("utf-8", errors="replace")
        same(text, terms, hmm)
        same(re.sub("[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü（）()]+", "", text), terms, hmm)


@pytest.mark.parametrize("hmm", [True, False])
def test_same_tokens_on_national_reports(national, hmm):
    for text in national.values():
        same(text[:12_000], LEXICA[1], hmm)


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.sampled_from(LEXICA), st.booleans())
def test_same_tokens_on_any_mixture(text, terms, hmm):
    same(text, terms, hmm)


@settings(max_examples=200, deadline=None)
@given(REPEATED)
def test_same_tokens_in_repetitions(text):
    same(text, (), True)


def test_repetitions_need_the_guard():
    for text in ("舌陀舌陀舌陀舌陀舌陀", "访羅疯羅疯囡庙姍"):
        assert engines._rjieba(()).cut(text) != engines.get("jieba").cut(text, True)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(TEXTS | REPEATED, st.sampled_from(LEXICA), st.booleans())
def test_same_tokens_on_many_mixtures(text, terms, hmm):
    same(text, terms, hmm)


def test_frequencies_are_the_same_in_both_engines():
    fast, slow = engines._rjieba(LEXICA[1]), engines._jieba(LEXICA[1])
    differing = {
        term for term in LEXICA[1]
        if fast.suggest_freq(term) != max(slow.FREQ[term], slow.suggest_freq(term))
        and abs(fast.suggest_freq(term) - slow.FREQ[term]) > 1  # a sum of logs rounds down
    }
    assert not differing


@pytest.fixture(scope="module")
def prefixes():
    import jieba

    return jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())


def test_the_dictionary_is_that_of_jieba(prefixes):
    assert engines._whole() == prefixes


def test_beginnings_that_are_looked_up_are_those_of_jieba(prefixes):
    known, expected = engines._Looked(), prefixes[0]
    assert all(known[t] == known.get(t) == n and t in known for t, n in expected.items())
    chooser, characters = random.Random(20210401), [text for text in expected if len(text) == 1]
    words = chooser.sample(sorted(expected), 20_000)
    others = ["".join(chooser.choices(characters, k=n)) for n in (1, 2, 2, 3, 4) * 4_000]
    others += [word + chooser.choice(characters) for word in words] + [word[1:] for word in words]
    for text in ["", "\U0010ffff", *others]:
        assert (text in known) == (text in expected)
        assert known.get(text, "none") == expected.get(text, "none")


def test_a_lexicon_changes_both_forms_of_the_dictionary_alike():
    looked, whole = (engines._jieba(LEXICA[1], form) for form in (True, False))
    assert looked.total == whole.total
    assert all(looked.FREQ[text] == n for text, n in whole.FREQ.items())


def test_the_guard_is_needed():
    """Without it the engines differ here; should this fail, the guard can go."""
    text = "增长2-3倍，Node.js"
    assert engines._rjieba(()).cut(text) != engines.get("jieba").cut(text, True)


@given(TEXTS)
def test_suspect_pieces_are_disjoint_and_hold_every_suspicion(text):
    pieces = engines.suspect_pieces(text)
    assert all(a < b for a, b in pieces)
    assert all(b <= c for (_, b), (c, _) in pairwise(pieces))
    repeated = re.finditer("(?=([\u4E00-\u9FD5])(?:\\1\\1|([\u4E00-\u9FD5]{1,7})\\1\\2))", text)
    for match in [*engines.GUARD.finditer(text), *repeated]:
        assert any(a <= match.start() < b for a, b in pieces)


@pytest.mark.parametrize("name", ["jieba", "rjieba"])
@pytest.mark.parametrize("hmm", [True, False])
def test_lexicon_entries_stand_whole(name, hmm):
    terms = (*lexicons.terms(), "的是", "经济发展", "互联网+", "5G基站")
    cut = engines.get(name, terms).cut
    assert [term for term in terms if cut(term, hmm) != [term]] == []


def test_two_lexicons_live_side_by_side():
    with_term, without = (engines.get("rjieba", terms) for terms in (("晋创谷",), ()))
    assert with_term.cut("晋创谷", False) == ["晋创谷"]
    assert without.cut("晋创谷", False) != ["晋创谷"]


def test_the_tokenizer_of_the_process_is_left_alone(caplog, capfd):
    import jieba

    caplog.set_level(logging.DEBUG)
    engines.get("jieba", ("晋创谷",)).cut("晋创谷", True)
    assert not jieba.dt.initialized
    assert "晋创谷" not in jieba.dt.FREQ
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_bad_names_and_bad_terms_are_refused():
    with pytest.raises(ValueError, match="auto, jieba or rjieba"):
        engines.get("pkuseg")
    with pytest.raises(ValueError, match=r"“三个代表”.*counts\.strings"):
        engines.get("auto", ("“三个代表”",))


def test_jieba_alone_works(monkeypatch):
    monkeypatch.setattr(engines, "_compiled", lambda: False)
    assert engines.get("auto").name == "jieba"


def test_a_megabyte_on_one_line_of_suspects_stays_linear():
    assert len(engines.suspect_pieces("a.b" * 300_000)) == 1


def test_paths_of_unknown_characters_are_jiebas_own():
    """The library's own function, loaded once more beside the one that stands in its place."""
    from importlib.util import module_from_spec

    from jieba import finalseg

    original = module_from_spec(finalseg.__spec__)
    original.__spec__.loader.exec_module(original)
    draw = random.Random(1)
    for size in (1, 2, 3, 40, 400):
        text = "".join(draw.choices("鏀垮簻領導政府的了一丨a7", k=size))
        arguments = text, "BMES", finalseg.start_P, finalseg.trans_P, finalseg.emit_P
        assert finalseg.viterbi(*arguments) == original.viterbi(*arguments)
        assert finalseg.viterbi is not original.viterbi
