"""Tables for a folder of music that has none, proposed from the tags of its files.

``python -m mgrlib init FOLDER`` reads titles, artists, albums, years and genres (`reading`),
maps the names of genres to the paper's by the list of common names (`mgrlib.taxonomies`) and
writes ``songs.csv`` and ``taxonomy.csv`` for their owner to correct (`proposal`).
Book: own-music.
"""

from .proposal import Proposal, propose_tables, write_tables
from .reading import Tags, read_tags, split_genres
from .report import describe
from .walk import AUDIO_EXTENSIONS, find_music

__all__ = [
    "AUDIO_EXTENSIONS",
    "Proposal",
    "Tags",
    "describe",
    "find_music",
    "propose_tables",
    "read_tags",
    "split_genres",
    "write_tables",
]
