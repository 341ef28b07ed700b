"""Where in a song its genre was found: Grad-CAM figures of predicted songs."""

from pathlib import Path
from typing import Any

from .. import figures
from ..audio import Segment
from ..files import slug, write_atomically
from ..spectrograms import SCALES, Sound, levels
from .gradcam import HeatMap, heat_map
from .kept import About, read_network
from .predict import Networks, groups_of, image_of, segment_of


def draw_explanations(
    result: dict[str, Any], networks: Networks, *, folder: Path, genre: str | None = None
) -> None:
    """Write a figure of Grad-CAM for each song and note it in the result.

    Parameters
    ----------
    result : dict
        Of `mgrlib.networks.predict.predict_songs`; each song gets ``gradcam`` with ``genre``,
        ``layer`` and ``figure``, the name of a PNG in `folder`.
    networks : Networks
        Those that gave the result.
    folder : Path
        Where the figures go.
    genre : str, optional
        The genre to explain; by default the likeliest of each song.
    """
    songs = [song for song in result["songs"] if "genres" in song]
    asked = {number: genre or song["genres"][0]["genre"] for number, song in enumerate(songs)}
    taken: set[str] = set()
    for group in groups_of(networks):
        of_group = {name for file in group for name in networks[file].genres}
        if not of_group & set(asked.values()):
            continue
        network, about = read_network(*group)
        for number, song in enumerate(songs):
            if asked[number] in of_group:
                name = _free_name(song["path"], asked[number], taken)
                song["gradcam"] = _draw(song, asked[number], network, about, folder / name)


def _free_name(path: str, genre: str, taken: set[str]) -> str:
    stem = f"{slug(Path(path).stem)[:60]}-{slug(genre)[:40]}"
    names = (f"{stem}{ending}.png" for ending in ("", *(f"-{n}" for n in range(2, len(taken) + 3))))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name


def _draw(song: dict, genre: str, network: Any, about: About, file: Path) -> dict[str, str]:
    import torch

    from ..training import Normalization

    segment = segment_of(song["path"], about)
    pixels = image_of(segment, about)[None]
    image = Normalization(**about.normalization)(torch.from_numpy(pixels))
    found = heat_map(network, image, output=about.genres.index(genre))
    (probability,) = (r["probability"] for r in song["genres"] if r["genre"] == genre)
    what = "What speaks" if found.values.any() else "Nothing speaks"
    title = (
        f"{what} for {genre} ({100 * probability:.0f} %): ResNet{about.depth}, {about.scale}, "
        f"{found.layer} ({found.side} × {found.side})"
    )
    figure = _figure(segment, about, found, title=title)
    with figures.use_style():
        write_atomically(file, lambda stream: figure.savefig(stream, format="png", dpi=200))
    return {"genre": genre, "layer": found.layer, "figure": file.name}


def _figure(segment: Segment, about: About, found: HeatMap, *, title: str) -> Any:
    drawing = about.settings
    sound = Sound.of(segment.samples, drawing)
    start = max(0.0, (segment.seconds - drawing.segment_seconds) / 2)
    return figures.make_figure(
        figures.draw_attention,
        levels(sound, about.scale, top_db=drawing.top_db),
        found.values,
        frequencies=SCALES[about.scale].frequencies(**sound.spacing),
        times=start + sound.times,
        floor_db=-drawing.top_db,
        title=title,
        columns=2,
        height_inches=3.6,
    )
