"""Rules of the verdict on what was heard: duplicates, damage, and what gives a genre away.

As `rules_labels`. Notebook: 01_dataset_audit, "Verdict".
"""

from collections.abc import Iterator

from .findings import Finding, count, cut, listed, part, percent

LARGEST_ASSOCIATION = 0.5
"""A large effect by the convention of Cohen (1988), see `confounds`."""
LARGEST_DAMAGED = 0.01
"""Share of songs with a fault of their sound."""
PROPERTIES = {
    "format": "the format",
    "lossless": "lossless or lossy",
    "native_rate": "the sample rate",
    "channels": "the number of channels",
    "loudness": "the loudness",
    "bandwidth": "the frequency where the spectrum ends",
    "bit_rate": "the bit rate",
}
MUSICAL = ("loudness", "bandwidth")
"""Properties that may be the music's own."""
VALUES = {
    ("lossless", "True"): "lossless",
    ("lossless", "False"): "lossy",
    ("channels", "1"): "mono",
    ("channels", "2"): "stereo",
    ("channels", "6"): "in six channels",
}
UNITS = {"loudness": "LUFS", "bandwidth": "Hz", "bit_rate": "kbit/s"}
FAULTS = {
    "truncated": "truncated",
    "clipped": "clipped",
    "silent": "mostly silent",
    "offset": "off center",
    "transcoded": "once lossy",
}
"""As `sound.sound_audit` names them; songs that are short are counted as padded."""


def duplicates(audit: dict) -> Iterator[Finding]:
    """Recordings that the data set has twice: across the split, or with other genres."""
    found = part(audit, "duplicates")
    if not found or not part(audit, "labels", "songs"):
        return
    pairs, contradicting = found["exact"] + found["near"], found["contradicting"]
    split_by = part(audit, "leakage", "split_by") or ""
    known = part(audit, "leakage", "splits", split_by, "duplicates", "songs")
    if not pairs:
        yield Finding(True, "duplicates", "No song was found twice.")
        return
    if known is not None:
        text = f"{count(known, 'test song has', 'test songs have')} a duplicate in training"
        yield Finding(not known, "duplicates on both sides",
                      f"{text}: networks are tested on what they have learned." if known
                      else f"None of {count(pairs, 'pair')} of duplicates stands on both sides of "
                      "the split.")  # fmt: skip
    else:
        yield Finding(False, "duplicates", f"{count(pairs, 'pair')} of songs "
                      f"{'is' if pairs == 1 else 'are'} the same recording.")  # fmt: skip
    yield Finding(not contradicting, "contradicting labels",
                  f"In {contradicting:,} of {count(pairs, 'pair')} of duplicates the genres "
                  "differ: at least one of the two is labeled wrong." if contradicting
                  else "All duplicates have the same genres as their doubles.")  # fmt: skip


def confounded(audit: dict) -> Iterator[Finding]:
    """Genres that a property of their files gives away: a network could learn the codec."""
    found = {name: row for name, row in (part(audit, "confounds") or {}).items() if row["genres"]}
    strong = {name: row for name, row in found.items()
              if row["genres"][row["strongest"]] > LARGEST_ASSOCIATION}  # fmt: skip
    for name, row in strong.items():
        others = [g for g, value in row["genres"].items()
                  if value > LARGEST_ASSOCIATION and g != row["strongest"]]  # fmt: skip
        strength = row["genres"][row["strongest"]]
        more = f"; with {listed(others)} too" if others else ""
        yield Finding(
            False,
            "genres told by their files",
            f"{PROPERTIES[name].capitalize()} goes with {cut(row['strongest'])} (association "
            f"{strength:.2f} of 1): {_difference(name, row)}{more}. "
            + (
                "It may be the music's own, or that of its mastering."
                if name in MUSICAL
                else "A network could learn it instead of the music."
            ),
        )
    if found and not strong:
        name = max(found, key=lambda n: found[n]["genres"][found[n]["strongest"]])
        strength = found[name]["genres"][found[name]["strongest"]]
        yield Finding(True, "genres told by their files",
                      "No property of the files gives a genre away; the strongest association is "
                      f"that of {PROPERTIES[name]} with {cut(found[name]['strongest'])}, "
                      f"{strength:.2f} of 1.")  # fmt: skip


def _difference(name: str, row: dict) -> str:
    if name in UNITS:
        inside, outside = (f"{row[side]:,.1f}".replace("-", "−") for side in ("inside", "outside"))
        return f"a median of {inside} {UNITS[name]} in it and of {outside} {UNITS[name]} outside"
    value = VALUES.get((name, row["value"]), row["value"])
    if name == "native_rate":
        value = f"at {int(value):,} Hz"
    return f"{percent(row['inside'])} of its songs are {value}, {percent(row['outside'])} of others"


def damage(audit: dict) -> Iterator[Finding]:
    """Songs that do not sound as they should."""
    faults = part(audit, "audio", "faults") or {}
    known = {name: faults[name] for name in FAULTS if name in faults and faults[name]["of"]}
    rare = {}
    for name, fault in known.items():
        songs, of = fault["songs"], fault["of"]
        if songs <= LARGEST_DAMAGED * of:
            rare[FAULTS[name]] = songs
        else:
            share = f"{songs:,} of {count(of, 'song')} ({percent(songs / of)})"
            yield Finding(False, f"{FAULTS[name]} songs", f"{share} may be {FAULTS[name]}.")
    if rare:
        counts = ", ".join(f"{name} {songs}" for name, songs in rare.items())
        yield Finding(True, "faults of the sound",
                      f"Of few songs or none the sound is at fault: {counts}.")  # fmt: skip
