"""What `statistics.power_numbers` says, in sentences of Markdown.

Notebook: 15_power.
"""

from collections.abc import Mapping

from ...prose import fixed

HOW = {
    "bootstrap": "A bootstrap over the test songs",
    "approximation": (
        "Without predictions the delta method, which takes all networks to err independently,"
    ),
}


def spread_words(numbers: Mapping) -> str:
    """Where the spread of the genres' differences comes from."""
    if "reason" in numbers:
        return f"No power can be computed: {numbers['reason']}."
    low, high = numbers["deviation_interval"]
    return (
        f"The differences of {numbers['n_genres']} genres have a standard deviation of "
        f"{numbers['deviation']:.3f} F1 (95\u00a0% interval {low:.3f} to {high:.3f}), around a "
        f"mean of {fixed(numbers['mean_difference'])}. {_songs_words(numbers)} "
        f"{_rest_words(numbers)}"
    )


def _songs_words(numbers: Mapping) -> str:
    parts, how = numbers["variances"], HOW.get(numbers["songs_by"])
    if how is None:
        return (
            "How much of that is owed to the test songs can't be told: the run has neither "
            "predictions nor recall with the numbers of test songs."
        )
    if parts["songs"] < parts["songs_before_bound"]:
        alone = (parts["songs_before_bound"] / numbers["repeats"]) ** 0.5
        return (
            f"{how} puts the part of the test songs at a deviation of {alone:.3f}, above all that "
            "is seen: a rough guide, and the whole spread is taken for theirs."
        )
    share = (parts["songs"] - parts["shared"]) / numbers["repeats"] / parts["total"]
    return f"{how} puts {_share(share)} of their variance down to the draw of the test songs."


def _rest_words(numbers: Mapping) -> str:
    parts, repeats = numbers["variances"], numbers["repeats"]
    genres = parts["genres"] / parts["total"]
    if parts["songs"] is not None and parts["songs"] < parts["songs_before_bound"]:
        return "Nothing remains that could be told apart as the genres' own or the training's."
    if parts["training"] is None:
        return (
            f"The remaining {_share(genres)} are the genres' own deviations and the accidents of "
            "training, which one repeat can't tell apart."
        )
    training = parts["training"] / repeats / parts["total"]
    return (
        f"By what {repeats} repeats vary beyond that, {_share(training)} are accidents of "
        f"training; {_share(genres)} remain as the genres' own."
    )


def own_words(numbers: Mapping) -> str:
    """What the run's own design can show."""
    if "reason" in numbers:
        return f"No power can be computed: {numbers['reason']}."
    own, (low, high) = numbers["own"], numbers["own"]["interval"]
    alone = own["before_bound"]
    bounded = (
        ""
        if alone is None
        else (f"Were the part of the songs as large as estimated, it would take {alone:.3f}. ")
    )
    reached = "" if abs(numbers["mean_difference"]) >= own["effect"] else "not "
    return (
        f"With {_design(numbers)} and these variances, a mean difference of {own['effect']:.3f} F1 "
        f"(dz {own['dz']:.2f}) is shown with power 0.8; between {low:.3f} and {high:.3f}, as the "
        f"deviation itself is known only within its interval. {bounded}The difference that the "
        f"run saw, {fixed(numbers['mean_difference'])}, is {reached}as large as that."
    )


def alarm_words(numbers: Mapping) -> str:
    """How often the test would find something where there is nothing."""
    if "reason" in numbers:
        return f"No false alarms can be counted: {numbers['reason']}."
    shares = ", ".join(
        f"{_share(row['share'], 1)} with {row['n_genres']} genres"
        for row in numbers["false_alarms"]
    )
    error = (0.05 * 0.95 / numbers["simulations"]) ** 0.5
    return f"Significant without any effect: {shares}; each known to ±{_share(2 * error, 1)}."


def repeats_words(numbers: Mapping) -> str:
    """What more repeats would bring."""
    if "reason" in numbers:
        return f"Nothing can be said of repeats: {numbers['reason']}."
    by_repeats = "; ".join(
        f"with {row['repeats']} {_span(row['if_training'], row['if_genres'])}"
        for row in numbers["by_repeats"]
    )
    told = numbers["variances"]["training"] is not None
    why = (
        " Where two numbers stand, the first takes all that is not songs for training, the "
        "second for the genres' own."
    )
    return f"The least difference with power 0.8, by repeats: {by_repeats}.{'' if told else why}"


def needed_words(numbers: Mapping) -> str:
    """How many genres, or songs, an effect takes."""
    if "reason" in numbers:
        return f"Nothing can be said of larger studies: {numbers['reason']}."
    return "\n".join(f"- {_one_effect(row, numbers)}" for row in numbers["needed"])


def _one_effect(row: Mapping, numbers: Mapping) -> str:
    songs = f" with {numbers['n_songs']:,} test songs" if numbers["n_songs"] else ""
    words = f"To show {row['effect']:.2f} F1 takes {_genres(row['genres'])}{songs}"
    if numbers["songs_by"] != "none":
        words += f", {_genres(row['genres_with_4_times_the_songs'])} with four times as many"
    known = {"songs": numbers["songs_by"] != "none"}
    known["repeats"] = known["songs"] or numbers["variances"]["training"] is not None
    asked = [name for name, there in known.items() if there]
    if not asked:
        return f"{words}."
    enough = [f"{row[name]:,} {name[: None if row[name] > 1 else -1]}"
              for name in asked if row[name]]  # fmt: skip
    never = " or ".join(name for name in asked if not row[name])
    own = f"{words}; the {numbers['n_genres']} genres of this run"
    if not enough:
        return f"{own} can't show it with any number of {never}."
    but = f", but with no number of {never}" if never else ""
    return f"{own} can show it with {' or '.join(enough)}{but}."


def _genres(number: int | None) -> str:
    return "more than 10,000 genres" if number is None else f"{number:,} genres"


def _design(numbers: Mapping) -> str:
    songs = f", {numbers['n_songs']:,} test songs" if numbers["n_songs"] else ""
    repeats = numbers["repeats"]
    return f"{numbers['n_genres']} genres{songs} and {repeats} repeat{'s' if repeats > 1 else ''}"


def _span(low: float, high: float) -> str:
    first, last = f"{min(low, high):.3f}", f"{max(low, high):.3f}"
    return first if first == last else f"{first} to {last}"


def _share(value: float, decimals: int = 0) -> str:
    return f"{100 * value:.{decimals}f}\u00a0%"
