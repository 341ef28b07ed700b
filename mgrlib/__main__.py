"""The command line: ``python -m mgrlib run``, ``book``, ``pdf``, ``pack``, ``check`` and others.

Exit codes: 0 done; 2 a bad setting, library or name (one line on standard error);
130 interrupted; 1 anything else.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from .errors import BuildError, RunError, StudyError
from .settings import profiles
from .tables import printable

LONGEST_LINE = 2000
"""Characters of an error that are shown: it may name hundreds of genres."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        parsed.command(parsed)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough, as `head` has. Python would say so once more
        # when it ends and writes what is left.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except StudyError as error:
        for line in str(error).split("\n"):  # more than one where tables have many faults
            print(f"mgrlib: {printable(line, most=LONGEST_LINE)}", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"mgrlib: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("mgrlib: interrupted; the next call goes on from here", file=sys.stderr)
        return 130
    return 0


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all others are."""

    def error(self, message: str) -> NoReturn:
        print(f"mgrlib: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m mgrlib",
        description="Does a mel-scaled spectrogram serve a CNN better than an unscaled one?",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="from songs to a rendered book")
    run.add_argument("--profile", default="quick", help=f"one of {', '.join(profiles())}")
    run.add_argument("--corpus", help="synthetic, the folder of a library, or a public data set "
                     "such as gtzan:/path")  # fmt: skip
    run.add_argument("--name", help="of the run; a folder of runs/")
    run.add_argument("--set", dest="overrides", action="append", default=[],
                     metavar="KEY=VALUE", help="change one setting; may be repeated")  # fmt: skip
    run.add_argument("--only", metavar="NOTEBOOK", help="execute this notebook, build no book")
    run.set_defaults(command=_run)
    book = commands.add_parser("book", help="make what is missing of a run and render its book")
    book.add_argument("run", help="folder of the run, such as runs/quick")
    book.set_defaults(command=_book)
    pdf = commands.add_parser("pdf", help="the book of a run as one PDF; needs Chromium")
    pdf.add_argument("run", help="folder of the run, such as runs/quick")
    pdf.set_defaults(command=_pdf)
    pack = commands.add_parser("pack", help="the archive of a run, to be deposited")
    pack.add_argument("run", help="folder of the run, such as runs/quick")
    pack.add_argument("--out", metavar="FILE", help="the archive; RUN/NAME-archive.zip without it")
    pack.add_argument("--networks", action="store_true",
                      help="with the trained networks, which are large")  # fmt: skip
    pack.set_defaults(command=_pack)
    init = commands.add_parser("init", help="propose the tables of a folder of music")
    init.add_argument("folder", metavar="FOLDER", type=Path, help="of music files with tags")
    init.set_defaults(command=_init)
    _add_check(commands.add_parser("check", help="what is wrong with a library, before a run"))
    _add_reference(commands)
    _add_predict(commands.add_parser("predict", help="genres of songs, by networks of a run"))
    return parser


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument("corpus", metavar="CORPUS",
                       help="the folder of a library, a public data set such as gtzan:/path, or "
                       "synthetic")  # fmt: skip
    check.add_argument("--profile", default="quick", help="of the study that it is meant for")
    check.add_argument("--set", dest="overrides", action="append", default=[],
                       metavar="KEY=VALUE", help="change one setting; may be repeated")  # fmt: skip
    how_much = check.add_mutually_exclusive_group()
    how_much.add_argument("--metadata-only", action="store_true",
                          help="read the tables alone; no audio need be there")  # fmt: skip
    how_much.add_argument("--deep", action="store_true",
                          help="decode every song to its end, and verify archives")  # fmt: skip
    check.add_argument(
        "--json", metavar="OUT", help="write what audit.json of a run holds; - to print it"
    )
    check.set_defaults(command=_check)


def _add_predict(predict: argparse.ArgumentParser) -> None:
    predict.add_argument("--run", required=True, help="folder of a run with keep_models=true")
    predict.add_argument("files", nargs="+", metavar="FILE", help="a song")
    predict.add_argument("--depth", type=int, help="of the networks; 50 or the nearest")
    predict.add_argument("--scale", help="of the spectrograms; mel where there is one")
    predict.add_argument("--weights", metavar="ARM", help="an arm or joint; the transfer arm")
    predict.add_argument("--json", action="store_true", help="print JSON in place of tables")
    predict.add_argument("--gradcam", metavar="FOLDER", type=Path,
                         help="draw there where each song's genre was found")  # fmt: skip
    predict.add_argument("--genre", help="that --gradcam explains; the likeliest of each song")
    predict.set_defaults(command=_predict)


def _add_reference(commands: argparse._SubParsersAction) -> None:
    reference = commands.add_parser(
        "reference", help="the paper's whole grid on synthetic songs; small tables for the book"
    )
    argument = reference.add_argument
    argument("--sizes", default="128,224", metavar="PIXELS,...", help="of the images, a run each")
    argument("--songs", help="how many; as many as the paper has")
    argument("--name", help="of a run with other settings: NAME-SIZE")
    argument("--set", dest="overrides", action="append", default=[], metavar="KEY=VALUE",
             help="change one setting; may be repeated")  # fmt: skip
    argument("--keep", metavar="RUN", help="only keep the tables of this run, such as runs/quick")
    reference.set_defaults(command=_reference)


def _run(parsed: argparse.Namespace) -> None:
    from .notebooks import choose_pages
    from .pipeline import start_study

    pages = choose_pages(parsed.only)
    study = start_study(
        profile=parsed.profile,
        corpus=parsed.corpus,
        overrides=parsed.overrides,
        name=parsed.name,
    )
    with study.locked():
        study.train()
        _render(study.folder, pages, jobs=study.jobs, book=parsed.only is None)


def _book(parsed: argparse.Namespace) -> None:
    from .notebooks import PAGES
    from .pipeline import open_study

    study = open_study(_find_study(parsed.run))
    with study.locked():
        study.train()
        _render(study.folder, list(PAGES), jobs=study.jobs, book=True)


def _find_study(run: str) -> Path:
    """Folder of a run with its settings: in any other folder a new study would begin."""
    from .results import find_run

    folder = find_run(run)
    if not (folder / "study.json").exists():
        raise RunError(
            f"{run!r} has no study.json: name a folder that python -m mgrlib run has made, such as "
            "runs/quick"
        )
    return folder


def _pdf(parsed: argparse.Namespace) -> None:
    from .printing import print_book, require_chromium
    from .progress import bar
    from .runs import locked

    folder = _find_study(parsed.run)
    require_chromium()  # before minutes are spent on the book
    _book(parsed)
    with locked(folder), bar(1, "print", unit="book") as progress:
        pdf = print_book(folder)
        progress(1)
    print(f"The book as PDF: {_relative(pdf)}")


def _pack(parsed: argparse.Namespace) -> None:
    from .pack import archived_files, pack_run
    from .progress import bar
    from .runs import locked

    if parsed.out is not None:
        _require_writable("--out", parsed.out)
    run = _find_study(parsed.run)
    files = len(list(archived_files(run, networks=parsed.networks)))
    with locked(run), bar(files, "archive", unit="file") as progress:
        archive = pack_run(
            run,
            out=None if parsed.out is None else Path(parsed.out),
            networks=parsed.networks,
            progress=progress,
        )
    print(f"The archive: {_relative(archive)} ({archive.stat().st_size / 1e6:.0f} MB)")


def _init(parsed: argparse.Namespace) -> None:
    from .tags import describe, propose_tables, write_tables

    proposal = propose_tables(parsed.folder, show_progress=True)
    print(describe(proposal, write_tables(proposal)))


def _check(parsed: argparse.Namespace) -> None:
    from .check import as_text, check_corpus
    from .files import as_json, write_json
    from .settings import make_settings

    out = parsed.json
    if out not in (None, "-"):
        _require_writable("--json", out, otherwise=", or - to print it,")
    settings = make_settings(
        profile=parsed.profile, corpus=parsed.corpus, overrides=parsed.overrides
    )
    check = check_corpus(settings, metadata_only=parsed.metadata_only, deep=parsed.deep)
    print(as_json(check.audit, ascii_only=True) if out == "-" else as_text(check))
    if out not in (None, "-"):
        write_json(Path(out), check.audit)
        print(f"written: {out}")
    if check.stops:
        stops = printable(check.stops, most=LONGEST_LINE)
        print(f"mgrlib: a study of it stops: {stops}", file=sys.stderr)


def _require_writable(option: str, out: str, *, otherwise: str = "") -> None:
    """Hold that a file can be written, before hours are spent on what it would hold."""
    import tempfile

    folder = next(place for place in Path(out).absolute().parents if place.exists())
    try:
        tempfile.TemporaryFile(dir=folder).close()
        reason = "it is a folder" if Path(out).is_dir() else ""
    except OSError as error:
        reason = f"{folder}: {error.strerror}"
    if reason:
        raise StudyError(f"{option} must name a file that can be written{otherwise} and "
                         f"{out!r} can't be: {reason}")  # fmt: skip


def _predict(parsed: argparse.Namespace) -> None:
    import json

    from .networks.predict import as_text, check_genre, choose_networks, predict_songs, refusals
    from .progress import bar
    from .results import find_run

    run = find_run(parsed.run)
    networks = choose_networks(run, depth=parsed.depth, scale=parsed.scale, weights=parsed.weights)
    check_genre(parsed.genre, networks, gradcam=parsed.gradcam)
    # A few songs are read before anybody could read a bar.
    with bar(len(parsed.files) if len(parsed.files) > 20 else 0, "songs", unit="song") as progress:
        result = predict_songs(run, parsed.files, networks, progress=progress)
    if parsed.gradcam is not None:
        from .networks.explain import draw_explanations

        draw_explanations(result, networks, folder=parsed.gradcam, genre=parsed.genre)
    refused = refusals(result)
    if parsed.json:
        print(json.dumps(result, indent=1, allow_nan=False))
    if len(refused) == len(result["songs"]):
        raise StudyError(f"no song could be used; {refused[0]}")
    if result["warning"]:
        print(f"mgrlib: warning: {result['warning']}", file=sys.stderr)
    for line in refused:
        print(f"mgrlib: {line}", file=sys.stderr)
    if not parsed.json:
        print(as_text(result))


def _reference(parsed: argparse.Namespace) -> None:
    from . import reference

    if parsed.keep:
        from .results import find_run

        kept = [reference.keep_tables(find_run(parsed.keep), folder=reference.RESULTS)]
    else:
        kept = reference.make_reference(
            sizes=parsed.sizes.split(","),
            songs=parsed.songs,
            overrides=parsed.overrides,
            name=parsed.name,
            folder=reference.RESULTS,
        )
    for folder in kept:
        print(f"The tables: {_relative(folder)}")


def _render(folder: Path, pages: list, *, jobs: int, book: bool) -> None:
    from .book import build_book
    from .notebooks import execute_pages
    from .pipeline import results_digest
    from .progress import bar

    with bar(len(pages), "notebooks", unit="page") as progress:
        execute_pages(folder, pages, inputs=results_digest(folder), jobs=jobs, progress=progress)
    if not book:
        print(f"executed: {_relative(folder / 'notebooks')}")
        return
    with bar(1, "book", unit="book") as progress:
        index = build_book(folder)
        progress(1)
    print(f"The book: {_relative(index)}")


def _relative(path: Path) -> str:
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


if __name__ == "__main__":
    sys.exit(main())
