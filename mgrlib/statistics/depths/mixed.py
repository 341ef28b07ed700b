"""A mixed model of the scores: scale × depth, with the genre as random effect.

Conventions: a row is the score of one genre, depth and scale, the mean over the repeats
that both scales have; the scale counts +½ for linear and −½ for mel, so that its effect is
linear minus mel. Effects and intervals are by REML, likelihood ratios by ML; the intervals
are Wald's. All rows of pairs are used, also those of genres that lack a depth.

Notebook: 09_every_depth.
"""

import warnings
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from ..outcome import CONFIDENCE, LEAST, Outcome
from ..scores import TESTED
from .each_depth import depth_pairs

NO_GAIN = 1e-3
"""A likelihood (log) that a further variance must add, or its estimate is zero."""


@dataclass(frozen=True, kw_only=True)
class MixedModel:
    """A fitted mixed model, or the reason why there is none.

    Attributes
    ----------
    slope : bool
        Whether each genre has a difference of its own, beside a level of its own.
    n, n_genres : int
        Pairs and genres.
    scale : Outcome or None
        Linear minus mel over all depths, in the model without interaction: `effect` is
        the estimate in units of the metric, `statistic` its z, `interval` its own.
    levels, scale_at : dict of int to Outcome
        With interaction: the mean of the scales and linear minus mel at each depth.
    deviations : dict of str to float
        Standard deviations of ``genre``, ``scale by genre`` (with `slope`) and
        ``residual``, in units of the metric, in the model with interaction.
    interaction : Outcome or None
        Likelihood-ratio test of scale × depth: χ².
    notes : tuple of str
        What to know of the fit.
    reason : str or None
        Why there is no model.
    """

    slope: bool
    n: int
    n_genres: int
    scale: Outcome | None = None
    levels: dict[int, Outcome] = field(default_factory=dict)
    scale_at: dict[int, Outcome] = field(default_factory=dict)
    deviations: dict[str, float] = field(default_factory=dict)
    interaction: Outcome | None = None
    notes: tuple[str, ...] = ()
    reason: str | None = None

    def as_dict(self) -> dict:
        """All of it in plain values, depths as text."""
        shared = {"n": self.n, "n_genres": self.n_genres, "slope": self.slope}
        if self.reason:
            return shared | {"reason": self.reason}
        by_depth = {"levels": self.levels, "scale_at": self.scale_at}
        return (
            shared
            | {"scale": self.scale.as_dict(), "interaction": self.interaction.as_dict()}
            | {
                name: {str(depth): test.as_dict() for depth, test in tests.items()}
                for name, tests in by_depth.items()
            }
            | {"deviations": self.deviations, "notes": list(self.notes)}
        )


def mixed_model(
    metrics: pd.DataFrame, *, arm: str, metric: str = TESTED, slope: bool = False
) -> MixedModel:
    """Fit ``metric ~ scale * depth`` with a random level (and `slope`: difference) a genre.

    Without `slope`, a genre's depths count as independent witnesses of the difference,
    which makes its interval too narrow where genres differ in it; with `slope`, and data
    without gaps, the interval of `scale` is that of the paired test but for the normal
    quantile. Level and difference of a genre vary independently. What a network's depth
    shares between the scales within one genre has no term of its own here; the analysis
    of the differences (`depth_interaction`) needs none. Library: statsmodels' ``MixedLM``.
    """
    rows = _rows(metrics, arm=arm, metric=metric)
    size = {"slope": slope, "n": len(rows) // 2, "n_genres": rows["genre"].nunique()}
    if reason := _unfit(rows, slope=slope):
        return MixedModel(**size, reason=reason)
    plain, full = _design(rows, interaction=False), _design(rows, interaction=True)
    try:
        effects = [_fit(rows, design, slope=slope, reml=True) for design in (plain, full)]
        chances = [_fit(rows, design, slope=slope, reml=False) for design in (plain, full)]
    except _NotFitted as error:
        return MixedModel(**size, reason=str(error))
    depths = sorted(rows["depth"].unique())
    found = [_effects(fit, n=size["n"]) for fit in effects]
    return MixedModel(
        **size,
        scale=found[0]["scale"],
        levels={int(depth): found[1][f"level {depth}"] for depth in depths},
        scale_at={int(depth): found[1][f"scale {depth}"] for depth in depths},
        deviations=_deviations(effects[1], slope=slope),
        interaction=_likelihood_ratio(*chances, df=len(depths) - 1, n=size["n"]),
        notes=_notes(effects[1], slope=slope),
    )


def _rows(metrics, *, arm, metric) -> pd.DataFrame:
    """One row a genre, depth and scale: ``genre, depth, side, value``."""
    parts = [
        pd.DataFrame({"genre": pairs.index, "depth": depth, "side": side, "value": pairs[scale]})
        for depth, pairs in depth_pairs(metrics, arm=arm, metric=metric).items()
        for scale, side in (("linear", 0.5), ("mel", -0.5))
    ]
    columns = ["genre", "depth", "side", "value"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _design(rows: pd.DataFrame, *, interaction: bool) -> pd.DataFrame:
    """Fixed effects: a level a depth, and the scale, once or at each depth."""
    levels = pd.get_dummies(rows["depth"], dtype=float)
    design = levels.add_prefix("level ")
    if not interaction:
        return design.assign(scale=rows["side"])
    return design.join(levels.mul(rows["side"], axis=0).add_prefix("scale "))


def _unfit(rows: pd.DataFrame, *, slope: bool) -> str | None:
    """Why the rows can't carry the model: too few, or nothing left that is random."""
    if rows.empty:
        return "no genre has the values that it takes"
    if (count := rows["genre"].nunique()) < LEAST:
        return f"{count} genres, fewer than the {LEAST} that it takes"
    genres = pd.get_dummies(rows["genre"], dtype=float)
    parts = [_design(rows, interaction=True), genres]
    parts += [genres.mul(rows["side"], axis=0)] if slope else []
    design = np.hstack([part.to_numpy() for part in parts])
    values = rows["value"].to_numpy()
    fitted, _, rank, _ = np.linalg.lstsq(design, values, rcond=None)
    if rank == len(rows):
        return "one depth a genre: its own difference can't be told from noise"
    if np.abs(values - design @ fitted).max() <= 1e-9:
        return "genre, depth and scale explain every score, which leaves no noise to compare with"
    return None


def effects_table(model: MixedModel) -> pd.DataFrame:
    """Linear minus mel in a fitted model, over all depths and at each, in units of the metric.

    Returns
    -------
    DataFrame
        Index ``where``; columns ``estimate``, ``low``, ``high``, ``p``; empty without a model.
    """
    shown = {"all depths": model.scale} if model.scale else {}
    shown |= {f"ResNet{depth}": test for depth, test in model.scale_at.items()}
    rows = {
        where: {"estimate": test.effect, "low": test.interval[0], "high": test.interval[1],
                "p": test.p}
        for where, test in shown.items()
    }  # fmt: skip
    columns = ["estimate", "low", "high", "p"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("where")


class _NotFitted(Exception):
    """The optimizer found no maximum."""


@dataclass(frozen=True)
class _Fit:
    """One fit: fixed effects, variances of the genres and of the residual, the likelihood."""

    names: tuple[str, ...]
    estimates: np.ndarray
    errors: np.ndarray
    variances: tuple[float, float]
    residual: float
    likelihood: float
    converged: bool


def _fit(rows, design, *, slope: bool, reml: bool) -> _Fit:
    """The most likely fit; a variance that adds nothing to the likelihood is zero.

    At the edge, where a variance is zero, the optimizer wanders without arriving. The
    smaller model is that edge, so it is fitted as well and wins where it is as likely.
    """
    best = _optimize(rows, design, slope=False, reml=reml)
    larger = _optimize(rows, design, slope=True, reml=reml) if slope else None
    if larger and (best is None or larger.likelihood > best.likelihood + NO_GAIN):
        best = larger
    if best is None or not best.converged:
        raise _NotFitted("the optimizer did not converge, as happens where a variance is near zero")
    return best


def _optimize(rows, design, *, slope: bool, reml: bool) -> _Fit | None:
    """One fit; where the first optimizer does not arrive, the better of two."""
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

    sides = np.column_stack([np.ones(len(rows)), rows["side"]])[:, : 2 if slope else 1]
    independent = MixedLMParams.from_components(np.ones(design.shape[1]), np.eye(sides.shape[1]))
    fits = []
    for method in ("bfgs", "lbfgs"):
        # A model for each fit: its likelihood is computed by the method that was fitted last.
        model = MixedLM(rows["value"].astype(float), design, rows["genre"], exog_re=sides)
        with warnings.catch_warnings(), suppress(np.linalg.LinAlgError):
            warnings.simplefilter("ignore")  # what they say is asked of the fit itself
            fit = _kept(model.fit(reml=reml, method=method, free=independent), design)
            fits += [fit] if np.isfinite([*fit.errors, fit.likelihood]).all() else []
        if fits and fits[0].converged:
            return fits[0]
    top = max((fit.likelihood for fit in fits), default=0.0)
    near = [fit for fit in fits if fit.likelihood > top - NO_GAIN]
    return max(near, key=lambda fit: (fit.converged, fit.likelihood), default=None)


def _kept(fit, design) -> _Fit:
    variances = np.diag(np.asarray(fit.cov_re)).tolist()
    return _Fit(
        names=tuple(design),
        estimates=np.asarray(fit.fe_params),
        errors=np.asarray(fit.bse_fe),
        variances=(*variances, 0.0)[:2],
        residual=float(fit.scale),
        likelihood=float(fit.llf),
        converged=bool(fit.converged),
    )


def _effects(fit: _Fit, *, n: int) -> dict[str, Outcome]:
    """Each fixed effect with Wald's z, p and interval."""
    wide = stats.norm.isf((1 - CONFIDENCE) / 2)
    effects = {}
    for name, value, error in zip(fit.names, fit.estimates, fit.errors, strict=True):
        effects[name] = Outcome(
            n=n,
            statistic=float(value / error),
            p=float(2 * stats.norm.sf(abs(value / error))),
            effect=float(value),
            interval=(float(value - wide * error), float(value + wide * error)),
        )
    return effects


def _deviations(fit: _Fit, *, slope: bool) -> dict[str, float]:
    genre, own = (float(np.sqrt(max(variance, 0.0))) for variance in fit.variances)
    middle = {"scale by genre": own} if slope else {}
    return {"genre": genre} | middle | {"residual": float(np.sqrt(fit.residual))}


def _likelihood_ratio(plain: _Fit, full: _Fit, *, df: int, n: int) -> Outcome:
    if not df:
        return Outcome(n=n, reason="there is one depth alone")
    chi2 = max(2 * (full.likelihood - plain.likelihood), 0.0)
    return Outcome(n=n, df=df, statistic=chi2, p=float(stats.chi2.sf(chi2, df)))


def _notes(fit: _Fit, *, slope: bool) -> tuple[str, ...]:
    if slope and not fit.variances[1]:
        return (
            "the genres' own differences vary no more than noise would make them: their "
            "variance is estimated as zero, which leaves the model without them",
        )
    return ()
