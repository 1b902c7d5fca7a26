"""
Try faults and attacks again and again, and write what held to docs/reliability.md.

    python -m benchmarks.reliability            # about two hours on one core; --share 0.01 for a first look

Every trial is seeded. A trial that fails is named with what it was given, and the exit code is 1. An
interruption (ctrl-c) ends the trial where it stands: the page says how much of it was tried.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from joblib import Parallel, delayed

from analysis import catalogue, corpus, paths, quantities, readers, storage, structure, tokens
from analysis.catalogue import evidence
from analysis.quantities import targets
from restoration import restore

PAGE = paths.ROOT / "docs" / "reliability.md"
# Pieces of damage, markup and text that stumble over each other when they are mixed.
PIECES = (
    *"一〇二三亖丨┿，。、；：？！“”（）《》【】·…—,.;:?!()[]<>&=+-@#*_|\\/'\" \t\n\r\u00a0\u3000\u200b\ufeff\ufffd\u202e",
    *("太原", "打通太原一忻州一忻州一大同", "政府工作报告", "领导", "領導", "領(lǐng)導(dǎo)", "發(fā)展", "(shì)", "&nbsp;", "&#20013;",
      "<b>", "</p>", "2035年", "２０３５", "％", "××××", "····", "鏀垮簻", "䶮", "𠮷", "ㄇ", "⼈⺠", "ｶﾞ", "한글", "ไทย",
      "第1页", "（上接第1版）", "责任编辑", "打印", "\x85", "\u2028", "\ud800", "＝", "a", "Z", "é", "ǎ"),
)  # fmt: skip
# A byte slip: weighing its readings takes a hundred times as long as all the rest.
SLIP = "嚨?。牢記?xí)"
ENCODINGS = ("utf-8", "gb18030", "gbk", "big5", "utf-16", "utf-8-sig", "latin-1")


@dataclass
class Trial:
    """What was tried, how often, and what fell."""

    fault: str
    held: str
    tried: int = 0
    fell: list[str] = field(default_factory=list)


def inputs(draw: random.Random, longest: int = 200) -> str:
    """Text of up to so many characters, short ones oftener: a few pieces again and again, or any characters at all."""
    size = 1 + int(longest * draw.random() ** 4)
    if draw.random() < 0.3:
        return "".join(chr(draw.randrange(1, 0x11000)) for _ in range(size))
    text = "".join(draw.choices(draw.sample(PIECES, 8), k=size))
    if draw.random() < 0.03:
        at = draw.randrange(size)
        text = text[:at] + SLIP + text[at:]
    return text[:size]


def as_bytes(text: str, draw: random.Random) -> bytes:
    """In some encoding, now and then with a byte lost, changed or put in."""
    data = bytearray(text.encode(draw.choice(ENCODINGS), "ignore"))
    for _ in range(draw.choice((0, 0, 1, 3)) if data else 0):
        at = draw.randrange(len(data) + 1)
        data[at : at + draw.randrange(2)] = bytes([draw.randrange(256)])[: draw.randrange(2)]
    return bytes(data)


def law(text: str | bytes) -> str:
    """Restore; give what is wrong with the result, empty where all laws hold."""
    try:
        made = restore(text)
    except ValueError:  # A sentence, where bytes are no text.
        return ""
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if made.ledger.apply(made.raw) != made.text:
        return "the ledger does not give the text"
    if made.ledger.invert(made.text) != made.raw:
        return "the ledger does not give the raw text back"
    return ""


def _some(seed: int, number: int) -> list[str]:
    """What falls of some random inputs."""
    draw, fell = random.Random(seed), []
    for at in range(number):
        given = inputs(draw)
        given = as_bytes(given, draw) if at % 2 else given
        if given and (wrong := law(given)):
            fell.append(f"{wrong}: {given!r}")
    return fell


def random_texts(share: float) -> Trial:
    trial = Trial("random inputs of up to 200 characters to `restore`, text and bytes",
                  "a text with a ledger that gives the raw text back, or a sentence")  # fmt: skip
    tasks = (delayed(_some)(seed, 500) for seed in range(max(1, int(2_000 * share))))
    with suppress(KeyboardInterrupt):
        for fell in Parallel(n_jobs=-1, return_as="generator")(tasks):
            trial.fell += fell
            trial.tried += 500
    return trial


def whole_pages(share: float) -> Trial:
    trial = Trial("whole pages: the five files with pieces put in, taken out and moved", "as above")
    draw = random.Random(2)
    pages = [path.read_bytes() for path in sorted(paths.RAW.glob("*.txt"))]
    with suppress(KeyboardInterrupt):
        for _ in range(int(1_000 * share) or 1):
            if wrong := law(_spoiled(draw.choice(pages), draw)):
                trial.fell.append(f"{wrong}: seed 2, page {trial.tried}")
            trial.tried += 1
    return trial


def _spoiled(page: bytes, draw: random.Random) -> bytes:
    """A page with pieces put in, taken out and moved."""
    data = bytearray(page)
    for _ in range(draw.randrange(1, 40)):
        at, other = draw.randrange(len(data)), draw.randrange(len(data))
        piece = draw.choice((inputs(draw, 40).encode("utf-8", "ignore"), bytes(data[other : other + 60]), b""))
        data[at : at + draw.randrange(60)] = piece
    return bytes(data)


def _folder(folder: Path) -> Path:
    """Somebody's corpus: the two smallest of the five files, so that a run takes seconds."""
    (folder / "raw").mkdir(parents=True)
    table = catalogue.read(paths.OWN).reset_index()
    sizes = table["file"].map(lambda file: (paths.OWN.parent / file).stat().st_size)
    few = table.loc[sizes.nsmallest(2).index, catalogue.COLUMNS]
    for file in few["file"]:
        shutil.copy(paths.OWN.parent / file, folder / "raw")
    storage.write(folder / "catalogue.csv", storage.csv(few))
    return folder / "catalogue.csv"


_WRITE = ("from analysis import corpus; from analysis.counts import streaming; import sys;"
          "r = corpus.load(sys.argv[1]); r.write_restored(sys.argv[2]);"
          "streaming.count(sys.argv[1], n_jobs=1, progress=False)")  # fmt: skip


def _run(table: Path, out: Path, cache: Path) -> subprocess.Popen:
    environ = os.environ | {"REPORTS_CACHE": str(cache), "PYTHONPATH": str(paths.ROOT)}
    command = [sys.executable, "-c", _WRITE, str(table), str(out)]
    return subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name[0] != "."}


def killed(share: float) -> Trial:
    trial = Trial("`kill -9` at a random moment of restoring, cutting, counting and writing, then a run to the end",
                  "nothing half written has a name that is read; the bytes of an undisturbed run")  # fmt: skip
    draw = random.Random(3)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        table, cache = _folder(home / "texts"), home / "cache"
        begun = time.monotonic()
        _run(table, home / "right", cache).wait()
        whole = time.monotonic() - begun
        right = _contents(home / "right")
        for number in range(int(50 * share) or 2):
            shutil.rmtree(cache, ignore_errors=True)
            out = home / f"out{number}"
            process = _run(table, out, cache)
            time.sleep(draw.uniform(0.1, whole))
            process.send_signal(signal.SIGKILL)
            process.wait()
            half = {} if not out.exists() else _contents(out)
            if any(data != right[file] for file, data in half.items()):
                trial.fell.append(f"run {number}: a file was half written")
            if _run(table, out, cache).wait() or _contents(out) != right:
                trial.fell.append(f"run {number}: other bytes after the next run")
            trial.tried += 1
    return trial


def flipped(share: float) -> Trial:
    trial = Trial("one flipped bit in an entry of the cache", "the entry is made again, the same results")
    draw = random.Random(4)
    with tempfile.TemporaryDirectory() as name:
        before, paths.CACHE = paths.CACHE, Path(name)
        # Small, so that a thousand entries are made again in a minute.
        data = "領(lǐng)導(dǎo)&nbsp;發(fā)展\ufeff\n".encode()
        right = corpus.restored(data)
        (entry,) = storage.entries("restored")
        whole = entry.read_bytes()
        for _ in range(int(1_000 * share) or 10):
            at = draw.randrange(len(whole) * 8)
            entry.write_bytes(whole[: at // 8] + bytes([whole[at // 8] ^ 1 << at % 8]) + whole[at // 8 + 1 :])
            if corpus.restored(data) != right or entry.read_bytes() != whole:
                trial.fell.append(f"bit {at}")
            trial.tried += 1
        paths.CACHE = before
    return trial


def full_disk(share: float) -> Trial:
    trial = Trial("a disk that takes no more after a random number of bytes, while a file is written",
                  "the old content, and no half of the new one")  # fmt: skip
    draw, limits = random.Random(5), resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with tempfile.TemporaryDirectory() as name:
        path = storage.write(Path(name) / "a.txt", "old")
        for _ in range(int(1_000 * share) or 10):
            room = draw.randrange(1 << 16)
            # The system itself takes so many bytes of a file and refuses the rest.
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
            try:
                storage.write(path, bytes(room + 1 + draw.randrange(1 << 16)))
                trial.fell.append(f"{room} bytes: nobody noticed")
            except OSError:
                pass
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            if path.read_text() != "old" or len(list(path.parent.iterdir())) != 1:
                trial.fell.append(f"{room} bytes")
            trial.tried += 1
    signal.signal(signal.SIGXFSZ, before)
    return trial


def two_at_once(share: float) -> Trial:
    trial = Trial("two runs at once with one cache and one folder of outputs", "both end well, with the same bytes")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        table = _folder(home / "texts")
        _run(table, home / "right", home / "cache").wait()
        right = _contents(home / "right")
        for number in range(int(20 * share) or 1):
            shutil.rmtree(home / "cache", ignore_errors=True)
            both = [_run(table, home / "out", home / "cache") for _ in range(2)]
            if any([process.wait() for process in both]) or _contents(home / "out") != right:
                trial.fell.append(f"pair {number}")
            trial.tried += 1
    return trial


def _read(text: str, name: str) -> object:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", errors="replace")
        return readers.read(path)


# What a text goes through, each by a text alone.
STAGES: dict[str, Callable[[str], object]] = {
    "restore": law,
    "read as a page": partial(_read, name="a.html"),
    "read as Markdown": partial(_read, name="a.md"),
    "catalogue": evidence.weigh,
    "sections": structure.parse,
    "words": tokens.segment,
    "numbers": quantities.find,
    "targets": lambda text: targets.find(text, year=2021),
}
SEEDS = ("一、", "一", "\n", " ", "(shì)", "&nbsp;", "<b>", "一一制造", "第一条 ", "，，", "2035年", "鏀垮簻", "領導", "“", "……", "\u3000",
         "（上接第1版）\n", "一、工作回顾\n", "?。", "太原一忻州一", "a b ", "十", "1.1.", "丨丨", "责任编辑：\n", "增长8%、", "|", "---\n",
         "（一）", "[a](", "太原市", "2021年2月3日", "<p>", "<div>", "<td>", "<a>", "> ", "- ", "**")  # fmt: skip


def growth(share: float) -> Trial:
    trial = Trial(f"adversarial texts at n, 2n, 4n and 8n characters (n = 5,000), stage by stage ({', '.join(STAGES)})",
                  "time grows at most 2.6 times for twice the length, three times over")  # fmt: skip
    with suppress(KeyboardInterrupt):
        for seed in SEEDS[: max(3, int(len(SEEDS) * share))]:
            for name, stage in STAGES.items():
                if said := _grows(stage, seed):
                    trial.fell.append(f"{name}: {seed!r}: {said}")
                trial.tried += 1
    return trial


def _grows(stage: Callable[[str], object], seed: str) -> str:
    """Seconds of processor time at each length, where they grow faster than the text; else empty."""
    try:
        seconds = [_seconds(stage, seed, times) for times in (1, 2, 4, 8)]
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    # Three times twice the length; below some tenths of a second the clock and the first call decide.
    if seconds[3] > 0.4 and seconds[3] > 2.6**3 * seconds[0]:
        return ", ".join(f"{second:.2f}" for second in seconds) + " s"
    return ""


def _seconds(stage: Callable[[str], object], seed: str, times: int) -> float:
    text = (seed * (5_000 * times))[: 5_000 * times]
    begun = time.process_time()
    with suppress(ValueError):  # A refusal in words.
        stage(text)
    return time.process_time() - begun


TRIALS: tuple[Callable[[float], Trial], ...] = (
    flipped, full_disk, growth, killed, two_at_once, whole_pages, random_texts)  # fmt: skip


def lines(done: list[Trial], share: float) -> Iterator[str]:
    yield "# Reliability\n"
    yield "Faults that were tried on purpose, and what held. Made by `python -m benchmarks.reliability`, the last part of"
    yield "`make trials`; every trial is seeded, so that whoever doubts can try the same again.\n"
    yield "| fault | what should hold | tried | held |\n|---|---|---|---|"
    for trial in done:
        yield f"| {trial.fault} | {trial.held} | {trial.tried:,} | {trial.tried - len(trial.fell):,} |"
    yield f"\nOne run, {share:.0%} of the trials that `make trials` makes. Python {sys.version.split()[0]}, Unicode {unicodedata.unidata_version}."
    yield "What is tested in seconds (escaping, refusals, stamps, patterns, ids, links) stands in `tests/`, what is"
    yield "promised in [SECURITY.md](../SECURITY.md)."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of all trials (1)")
    parser.add_argument("-o", "--out", type=Path, default=PAGE)
    parser.add_argument("names", nargs="*", metavar="TRIAL", help=", ".join(t.__name__ for t in TRIALS))
    args = parser.parse_args()
    done = []
    for attempt in TRIALS:
        if args.names and attempt.__name__ not in args.names:
            continue
        begun = time.monotonic()
        done.append(trial := attempt(args.share))
        print(f"{attempt.__name__}: {trial.tried:,} tried, {len(trial.fell)} fell, {time.monotonic() - begun:.0f} s", flush=True)
        for fallen in trial.fell[:20]:
            print("   ", ascii(fallen)[:300], flush=True)
        # Whatever comes after it: what has been tried is on the page.
        storage.write(args.out, "\n".join(lines(done, args.share)) + "\n")
    return int(any(trial.fell for trial in done))


if __name__ == "__main__":
    sys.exit(main())
