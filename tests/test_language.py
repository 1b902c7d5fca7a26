"""The character model is a probability, knows official Chinese, and is cheap."""

import random
import subprocess
import sys
import time

import numpy as np
import pytest

from restoration import char_model

# 2024 is held out too, but not among the reports at hand.
HELD_OUT = (1985, 1999, 2010)


def test_next_characters_sum_to_one():
    """After any history the model spreads a probability of one over what can follow."""
    every = np.arange(1, char_model.model().size)
    for history in ("", "人", "经济", "国民经", "，建设", "忣", "发展发展"):
        before = np.tile(char_model.encode(history), (len(every), 1))
        table = np.concatenate([before, every[:, None]], axis=1).astype(np.int32)
        total = np.exp(char_model.scores(table)[:, -1].astype(float)).sum()
        # Values are rounded to sixteenths of a nat: 3 % on one, less on a sum.
        assert total == pytest.approx(1, abs=0.06), history


def test_text_of_the_genre_is_likelier_than_the_same_characters_in_disorder():
    rng = np.random.default_rng(0)
    text = "深化供给侧结构性改革，推动经济高质量发展，不断增进民生福祉。"
    for _ in range(20):
        other = "".join(rng.permutation(list(text)))
        assert char_model.log_prob(text) > char_model.log_prob(other) + 20


def test_many_readings_at_once_are_weighed_to_the_bit_as_one_by_one():
    rng, characters = np.random.default_rng(0), [*"深化改革，推动发展。\n 2026年A\U00020000\ud800"]

    def draw(most: int) -> str:
        return "".join(rng.choice(characters, rng.integers(0, most + 1)))

    readings = [(draw(12), draw(6), draw(6)) for _ in range(500)]
    one_by_one = [char_model.log_prob(*reading) for reading in readings]
    assert char_model.log_probs(readings) == one_by_one
    assert char_model.log_probs([]) == []


def test_what_follows_one_history_is_scored_as_in_a_text():
    rng = random.Random(2)
    signs = "发展经济社会建设，。的一二年增长0\n"
    for _ in range(200):
        text = "".join(rng.choices(signs, k=3))
        codes = char_model.encode(signs)
        stack = char_model.encode("".join(text + c for c in signs)).reshape(-1, 4)
        expected = char_model.scores(stack)[:, -1]
        assert char_model.distribution(char_model.encode(text))[codes].tolist() == expected.tolist()


def test_reports_that_were_held_out_are_predicted(national):
    for year in HELD_OUT:
        cost = -char_model.scores(char_model.encode(national[year])).mean()
        assert cost < 3.5, year


def test_context_on_both_sides_counts():
    assert char_model.log_prob("义", "社会主") > char_model.log_prob("的", "社会主") + 5
    with_after = char_model.log_prob("发", "", "展经济") - char_model.log_prob("方", "", "展经济")
    assert with_after > char_model.log_prob("发") - char_model.log_prob("方") + 2


def test_log_prob_is_the_sum_of_its_steps():
    text = "全面从严治党"
    steps = sum(char_model.log_prob(c, text[:i]) for i, c in enumerate(text))
    assert char_model.log_prob(text) == pytest.approx(steps, abs=1e-4)


def test_windows_score_like_the_text_they_are_cut_from():
    codes = char_model.encode("坚持稳中求进工作总基调，统筹发展和安全。")
    whole = char_model.scores(codes)
    windows = np.lib.stride_tricks.sliding_window_view(codes, char_model.ORDER)
    assert np.allclose(char_model.scores(windows)[:, -1], whole[char_model.ORDER - 1 :], atol=1e-5)


@pytest.mark.parametrize("text", ["", "\ud800", "𠀀𠀁", "\x00", "a" * 10_000])
def test_any_string_has_a_finite_score(text):
    assert np.isfinite(char_model.log_prob(text))


def test_unseen_characters_cost_most():
    assert char_model.log_prob("龘", "中国") < min(char_model.log_prob(c, "中国") for c in "的镓囚乾")


def test_the_table_is_small_and_loads_at_once():
    assert char_model.TABLE.stat().st_size < 6_500_000
    start = time.perf_counter()
    char_model.read(char_model.TABLE)
    assert time.perf_counter() - start < 1


def test_nothing_is_read_on_import():
    code = "from restoration import char_model; print(char_model.model.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
