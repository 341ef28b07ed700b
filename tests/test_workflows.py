"""The workflows of the repository: they call the Makefile, and may do no more than they need."""

import re
import shutil
import subprocess

import pytest
import yaml

from mgrlib.files import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = {"actions/checkout", "actions/setup-python", "actions/upload-artifact", "actions/cache",
          "actions/cache/restore", "actions/upload-pages-artifact",
          "actions/deploy-pages"}  # fmt: skip
"""Actions that a workflow may use: those of GitHub itself."""
EVENTS = {"push", "pull_request", "workflow_dispatch", "release"}
JOB_KEYS = {"runs-on", "timeout-minutes", "strategy", "steps", "needs", "if", "permissions",
            "concurrency", "environment"}  # fmt: skip
STEP_KEYS = {"uses", "with", "run", "if", "id", "env"}


def read(file) -> dict:
    content = yaml.safe_load(file.read_text("utf-8"))
    content["on"] = content.pop(True)  # YAML reads a bare "on" as a boolean
    return content


def jobs():
    for file in FILES:
        for name, job in read(file)["jobs"].items():
            yield pytest.param(file, name, job, id=f"{file.stem}-{name}")


def steps():
    for file in FILES:
        for name, job in read(file)["jobs"].items():
            for number, step in enumerate(job["steps"]):
                yield pytest.param(step, id=f"{file.stem}-{name}-{number}")


def test_there_are_workflows():
    assert {file.name for file in FILES} == {"test.yml", "release.yml"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_workflow_has_a_name_events_and_few_rights(file):
    content = read(file)
    assert set(content) == {"name", "on", "permissions", "concurrency", "jobs"}
    assert set(content["on"]) <= EVENTS
    assert content["permissions"] == {"contents": "read"}
    assert set(content["concurrency"]) == {"group", "cancel-in-progress"}


@pytest.mark.parametrize(("file", "name", "job"), jobs())
def test_a_job_ends_and_waits_for_jobs_that_there_are(file, name, job):
    assert set(job) <= JOB_KEYS
    assert job["runs-on"] == "ubuntu-latest"
    assert 0 < job["timeout-minutes"] <= 120
    needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
    assert set(needs) <= set(read(file)["jobs"])


@pytest.mark.parametrize("step", steps())
def test_a_step_is_a_target_of_the_makefile_or_a_pinned_action(step):
    assert set(step) <= STEP_KEYS
    if "run" in step:
        assert "uses" not in step
        target = re.fullmatch(r"make ([a-z-]+)", step["run"])
        assert target
        makefile = (ROOT / "Makefile").read_text("utf-8")
        assert re.search(rf"^{target[1]}:", makefile, flags=re.MULTILINE), target[1]
        assert re.search(rf"^\.PHONY:.* {target[1]}\b", makefile, flags=re.MULTILINE)
        return
    action, _, version = step["uses"].partition("@")
    assert action in PINNED
    assert re.fullmatch(r"v\d+", version)


def test_only_two_jobs_may_write_and_no_pull_request_reaches_them():
    rights = {name: job["permissions"] for file in FILES for name, job in read(file)["jobs"].items()
              if "permissions" in job}  # fmt: skip
    assert rights == {
        "publish": {"pages": "write", "id-token": "write"},
        "archive": {"contents": "write"},
    }
    test = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]
    assert test["publish"]["needs"] == "full-book"
    assert "github.event_name != 'pull_request'" in test["full-book"]["if"]
    assert set(test["full-book"]["needs"]) == {"test", "smoke-book"}
    assert set(read(ROOT / ".github" / "workflows" / "release.yml")["on"]) == {"release"}


def test_the_pages_are_those_of_the_run_that_the_makefile_makes():
    test = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]
    pages = [s for s in test["full-book"]["steps"] if "pages-artifact" in s.get("uses", "")]
    assert pages[0]["with"]["path"] == "runs/quick/site"
    assert re.search(r"^PROFILE \?= quick$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)


def test_what_was_trained_is_kept_from_push_to_push():
    for file in FILES:
        caches = [step["with"] for job in read(file)["jobs"].values() for step in job["steps"]
                  if step.get("uses", "").startswith("actions/cache")]  # fmt: skip
        assert len(caches) == 1, file.name
        assert set(caches[0]["path"].split()) == {".cache", "runs/quick", "!runs/quick/*.zip"}
        # A key of its own, or the first cache would be kept for ever.
        assert "github.run_id" in caches[0]["key"]
        assert caches[0]["key"].startswith(caches[0]["restore-keys"])


@pytest.mark.skipif(not shutil.which("make"), reason="no make")
@pytest.mark.parametrize(("ended_with", "passes"), [(3, True), (1, False), (127, False)])
def test_only_a_missing_browser_skips_the_tests_in_one(ended_with, passes, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexit {ended_with}\n")
    python.chmod(0o755)
    command = ["make", "-o", ".venv/.installed", "test-browser", f"BIN={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True)
    assert (done.returncode == 0) == passes


def test_the_workflow_has_a_browser_by_name_so_that_nothing_is_skipped_unseen():
    steps = read(ROOT / ".github" / "workflows" / "test.yml")["jobs"]["smoke-book"]["steps"]
    (tested,) = (step for step in steps if step.get("run") == "make test-browser")
    assert tested["env"]["CHROMIUM"]
