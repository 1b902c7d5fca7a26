"""Look-alikes: damage made by a model of its own comes back, and nothing else moves."""

import pytest
from disguise import disguise, thin
from hypothesis import given
from hypothesis import strategies as st

from restoration import lookalikes

# Reports that the language model was not estimated from (restoration/resources/README.md).
HELD_OUT = (1985, 1999, 2010)
# Genuine rare characters: elements, plants, places, persons, words of two rare characters.
GENUINE = """砷化镓、氮化镓器件、荇菜、在押囚犯、大窊村、乾县、余姚市、名著、蹚出新路、
二〇二三年、娄烦县、滹沱河、潇河产业园、崞县窑、代县、李堉同志、张喆主任、朱镕基、
郫县、鄠邑区、盱眙县、亳州市、儋州、歙县、黟县、郴州、耒阳市、蠡县、藁城区、涿州、
邳州、隰县、岢岚县、繁峙县、垣曲、浑源县、瀍河、渑池县、鄢陵、郏县、兖州、莒县、
茌平、鄄城、蕲春、秭归、汨罗、醴陵、邛崃、犍为、鄯善、綦江、岷县、岫岩、珲春、囹圄、
圐圙、孑孓、苋菜、坩埚、锗、铟、铼、铌、钽、镱、铪、崛围山、圪垯、塬、峁、珙桐、
黄芪、茼蒿、莜麦、苜蓿、牦牛、深圳、劣Ⅴ类""".replace("\n", "")


def replaced(text, edits):
    characters = list(text)
    for edit in edits:
        characters[edit.start] = edit.after
    return "".join(characters)


def changes(text):
    return [edit for edit in lookalikes.find(text) if edit.changes]


def score(truth, seed):
    """(damaged, brought back, changed wrongly, plain altered, exact, exact wrong) and the edits."""
    damaged = disguise(truth, 1 / 59, seed)
    edits = {edit.start: edit for edit in changes(damaged)}
    hit = {i for i, (a, b) in enumerate(zip(truth, damaged, strict=True)) if a != b}
    right = {i for i, e in edits.items() if truth[i] == e.after}
    exact = {i for i, e in edits.items() if e.confidence == "exact"}
    return len(hit), len(hit & right), len(edits.keys() - right), len(edits.keys() - hit), \
        len(exact), len(exact - right)


def test_clean_reports_see_no_edit(national):
    assert [year for year, text in national.items() if lookalikes.find(text)] == []


@pytest.mark.parametrize("year", HELD_OUT)
def test_damage_on_purpose_comes_back(national, year):
    truth = thin(national[year], seed=1)
    damaged, back, wrong, plain, _, exact_wrong = score(truth, seed=1)
    assert damaged > 150
    assert back >= 0.88 * damaged
    assert wrong <= 0.05 * (back + wrong)
    assert plain <= 0.0005 * len(truth)
    assert exact_wrong == 0


@pytest.mark.slow
def test_classes_mean_what_they_say(national):
    total = [0] * 6
    for year in HELD_OUT:
        for seed in range(2, 8):
            found = score(thin(national[year], seed), seed)
            total = [a + b for a, b in zip(total, found, strict=True)]
    damaged, back, wrong, plain, exact, exact_wrong = total
    inferred = back + wrong - exact
    assert back >= 0.9 * damaged
    assert wrong - exact_wrong <= 0.05 * inferred
    assert exact_wrong <= 0.001 * exact
    assert plain <= 0.0005 * sum(len(national[y]) for y in HELD_OUT) * 6


def test_restoring_again_changes_nothing(national):
    damaged = disguise(thin(national[2010], seed=3), 1 / 59, seed=3)
    restored = replaced(damaged, lookalikes.find(damaged))
    assert restored != damaged
    assert changes(restored) == []


def test_genuine_names_stay_in_a_disguised_text(national):
    damaged = disguise(thin(national[2010], seed=4), 1 / 59, seed=4)
    before, after = damaged[:3000], damaged[3000:]
    listed = f"{before}\n重点是{GENUINE}等。\n{after}"
    span = range(len(before), len(listed) - len(after))
    assert [e for e in changes(listed) if e.start in span] == []
    assert len(changes(listed)) > 100


def test_a_few_odd_characters_are_no_disguise():
    text = "全面建成小康社会的决定性成就，経济持续健康发展。" * 40
    assert lookalikes.find(text.replace("経", "经")) == []
    assert lookalikes.find("人民政府工作报吿" + text.replace("経", "经") * 3) == []


def test_ordinary_characters_are_seen_beside_odd_ones():
    text = "十三五时期忣2020年工作,全面建荿小康社会,预算收入姩均增长,基层工作囚员作风转变"
    assert {e.before: e.after for e in changes(text)} == {
        "忣": "及", "荿": "成", "姩": "年", "囚": "人"}


def test_an_odd_character_with_no_clear_reading_is_listed():
    text = "十三五时期忣2020年工作,全面建荿小康社会,预算收入姩均增长。噡嗀。"
    doubtful = [e for e in lookalikes.find(text) if e.confidence == "unresolved"]
    assert {e.before for e in doubtful} == {"噡", "嗀"}
    assert all(e.before == e.after for e in doubtful)


def test_each_edit_says_why(national):
    damaged = disguise(thin(national[1999], seed=5), 1 / 59, seed=5)
    for edit in lookalikes.find(damaged):
        assert edit.end == edit.start + 1
        assert damaged[edit.start] == edit.before
        assert edit.kind == "look-alike"
        assert edit.before in edit.evidence
        assert (edit.margin is not None) == (edit.confidence == "inferred")


def test_every_habit_raises_the_bar():
    """A character that a text uses as itself needs more evidence to be taken for a double."""
    codes = lookalikes.char_model.encode("囚犯" * 50 + "工作囚员")
    habits = lookalikes._habit(codes, [102])
    assert habits[codes[102]] > lookalikes.FLOOR


def test_candidates_are_log_probabilities_of_other_characters():
    for character in "忣铨姩夶囮囚孓仂嘚齊":
        found = lookalikes._doubles(character)
        assert character not in found
        assert all(value <= lookalikes.SAME_SOUND for value in found.values())


@given(st.text("忣铨姩夶囮Φ┿㈣囚話的一经济发展，。\n 0a\ud800𠀀Ⅴ①", max_size=60))
def test_any_string_gets_edits_that_fit(text):
    for edit in lookalikes.find(text):
        assert text[edit.start : edit.end] == edit.before
        assert len(edit.after) == 1


def test_two_rare_neighbours_that_recur_are_a_name(national):
    """Also on a disguised page, and where the name is the subject of a page of its own."""
    subject = "盩厔县旧名盩厔，鄠县、郿县、鄜县、葭县、汧阳、栒邑同时改名；盩厔老人仍写盩厔。"
    assert lookalikes.find(subject) == []
    damaged = disguise(thin(national[2010], seed=6), 1 / 59, seed=6)
    listed = f"{damaged[:3000]}\n盩厔县、盩厔乡、盩厔镇\n{damaged[3000:]}"
    assert [e for e in changes(listed) if e.before in "盩厔"] == []
