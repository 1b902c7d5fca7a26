"""
Learn `functions.csv`: how much each sign speaks for each part of a report.

    python recipes/structure/learn.py FOLDER [--reliability]

FOLDER is a copy of the public collection that `data/gold/public.csv` labels. Read are the reports with even
numbers and the five of the catalogue with the functions that they have (three times each, so that
they keep them). Signs are those of `structure.functions`, words `HAND` and the 300 words of two to four
characters that say most about the part. The weights are those of a linear-chain conditional random
field, fitted by L-BFGS with a penalty (`L2` on signs, `LT` on changes). Rows of kind `rule` are set by hand.
`--reliability` writes nothing: it learns five times without a fifth of the reports and says how often what
is then said of them is right.
"""

import csv
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import minimize

from analysis import corpus, paths
from analysis.structure import Reader, Section, annex, functions, headings
from analysis.tokens import engines

L2, LT, STEPS, N_WORDS, IN_REPORTS, LEAST = 2.5, 0.1, 80, 300, 12, 0.05
PARTS, BREAKS = functions.PARTS, functions.BREAKS
PART = {"head": "front", "address": "front", "other": "annex"}
HAND = [
    "达到", "增长", "比上年", "同比", "实现", "完成", "新增", "累计", "荣获", "位居", "圆满", "顺利", "取得",
    "成效", "显著", "明显", "突破", "连续", "获批", "建成", "投用", "通车", "年来", "过去", "回顾", "来之不易",
    "成绩", "清醒", "困难", "问题", "不足", "短板", "仍然", "不够", "存在", "衷心", "感谢", "致以", "敬意", "提案",
    "办复", "总体要求", "指导思想", "习近平", "邓小平", "三个代表", "科学发展", "预期目标", "主要目标", "左右",
    "以上", "以内", "同步", "机遇", "挑战", "形势", "开局", "关键", "稳中求进", "必须", "原则", "把握", "目标",
    "之年", "五年", "今后", "规划", "精神", "加快", "推进", "推动", "加强", "加大", "深入", "实施", "完善", "建设",
    "力争", "确保", "着力", "抓好", "继续", "做好", "支持", "鼓励", "引导", "强化", "深化", "优化", "提升", "开展",
    "启动", "年内", "今年", "全力", "大力", "去年", "明年", "自身建设", "依法行政", "法治政府", "廉政", "廉洁",
    "作风", "效能", "公务员", "人大", "政协", "监督", "腐败", "形式主义", "政务公开", "从严治党", "八项规定",
    "审计", "决策", "行政", "公仆", "担当", "落实", "党组", "政治", "两个维护", "执行力", "服务型", "审批",
    "政府工作", "人民满意", "让我们", "团结", "奋斗", "紧密", "旗帜", "谱写", "而努力", "周围", "新篇章", "谢谢",
    "附件", "名词解释", "注释", "是指", "指的是", "代表大会", "会议上", "市长", "省长", "审议", "意见", "现在",
    "各位代表", "报告", "一年", "五年来",
]  # fmt: skip


def public(folder: Path) -> list[tuple[list[str], list[str]]]:
    """Lines and parts of the reports that may be looked at."""
    table = pd.read_csv(paths.GOLD / "public.csv", dtype={"label": str})
    found = []
    for _, rows in table[table["report"] % 2 == 0].groupby("report"):
        lines = (folder / rows["file"].iloc[0]).read_text(encoding="utf-8").split("\n")
        first = next(k for k in range(1, len(lines)) if lines[k].strip() == "---") + 1 if lines[0] == "---" else 0
        label = {k: row.label for row in rows[rows["kind"] == "section"].itertuples()
                 for k in range(int(row.first) - 1, int(row.last))}  # fmt: skip
        kept = [k for k in range(first, len(lines)) if lines[k].strip() and k in label]
        # What a line of its own opens as an annex is none of the chain.
        kept = kept[: annex([headings.bare(lines[k]) for k in kept])]
        found.append(([lines[k] for k in kept], [PART.get(label[k], label[k]) for k in kept]))
    return found


def own() -> list[tuple[list[str], list[str]]]:
    """The five, as they are parsed; what has no function stands at the beginning or at the end."""
    found = []
    for report in corpus.load():
        rows = report.paragraphs
        ends = ["front" if k < len(rows) / 2 else "closing" for k in range(len(rows))]
        parts = [end if does == "other" else does for does, end in zip(rows["function"], ends, strict=True)]
        found.append(([report.text[a:b] for a, b in zip(rows["start"], rows["end"], strict=True)], parts))
    return found


def telling(reports, most: int) -> list[str]:
    """Words with the most information on the part of a line, from those of some reports."""
    lines, with_word, having = Counter(), defaultdict(Counter), defaultdict(set)
    cut = engines.get("auto").cut
    for n, (texts, parts) in enumerate(reports):
        for text, part in zip(texts, parts, strict=True):
            lines[part] += 1
            for word in {w for w in cut(headings.bare(text), True) if 1 < len(w) < 5 and "一" <= w[0] <= "鿿"}:
                with_word[word][part] += 1
                having[word].add(n)
    total = sum(lines.values())

    def information(word: str) -> float:
        n, sum_ = sum(with_word[word].values()), 0.0
        for part, size in lines.items():
            for count, margin in ((with_word[word][part], n), (size - with_word[word][part], total - n)):
                sum_ += count / total * math.log(count * total / (margin * size)) if count else 0
        return sum_

    often = [word for word in with_word if len(having[word]) >= IN_REPORTS]
    return sorted(often, key=lambda word: (-information(word), word))[:most]


def rows_of(reports, index: dict[str, int], n_words: int) -> list[tuple]:
    """Matrix of signs, breaks and parts of each report; new signs are numbered."""
    known = functions.vocabulary({word: k for word, k in index.items() if k < n_words})
    made = []
    for texts, parts in reports:
        lines = [headings.bare(text) for text in texts]
        marked = {k for k, text in enumerate(texts) if headings.marked(text)}
        sections = Reader(lines, marked).read() or [Section(0, "front", title="〔全文〕")]
        found, breaks = functions.signs(lines, sections)
        starts = np.cumsum([0, *(len(line) + 1 for line in lines)])[:-1]
        at, sign = (array.tolist() for array in functions.words("\n".join(lines), starts, known))
        for i, names in enumerate(found):
            for name in names:
                at.append(i)
                sign.append(index.setdefault(name, len(index)))
        numbers = [BREAKS.index(name) for name in breaks], [PARTS.index(part) for part in parts]
        made.append((at, sign, *map(np.array, numbers)))
    return [(sparse.csr_array((np.ones(len(a)), (a, s)), (len(y), len(index))), b, y) for a, s, b, y in made]


def fit(data, weight, n_signs: int, fixed: dict[int, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Weights of signs and of changes that make the labels most probable, less the penalty."""
    k, n = len(PARTS), n_signs * len(PARTS)
    # The longest report first: those that have a line at a step are then the first ones.
    order = sorted(range(len(data)), key=lambda r: -data[r][0].shape[0])
    data, weight = [data[r] for r in order], np.array([weight[r] for r in order])
    lengths = np.array([matrix.shape[0] for matrix, *_ in data])
    matrix = sparse.vstack([d[0] for d in data]).tocsr()
    breaks, true = (np.concatenate([d[j] for d in data]) for j in (1, 2))
    first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    steps = [first[lengths > t] + t for t in range(lengths[0])]
    of_line = np.repeat(weight, lengths)
    inner = np.setdiff1d(np.arange(len(true)), first)
    turned = matrix.T.tocsr()

    def unpack(theta):
        signs = theta[:n].reshape(n_signs, k).copy()
        for at, row in fixed.items():
            signs[at] = row
        return signs, theta[n:].reshape(len(BREAKS), k, k)

    def loss(theta):
        signs, change = unpack(theta)
        score = matrix @ signs
        before, after = score.copy(), np.zeros_like(score)
        before[first] += change[0, 0]
        for at in steps[1:]:
            before[at] += log_sum(before[at - 1][:, :, None] + change[breaks[at]], 1)
        for at in steps[:0:-1]:
            after[at - 1] = log_sum(change[breaks[at]] + (score[at] + after[at])[:, None], 2)
        every = np.repeat(log_sum(before[first + lengths - 1], 1), lengths)
        said = score[np.arange(len(true)), true]
        said[first] += change[0, 0, true[first]]
        pairs = breaks[inner], true[inner - 1], true[inner]
        said[inner] += change[pairs]
        share = np.exp(before + after - every[:, None])
        share[np.arange(len(true)), true] -= 1
        share *= of_line[:, None]
        by_sign, by_change = turned @ share, np.zeros_like(change)
        by_change[0, 0] = share[first].sum(axis=0)
        both = before[inner - 1][:, :, None] + change[breaks[inner]] + (score + after)[inner][:, None]
        both = np.exp(both - every[inner][:, None, None])
        both[np.arange(len(inner)), pairs[1], pairs[2]] -= 1
        np.add.at(by_change, breaks[inner], of_line[inner][:, None, None] * both)
        for at in fixed:
            by_sign[at], signs[at] = 0, 0
        total = (weight * every[first]).sum() - (of_line * said).sum()
        total += (L2 * (signs**2).sum() + LT * (change**2).sum()) / 2
        return total, np.concatenate([(by_sign + L2 * signs).ravel(), (by_change + LT * change).ravel()])

    start = np.zeros(n + len(BREAKS) * k * k)
    return unpack(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS, "maxcor": 8}).x)


def log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    most = values.max(axis=axis, keepdims=True)
    return np.log(np.exp(values - most).sum(axis=axis)) + most.squeeze(axis)


def learned(read, five) -> list[tuple[str, str, list[float]]]:
    """Rows of the table: kind, sign, weight for each part."""
    words = list(dict.fromkeys([*HAND, *telling(read, N_WORDS)]))
    index = {word: k for k, word in enumerate(words)}
    rows_of(read + five, index, len(words))  # numbers the signs
    data = rows_of(read + five, index, len(words))
    with open(paths.LEXICONS / "functions.csv", encoding="utf-8", newline="") as file:
        rules = [list(row.values()) for row in csv.DictReader(file) if row["kind"] == "rule"]
    fixed = {index[row[1]]: np.zeros(len(PARTS)) for row in rules if row[1] in index}
    signs, change = fit(data, [1.0] * len(read) + [3.0] * len(five), len(index), fixed)
    by_hand = {row[1] for row in rules}
    made = [
        ("word" if k < len(words) else "sign", name, signs[k].round(2).tolist())
        for name, k in index.items() if name not in by_hand and np.abs(signs[k]).max() >= LEAST
    ]  # fmt: skip
    made += [(kind, name, [float(x) for x in row]) for kind, name, *row in rules]
    for b, name in enumerate(BREAKS):
        parts = PARTS if name != "first" else PARTS[:1]
        made += [("change", f"{name} {part}", change[b, p].round(2).tolist()) for p, part in enumerate(parts)]
    return made


def reliability(read, five) -> pd.DataFrame:
    """How often the function of a line is right, by the probability said, on reports left out of the learning."""
    does = np.array([functions.function(part) for part in PARTS])
    fold = np.random.default_rng(7).permutation(len(read)) % 5
    rows = []
    for k in range(5):
        model = functions.build(learned([one for one, f in zip(read, fold, strict=True) if f != k], five))
        for texts, parts in (one for one, f in zip(read, fold, strict=True) if f == k):
            lines = [headings.bare(text) for text in texts]
            marked = {j for j, text in enumerate(texts) if headings.marked(text)}
            sections = Reader(lines, marked).read() or [Section(0, "front", title="〔全文〕")]
            scored = functions.scores(lines, sections, model)
            said = does[functions.decode(*scored, model)]
            true = np.array([functions.function(part) for part in parts])
            by_part = functions.probabilities(*scored, model)
            probability = (by_part * (does == said[:, None])).sum(axis=1)
            rows.append(pd.DataFrame({"said": probability, "right": said == true, "chars": [*map(len, texts)]}))
    table = pd.concat(rows)
    table[["said", "right"]] = table[["said", "right"]].mul(table["chars"], axis=0)
    bounds = [0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.01]
    sums = table.groupby(pd.cut(table["said"] / table["chars"], bounds, right=False), observed=True).sum()
    share = sums["chars"] / sums["chars"].sum()
    return sums[["said", "right"]].div(sums["chars"], axis=0).assign(chars=share).round(3)


def main(folder: Path, *options: str) -> None:
    read, five = public(folder), own()
    if options == ("--reliability",):
        print(reliability(read, five).to_string())
        return
    with open(paths.LEXICONS / "functions.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["kind", "sign", *PARTS])
        table.writerows([kind, sign, *(f"{x:.2f}" for x in row)] for kind, sign, row in learned(read, five))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
