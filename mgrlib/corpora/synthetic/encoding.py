"""Samples as the bytes of an audio file: the same samples make the same bytes every time.

libsndfile encodes all but AAC in MP4, which FFmpeg does. A file's time stamps, random
serial numbers and encoder versions are left out or fixed.
"""

import io

import numpy as np

ENCODINGS = {
    ".wav": {"format": "WAV", "subtype": "PCM_16"},
    ".flac": {"format": "FLAC", "subtype": "PCM_16"},
    ".ogg": {"format": "OGG", "subtype": "VORBIS"},
    ".opus": {"format": "OGG", "subtype": "OPUS"},
    ".mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III"},
    ".aiff": {"format": "AIFF", "subtype": "PCM_16"},
    ".m4a": {"codec": "aac"},
}
"""What each file name extension is written as."""

OPUS_RATE = 48_000
BLOCK = 65_536
AAC_BITS_A_SAMPLE = 3
"""66 kb/s for the mono 22,050 Hz of a synthetic song, 265 for stereo at 44,100 Hz."""


def encode(samples: np.ndarray, *, sample_rate: int, extension: str, serial: int = 1) -> bytes:
    """Encode samples as a file of the format that a file name extension stands for.

    Parameters
    ----------
    samples : numpy.ndarray, shape=(n,) or (n, 2), float32
        Between -1 and 1.
    sample_rate : int
        Their rate in Hz. Opus is written at 48,000 Hz whatever it is.
    extension : str
        A key of `ENCODINGS`.
    serial : int
        Serial number of an Ogg stream; its lowest 32 bits are used.

    Raises
    ------
    ValueError
        If there is no such extension.
    """
    if extension not in ENCODINGS:
        raise ValueError(f"extension must be one of {', '.join(ENCODINGS)}, got {extension!r}")
    if extension == ".m4a":
        return _encode_aac(samples, sample_rate)
    import soundfile
    import soxr

    if extension == ".opus" and sample_rate != OPUS_RATE:
        samples, sample_rate = soxr.resample(samples, sample_rate, OPUS_RATE), OPUS_RATE
    stream = io.BytesIO()
    with soundfile.SoundFile(
        stream, "w", sample_rate, samples[:1].size, **ENCODINGS[extension]
    ) as file:
        # libsndfile's Vorbis encoder overflows the stack where it is given a song at once.
        for start in range(0, len(samples), BLOCK):
            file.write(samples[start : start + BLOCK])
    if ENCODINGS[extension]["format"] == "OGG":
        stream = _renumbered(stream, serial)
    return stream.getvalue()


def _encode_aac(samples: np.ndarray, sample_rate: int) -> bytes:
    """AAC in MP4. Its edit list tells players to skip the encoder's delay of 1,024 samples."""
    import av

    planes = np.ascontiguousarray(np.atleast_2d(samples.T), dtype=np.float32)
    layout = {1: "mono", 2: "stereo"}[len(planes)]
    # The edit list counts in the movie's time scale: in ms, unless it is the sample rate.
    options = {"fflags": "+bitexact", "movie_timescale": str(sample_rate)}
    stream = io.BytesIO()
    with av.open(stream, "w", format="ipod", options=options) as container:
        track = container.add_stream("aac", rate=sample_rate, layout=layout)
        track.bit_rate = AAC_BITS_A_SAMPLE * sample_rate * len(planes)
        track.codec_context.flags |= av.codec.context.Flags.bitexact
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = sample_rate, 0
        container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return stream.getvalue()


def _renumbered(stream: io.BytesIO, serial: int) -> io.BytesIO:
    """The same Ogg stream under our serial number: libsndfile draws one by the clock."""
    import mutagen.ogg

    stream.seek(0)
    end = len(stream.getbuffer())
    numbered = io.BytesIO()
    while stream.tell() < end:
        page = mutagen.ogg.OggPage(stream)
        page.serial = serial % 2**32
        numbered.write(page.write())
    return numbered
