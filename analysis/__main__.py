"""The command line: `python -m analysis COMMAND --help`. Libraries load when a command needs them."""

import argparse
import os
import shlex
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import analysis
from analysis import paths, storage
from restoration import __main__ as restorer


def parser() -> argparse.ArgumentParser:
    """Make the parser of all commands."""
    result = argparse.ArgumentParser(prog="python -m analysis", description=analysis.__doc__.partition("\n\n")[0])
    from analysis import panel
    from analysis.structure.functions import FUNCTIONS

    commands = result.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, call: Callable, about: str) -> Callable:
        """Add a command; gives what adds its arguments."""
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(call=call)
        return command.add_argument

    def corpus(option: Callable, run: bool = False) -> None:
        option("--catalogue", type=Path, metavar="CSV", help="your own catalogue.csv")
        if run:
            option("--run", type=Path, metavar="FOLDER", help="what `run --out` named")

    restore = commands.add_parser("restore", help="restore a text file; say each change and why")
    restorer.add_arguments(restore)
    overrides = paths.OVERRIDES if paths.OVERRIDES.exists() else None
    restore.set_defaults(call=_restore, overrides=overrides)

    option = add("catalogue", _draft, "draft a catalogue from a folder of texts")
    option("folder", type=Path, help="texts with the year in their names")
    option("-o", "--out", type=Path, help="FOLDER/catalogue.csv unless given")
    option("--force", action="store_true", help="draft it again where it is there; ids and changes stay")

    option = add("check", _check, "say everything that is wrong with a catalogue, and doubtful about its texts")
    option("catalogue", nargs="?", type=Path, default=paths.CATALOGUE)
    option("--page", type=Path, metavar="HTML", help="write a page that shows the corpus at a glance")

    option = add("run", _run, "restore, execute the notebooks, write the figures")
    corpus(option)
    option("--out", type=Path, metavar="FOLDER", help="folder for the outputs of another corpus")
    option("--force", action="store_true", help="even if nothing has changed")

    option = add("trace", _trace, "show every hit of a term with its raw characters")
    option("term", metavar="TERM", help="a string, or a pattern with --regex")
    option("--report", action="append", metavar="ID", help="only this report")
    option("--section", metavar="TEXT", help="only sections whose title has TEXT")
    option("--function", choices=FUNCTIONS, help="only sections of this function")
    option("--regex", action="store_true", help="TERM is a regular expression")
    option("--word", action="store_true", help="only where TERM is cut as a word")
    option("--width", type=int, default=20, help="characters of context (20)")
    corpus(option)

    option = add("claim", _claim, "show a number of the prose with its evidence")
    option("id", metavar="ID", nargs="?", help="its name; without it, all names")
    corpus(option, run=True)

    option = add("html", _html, "render the executed notebooks as pages to read")
    corpus(option, run=True)
    option("--out", type=Path, metavar="FOLDER", help="where to (html)")

    option = add("panel", _panel, "make a table place × year × measure for Stata, R or a spreadsheet")
    option("catalogue", type=Path, metavar="CATALOGUE", help="catalogue.csv of the reports")
    option(
        "--terms",
        nargs="+",
        default=[],
        metavar="FILE|WORD",
        help="words, each a measure, or files with a term a line (or a CSV with `term`), each a list",
    )
    option(
        "--lists",
        nargs="+",
        default=[],
        metavar="DICTIONARY",
        help=f"several lists in one CSV (term, list), or one that ships: {', '.join(panel.SHIPPED)}",
    )
    option("--part", nargs="+", default=["whole"], choices=panel.PARTS, help="parts to measure (whole)")
    option("--measures", nargs="+", default=[], choices=panel.MEASURES, help="measures besides the lists")
    option(
        "--literature",
        action="store_true",
        help="add each list as it is usually computed: substring hits over all jieba tokens",
    )
    option("--wide", action="store_true", help="one row a report, measures beside each other")
    option("--balanced", action="store_true", help="only places with a report in every year of a span")
    option("--without", nargs="+", default=[], metavar="ID", help="reports to leave out")
    option("--covariates", type=Path, metavar="FILE", help="table to add by code and year (or place and year)")
    option("--trace", nargs=2, metavar=("REPORT", "MEASURE"), help="list the hits behind one cell instead")
    option("-o", "--output", type=Path, metavar="FILE", help=f"where to: {', '.join(storage.FORMATS)}")

    option = add("reuse", _reuse, "say who shares wording with whom, passage by passage")
    option("catalogue", type=Path, nargs="?", metavar="CATALOGUE", help="your reports (else: ours)")
    option("-o", "--out", type=Path, required=True, metavar="TABLE",
           help=f"pairs, as {', '.join(storage.FORMATS)}; the passages go beside it, as TABLE-passages")  # fmt: skip
    option("--least", type=int, default=30, metavar="N", help="letters and digits of a passage (30)")

    option = add("reference", _reference, "count many reports by place, year and part, to compare others with")
    option("catalogue", type=Path, help="catalogue of the reports, with place and year of each")
    option("-o", "--out", type=Path, required=True, metavar="FOLDER", help="where to; set REFERENCE to it to use it")
    option("--source", default="", help="where the texts are from, stated in reference.json")
    option("--status", default="", help="what may be done with the texts, stated there too")
    option("--phrases", type=Path, metavar="FILE", help="strings to count as written, one a line (else: our phrases)")
    option("--jobs", type=int, metavar="N", help="processes (all cores)")
    option("--min-reports", type=int, metavar="N", help="least reports that a word stands in (40)")
    option("--min-places", type=int, metavar="N", help="least places that a word stands in (15)")

    option = add("cache", _cache, "say what the cache holds, or clear it")
    option("--clear", action="store_true", help="delete every entry")
    return result


def _restore(args: argparse.Namespace) -> int:
    from analysis import readers

    return restorer.run(args, readers.data)


def _check(args: argparse.Namespace) -> int:
    from analysis import catalogue, doctor

    said, good = catalogue.describe(args.catalogue)
    print(said)
    if not good:
        return 1
    findings = doctor.examine(args.catalogue)
    if len(findings):
        print(f"\nDoubts, to be settled by reading ({len(findings)}):\n{doctor.describe(findings)}")
    if args.page:
        storage.apart([args.catalogue], [args.page])
        print(f"at a glance: {storage.write(args.page, doctor.page(args.catalogue, findings))}")
    return 0


def _draft(args: argparse.Namespace) -> int:
    from analysis import catalogue
    from analysis.catalogue import draft

    out = args.out or args.folder / "catalogue.csv"
    if out.exists() and not args.force:
        print(f"{out} is there already: --force drafts it again and keeps its ids and what was changed in it, "
              "-o names another", file=sys.stderr)  # fmt: skip
        return 1
    said: list[str] = []
    try:
        table = draft.draft(args.folder, out.parent, said, f"{out.stem}-texts", out if out.exists() else None)
    finally:
        for line in said:
            print(line, file=sys.stderr)
    draft.write(table, out)
    found, _ = catalogue.describe(out)
    print(f"{found}\nA draft, to be read and corrected: {out}; then: python -m analysis check {shlex.quote(str(out))}")
    return 0


def _run(args: argparse.Namespace) -> int:
    from analysis import pipeline

    return pipeline.run(args.catalogue, args.out, args.force)


def _trace(args: argparse.Namespace) -> int:
    """Print the page; 0 where there are hits, 1 where there are none."""
    from analysis import concordance, corpus

    options = {name: getattr(args, name) for name in ("report", "section", "function", "regex", "word")}
    found = concordance.hits(corpus.load(args.catalogue), args.term, width=args.width, **options)
    print(concordance.page(found, args.term, **options))
    return int(found.empty)


def _claim(args: argparse.Namespace) -> None:
    from analysis import claims, pipeline

    table = claims.read(pipeline.places(args.catalogue, args.run).figures)
    if args.id:
        print(claims.page(table, args.id, args.catalogue))
        return
    for claim in table.itertuples():
        print(f"{claim.id:<28}{claim.text:<24}{claim.counts}")


def _html(args: argparse.Namespace) -> int:
    from analysis import html, pipeline

    where = pipeline.places(args.catalogue, args.run)
    missing = html.write(where, args.out)
    for sentence in missing:
        print(sentence, file=sys.stderr)
    start = os.path.relpath((args.out or html.home(where)) / "index.html")
    print(f"not complete: {start}" if missing else f"open {shlex.quote(start)}")
    return int(bool(missing))


def _reference(args: argparse.Namespace) -> None:
    """Never over the reference in use: a study that compares with it would change under its reader."""
    from analysis.reference import store

    if args.out.resolve() == paths.REFERENCE and paths.REFERENCE.is_dir():
        raise ValueError(f"{args.out} holds the reference in use; write beside it, look at it, and set REFERENCE")
    extra = args.phrases and [line.strip() for line in args.phrases.read_text(encoding="utf-8").splitlines()]
    least = {name: value for name in ("min_reports", "min_places") if (value := getattr(args, name)) is not None}
    out = store.make(args.catalogue, args.out, extra=extra and [line for line in extra if line], source=args.source,
                      status=args.status, jobs=args.jobs, **least)  # fmt: skip
    print(f"{out}: counts of the reports of {args.catalogue}; REFERENCE={out} compares with them")


def _panel(args: argparse.Namespace) -> int:
    from analysis import corpus, panel
    from analysis.panel import files

    lists = [*args.terms, *(name if name in panel.SHIPPED else Path(name) for name in args.lists)]
    reports = corpus.load(args.catalogue)
    if args.trace:
        return _print_trace(reports, lists, args)
    if args.output is None:
        raise ValueError("say where the panel is to be written: -o panel.csv")
    _writable(args.output)
    table = panel.build(
        reports, lists, part=args.part, measures=args.measures, literature=args.literature, without=args.without
    )
    table = panel.balanced(table) if args.balanced else table
    table = files.widen(table) if args.wide else table
    unmatched = None
    if args.covariates:
        more = files.covariates(args.covariates)
        table, unmatched = files.merge(table, more, ("code" if "code" in more else "place", "year"))
    written = files.write(table, args.output, unmatched)
    print("\n".join([*table.attrs.get("notes", []), *map(str, written)]), file=sys.stderr)
    return 0


def _print_trace(reports, lists: list, args: argparse.Namespace) -> int:
    from analysis import panel

    report, measure = args.trace
    for part in args.part:
        table = panel.trace(reports, lists, report, measure, part, literature=args.literature)
        for hit in table.itertuples():
            print(f"{hit.left}【{hit.hit}】{hit.right}".replace("\n", " "))
            place = f"text {hit.start}-{hit.end}, raw {hit.raw_start}-{hit.raw_end}"
            print("    " + "; ".join(filter(None, [hit.term, hit.function, place, hit.rests_on])))
        print(f"{report} {measure}, {part}: {len(table)} hits")
    return 0

def _reuse(args: argparse.Namespace) -> None:
    from tqdm import tqdm

    from analysis import corpus, text_reuse

    _writable(args.out)
    bar = partial(tqdm, leave=False, disable=not sys.stderr.isatty())
    reports = corpus.load(args.catalogue or paths.CATALOGUE, progress=bar)
    passages = text_reuse.of(reports, args.least)
    pairs = text_reuse.pairs(reports, passages)
    for table, path in ((pairs, args.out), (passages, args.out.with_stem(f"{args.out.stem}-passages"))):
        storage.write(path, storage.encoded(table, path.suffix))
    print(*pairs.attrs["notes"], *passages.attrs["notes"], sep="\n", file=sys.stderr)


def _writable(path: Path) -> None:
    """Refuse a table in an unknown format before minutes of work, not after them."""
    if path.suffix.lower() not in storage.FORMATS:
        raise ValueError(f"{path.name}: write a table as {', '.join(storage.FORMATS)}")


def _cache(args: argparse.Namespace) -> None:
    row, total = "{:<10}{:>8} files {:>10.1f} MB  {}", [0, 0]
    for kind, what in storage.KINDS.items():
        sizes = [path.stat().st_size for path in storage.entries(kind)]
        total = [total[0] + len(sizes), total[1] + sum(sizes)]
        print(row.format(kind, len(sizes), sum(sizes) / 1e6, what))
    print(row.format("in all", total[0], total[1] / 1e6, paths.CACHE))
    if args.clear:
        print(f"{storage.clear()} files deleted")


def main(arguments: list[str] | None = None) -> int:
    """
    Run one command; 1 with a sentence on stderr where it cannot do what is asked.

    `python -X dev -m analysis …` shows where such an error was raised.
    """
    with restorer.terminal():
        args = parser().parse_args(arguments)
        try:
            return args.call(args) or 0
        except BrokenPipeError:  # The reader has seen enough (`… | head`).
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        except KeyboardInterrupt:
            print("interrupted: what was finished is kept, run it again to go on", file=sys.stderr)
            return 130
        except (OSError, ValueError) as error:
            if sys.flags.dev_mode:
                raise
            print(error, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main())
