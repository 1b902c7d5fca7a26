"""The parts of a difference add up to it, and each is what it says."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from analysis.contrast import decomposition
from analysis.counts import Counts

FUNCTIONS = ["review", "guiding", "tasks", "other"]


def made(hits, sizes, reports=("a", "b")) -> Counts:
    """Two reports × four functions, one term."""
    units = pd.DataFrame({
        "report": np.repeat(list(reports), 4), "function": FUNCTIONS * 2, "n_tokens": sizes,
    })  # fmt: skip
    return Counts(sparse.csr_array(np.array(hits)[:, None]), units, pd.Index(["完成"], name="term"))


cells = st.lists(st.integers(0, 40), min_size=8, max_size=8)
lengths = st.lists(st.integers(0, 900), min_size=8, max_size=8).filter(
    lambda n: sum(n[:4]) and sum(n[4:])
)


@given(cells, cells, lengths)
def test_parts_add_up_and_swapping_flips_them(raw, text, sizes):
    raw, text = (np.minimum(hits, sizes) for hits in (raw, text))
    naive, restored = made(raw, sizes), made(text, sizes)
    there = decomposition.decompose(naive, restored, ["a"], ["b"]).iloc[0]
    back = decomposition.decompose(naive, restored, ["b"], ["a"]).iloc[0]
    assert there[list(decomposition.PARTS)].sum() == pytest.approx(there["naive"], abs=1e-8)
    for part in ("naive", *decomposition.PARTS):
        assert there[part] == pytest.approx(-back[part], abs=1e-8)


def test_equal_rates_leave_only_mix_and_equal_mix_only_content():
    sizes = [100, 0, 300, 50, 200, 0, 100, 10]
    rates = np.tile([0.05, 0, 0.01, 0.1], 2)
    table = decomposition.decompose(*[made(np.array(sizes) * rates, sizes)] * 2, ["a"], ["b"])
    assert table["content"].iloc[0] == pytest.approx(0)
    assert table["mix"].iloc[0] != pytest.approx(0)
    same = made([1, 0, 3, 0, 5, 0, 9, 0], [100, 0, 300, 0] * 2)
    table = decomposition.decompose(same, same, ["a"], ["b"])
    assert table["mix"].iloc[0] == pytest.approx(0)
    assert decomposition.main_source(table).iloc[0] == "content"


def test_what_restoration_brings_back_is_damage():
    sizes = [100, 0, 300, 50, 100, 0, 300, 50]
    naive, restored = made([1, 0, 3, 0, 0, 0, 1, 0], sizes), made([1, 0, 3, 0, 1, 0, 3, 0], sizes)
    table = decomposition.decompose(naive, restored, ["a"], ["b"])
    assert table.loc["完成", ["content", "mix"]].tolist() == pytest.approx([0, 0])
    assert table.loc["完成", "damage"] == pytest.approx(-3 / 450 * 1e4)


def test_a_part_that_lost_a_page_is_mix():
    counts = made([9, 0, 3, 0, 0, 0, 3, 0], [100, 0, 300, 0, 20, 0, 300, 0])
    whole = decomposition.decompose(counts, counts, ["a"], ["b"]).iloc[0]
    torn = decomposition.decompose(counts, counts, ["a"], ["b"], {("b", "review")}).iloc[0]
    assert whole["content"] < 0
    assert torn["content"] == pytest.approx(0)
    assert torn[list(decomposition.PARTS)].sum() == pytest.approx(whole["naive"])


def test_a_term_that_only_one_text_has_is_kept():
    one = made([1, 0, 3, 0, 0, 0, 1, 0], [100] * 8)
    other = Counts(one.matrix, one.units, pd.Index(["繁榮"], name="term"))
    assert set(decomposition.decompose(other, one, ["a"], ["b"]).index) == {"完成", "繁榮"}


def test_documents_without_text_are_refused():
    counts = made([0] * 8, [0, 0, 0, 0, 9, 9, 9, 9])
    with pytest.raises(ValueError, match="no text in a"):
        decomposition.decompose(counts, counts, ["a"], ["b"])
