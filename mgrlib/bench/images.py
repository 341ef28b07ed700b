"""How fast a song becomes images."""

import numpy as np

from .timing import in_turns, row

SAMPLE_RATE = 22_050


def bench_images() -> list[dict]:
    """Both images of a 30 s segment, decoding left out, against librosa."""
    import librosa

    from ..spectrograms import resize, song_images, to_pixels

    rng = np.random.default_rng(0)
    samples = rng.normal(0, 0.1, 30 * SAMPLE_RATE).astype(np.float32)
    drawing = {"sample_rate": SAMPLE_RATE, "n_fft": 2048, "hop_length": 512, "n_mels": 128,
               "top_db": 80.0, "image_size": 224}  # fmt: skip

    def ours() -> None:
        song_images(samples, scales=["linear", "mel"], **drawing)

    def theirs() -> None:
        linear = np.abs(librosa.stft(samples)) ** 2
        mel = librosa.feature.melspectrogram(y=samples, sr=SAMPLE_RATE)
        for power in (linear, mel):
            to_pixels(resize(librosa.power_to_db(power, ref=np.max), 224), top_db=80)

    name = "linear and mel image of 30 s"
    return [row(name, in_turns(ours, theirs, rounds=15), baseline_name="librosa, scales apart",
                unit="s a song", goal=2)]  # fmt: skip
