"""What the kept networks of a run say of a segment, and where they find it (Grad-CAM).

A network hears as many seconds as it learned from, about the middle of the segment that is
shown. Notebook: explorer.
"""

import base64
import html
import io
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..audio import Segment, cut_segment
from ..errors import RunError, SongError, StudyError
from ..figures import draw_attention, make_figure, use_style
from ..networks.gradcam import HeatMap, heat_map
from ..networks.kept import About, read_network
from ..networks.predict import (
    WARNING,
    Networks,
    at_prevalence,
    choose_networks,
    groups_of,
    image_of,
    probabilities,
)
from ..results import read_networks
from ..spectrograms import SCALES, Sound, levels
from .live_view import Picture, Recording, View

MOST_BYTES = 2**30
"""Of networks that are held in memory; a ResNet152 takes 233 MB."""


SMALL_PIXELS = 128**2


@dataclass(frozen=True)
class Answer:
    """What networks say of some seconds.

    Attributes
    ----------
    about : About
        Of one of them; all are of one depth, scale and arm.
    genres : DataFrame
        ``genre, probability, at_prevalence``, the likeliest first; see
        `mgrlib.networks.predict.predict_songs`.
    start, seconds : float
        What they heard, in s.
    padded : bool
        Whether silence was added, since the song is shorter.
    genre : str
        The one that is looked for.
    heat : HeatMap
    picture : bytes
        Grad-CAM as a PNG.
    """

    about: About
    genres: pd.DataFrame
    start: float
    seconds: float
    padded: bool
    genre: str
    heat: HeatMap
    picture: bytes

    @property
    def words(self) -> str:
        """Grad-CAM in words, as its picture's alternative text."""
        if not self.heat.values.any():
            return f"Grad-CAM: nothing speaks for {self.genre}."
        frequency, time = np.unravel_index(self.heat.values.argmax(), self.heat.values.shape)
        rows, columns = self.heat.values.shape
        centers = SCALES[self.about.scale].frequencies(**_spacing(self.about))
        hertz = np.interp((frequency + 0.5) / rows, _places(centers), centers)
        return (
            f"Spectrogram and Grad-CAM: most of what speaks for {self.genre} lies about "
            f"{hertz:.0f} Hz and {self.start + (time + 0.5) / columns * self.seconds:.1f} s."
        )


def _places(centers: np.ndarray) -> np.ndarray:
    return (np.arange(len(centers)) + 0.5) / len(centers)


def _spacing(about: About) -> dict[str, int]:
    return {name: about.image[name] for name in ("sample_rate", "n_fft", "n_mels")}


def kept_choices(run: Path | None) -> pd.DataFrame:
    """What can be asked: ``weights, depth, scale``, a row for each set of networks.

    Raises
    ------
    RunError
        If the run has kept no networks (the message says how to keep them), or there is none.
    """
    if run is None:
        raise RunError(
            "no run is open, so no networks can be asked: name one with run=, trained with "
            "keep_models=true"
        )
    table = read_networks(run)
    if table.empty:
        choose_networks(run)  # it says how to keep some
    return table[["weights", "depth", "scale"]].drop_duplicates().reset_index(drop=True)


class Listener:
    """The networks of a run; those that were asked last stay in memory."""

    def __init__(self, run: Path):
        self.run = run
        self._loaded: OrderedDict[tuple[Path, ...], tuple[Any, About]] = OrderedDict()

    def ask(
        self,
        picture: Picture,
        *,
        depth: int | None = None,
        scale: str | None = None,
        weights: str | None = None,
        genre: str | None = None,
    ) -> Answer:
        """What the networks of one depth, scale and arm say of a picture's segment.

        Parameters
        ----------
        genre : str, optional
            The genre to look for by Grad-CAM; by default the likeliest.

        Raises
        ------
        StudyError
            If no such networks are kept, a file of theirs is damaged, or the song is too short
            for them.
        """
        networks = choose_networks(self.run, depth=depth, scale=scale, weights=weights)
        about = next(iter(networks.values()))
        segment, start = heard_segment(picture.recording, picture.view, about)
        pixels = image_of(segment, about)
        with _threads_for(pixels):
            genres = self._genres(networks, pixels)
            wanted = genre if genre in set(genres["genre"]) else genres["genre"].iloc[0]
            heat = self._heat(networks, pixels, wanted)
        share = float(genres.loc[genres["genre"] == wanted, "probability"].iloc[0])
        return Answer(
            about=about,
            genres=genres,
            start=start,
            seconds=about.image["segment_seconds"],
            padded=segment.padded,
            genre=wanted,
            heat=heat,
            picture=_picture(segment, about, heat, start=start, title=_title(wanted, share, about)),
        )

    def _genres(self, networks: Networks, pixels: np.ndarray) -> pd.DataFrame:
        rows = []
        for group in groups_of(networks):
            network, about = self._read(group)
            for genre, value in zip(
                about.genres, probabilities(network, about, pixels[None])[0], strict=True
            ):
                likely = at_prevalence(float(value), about.prevalence[genre])
                rows.append((genre, float(value), likely))
        table = pd.DataFrame(rows, columns=["genre", "probability", "at_prevalence"])
        return table.sort_values("probability", ascending=False, kind="stable", ignore_index=True)

    def _heat(self, networks: Networks, pixels: np.ndarray, genre: str) -> HeatMap:
        import torch

        from ..training import Normalization

        (group,) = (g for g in groups_of(networks) if any(genre in networks[f].genres for f in g))
        network, about = self._read(group)
        image = Normalization(**about.normalization)(torch.from_numpy(pixels[None]))
        return heat_map(network, image, output=about.genres.index(genre))

    def _read(self, group: list[Path]) -> tuple[Any, About]:
        key = tuple(group)
        if key not in self._loaded:
            self._loaded[key] = read_network(*group)
        self._loaded.move_to_end(key)
        while len(self._loaded) > 1 and sum(map(_bytes, self._loaded.values())) > MOST_BYTES:
            self._loaded.popitem(last=False)
        return self._loaded[key]


@contextmanager
def _threads_for(pixels: np.ndarray) -> Iterator[None]:
    """Let torch use one thread for a small image: several would wait for each other."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1 if pixels.size <= SMALL_PIXELS else threads)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _bytes(loaded: tuple[Any, About]) -> int:
    return sum(part.nbytes for part in loaded[0].parameters())


def heard_segment(recording: Recording, view: View, about: About) -> tuple[Segment, float]:
    """The seconds that a network hears, about the middle of a view's segment, and their start.

    Raises
    ------
    StudyError
        If the song is shorter than half of them, or silent there.
    """
    seconds = about.image["segment_seconds"]
    latest = recording.start + recording.seconds - seconds
    start = max(recording.start, min(view.start + (view.seconds - seconds) / 2, latest))
    samples = recording.cut(start, seconds)
    cut = {"segment_seconds": seconds, "sample_rate": about.image["sample_rate"]}
    try:
        return cut_segment(samples, native_rate=recording.sample_rate, **cut), start
    except SongError as error:
        raise StudyError(
            f"the networks can't hear this segment, {error}: they learned from {seconds:g} s a "
            "song; choose another segment or a longer song"
        ) from None


def _title(genre: str, share: float, about: About) -> str:
    return f"For {genre} ({100 * share:.0f} %): ResNet{about.depth}, {about.scale}, {about.weights}"


def _picture(segment: Segment, about: About, heat: HeatMap, *, start: float, title: str) -> bytes:
    drawing = about.settings
    sound = Sound.of(segment.samples, drawing)
    figure = make_figure(
        draw_attention,
        levels(sound, about.scale, top_db=drawing.top_db),
        heat.values,
        frequencies=SCALES[about.scale].frequencies(**sound.spacing),
        times=start + sound.times,
        floor_db=-drawing.top_db,
        title=f"{title}, {heat.layer} ({heat.side} × {heat.side})",
        columns=2,
        height_inches=3.4,
    )
    stream = io.BytesIO()
    with use_style():
        figure.savefig(stream, format="png", dpi=130)
    return stream.getvalue()


def answer_html(answer: Answer) -> str:
    """An answer as a table, a caution and the picture; all names are escaped."""
    rows = "".join(
        f'<tr><th scope="row">{html.escape(row.genre)}</th>'
        f"<td>{100 * row.probability:.1f} %</td><td>{100 * row.at_prevalence:.1f} %</td></tr>"
        for row in answer.genres.itertuples()
    )
    about = answer.about
    padded = ", padded with silence" if answer.padded else ""
    caution = f'<p class="live-caution">{html.escape(WARNING)}.</p>'
    picture = base64.b64encode(answer.picture).decode()
    alt = html.escape(answer.words, quote=True)
    return (
        f"<p>ResNet{about.depth}, {html.escape(about.scale)}, {html.escape(about.weights)}, of "
        f"{answer.start:.2f} to {answer.start + answer.seconds:.2f} s{padded}.</p>"
        + (caution if about.evidence == "synthetic" else "")
        + '<div class="live-answer"><table><thead><tr><th scope="col">Genre</th>'
        '<th scope="col">where 1 in 2 songs have it</th>'
        '<th scope="col">where it is as frequent as in training</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
        f'<img alt="{alt}" src="data:image/png;base64,{picture}"></div>'
    )
