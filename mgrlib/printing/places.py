"""On which sheet of a PDF each named place stands.

Chromium writes PDF 1.4 with its objects in plain text, only the contents of pages and
pictures are compressed; what is asked here, the tree of pages and the table of named
places, can be read without a library.
"""

import re
from urllib.parse import unquote

OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\s*(.*?)endobj", re.DOTALL)
PLACE = re.compile(rb"/((?:[^\s/\[\]<>()])+)\s*\[\s*(\d+) 0 R\s*/XYZ")
REFERENCE = re.compile(rb"(\d+) 0 R")


def page_numbers(pdf: bytes) -> dict[str, int]:
    """Number of the sheet, from 1, on which each named place of a PDF by Chromium stands.

    Empty for a PDF that is written otherwise.
    """
    # A stream may hold anything, also what looks like an object.
    text = re.sub(rb"stream\r?\n.*?endstream", b"", pdf, flags=re.DOTALL)
    objects = {int(number): body for number, body in OBJECT.findall(text)}
    catalog = next((body for body in objects.values() if b"/Type /Catalog" in body), b"")
    root, places = _named(catalog, b"/Pages"), _named(catalog, b"/Dests")
    sheets = {number: at for at, number in enumerate(_sheets(objects, root), start=1)}
    found = PLACE.findall(objects.get(places, b""))
    return {_name(name): sheets[int(page)] for name, page in found if int(page) in sheets}


def _named(body: bytes, key: bytes) -> int:
    match = re.search(key + rb"\s+(\d+) 0 R", body)
    return int(match[1]) if match else -1


def _sheets(objects: dict[int, bytes], number: int) -> list[int]:
    """Pages under a node of the tree of pages, in order."""
    body = objects.get(number, b"")
    kids = re.search(rb"/Kids\s*\[(.*?)\]", body, re.DOTALL)
    if kids is None:
        return [number] if b"/Type /Page" in body else []
    return [page for kid in REFERENCE.findall(kids[1]) for page in _sheets(objects, int(kid))]


def _name(written: bytes) -> str:
    """A name as it was before PDF and HTML escaped it."""
    plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), written)
    return unquote(plain.decode("utf-8", "replace"))
