"""Makes every film and tune of the world, several at once, each in a process of its own."""

import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

from lifelong.demo.covers import HUES
from lifelong.demo.films import Film, make_film, make_sound
from lifelong.demo.world import Wish, World

FLAWS: dict[str, dict[str, Any]] = {
    "small": {"width": 640, "height": 480, "bit_rate": 2_400_000},
    "slow": {"rate": Fraction(24_000, 1001)},
    "still": {"bit_rate": 300_000},
    "silent": {},
    "tail": {},
}


def shoot(wish: Wish, seed: int, folder: str) -> str:
    """Makes one film or tune; returns its path."""
    path = Path(folder) / f"{seed:03}.{'mp3' if wish.film.startswith('audio') else 'mp4'}"
    if wish.film.startswith("audio"):
        channels = 1 if wish.film.endswith(":mono") else 2
        make_sound(path, seed, 12 + seed % 9, channels=channels)
    else:
        flaw = wish.film if wish.film in FLAWS else ""
        film = Film(wish.title, seed, frames=65 + seed % 4 * 10, hue=HUES[wish.area], flaw=flaw, **FLAWS.get(flaw, {}))
        make_film(film, path)
    return str(path)


def open_studio(world: World, folder: Path) -> tuple[ProcessPoolExecutor, dict[str, Future[str]]]:
    """Begins all films at once; a resource's title → its film to come. The caller closes the studio."""
    folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    studio = ProcessPoolExecutor(max_workers=max(1, os.cpu_count() or 1), mp_context=context)
    films = {
        wish.title: studio.submit(shoot, wish, world.seed(wish), str(folder))
        for wish in sorted(world.resources, key=lambda wish: not wish.fate.startswith(("published", "s", "r")))
        if wish.needs_film
    }
    return studio, films
