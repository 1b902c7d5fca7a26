"""
Time every view of the explorer: median over terms, in processor time of this process.

    python -m benchmarks explore

A reader types a term, and waits for the search, the list of hits, the view that is open and the
hit that is picked; or picks another hit. The line to keep is 200 ms.
"""

import statistics
import time

from analysis import corpus, explore

# Frequent and rare, a particle, patterns, one that is absent.
TERMS = [
    *("高质量发展", "建成", "的", "不存在的词", "发展", "改革", "创新", "生态环境", "人工智能"),
    *("民生", "乡村振兴", "营商环境", "企业", "我市", "一批", "新质生产力", "安全生产", "亿元"),
]
PATTERNS = ["创新.{0,4}驱动", "[一二三四五六七八九十]+是"]
LIMIT_MS = 200


def main() -> None:
    began = time.process_time()
    prepared = explore.prepare(corpus.load())
    years = prepared.corpus.catalogue["year"]
    explorer = explore._Explorer(prepared, "", False, int(years.min()), int(years.max()), "both")
    opened = "opened (texts and tokens from the cache, if it is warm)"
    print(f"{opened:58s}{time.process_time() - began:9.2f} s")
    for name in (*explore.VIEWS, "contrast"):
        explorer.view.value = name
        typed, picked = [], []
        for query in (*TERMS, *PATTERNS):
            explorer.term.value = ""
            explorer.pattern.value = query in PATTERNS
            typed.append(_timed(explorer.term, query))
            if others := explorer.hit.options[1:2]:
                picked.append(_timed(explorer.hit, others[0][1]))
        _say(f"{name}: a term is typed", typed)
        _say(f"{name}: a hit is picked", picked)


def _timed(control, value) -> float:
    began = time.process_time()
    control.value = value
    return (time.process_time() - began) * 1e3


def _say(name: str, times: list[float]) -> None:
    median, worst = statistics.median(times), max(times)
    mark = "" if worst < LIMIT_MS else f"   over {LIMIT_MS} ms"
    print(f"{name:58s}{median:9.0f} ms median {worst:6.0f} ms worst{mark}")


if __name__ == "__main__":
    main()
