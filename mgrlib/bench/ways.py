"""Four ways from a song to its linear and mel image: the paper's, librosa's, ours, the floor.

Each takes the middle `SEGMENT_SECONDS` of a file, mono, at 22,050 Hz. The floor stops there:
no way can be faster than its decoder.
"""

import shutil
from pathlib import Path

import av
import librosa
import numpy as np
import soundfile
import soxr

from ..audio import FFMPEG_FIRST, read_segment
from ..spectrograms import song_images
from .songs import SEGMENT_SECONDS

SAMPLE_RATE = 22_050
PIXELS = 224
DRAWING = {"sample_rate": SAMPLE_RATE, "n_fft": 2048, "hop_length": 512, "n_mels": 128,
           "top_db": 80.0, "image_size": PIXELS}  # fmt: skip
"""Settings of `mgrlib.spectrograms.song_images`; librosa's defaults."""


def paper_way(path: Path, folder: Path) -> None:
    """Both pictures as the paper most likely made them, as PNG files in `folder`.

    The paper says that the two kinds of spectrogram "were obtained using the Librosa
    Python library" (section 3.1; version 0.10.2, section 3.4) and shows one of each (Figures 1
    and 2); it states no settings. So this is what librosa's own examples do, with its defaults:
    `librosa.load`, `librosa.stft` and `librosa.feature.melspectrogram`, levels in dB below the
    maximum, `librosa.display.specshow`, and `savefig`. Where there was a choice, it is the cheaper
    one: only the 30 s that are wanted are loaded, the picture has the network's 224 x 224 pixels
    from the start, and it has no axes, ticks or bars.
    """
    import librosa.display
    from matplotlib.figure import Figure

    samples = load_by_librosa(path)
    for scale, levels in _levels(samples).items():
        figure = Figure(figsize=(PIXELS / 100, PIXELS / 100), dpi=100)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        librosa.display.specshow(levels, sr=SAMPLE_RATE, x_axis="time", y_axis=scale, ax=axes)
        figure.savefig(folder / f"{scale}.png")


def librosa_and_pil(path: Path, folder: Path) -> None:
    """Both pictures without matplotlib: librosa's levels as gray, resized by PIL, as PNG."""
    from PIL import Image

    for scale, levels in _levels(load_by_librosa(path)).items():
        gray = np.uint8(np.rint((levels[::-1] / 80 + 1) * 255))
        picture = Image.fromarray(gray).resize((PIXELS, PIXELS), Image.Resampling.BOX)
        picture.save(folder / f"{scale}.png")


def ours(path: Path) -> dict[str, np.ndarray]:
    """Both images as `mgrlib.images.make_images` makes them of a song."""
    segment = read_segment(path, segment_seconds=SEGMENT_SECONDS, sample_rate=SAMPLE_RATE)
    return song_images(segment.samples, scales=["linear", "mel"], **DRAWING)


def floor(path: Path) -> np.ndarray:
    """The samples alone: decoded by the decoder that we use, mono, resampled."""
    mono, rate = (by_ffmpeg if path.suffix in FFMPEG_FIRST else by_libsndfile)(path)
    return soxr.resample(mono, rate, SAMPLE_RATE, quality="HQ")


def by_libsndfile(path: Path) -> tuple[np.ndarray, int]:
    """The middle of a stereo file and its rate in Hz, by soundfile's own calls."""
    with soundfile.SoundFile(path) as stream:
        wanted = round(SEGMENT_SECONDS * stream.samplerate)
        stream.seek(max(0, (stream.frames - wanted) // 2))
        frames = stream.read(wanted, dtype="float32")
        mono = frames[:, 0] + frames[:, 1]
        mono *= np.float32(0.5)
        return mono, stream.samplerate


def by_ffmpeg(path: Path) -> tuple[np.ndarray, int]:
    """The middle of a stereo file and its rate in Hz, by PyAV's own calls."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        duration = container.duration / av.time_base
        if path.suffix == ".opus":  # it counts the encoder's delay (RFC 7845, section 5.1)
            delay = int.from_bytes(stream.codec_context.extradata[10:12], "little")
            duration -= delay / stream.rate
        start = max(0.0, duration - SEGMENT_SECONDS) / 2
        wanted = round(SEGMENT_SECONDS * stream.rate)
        if start:
            container.seek(int((start - 0.1) * av.time_base))
        mono = np.empty(wanted + 10 * stream.rate, dtype=np.float32)
        skipped, end = None, 0
        for frame in container.decode(stream):
            if skipped is None:
                skipped = max(0, round((start - frame.time) * stream.rate))
            begin, end = end, end + frame.samples
            left, right = (np.frombuffer(plane, np.float32, frame.samples)
                           for plane in frame.planes)  # fmt: skip
            np.add(left, right, out=mono[begin:end])
            if end >= skipped + wanted:
                break
        mono = mono[skipped:end][:wanted]
        mono *= np.float32(0.5)
        return mono, stream.rate


def librosa_decodes(path: Path) -> bool:
    """Whether `librosa.load` can read a file here: AAC it gives to the program ffmpeg."""
    return path.suffix != ".m4a" or shutil.which("ffmpeg") is not None


def load_by_librosa(path: Path) -> np.ndarray:
    """The middle of a file by `librosa.load`, or by PyAV, which is faster, where that can't."""
    if not librosa_decodes(path):
        mono, rate = by_ffmpeg(path)
        return librosa.resample(mono, orig_sr=rate, target_sr=SAMPLE_RATE)
    start = max(0.0, librosa.get_duration(path=path) - SEGMENT_SECONDS) / 2
    return librosa.load(path, sr=SAMPLE_RATE, offset=start, duration=SEGMENT_SECONDS)[0]


def _levels(samples: np.ndarray) -> dict[str, np.ndarray]:
    """Levels in dB of both scales, each from its own transform, as librosa's examples have it."""
    linear = librosa.amplitude_to_db(np.abs(librosa.stft(samples)), ref=np.max)
    power = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE)
    return {"linear": linear, "mel": librosa.power_to_db(power, ref=np.max)}
