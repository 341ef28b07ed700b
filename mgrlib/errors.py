"""The errors that the study raises on purpose.

A `StudyError` is the user's to mend: a setting, a library or a run. Its message is
one line that names the value, the rule and the way out; the command line prints it
and exits with 2. A `SongError` concerns one song: the run records it and goes on.
"""


class StudyError(Exception):
    """Something that the user asked for can't be done; the message says what to do."""


class SettingsError(StudyError):
    """An unknown setting, or a value that its rule refuses."""


class LibraryError(StudyError):
    """A library of songs whose tables are wrong or too small for a study."""


class RunError(StudyError):
    """A run folder that can't be made, read or written."""


class BuildError(Exception):
    """A notebook or the book failed; the message says where to look."""


class SongError(Exception):
    """One song that can't be used.

    Parameters
    ----------
    reason : str
        One of a few words that are counted in the audit, such as ``"silent"``.
    detail : str
        What was seen, for the person who will look at the file.
    """

    def __init__(self, reason: str, detail: str = ""):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
