"""The part of the live explorer that receives a file of one's own.

Notebook: explorer.
"""

from typing import Any

from ..errors import StudyError
from .live_song import Upload
from .live_widgets import UploadWidget


class Uploading:
    """The field for a file, and what has arrived of it.

    Parameters
    ----------
    explorer : mgrlib.explorer.live.Explorer
        It shows the song when all of it is there.

    Attributes
    ----------
    widget : UploadWidget
    upload : Upload or None
        What is arriving.
    """

    def __init__(self, explorer: Any):
        self.explorer = explorer
        self.upload: Upload | None = None
        self.widget = UploadWidget(begin=self.begin, add=self.add, stop=self.stop)

    def begin(self, name: Any, size: Any) -> bool:
        """Begin with a file, in the place of one that is arriving."""
        return self.explorer.tell(lambda: self._begin(name, size))

    def add(self, part: bytes) -> bool:
        """Take the next part; whether one more is wanted."""
        return self.explorer.tell(lambda: self._add(part)) and self.upload is not None

    def stop(self) -> None:
        """Forget what has arrived of a file, since no more will come."""
        self.explorer.tell(self._stop)

    def _begin(self, name: Any, size: Any) -> None:
        self._drop()
        self.upload = Upload(name, size)
        self.explorer.picture.say(f"Receiving {self.upload.name} …")

    def _add(self, part: bytes) -> None:
        if self.upload is None:
            return
        try:
            if self.upload.add(part):
                upload, self.upload = self.upload, None
                self.explorer.adopt_upload(upload)
        except BaseException:
            self._drop()
            raise

    def _stop(self) -> None:
        self._drop()
        raise StudyError("the upload broke off: choose the file again")

    def _drop(self) -> None:
        if self.upload:
            self.upload.drop()
            self.upload = None
