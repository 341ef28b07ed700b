"""How the cells of an executed notebook become parts of a page.

Every table and every picture has a number: its name and caption stand in the metadata of
its cell (``mgrlib.table`` and ``mystnb.figure``) or, where a cell displays several, in the
metadata of the output itself (``mgrlib.prose.numbered``). All code is folded. Cells that
show nothing fold together with the next one that does, so that a page has one quiet line
of code for each thing to see; the run's parameters stand in the first of them.
"""

import copy
import re
from collections.abc import Iterator

INJECTED, DEFAULTS = "injected-parameters", "parameters"
PICTURES = ("image/png", "image/jpeg", "image/svg+xml", "image/webp")
REFERENCE = re.compile(r"\{(?:numref|ref)\}`(?:[^`<]*<)?([\w-]+)>?`")
SHOWN_ABOVE = "# By the cell above"
"""Code of a part of a cell: myst-nb passes over cells that have none."""

REPLACED = "# The defaults of the notebook, which the lines above replace"


def text_of(value: str | list[str]) -> str:
    """A text of a notebook, which nbformat stores as a string or as a list of lines."""
    return value if isinstance(value, str) else "".join(value)


def data_of(output: dict, kind: str) -> str:
    """What an output shows as `kind`, a MIME type; "" if it has none of that."""
    return text_of(output.get("data", {}).get(kind, ""))


def table_of(output: dict) -> str:
    """HTML of an output that is a table of pandas, else ""."""
    html = data_of(output, "text/html")
    return html if re.search(r'<table[^>]* class="dataframe', html) else ""


def is_picture(output: dict) -> bool:
    """Whether an output is shown as a picture."""
    return any(kind in output.get("data", {}) for kind in PICTURES)


def number_of(cell: dict, kind: str) -> dict:
    """Name and caption of the ``table`` or the ``figure`` of a cell; {} if it has none."""
    return cell["metadata"].get("mgrlib" if kind == "table" else "mystnb", {}).get(kind, {})


def numbers(notebook: dict) -> Iterator[dict]:
    """Name and caption of every table and figure of a notebook."""
    for cell in notebook["cells"]:
        yield from filter(None, (number_of(cell, kind) for kind in ("figure", "table")))


def with_outputs_apart(notebook: dict) -> dict:
    """Give every output that has a number of its own a cell of its own."""
    cells = [part for cell in notebook["cells"] for part in _parts(cell)]
    return notebook | {"cells": cells}


def _parts(cell: dict) -> list[dict]:
    groups: list[tuple[dict, list[dict]]] = []
    for output in cell.get("outputs", []):
        own = output.get("metadata", {}).get("mgrlib", {})
        if own or not groups or groups[-1][0]:
            groups.append((own, []))
        groups[-1][1].append(output)
    if not any(own for own, _ in groups):
        return [cell]
    parts = []
    for number, (own, outputs) in enumerate(groups):
        part = copy.deepcopy(cell) | {"outputs": outputs}
        metadata = part["metadata"]
        if number:
            part |= {"id": f"{cell.get('id', 'cell')}-{number}", "source": SHOWN_ABOVE}
            metadata["tags"] = [*metadata.get("tags", []), "remove-input"]
        for key in ("figure", "table"):
            if key in own:
                place = metadata.setdefault("mgrlib" if key == "table" else "mystnb", {})
                place[key] = own[key]
        if "alt" in own:
            metadata["mystnb"]["image"] = {"width": "100%", "alt": own["alt"]}
        parts.append(part)
    return parts


def with_own_labels(notebook: dict, suffix: str) -> dict:
    """Append `suffix` to the labels of a notebook's figures and tables, and to references.

    A notebook that is executed several times would define its labels on every page.
    Labels that already end in the suffix are kept.
    """
    named = [shown for shown in numbers(notebook) if shown.get("name")]
    labels = {shown["name"] for shown in named if not shown["name"].endswith(suffix)}
    if not labels:
        return notebook
    reference = re.compile(rf"(`|<)({'|'.join(map(re.escape, sorted(labels)))})(?=[`>])")

    def own(text: str | list[str]) -> str:
        return reference.sub(rf"\1\2{suffix}", text_of(text))

    for shown in named:
        if shown["name"] in labels:
            shown["name"] += suffix
        if "caption" in shown:
            shown["caption"] = own(shown["caption"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = own(cell["source"])
        for output in cell.get("outputs", []):
            if "text/markdown" in output.get("data", {}):
                output["data"]["text/markdown"] = own(output["data"]["text/markdown"])
    return notebook


def unnumbered(notebook: dict) -> list[str]:
    """Tables and pictures that no reader could refer to, in words; empty if there are none."""
    found = []
    for cell in notebook["cells"]:
        outputs = cell.get("outputs", [])
        tables, pictures = sum(map(bool, map(table_of, outputs))), sum(map(is_picture, outputs))
        for kind, count in (("table", tables), ("figure", pictures)):
            name = number_of(cell, kind).get("name")
            if count > bool(name):
                found.append(
                    f"the cell {cell.get('id')} shows {count} outputs that are a {kind} and names "
                    f"{name or 'none'}: name each, in the cell's metadata or by prose.numbered"
                )
    return found


def unmentioned(notebook: dict) -> list[str]:
    """Names that outputs have given themselves and that the notebook refers to nowhere."""
    texts = [text_of(cell["source"]) for cell in notebook["cells"]]
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    texts += [data_of(output, "text/markdown") for output in outputs]
    mentioned = {label for text in texts for label in REFERENCE.findall(text)}
    own = [output.get("metadata", {}).get("mgrlib", {}) for output in outputs]
    names = [shown[kind]["name"] for shown in own for kind in ("figure", "table") if kind in shown]
    return [f"no sentence refers to {name}" for name in names if name not in mentioned]


def with_numbered_tables(notebook: dict) -> dict:
    """Write tables that have a name as a directive that gives them their number."""
    for cell in notebook["cells"]:
        named = number_of(cell, "table")
        for output in cell.get("outputs", []) if named.get("name") else []:
            if html := table_of(output):
                output["data"] = {"text/markdown": _directive(html, **named)}
                cell["metadata"].setdefault("mystnb", {})["markdown_format"] = "myst"
    return notebook


def _directive(html: str, *, name: str, caption: str) -> str:
    classes = re.search(r'<table[^>]* class="dataframe ?([^"]*)"', html)[1]
    # Of tildes, since the words of a caption may hold backticks.
    fence = "~" * max(3, 1 + max(map(len, re.findall("~+", html)), default=0))
    lines = [f"{fence}{{run-table}} {' '.join(caption.split())}", f":name: {name}"]
    lines += [f":class: {classes}"] if classes else []
    return "\n".join([*lines, "", html, fence])


def with_folded_code(notebook: dict) -> dict:
    """Fold all code; what shows nothing folds together with the next cell that does."""
    cells: list[dict] = []
    for cell in notebook["cells"]:
        before = cells[-1] if cells else None
        if cell["cell_type"] == "code" and before is not None and _goes_on(before, cell):
            cell["source"] = f"{text_of(before['source']).strip()}\n\n{text_of(cell['source'])}"
            cells[-1] = cell
        else:
            cells.append(cell)
    for cell in cells:
        tags = cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and "remove-input" not in tags:
            cell["metadata"]["tags"] = [*dict.fromkeys([*tags, "hide-input"])]
    return notebook | {"cells": cells}


def _goes_on(before: dict, cell: dict) -> bool:
    """Whether a code cell belongs into one fold with the code before it, which shows nothing."""
    tags = {tag for one in (before, cell) for tag in one["metadata"].get("tags", [])}
    apart = tags & {INJECTED, DEFAULTS, "remove-input"}
    return before["cell_type"] == "code" and not apart and not any(map(_is_seen, before["outputs"]))


def _is_seen(output: dict) -> bool:
    """Whether a page shows an output; what a program says on stderr it does not."""
    return not (output["output_type"] == "stream" and output.get("name") == "stderr")


def with_parameters_first(notebook: dict) -> dict:
    """Put the parameters of the run before the defaults that they replace, in one fold."""
    tagged = {tag: cell for cell in notebook["cells"] for tag in cell["metadata"].get("tags", [])}
    defaults, own = tagged.get(DEFAULTS), tagged.get(INJECTED)
    if defaults is None:
        return notebook
    shown = copy.deepcopy(own or defaults)
    shown["metadata"]["mystnb"] = {"code_prompt_show": "Parameters of this run"}
    if own is not None:
        lines = (line for line in text_of(own["source"]).splitlines() if line != "# Parameters")
        given = "\n".join(lines).strip()
        shown["source"] = f"{given}\n\n{REPLACED}\n{text_of(defaults['source'])}"
    rest = [cell for cell in notebook["cells"] if cell is not own]
    return notebook | {"cells": [shown if cell is defaults else cell for cell in rest]}
