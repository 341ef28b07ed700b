"""Pictures of the site in a form that is small in a PDF.

A PDF holds a PNG as packed pixels, which for a spectrogram is several times what a JPEG of
the same picture takes; drawings of lines and letters stay as they are.
"""

import io
import zlib
from pathlib import Path

from ..files import digest, write_atomically

QUALITY = 90
LEAST_BYTES = 40_000
"""A smaller picture is not worth a second look."""


def lighter(picture: bytes) -> bytes | None:
    """JPEG of a picture where it takes clearly less than the picture takes in a PDF."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:
        if opened.format == "JPEG":  # goes into the PDF as it is
            return None
        opaque = opened.convert("RGBA")
    paper = Image.new("RGBA", opaque.size, "white")
    pixels = Image.alpha_composite(paper, opaque).convert("RGB")
    jpeg = io.BytesIO()
    pixels.save(jpeg, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    packed = len(zlib.compress(pixels.tobytes()))
    return jpeg.getvalue() if len(jpeg.getvalue()) < packed * 2 / 3 else None


def lighter_copy(file: Path, folder: Path) -> Path:
    """A lighter copy of a picture in `folder`, made where there is one to be had; or `file`."""
    if file.suffix.lower() not in (".png", ".webp") or file.stat().st_size < LEAST_BYTES:
        return file
    picture = file.read_bytes()
    copy = folder / f"{digest(picture.hex(), QUALITY)}.jpg"
    if not copy.exists():
        found = lighter(picture)
        if found is None:
            return file
        write_atomically(copy, lambda stream: stream.write(found))
    return copy
