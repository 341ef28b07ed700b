"""The notebooks of a run, executed by papermill.

A notebook is executed again only when its source, its parameters, the package or the
results that it reads have changed.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import results
from .errors import BuildError, SettingsError
from .files import ROOT, cache_folder, digest, read_json, runs_folder, write_text
from .pictures import light_base64
from .prose import escape
from .settings import DEPTHS

SOURCES = ROOT / "notebooks"
STARTS = 3
"""How often a kernel is started before its notebook is given up."""
WIDGET = "application/vnd.jupyter.widget-view+json"
TEMPLATES = (("mystnb", "figure", "caption"), ("mystnb", "image", "alt"),
             ("mgrlib", "table", "caption"))  # fmt: skip
"""Where the metadata of a cell has words with the names of facts in braces."""


@dataclass(frozen=True)
class Page:
    """One execution of a notebook.

    Attributes
    ----------
    source : str
        Name of the notebook without ending.
    parameters : dict
        Papermill parameters beside ``run``.
    suffix : str
        Added to the name of the executed copy.
    writes : tuple of str
        Files of the run that it makes beside its figures, such as ``statistics.json``.
    """

    source: str
    parameters: dict[str, Any] = field(default_factory=dict)
    suffix: str = ""
    writes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """File name of the executed copy."""
        return f"{self.source}{self.suffix}.ipynb"


PAGES = (
    Page("01_dataset_audit"),
    Page("02_spectrogram_generation"),
    *(Page("03_per_depth_training", {"depth": depth}, f"-{depth}") for depth in DEPTHS),
    Page("04_across_depths"),
    Page("05_per_genre_analysis"),
    Page("06_statistical_test", writes=("statistics.json",)),
    Page("07_claims", writes=("claims.json",)),
    Page("08_published_numbers"),
    Page("09_every_depth"),
    Page("10_robustness"),
    Page("11_prevalence"),
    Page("12_thresholds"),
    Page("13_scale_or_resolution"),
    Page("14_disagreement"),
    Page("15_power"),
    Page("look_and_listen"),
    Page("explorer"),
)
"""The pages of the book that are notebooks, in order."""


def choose_pages(only: str | None) -> list[Page]:
    """All pages, or those of the notebook that `only` names in full or in part.

    Raises
    ------
    SettingsError
        If no notebook has that name.
    """
    chosen = [page for page in PAGES if not only or only.removesuffix(".ipynb") in page.source]
    if not chosen:
        names = ", ".join(dict.fromkeys(page.source for page in PAGES))
        raise SettingsError(f"no notebook is called {only!r}: choose one of {names}")
    return chosen


def execute_pages(
    run: Path,
    pages: list[Page],
    *,
    inputs: str,
    jobs: int,
    progress: Callable[[float, str], None] = lambda pages, name: None,
) -> int:
    """Execute those of `pages` whose copy in the run is missing or outdated.

    Parameters
    ----------
    run : Path
        Folder of the run.
    inputs : str
        Digest of what the notebooks read.
    jobs : int
        How many at a time.
    progress : callable
        Called with 1 and the name of each page that is ready.

    Returns
    -------
    int
        How many were executed.

    Raises
    ------
    BuildError
        If a cell fails; the executed copy with its traceback is kept beside.
    """
    from joblib import Parallel, delayed

    stamps = {page.name: _stamp(page, inputs) for page in pages}
    outdated = outdated_pages(run, pages, inputs=inputs)
    for page in pages:
        if page not in outdated:
            progress(1, page.name)
    facts = _facts(run)
    environment = {
        **os.environ,
        "PYTHONPATH": python_path(),
        "MGRLIB_RUNS": str(runs_folder()),
        "MGRLIB_CACHE": str(cache_folder()),
    }
    parallel = Parallel(n_jobs=min(jobs, len(outdated) or 1), return_as="generator_unordered")
    tasks = (
        delayed(_execute)(run, page, stamps[page.name], facts, environment) for page in outdated
    )
    for name in parallel(tasks):
        progress(1, name)
    return len(outdated)


def outdated_pages(run: Path, pages: list[Page], *, inputs: str) -> list[Page]:
    """Those of `pages` whose executed copy is missing or was made of something else.

    Parameters
    ----------
    run : Path
        Folder of the run.
    pages : list of Page
    inputs : str
        Digest of what the notebooks read.
    """
    return [page for page in pages if not _is_current(run, page, _stamp(page, inputs))]


def python_path() -> str:
    """``PYTHONPATH`` by which processes find this package, also where it is not installed."""
    return os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))


def package_digest() -> str:
    """Digest of the package's code, and of the scripts and styles that pages take from it."""
    package = ROOT / "mgrlib"
    files = sorted(file for kind in ("py", "js", "css") for file in package.rglob(f"*.{kind}"))
    return digest([file.read_text("utf-8") for file in files])


def execute_with_restarts(execute: Callable[..., dict], *arguments: Any, **options: Any) -> dict:
    """Execute a notebook; where its kernel does not start, try again.

    A kernel listens at ports that were free when they were looked up; on a busy machine another
    process can have taken one before the kernel does.

    Parameters
    ----------
    execute : callable
        ``papermill.execute_notebook`` or the like.
    *arguments, **options
        What it is called with.

    Raises
    ------
    RuntimeError
        If no kernel starts, or if one dies while it executes the notebook.
    """
    from nbclient.exceptions import DeadKernelError

    for _ in range(STARTS - 1):
        try:
            return execute(*arguments, **options)
        except DeadKernelError:  # started, and would die again
            raise
        except RuntimeError:
            continue
    return execute(*arguments, **options)


def _stamp(page: Page, inputs: str) -> str:
    source = (SOURCES / f"{page.source}.ipynb").read_text("utf-8")
    return digest(source, page.parameters, inputs, package_digest())


def _is_current(run: Path, page: Page, stamp: str) -> bool:
    """Whether a page's copy was made of what is there now, and its files are still its own."""
    copy = run / "notebooks" / page.name
    if not copy.exists():
        return False
    return read_json(copy)["metadata"].get("mgrlib") == {"stamp": stamp, "wrote": _wrote(run, page)}


def _wrote(run: Path, page: Page) -> dict[str, str]:
    """Digests of the files that a page makes, empty where they are missing.

    A notebook that somebody executes with other parameters writes over them.
    """
    files = {name: run / name for name in (*_figures(page), *page.writes)}
    return {name: digest(f.read_bytes().hex()) if f.exists() else "" for name, f in files.items()}


def _figures(page: Page) -> list[str]:
    """Files of the figures of a page, by their labels: ``fig-paper-04`` is ``fig04``."""
    cells = read_json(SOURCES / f"{page.source}.ipynb")["cells"]
    shown = (cell["metadata"].get("mystnb", {}).get("figure", {}) for cell in cells)
    labels = [figure["name"].removeprefix("fig-") for figure in shown if "name" in figure]
    names = [label.replace("paper-", "fig") if label.startswith("paper-") else label + page.suffix
             for label in labels]  # fmt: skip
    return [f"figures/{name}.{ending}" for name in names for ending in ("png", "svg")]


def _execute(run: Path, page: Page, stamp: str, facts: dict, environment: dict) -> str:
    """Execute one page in a kernel of its own and keep the copy, whole or not at all."""
    import papermill
    from papermill.exceptions import PapermillException

    os.environ.update(environment)
    # A run is named relative to the folder that holds its parent: no path of this machine
    # gets into the executed copy.
    base, named = run.parent.parent, f"{run.parent.name}/{run.name}"
    failed = run / "notebooks" / f"failed-{page.name}"
    failed.parent.mkdir(parents=True, exist_ok=True)
    try:
        notebook = execute_with_restarts(
            papermill.execute_notebook,
            str(SOURCES / f"{page.source}.ipynb"),
            str(failed),
            parameters={"run": named, **page.parameters},
            kernel_name="python3",
            progress_bar=False,
            cwd=str(base),
            # The kernel's own warnings (about its transport, say) are no news to the reader.
            extra_arguments=["--IPKernelApp.log_level=50"],
        )
    except PapermillException as error:
        said = str(error).strip().split("\n")[-1]
        raise BuildError(f"notebook {page.source} failed: {said} (see {failed})") from None
    except RuntimeError as error:  # the kernel itself
        raise BuildError(
            f"notebook {page.source} stopped: {error} (is memory short? call again, with jobs=1)"
        ) from None
    content = _dressed(json.loads(json.dumps(notebook)), page, facts)
    content["metadata"]["mgrlib"] = {"stamp": stamp, "wrote": _wrote(run, page)}
    write_text(run / "notebooks" / page.name, json.dumps(content, indent=1, ensure_ascii=False))
    failed.unlink()
    return page.name


def _dressed(notebook: dict, page: Page, facts: dict[str, str]) -> dict:
    """Fill captions, fold the injected parameters, and drop what papermill notes of the machine."""
    notebook["metadata"].pop("papermill", None)
    notebook["metadata"].pop("widgets", None)
    facts = {**facts, **{key: str(value) for key, value in page.parameters.items()}}
    for cell in notebook["cells"]:
        cell["metadata"].pop("papermill", None)
        for kind, part, key in TEMPLATES:
            shown = cell["metadata"].get(kind, {}).get(part, {})
            if key in shown:
                shown[key] = _filled(shown[key], facts, escaped=key == "caption")
        if "outputs" in cell:
            kept = [out for out in map(_without_widget, cell["outputs"]) if out]
            cell["outputs"] = [_with_light_picture(out) for out in kept]
        if "injected-parameters" in cell["metadata"].get("tags", []):
            cell["metadata"]["tags"].append("hide-input")
            cell["metadata"]["mystnb"] = {"code_prompt_show": "Parameters of this run"}
    return notebook


def _without_widget(output: dict) -> dict | None:
    """An output without the widget that only a kernel can show; None if no more is left.

    What stays of a widget is its picture, if it has one; its name in words says nothing.
    """
    data = output.get("data", {})
    if WIDGET not in data:
        return output
    rest = {kind: value for kind, value in data.items() if kind != WIDGET}
    return output | {"data": rest} if rest.keys() - {"text/plain"} else None


def _with_light_picture(output: dict) -> dict:
    """An output whose picture has a palette: figures were most of a book's weight."""
    data = output.get("data", {})
    if "image/png" not in data:
        return output
    return output | {"data": data | {"image/png": light_base64(data["image/png"])}}


def _filled(template: str, facts: dict[str, str], *, escaped: bool) -> str:
    """Put the run's facts where the template has their names in braces."""

    def fact(match: re.Match) -> str:
        text = facts[match[1]]
        return escape(text) if escaped else text

    names = "|".join(map(re.escape, facts))
    return re.sub(rf"\{{({names})\}}", fact, template)


def _facts(run: Path) -> dict[str, str]:
    """What captions say of a run: arm, genres, depths, sizes, corpus."""
    metrics = results.read_metrics(run)
    arm = results.transfer_arm(metrics)
    rows = metrics[metrics["weights"] == arm]
    depths = sorted(int(depth) for depth in rows["depth"].unique())
    n_test = rows["n_test"].max() if "n_test" in rows else None
    return {
        "arm": arm,
        "genres": ", ".join(rows["genre"].unique()),
        "n_genres": str(rows["genre"].nunique()),
        "corpus_words": results.read_study(run).get("corpus_words", "results made elsewhere"),
        "depths": ", ".join(map(str, depths)),
        "n_test": str(int(n_test)) if n_test is not None else "unknown",
        "depth": str(50 if 50 in depths else min(depths, key=lambda depth: abs(depth - 50))),
    }
