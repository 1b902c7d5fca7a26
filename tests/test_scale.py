"""Starting is cheap, a warm cache loads least, and what saves time changes nothing else."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analysis import counts, paths
from analysis.structure import headings
from restoration import char_model, diagnosis, layout, lookalikes, page_noise

CATALOGUE = paths.ROOT / "data" / "catalogue.csv"
HEAVY = ("numpy", "pandas", "scipy", "jieba", "rjieba", "sklearn", "matplotlib", "opencc")
# Processor time, which other work on the machine does not stretch; the bars are 0.3 and 3 s, and a
# laptop ten years old may take twice as long.
IMPORT, TABLE = 0.6, 6.0


def fresh(code: str) -> dict:
    """Run code in a new process; its processor time, and the heavy libraries that it loaded."""
    code += (
        "\nimport json, sys, time\n"
        f"print(json.dumps([time.process_time(), [m for m in {HEAVY} if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, loaded = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": seconds, "loaded": loaded}


def test_importing_the_package_loads_nothing_heavy():
    found = fresh("import analysis")
    assert found["loaded"] == []
    assert found["seconds"] < IMPORT


@pytest.mark.parametrize(
    "table",
    [
        "from analysis import corpus, counts, tokens\n"
        f"counts.count(tokens.table(corpus.load({str(CATALOGUE)!r})), 'report').frame()",
        "from analysis.counts import streaming\n"
        f"streaming.count({str(CATALOGUE)!r}, 'report', progress=False).frame()",
    ],
    ids=["in memory", "streamed"],
)
def test_a_first_table_from_a_warm_cache(table):
    fresh(table)
    warm = fresh(table)
    assert not {"jieba", "sklearn", "matplotlib"} & set(warm["loaded"])
    assert warm["seconds"] < TABLE


# What the searches below stumble over, mixed with ordinary text.
PIECES = st.sampled_from([
    *("一", "一制造", "一应用", "供应一制造一应用", "投标投标", "研究研究", "，，", "。。", ",、"),
    *(" ", "\u00a0", "\n", "\n\n", "发 展 改 革", "2035 年", "（上接第1版）", "\n(下转A5版)\n"),
    *("《太原市经济发展", "太原市经济发展第十次", "甲乙市旅游", "“太原市", "第三届", "五年来"),
    *("推动高质量发展", "取得了成绩", "完成了", "依法行政", "外交工作", "总体要求是", "A", "。"),
    *("主要预期目标是", "，", "；", "…", "上接", "領(lǐng)", "(fā )", "（shì）", "( ", "第一章总则", "一、", "建设"),
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def spans(matches) -> list[tuple[int, int]]:
    return [match.span() for match in matches]


@given(TEXTS)
def test_a_shortcut_finds_what_the_pattern_finds(text):
    assert spans(page_noise._chains(text)) == spans(page_noise.CHAIN.finditer(text))
    assert spans(page_noise._twice(text)) == spans(page_noise.DOUBLE.finditer(text))
    assert spans(diagnosis.blank(text)) == spans(diagnosis.BLANK.finditer(text))
    assert spans(diagnosis._annotations(text)) == spans(diagnosis.ANNOTATION.finditer(text))
    assert [edit.start - 1 for edit in layout._find_glued(text)] == [m.start() for m in layout.GLUED.finditer(text)]
    assert spans(hit for hit, _, _ in layout._doubts(text)) == [
        m.span() for m in layout.BREAK.finditer(text)
        if not layout.LISTED.match(text[m.end() :].partition("\n")[0][: layout.TITLE])
    ]
    assert layout.SPREAD.search(text) or not layout.LETTERED.search(text)
    assert any(map(text.count, page_noise.TURNS)) or not page_noise.JUMP.search(text)


TITLES = ("《太原市经济发展", "太原市经济发展第十次", "甲乙市旅游攻略第三届", "“甲乙市旅游攻略教育")


@given(st.lists(st.sampled_from([*TITLES, "建设。", "在太原市", "会"]), max_size=9))
def test_no_rewriting_is_missed_by_looking_at_titles_first(pieces):
    text = "".join(pieces)
    quick = page_noise.find_tails(text)
    with mock.patch.object(page_noise, "_recurs", return_value=True):
        assert page_noise.find_tails(text) == quick


@given(TEXTS)
def test_a_choice_that_is_spread_out_finds_the_same(text):
    with open(paths.LEXICONS / "headings.csv", encoding="utf-8", newline="") as file:
        rows = [row["pattern"] for row in csv.DictReader(file) if row["place"] == "text"]
    for row in rows:
        spread = "|".join(headings._choices(row))
        assert spans(re.finditer(spread, text)) == spans(re.finditer(row, text))


def test_a_page_that_repeats_itself_is_weighed_once(monkeypatch):
    text = "忣时发展荿果，" * 260
    places = lookalikes._odd_places(text)
    given = lookalikes._habit(char_model.encode(text), places), Counter(), 0.1
    weighed, weigh = [], lookalikes._weigh
    assert lookalikes._contest(text, places, *given) == weigh(text, places, *given)
    monkeypatch.setattr(
        lookalikes, "_weigh", lambda text, at, *rest: weighed.append(len(at)) or weigh(text, at, *rest)
    )
    assert len(lookalikes.find(text)) == 520
    assert max(weighed) < 20


def test_totals_are_those_of_the_whole_table(monkeypatch):
    cells = np.random.default_rng(1).poisson(0.4, (40, 9))
    matrix = counts._csr(sparse.csr_array(cells))
    monkeypatch.setattr(counts, "STRIDE", 7)
    often, units = counts._totals(matrix)
    assert often.tolist() == cells.sum(axis=0).tolist()
    assert units.tolist() == (cells > 0).sum(axis=0).tolist()
