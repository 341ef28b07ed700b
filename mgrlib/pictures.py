"""Pictures of pages: PNG with a palette, a third of the size at the same look.

Figures hold few hues, which antialiasing mixes to thousands of colors that nobody tells apart;
a spectrogram's colors lie on one curve. 256 colors are enough for either: chosen to cover all
colors that occur rather than the frequent ones, none is off by more than some 4 %.
"""

import base64
import io

COLORS = 256


def light_png(png: bytes) -> bytes:
    """The same picture with a palette, or the very bytes where that is no gain.

    No pixel is dithered, so flat areas stay flat. A picture that is transparent somewhere is
    returned as it is.
    """
    from PIL import Image

    with Image.open(io.BytesIO(png)) as picture:
        opaque = picture.mode == "RGB" or (
            picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255)
        )
        if not opaque:
            return png
        # Median cut would leave three shades to the bright tenth of a spectrogram's color bar.
        few = picture.convert("RGB").quantize(COLORS, method=Image.Quantize.MAXCOVERAGE)
        # The resolution goes along: it is the size on paper.
        kept = {key: picture.info[key] for key in ("dpi",) if key in picture.info}
        stream = io.BytesIO()
        few.save(stream, "PNG", compress_level=9, **kept)
    light = stream.getvalue()
    return light if len(light) < len(png) else png


def light_base64(png: str | list[str]) -> str:
    """`light_png` of a picture as notebooks hold it."""
    return base64.b64encode(light_png(base64.b64decode("".join(png)))).decode()
