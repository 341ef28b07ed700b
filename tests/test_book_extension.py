"""The book's Sphinx extension: executed copies, numbers, facts in words, the site."""

import base64
import copy
import dataclasses
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from mgrlib import settings
from mgrlib.files import ROOT

sys.path.insert(0, str(ROOT / "book" / "extension"))
directives = pytest.importorskip("mgrlib_book.directives")
from mgrlib_book import claims, facts, gallery, library, numbering, pages, site  # noqa: E402


def code(source, *, tags=(), **rest):
    metadata = {"tags": list(tags)} | rest.pop("metadata", {})
    cell = {"cell_type": "code", "execution_count": None, "id": "c", "outputs": []}
    return cell | {"metadata": metadata, "source": source} | rest


def prose(source):
    return {"cell_type": "markdown", "id": "m", "metadata": {}, "source": source}


def notebook(*cells, **metadata):
    cells = [cell | {"id": f"cell{n}"} for n, cell in enumerate(copy.deepcopy(cells))]
    metadata = {"language_info": {"name": "python", "pygments_lexer": "python"}} | metadata
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def png(width=40, height=30):
    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, "PNG")
    return base64.b64encode(stream.getvalue()).decode()


def drawing(label, caption, source="draw()"):
    figure = {"figure": {"name": label, "caption": caption}, "image": {"alt": "a picture"}}
    output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": png()}}
    return code(source, metadata={"mystnb": figure}, outputs=[output])


# Executed copies


def test_a_copy_equals_its_source_but_for_outputs_and_injected_parameters():
    source = notebook(prose("# Title"), code("x = 1", tags=["parameters"]), code("x + 1"))
    executed = notebook(
        prose("# Title"),
        code(["x = 1\n"], tags=["parameters"]),
        code("x = 5", tags=["injected-parameters"]),
        code("x + 1", outputs=[{"output_type": "stream", "name": "stdout", "text": "6"}]),
    )
    assert pages.faults(source, executed) == []


@pytest.mark.parametrize(
    ("executed", "said"),
    [
        (notebook(code("x = 2")), "code differs"),
        (notebook(code("x = 1"), code("x")), "code differs"),
        (notebook(), "code differs"),
        (notebook(code("x = 1", outputs=[{"output_type": "error"}])), "ended in an error"),
    ],
)
def test_faults_of_a_copy_are_named(executed, said):
    (fault,) = pages.faults(notebook(code("x = 1")), executed)
    assert said in fault


def test_labels_of_a_notebook_executed_twice_are_its_own():
    text = "{numref}`fig-loss` and {ref}`the loss <fig-loss>`, not {numref}`fig-loss-curve`"
    found = pages.with_own_labels(notebook(prose(text), drawing("fig-loss", "Loss")), "-34")
    assert found["cells"][0]["source"] == text.replace("fig-loss`", "fig-loss-34`").replace(
        "<fig-loss>", "<fig-loss-34>"
    )
    assert found["cells"][1]["metadata"]["mystnb"]["figure"]["name"] == "fig-loss-34"


def test_labels_that_carry_the_suffix_are_kept():
    before = notebook(prose("{numref}`fig-loss-34`"), drawing("fig-loss-34", "Loss"))
    assert pages.with_own_labels(copy.deepcopy(before), "-34") == before


@pytest.mark.parametrize(
    ("heading", "after"),
    [
        ("# Training\n\nText.", "# Training: ResNet34\n\nText."),
        ("# Training ResNet34", "# Training ResNet34"),
    ],
)
def test_the_heading_tells_executions_apart(heading, after):
    found = pages.with_own_title(notebook(prose(heading)), "ResNet34")
    assert found["cells"][0]["source"] == after


@pytest.mark.parametrize(
    ("docname", "link", "leads_to"),
    [
        ("notebooks/02_x", "04_y.ipynb", "04_y.ipynb"),
        ("notebooks/02_x", "04_y.ipynb#part", "04_y.ipynb#part"),
        ("notebooks/02_x", "03_per_depth_training.ipynb", "../book/depth/index.md"),
        ("book/depth/resnet34", "04_y.ipynb", "../../notebooks/04_y.ipynb"),
        ("notebooks/02_x", "https://example.org/a.ipynb", "https://example.org/a.ipynb"),
    ],
)
def test_links_between_notebooks_lead_to_their_pages(docname, link, leads_to):
    before = notebook(prose(f"[Next]({link}) and `a.ipynb`"))
    found = pages.with_book_links(before, source="notebooks/02_x.ipynb", docname=docname)
    assert found["cells"][0]["source"] == f"[Next]({leads_to}) and `a.ipynb`"


def test_every_page_of_a_shared_notebook_names_its_copy():
    for depth in settings.DEPTHS:
        stub = json.loads((ROOT / f"book/depth/resnet{depth}.ipynb").read_text("utf-8"))
        assert pages.origin(stub, "book/depth/any") == (
            "notebooks/03_per_depth_training.ipynb",
            f"03_per_depth_training-{depth}.ipynb",
        )


def test_a_page_without_a_name_of_its_own_is_its_own_source():
    assert pages.origin(notebook(), "notebooks/01_x") == ("notebooks/01_x.ipynb", "01_x.ipynb")


# Numbers


def test_the_paper_s_labels_keep_its_numbers_and_others_are_counted_by_kind():
    numbers = {
        "a": {"figure": {"fig-own": (1,), "fig-paper-07": (2,)}, "table": {"tab-own": (1,)}},
        "b": {"figure": {"fig-paper-10": (3,), "fig-other": (4,)}, "table": {"tab-paper-01": (2,)}},
    }
    assert numbering.renumbered(numbers) == {
        "a": {"figure": {"fig-own": ("S1",), "fig-paper-07": (7,)}, "table": {"tab-own": ("S1",)}},
        "b": {
            "figure": {"fig-paper-10": (10,), "fig-other": ("S2",)},
            "table": {"tab-paper-01": (1,)},
        },
    }
    assert numbers["a"]["figure"]["fig-own"] == (1,)


@pytest.mark.parametrize("label", ["fig-paper", "fig-paper-x", "my-fig-paper-03", "fig-paper-03-b"])
def test_only_the_paper_s_own_labels_have_its_numbers(label):
    assert numbering.paper_number(label) is None


# Facts in words


@pytest.mark.parametrize(
    "text",
    ["<b>x</b>", "a *b* _c_", "{{ x }}", "[l](u)", "`c`", "&amp;", "# h", "1. $x$ \\", "– ä"],
)
def test_text_of_a_user_is_shown_as_it_is(text):
    from html import unescape

    from markdown_it import MarkdownIt

    html = MarkdownIt().render(facts.escape(text)).strip()
    assert unescape(html.removeprefix("<p>").removesuffix("</p>")) == text
    assert not re.search(r"(?<!\\)\{\{", facts.escape(text))


def test_text_of_a_user_stays_on_its_line():
    assert facts.escape("a\n\n:::{note}\r\tb") == r"a \:\:\:\{note\} b"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("corpus", "corpus"), ("/home/me/net.pth", "net.pth"), ("C:\\me\\net.pth", "net.pth"),
     ("fma-small:/home/me/fma", "fma-small"), ("mirdata:irmas:/home/me/x", "mirdata:irmas")],
)  # fmt: skip
def test_of_a_path_only_the_last_part_is_shown(name, shown):
    assert facts.last_part(name) == shown


def outcome(**values):
    keys = ("n", "df", "statistic", "p", "effect", "interval")
    return dict.fromkeys(keys) | values


SYNTHETIC, MUSIC = {"evidence": "synthetic"}, {"evidence": "music"}
MEL = outcome(n=16, df=15, statistic=-3.5872, p=0.0027, effect=-0.897, interval=[-0.03, -0.01])
LINEAR = outcome(n=4, df=3, statistic=9.0, p=0.00001, effect=4.5, interval=[0.1, 0.2])
UNCLEAR = outcome(n=16, df=15, statistic=-0.5, p=0.6, effect=-0.1, interval=[-0.02, 0.01])
NO_TEST = outcome(n=1, reason="1 genre, and the test needs at least 3")


@pytest.mark.parametrize(
    ("test", "study", "said"),
    [
        (MEL, MUSIC, "On this collection, mel spectrograms give the higher F1"),
        (MEL, SYNTHETIC, "On these synthetic songs, mel spectrograms give"),
        (LINEAR, MUSIC, "linear spectrograms give the higher F1"),
        (UNCLEAR, SYNTHETIC, "On these synthetic songs, neither scale is clearly better"),
        (NO_TEST, MUSIC, r"no paired t-test: 1 genre\, and the test needs at least 3"),
        (None, SYNTHETIC, "no paired t-test: the run has no statistics"),
        (outcome(n=16), MUSIC, "gives no answer"),
    ],
)
def test_the_answer_in_words(test, study, said):
    assert said in facts.answer({"paired_t": test}, study)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (MEL, "paired t(15) = −3.59, p = 0.0027"),
        (MEL, "mean difference, linear minus mel, −0.020, 95\u00a0% interval −0.030 to −0.010"),
        (LINEAR, "p < 0.0001"),
        (UNCLEAR, "p = 0.60"),
        (MEL | {"df": None, "interval": None}, "(16 genres: paired t = −3.59, p = 0.0027)"),
    ],
)
def test_the_figures_of_the_answer(test, said):
    assert said in facts.answer({"paired_t": test}, MUSIC)


def test_a_mean_that_rounds_to_nothing_has_no_sign():
    assert facts.fixed(-0.0001) == "0.000"


def test_a_run_without_any_file_has_facts(tmp_path):
    found = facts.facts(tmp_path / "made-elsewhere")
    assert found["corpus_words"] == "results made elsewhere"
    assert found["run_name"] == r"made\-elsewhere"
    assert "gives no answer" in found["answer"]


def test_facts_hold_no_folder_and_no_markup(tmp_path):
    study = {"name": "a<b>", "corpus_words": "3 songs of *x*", "evidence": "music"}
    (tmp_path / "study.json").write_text(json.dumps(study), "utf-8")
    arm = {"arm": "/home/me/net.pth", "paired_t": MEL}
    (tmp_path / "statistics.json").write_text(json.dumps(arm), "utf-8")
    found = facts.facts(tmp_path)
    assert found["run_name"] == r"a\<b\>"
    assert found["corpus_words"] == r"3 songs of \*x\*"
    assert found["arm"] == r"net\.pth"
    assert "home" not in " ".join(found.values())


def test_synthetic_songs_are_called_no_evidence():
    assert "no evidence about music" in facts.notice(SYNTHETIC)
    assert "no evidence" not in facts.notice(MUSIC)


# Tables and galleries


def test_every_setting_is_explained_once_and_shown_in_the_book():
    explained = [name for group in directives.MEANINGS.values() for name in group]
    assert sorted(explained) == sorted(f.name for f in dataclasses.fields(settings.Settings))
    page = (ROOT / "book/settings.md").read_text("utf-8")
    assert re.findall(r"\{settings-table\} (\w+)", page) == list(directives.MEANINGS)


def test_a_settings_table_shows_default_profiles_and_the_run_s_own_value():
    table = directives.settings_table("networks", {"epochs": 3, "weights": ["/home/me/net.pth"]})
    rows = table.split("* - ")
    epochs = next(row for row in rows if row.startswith("`epochs`")).split("\n  -")
    assert [cell.strip() for cell in epochs[2:]][:5] == ["10", "1", "", "10", "3"]
    assert r"net\.pth" in table and "home" not in table


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "auto"),
        (True, "true"),
        ((34, 50), "34, 50"),
        (6.0, "6"),
        (1e-3, "0.001"),
        ("tcp://node-7.example:8786", "a cluster"),
    ],
)
def test_a_value_is_shown_as_one_would_type_it(value, words):
    assert directives.value_words(value) == words


CLAIMS = [
    {"id": "X1", "text": "mel <b>|better", "verdict": "agrees on synthetic songs",
     "beyond_noise": True, "page": "notebooks/1_one.html", "figure": 3},
    {"id": "X2", "text": "mel ahead", "verdict": "agrees on synthetic songs",
     "beyond_noise": False, "page": "notebooks/1_one.html", "figure": None},
    {"id": "X2b", "text": "linear varies", "verdict": "not decidable here",
     "beyond_noise": None, "page": "notebooks/11_prevalence.html", "figure": 7},
]  # fmt: skip


def test_the_ledger_has_a_row_a_claim_with_a_link_where_the_book_has_the_page():
    text = "\n".join(claims.ledger_lines(CLAIMS, pages={"notebooks/1_one"}))
    first, second, third = text.split("* - ")[2:]
    assert first.split("\n  - ")[:4] == ["X1", r"mel \<b\>\|better", "✓ agrees", "yes"]
    assert "{numref}`fig-paper-03`" in first
    assert "no\n  - {doc}`/notebooks/1_one`" in second
    assert "– not decidable here\n  - –\n  - –" in third
    assert "07_claims" not in text
    assert "3 claims on synthetic songs: 2 agree, 1 not decidable here." in text
    assert "{doc}`/notebooks/07_claims`" in "\n".join(
        claims.ledger_lines(CLAIMS, pages={"notebooks/07_claims"})
    )


def test_without_claims_the_ledger_says_how_to_make_it_and_waits_for_the_file(tmp_path):
    seen = []
    page = SimpleNamespace(
        config=SimpleNamespace(mgrlib_run=str(tmp_path)),
        env=SimpleNamespace(note_dependency=seen.append, found_docs=set()),
    )
    assert claims.ClaimsLedger.lines(page) == [claims.NONE_YET]
    assert seen == [str(tmp_path / "claims.json")]
    (tmp_path / "claims.json").write_text(json.dumps(CLAIMS), "utf-8")
    assert "linear varies" in "\n".join(claims.ClaimsLedger.lines(page))


def test_the_gallery_has_the_paper_s_figures_in_its_order(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    one = notebook(drawing("fig-paper-10", "Q–Q"), drawing("fig-own", "Mine"))
    two = notebook(code("pass", metadata={"mystnb": {"figure": {"name": "fig-paper-03"}}}))
    three = notebook(drawing("fig-paper-02", "Mel"))
    for name, content in {"1": one, "2": two, "3": three}.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(content), "utf-8")
    found = gallery.drawn_figures(tmp_path)
    assert [(figure.label, figure.caption) for figure in found] == [
        ("fig-paper-02", "Mel"),
        ("fig-paper-10", "Q–Q"),
    ]


def test_a_thumbnail_is_small_and_written_once(tmp_path):
    from PIL import Image

    picture = base64.b64decode(png(width=1000, height=500))
    path = tmp_path / "a" / "small.png"
    gallery.write_thumbnail(picture, path)
    assert Image.open(path).size == (gallery.THUMBNAIL_WIDTH, gallery.THUMBNAIL_WIDTH // 2)
    os.utime(path, (1, 1))
    gallery.write_thumbnail(picture, path)
    assert path.stat().st_mtime == 1


@pytest.mark.parametrize(
    ("caption", "title"),
    [
        ("**F1** by depth, over 16 genres. More.", "F1 by depth"),
        ("Q–Q plot of the F1.5 differences", "Q–Q plot of the F1.5 differences"),
        ("", ""),
    ],
)
def test_a_short_title_is_the_beginning_of_the_caption(caption, title):
    assert gallery.short_title(caption) == title


def test_the_parts_of_a_package_in_a_package_are_not_listed(tmp_path):
    for name in ["__init__", "__main__", "a", "sub/__init__", "sub/deep/__init__", "sub/deep/b"]:
        path = tmp_path / "pack" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert library.modules(tmp_path / "pack") == ["pack", "pack.a", "pack.sub", "pack.sub.deep"]


# Sources of the book


def test_every_page_of_the_contents_exists():
    text = (ROOT / "_toc.yml").read_text("utf-8")
    named = [yaml.safe_load(text)["root"], *re.findall(r"file: (\S+)", text)]
    for page in named:
        assert any((ROOT / f"{page}{suffix}").exists() for suffix in (".md", ".ipynb")), page


def test_the_bibliography_has_the_paper_and_its_sources_once():
    text = (ROOT / "book/references.bib").read_text("utf-8")
    keys = re.findall(r"^@\w+\{(\w+),", text, flags=re.MULTILINE)
    assert len(keys) == len(set(keys)) >= 40
    cited = {
        key
        for path in (ROOT / "book").rglob("*.md")
        for group in re.findall(r"\{cite(?::t)?\}`([^`]+)`", path.read_text("utf-8"))
        for key in group.split(",")
    }
    assert cited <= set(keys)


# A small book


REPOSITORY = "https://github.com/mgrlib/mgrlib"
BINDER = "https://mybinder.org/v2/gh/mgrlib/mgrlib/main"


def small_book(folder: Path) -> Path:
    """The book's own configuration and extension around three pages; returns the run."""
    for part in ("extension", "static", "references.bib"):
        source, target = ROOT / "book" / part, folder / "book" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    shutil.copyfile(ROOT / "_config.yml", folder / "_config.yml")
    chapters = "".join(f"- file: {page}\n" for page in ("notebooks/1_one", "book/deep"))
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: book/intro\nchapters:\n{chapters}")
    (folder / "book/intro.md").write_text(
        "# First page\n\nCorpus: {{ corpus_words }}. {{ answer }}\n\n{{ evidence_notice }}\n\n"
        "```{figure-gallery}\n```\n\n{numref}`fig-paper-03`, {numref}`fig-own`, "
        "{numref}`fig-paper-10`, {cite:t}`karpinski2025`, $\\frac{a}{b}$\n\n"
        "```{settings-table} machine\n```\n\n```{claims-ledger}\n```\n\n```{bibliography}\n```\n"
    )
    run = folder / "run"
    (run / "notebooks").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    shared = {"source": "notebooks/3_many.ipynb", "executed": "3_many-34.ipynb"}
    drawn = [drawing("fig-own", "Our own"), drawing("fig-paper-03", "Accuracy", source="draw(3)")]
    bare = [cell | {"outputs": []} for cell in drawn]
    many = [prose("# Many\n\n{numref}`fig-own`"), bare[0]]
    contents = {
        "notebooks/1_one.ipynb": notebook(prose("# One"), *bare),
        "run/notebooks/1_one.ipynb": notebook(prose("# One"), *drawn),
        "notebooks/3_many.ipynb": notebook(*many),
        "run/notebooks/3_many-34.ipynb": notebook(many[0], drawn[0]),
        "book/deep.ipynb": notebook(prose("# Depth 34"), mgrlib=shared),
        "run/study.json": {"corpus_words": "9 songs of <i>x</i>", "evidence": "synthetic"},
        "run/statistics.json": {"arm": "corpus", "paired_t": UNCLEAR},
        "run/claims.json": CLAIMS,
    }
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    return run


def build(folder: Path, run: Path) -> subprocess.CompletedProcess:
    start = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    command = [*start, str(folder), "--path-output", str(run / "build"), "-W", "--keep-going", "-n"]
    environment = os.environ | {"MGRLIB_RUN": str(run), "PYTHONPATH": str(ROOT)}
    environment.pop("GITHUB_REPOSITORY", None)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Folder of a small book that has been built, its run, and the site's folder."""
    folder = tmp_path_factory.mktemp("book")
    run = small_book(folder)
    done = build(folder, run)
    assert done.returncode == 0, done.stderr
    return folder, run, run / "build/_build/html"


def words(page: Path) -> str:
    """Text of a page without its tags."""
    body = page.read_text("utf-8").split("<article", 1)[1].split("</article>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body))


def test_the_first_page_is_the_index_and_states_the_facts(built):
    *_, html = built
    text = words(html / "index.html")
    assert "Corpus: 9 songs of &lt;i&gt;x&lt;/i&gt;" in text
    assert "On these synthetic songs, neither scale is clearly better" in text
    assert "no evidence about music" in text
    assert 'url=../index.html"' in (html / "book/intro.html").read_text("utf-8")


def test_the_first_page_has_the_ledger(built):
    *_, html = built
    text = words(html / "index.html")
    assert "On synthetic songs Beyond noise" in text
    assert "X1 mel &lt;b&gt;|better ✓ agrees yes Figure 3" in text
    assert "X2 mel ahead ✓ agrees no One" in text
    assert "X2b linear varies – not decidable here – –" in text
    assert 'href="notebooks/1_one.html"' in (html / "index.html").read_text("utf-8")


def test_figures_are_numbered_as_in_the_paper(built):
    *_, html = built
    assert "Figure 3, Figure S1, Figure 10, Karpiński" in words(html / "index.html")
    assert re.search("Figure S1 Our own.*Figure 3 Accuracy", words(html / "notebooks/1_one.html"))


def test_the_gallery_leads_to_the_figures(built):
    *_, html = built
    index = (html / "index.html").read_text("utf-8")
    assert 'href="notebooks/1_one.html#fig-paper-03"' in index
    assert (html / "_images/thumbnail-fig-paper-03.png").exists()
    assert re.search('<img alt="a picture"[^>]*>\\s*<strong>Figure 3</strong> Accuracy', index)


def test_the_buttons_lead_to_the_source_in_the_repository(built):
    *_, html = built
    for page, source in [
        ("notebooks/1_one", "notebooks/1_one.ipynb"),
        ("book/deep", "notebooks/3_many.ipynb"),
    ]:
        text = (html / f"{page}.html").read_text("utf-8")
        assert f"{BINDER}?urlpath=lab/tree/{source}" in text
        assert f"https://colab.research.google.com/github/mgrlib/mgrlib/blob/main/{source}" in text
        assert f"{REPOSITORY}/edit/main/{source}" in text
        assert "deep.ipynb?" not in text and "main/book/deep.ipynb" not in text
    prose_page = (html / "index.html").read_text("utf-8")
    assert f"{REPOSITORY}/edit/main/book/intro.md" in prose_page
    assert "mybinder" not in prose_page


def test_a_page_of_a_shared_notebook_shows_its_copy_and_offers_the_source(built):
    folder, _, html = built
    assert "Many: Depth 34" in words(html / "book/deep.html")
    assert "Figure S2" in words(html / "book/deep.html")
    offered = (html / "_sources/book/deep.ipynb").read_text("utf-8")
    assert offered == (folder / "notebooks/3_many.ipynb").read_text("utf-8")


def test_no_page_asks_another_machine_for_anything(built):
    *_, html = built
    for page in html.rglob("*.html"):
        text = page.read_text("utf-8")
        assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=\"(https?:)?//", text), page
        assert "thebe" not in text and "unpkg" not in text, page
    assert "<math" in (html / "index.html").read_text("utf-8")


def test_changed_code_or_a_missing_copy_fails_the_build(built, tmp_path):
    folder, *_ = built
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    (again / "notebooks/1_one.ipynb").write_text(json.dumps(notebook(prose("# One"), code("new"))))
    (again / "run/notebooks/3_many-34.ipynb").unlink()
    done = build(again, again / "run")
    assert done.returncode != 0
    assert "1_one.ipynb of the run can't be shown: its code differs from the source" in done.stderr
    assert "the run has no executed copy 3_many-34.ipynb" in done.stderr


def test_without_a_run_the_error_says_what_to_do(monkeypatch):
    import mgrlib_book
    from sphinx.errors import ExtensionError

    monkeypatch.delenv("MGRLIB_RUN", raising=False)
    with pytest.raises(ExtensionError, match="python -m mgrlib book RUN"):
        mgrlib_book.find_run()


def test_a_formula_that_can_t_be_translated_is_shown_as_written():
    from docutils import nodes

    shown = site.mathml(nodes.math("", r"\nosuchthing{<a>}"), as_block=False)
    assert shown == r"<code>\nosuchthing{&lt;a&gt;}</code>"
