"""All numbers of a run's analysis in one file, ``statistics.json``.

They come from the files of the run alone, so that results made elsewhere are analyzed too;
what needs a file that is absent says so. The numbers are those of the notebooks 04 to 15,
which compute them by the same functions and with the same seeds.
Notebook: 06_statistical_test, "The numbers, for other programs".
"""

from pathlib import Path
from typing import Any

from . import results
from .ensemble.curves import curve_numbers
from .files import write_json
from .statistics import study_statistics
from .statistics.agreement.networks import agreement_numbers
from .statistics.depths.numbers import depth_numbers
from .statistics.power.simulation import power_numbers
from .statistics.prevalence.numbers import prevalence_numbers
from .statistics.resolution.scale_pairs import resolution_numbers
from .statistics.robustness.check import robustness_numbers


def study_numbers(run: Path) -> dict[str, Any]:
    """The content of ``statistics.json``: tests of the arm that stands for transfer learning.

    Parameters
    ----------
    run : Path
        Folder with ``results/metrics.csv``; predictions and the experiment of equal sizes
        are read where they are there.

    Returns
    -------
    dict
        ``arm, difference, shapiro, paired_t`` and the numbers behind the paper's figures,
        see `mgrlib.statistics.study_statistics`; then an entry for each page of what the
        paper left open. Each test is ``{n, df, statistic, p, effect, interval}``, null where
        it does not apply, with a ``reason`` where it can't be computed.
    """
    metrics, predictions = results.read_metrics(run), results.read_predictions(run)
    arm = results.transfer_arm(metrics)
    return {
        "evidence": results.read_study(run).get("evidence"),
        **study_statistics(metrics, arm=arm, arms=results.arms(metrics)),
        "depth_tests": depth_numbers(metrics, arm=arm),
        "robustness": robustness_numbers(metrics, predictions, arm=arm),
        "prevalence": prevalence_numbers(metrics, results.read_equal_sizes(run), arm=arm),
        "thresholds": curve_numbers(predictions, metrics, arm=arm),
        "scale_pairs": resolution_numbers(metrics, arm=arm),
        "agreement": agreement_numbers(predictions, arm=arm),
        "power": power_numbers(metrics, predictions, arm=arm),
    }


def write_numbers(run: Path) -> dict[str, Any]:
    """Write ``statistics.json`` of a run, see `study_numbers`, and give back its content."""
    numbers = study_numbers(run)
    write_json(run / "statistics.json", numbers)
    return numbers
