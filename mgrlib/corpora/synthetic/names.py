"""Invented artists, albums and titles."""

import numpy as np


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


ADJECTIVES = _listed("""
    Amber Ashen Blind Bright Broken Burning Cold Copper Crooked Crystal Dark Distant Electric
    Empty False First Frozen Gentle Golden Grey Hidden High Hollow Hungry Iron Last Late Lonely
    Long Lost Low Lucid Midnight Modern Narrow Neon New Northern Open Pale Paper Plastic Quiet
    Rapid Red Restless Royal Rusted Sacred Secret Seventh Silent Silver Slow Small Solar
    Southern Static Steel Strange Sudden Summer Sweet Tender Thin Third Velvet Violet Wild
    Winter Wooden Yellow Young
""")
NOUNS = _listed("""
    Airport Animal Anthem Arcade Archive Atlas Avenue Balcony Beacon Birds Border Bridge Cabin
    Cables Candle Canyon Carousel Castle Cathedral Ceiling Choir Circle Cities Clock Coast
    Compass Corridor Curtain Dancers Desert Detour Diary Dream Echo Engine Estate Evening
    Factory Feather Field Fire Flood Forest Fountain Fox Furnace Garden Ghost Glacier Harbor
    Heart Heron Highway Horizon Horses Hotel House Island Kingdom Ladder Lake Lantern Letter
    Library Lighthouse Machine Magnet Map Market Meadow Mercury Mirror Monument Moon Morning
    Motel Mountain Museum Night Ocean Orbit Orchard Palace Parade Pilot Planet Postcard Prairie
    Radio Railway Rain River Road Rooftop Sailor Saints Satellite Sea Season Shadow Signal
    Sister Skyline Sleep Smoke Snow Sparrow Stairs Station Stone Storm Street Sun Temple Theater
    Thunder Tide Tiger Tower Train Tunnel Valley Victory Village Wave Window Wolves
""")
FIRST = _listed("""
    Ada Alma Amir Anouk Bela Bruno Carla Celia Dario Dina Edda Elio Enzo Etta Farah Felix Gita
    Hanna Hugo Ida Ines Ivo Jonas June Kaito Lena Leon Lila Luca Mara Milo Mina Nadia Nils Noor
    Odile Omar Otis Petra Quentin Rafa Rosa Ruben Sami Selma Silas Tessa Theo Uma Vera Viktor
    Wanda Xenia Yara Zeno
""")
LAST = _listed("""
    Abernathy Alvarez Bakker Bellweather Castellan Copperfield Dahlgren Delacroix Eastwood
    Fairlane Falkner Grimaldi Halloway Ibarra Jansen Kessler Kowal Lindqvist Lovelace Marchetti
    Moreau Nakano Northcott Okafor Oduya Pemberton Quill Ramone Rosenthal Sandoval Silvera
    Takeda Thornbury Ueda Valentin Vance Wexler Winterbourne Yamada Zielinski
""")


def artist_name(rng: np.random.Generator) -> str:
    """A person, a band or a project."""
    adjective, noun, other = _words(rng)
    forms = (
        f"{rng.choice(FIRST)} {rng.choice(LAST)}",
        f"The {adjective} {noun}",
        f"{adjective} {noun}",
        f"{noun} & {other}",
        f"{noun} {other}",
        f"{rng.choice(FIRST)} and the {adjective} {noun}",
    )
    return str(forms[rng.integers(len(forms))])


def title(rng: np.random.Generator) -> str:
    """A song or an album."""
    adjective, noun, other = _words(rng)
    forms = (
        f"{adjective} {noun}",
        f"{noun} of the {other}",
        f"The {noun}",
        f"{noun}",
        f"Under the {adjective} {noun}",
        f"{rng.choice(FIRST)}'s {noun}",
        f"No More {noun}",
        f"{noun} in the {other}",
    )
    return str(forms[rng.integers(len(forms))])


def unique(make, taken: set[str], *, rng: np.random.Generator) -> str:
    """A name from `make` that is not in `taken`, and is put there."""
    name = make(rng)
    number = 1
    while name in taken:
        number += 1
        # After a few tries the words are used up: sequels are numbered.
        name = make(rng) if number < 20 else f"{make(rng)} {number}"
    taken.add(name)
    return name


def _words(rng: np.random.Generator) -> tuple[str, str, str]:
    return rng.choice(ADJECTIVES), *rng.choice(NOUNS, 2, replace=False)
