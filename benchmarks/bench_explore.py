"""
Time every view of the explorer: median over terms, in processor time of this process.

    python -m benchmarks explore

A view is what a reader waits for after a key: the search, the view itself, and the hit that is
picked beside it. The line to keep is 200 ms.
"""

import statistics
import time

from analysis import corpus, lookup, views

# Frequent and rare, a particle, patterns, one that is absent.
TERMS = [
    *("高质量发展", "建成", "的", "不存在的词", "发展", "改革", "创新", "生态环境", "人工智能"),
    *("民生", "乡村振兴", "营商环境", "企业", "我市", "一批", "新质生产力", "安全生产", "亿元"),
]
PATTERNS = ["创新.{0,4}驱动", "[一二三四五六七八九十]+是"]
LIMIT_MS = 200


def main() -> None:
    began = time.process_time()
    prepared = lookup.prepare(corpus.load())
    print(f"{'opened (texts and tokens from the cache, if it is warm)':58s}"
          f"{time.process_time() - began:9.2f} s")  # fmt: skip
    for name, call in _calls(prepared).items():
        times = [_timed(call, *query) for query in _queries()]
        median, worst = statistics.median(times), max(times)
        mark = "" if worst < LIMIT_MS else f"   over {LIMIT_MS} ms"
        print(f"{name:58s}{median:9.0f} ms median {worst:6.0f} ms worst{mark}")


def _queries():
    return [*((term, False) for term in TERMS), *((pattern, True) for pattern in PATTERNS)]


def _calls(prepared) -> dict:
    """What a reader waits for, by view; the pair of a contrast is the first and the last year."""
    years = prepared.corpus.catalogue["year"]
    ids = prepared.corpus.ids

    def shown(view, *sides):
        def call(query, regex):
            found = lookup.find(prepared, query, regex)
            view(prepared, found, *sides)
            for hit in found.hits.head(1).itertuples():
                views.detail(prepared, hit, around=views.AROUND)

        return call

    calls = {name: shown(view) for name, view in views.VIEWS.items()}
    calls["contrast"] = shown(views.contrast, int(years.min()), int(years.max()))
    calls["contrast, first document and the others"] = shown(views.contrast, ids[:1], ids[1:])
    return calls


def _timed(call, *query) -> float:
    began = time.process_time()
    call(*query)
    return (time.process_time() - began) * 1e3


if __name__ == "__main__":
    main()
