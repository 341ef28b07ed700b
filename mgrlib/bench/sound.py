"""What the audio audit adds to the spectrogram stage."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..audio import Segment, native
from ..corpora.synthetic.encoding import encode
from ..shards import SOUND, make_shard, read_file, shard_files
from .processes import bench_settings, empty_cache
from .songs import FORMATS, RATE, SEGMENT_SECONDS, stereo_song
from .timing import in_turns, row

MOST_ADDED = 0.3
"""Share of the stage's time that the audit may add."""

SONGS = 8
ROUNDS = 9


def bench_sound() -> Iterator[dict]:
    """Songs to both images, with their sound measured and without, in every format.

    The fingerprint and the count of clipped samples, which is made while channels are
    decoded, belong to the audit.
    """
    samples = stereo_song(SEGMENT_SECONDS + 1)
    for extension in FORMATS:
        content = encode(samples, sample_rate=RATE, extension=extension)
        yield sound_row(content, extension, songs=SONGS, rounds=ROUNDS)


def sound_row(content: bytes, extension: str, *, songs: int, rounds: int) -> dict:
    """A shard of one song under several names, made by the stage of both kinds in turns."""
    with tempfile.TemporaryDirectory() as name, empty_cache():
        folder = Path(name)
        shard = [(f"{number}{extension}",) for number in range(songs)]
        (folder / shard[0][0]).write_bytes(content)
        for (path,) in shard[1:]:
            os.link(folder / shard[0][0], folder / path)
        settings = bench_settings(folder)
        files = shard_files(shard, settings)
        images = {scale: file for scale, file in files.items() if scale != SOUND}

        def make(wanted: dict[str, Path], read) -> None:
            for file in wanted.values():
                file.unlink(missing_ok=True)
            make_shard(folder, shard, wanted, settings, read)

        times = in_turns(lambda: make(files, read_file), lambda: make(images, read_uncounted),
                         rounds=rounds)  # fmt: skip
    audited, bare = (taken / songs for taken in times)
    said = f"{extension[1:]}, {SEGMENT_SECONDS:.0f} s, both images and what is known of the sound"
    return row(said, (audited, bare), baseline_name="without the audio audit", unit="s a song",
               goal=1 / (1 + MOST_ADDED))  # fmt: skip


def read_uncounted(folder: Path, song: tuple, **wanted) -> Segment:
    """The segment of a song, decoded as it would be without the audit."""
    with _uncounted():
        return read_file(folder, song, **wanted)


@contextmanager
def _uncounted() -> Iterator[None]:
    add = native.Extremes.add
    native.Extremes.add = lambda self, block: None
    try:
        yield
    finally:
        native.Extremes.add = add
