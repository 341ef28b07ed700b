"""The two widgets of the live explorer that ipywidgets lacks: the picture and the upload.

They know no spectrograms: what they show and what they are told goes through traits and
messages. Notebook: explorer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

HERE = Path(__file__).parent
SCRIPTS = {name: (HERE / name).read_text("utf-8") for name in ("view.js", "live.js")}
STYLES = "".join((HERE / name).read_text("utf-8") for name in ("view.css", "live.css"))


class PictureWidget(anywidget.AnyWidget):
    """A picture with axes, a sound with a cursor, and a line for messages.

    Attributes
    ----------
    state : dict
        What ``view.js`` shows, but for picture and sound; also ``number``, which counts
        states, ``song``, ``segment``, and ``sound_key``, by which the sound is asked for.
    picture : bytes
        PNG.
    message : dict
        ``text`` and ``kind``: error, note or nothing.
    """

    _esm = SCRIPTS["view.js"] + "\n" + SCRIPTS["live.js"]
    _css = STYLES
    state = traitlets.Dict().tag(sync=True)
    picture = traitlets.Bytes().tag(sync=True)
    message = traitlets.Dict({"text": "", "kind": ""}).tag(sync=True)

    def __init__(
        self,
        *,
        on_key: Callable[[str], Any],
        make_sound: Callable[[str], bytes | None],
        on_ready: Callable[[], Any],
    ):
        """Tell `on_key` of shortcuts and `on_ready` of a browser; `make_sound` answers for keys."""
        super().__init__()
        self._on_key, self._make_sound, self._on_ready = on_key, make_sound, on_ready
        self.on_msg(self.receive)

    def receive(self, widget: Any, content: Any, buffers: Any) -> None:
        """Take a message of the browser."""
        wanted = content.get("want")
        if "key" in content and not wanted:
            self._on_key(str(content["key"]))
        elif wanted == "ready":
            self._on_ready()
        elif wanted == "sound" and (sound := self._make_sound(str(content.get("key")))):
            self.send({"sound": content["key"]}, buffers=[sound])

    def show(self, state: dict[str, Any], picture: bytes) -> None:
        """Show a picture; all that belongs to it goes out in one message."""
        with self.hold_sync():
            self.picture = picture
            self.state = {**state, "number": self.state.get("number", 0) + 1}

    def say(self, text: str, *, kind: str = "note") -> None:
        """Show a message; an empty one takes the last away."""
        self.message = {"text": text, "kind": kind if text else ""}


class UploadWidget(anywidget.AnyWidget):
    """A field for a file, which arrives in parts."""

    _esm = (HERE / "live_upload.js").read_text("utf-8")

    def __init__(
        self,
        *,
        begin: Callable[[Any, Any], bool],
        add: Callable[[bytes], bool],
        stop: Callable[[], Any],
    ):
        """`begin` gets name and size, `add` each part; both return whether a next one is wanted.

        `stop` is called where the browser can't go on.
        """
        super().__init__()
        self._begin, self._add, self._stop = begin, add, stop
        self.received = 0
        self.on_msg(self.receive)

    def receive(self, widget: Any, content: Any, buffers: Any) -> None:
        """Take a message of the browser, and ask for the next part or for no more."""
        going = False
        if "begin" in content:
            self.received = 0
            going = self._begin(content["begin"].get("name"), content["begin"].get("size"))
        elif "part" in content and buffers:
            if content["part"] != self.received:
                return  # asked for by the answer to a file that another has taken the place of
            self.received += len(buffers[0])
            going = self._add(bytes(buffers[0]))
        else:
            self._stop()
        self.send({"next": self.received} if going else {"done": True})
