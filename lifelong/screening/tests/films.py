"""Small films with shots and sound of their own, and the ways in which they come again."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import numpy as np
from PIL import Image

from lifelong.demo.sounds import melody
from lifelong.media.tests.samples import folder

RATE, SHOT_S = 10, 4


@dataclass(frozen=True)
class Film:
    """``seed`` of the pictures, ``tune`` of the sound (0: none); what else is there was done to it."""

    seed: int = 1
    tune: int = 1
    shots: int = 6
    size: tuple[int, int] = (320, 180)
    intro_s: int = 0  # of black and silence
    letterbox: int = 0  # rows of black above and below
    logo: bool = False
    crop: float = 0.0  # of each side
    crf: int = 23
    bit_rate: int = 96_000

    def but(self, **changes: object) -> "Film":
        return replace(self, **changes)  # type: ignore[arg-type]


@cache
def made(film: Film) -> Path:
    path = folder() / f"film-{abs(hash(film))}.mp4"
    seconds = film.shots * SHOT_S + film.intro_s
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        video = out.add_stream("libx264", rate=RATE, options={"crf": str(film.crf), "preset": "ultrafast", "g": "30"})
        video.width, video.height, video.pix_fmt = film.size[0], film.size[1] + 2 * film.letterbox, "yuv420p"
        audio = out.add_stream("aac", rate=44_100, layout="mono") if film.tune else None
        for number in range(seconds * RATE):
            frame = av.VideoFrame.from_image(_picture(film, number / RATE - film.intro_s))
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio:
            audio.bit_rate = film.bit_rate
            tune = melody(film.tune, seconds - film.intro_s, 44_100).mean(axis=0)
            samples = np.concatenate([np.zeros(film.intro_s * 44_100 + 333 * bool(film.intro_s), np.float32), tune])
            for start in range(0, samples.size, 1024):
                sound = av.AudioFrame.from_ndarray(
                    samples[None, start : start + 1024].copy(), format="fltp", layout="mono"
                )
                sound.sample_rate, sound.pts, sound.time_base = 44_100, start, Fraction(1, 44_100)
                out.mux(audio.encode(sound))
            out.mux(audio.encode(None))
    return path


def _picture(film: Film, second: float) -> Image.Image:
    image = Image.new("RGB", film.size)
    if second >= 0:
        image = _scene(film.seed, int(second // SHOT_S)).copy()
        image.paste((250, 240, 200), (int(second % SHOT_S * 20), 130, int(second % SHOT_S * 20) + 18, 150))
        if film.logo:
            image.paste((230, 30, 30), (280, 8, 312, 24))
        cut = (int(320 * film.crop), int(180 * film.crop))
        image = image.crop((*cut, 320 - cut[0], 180 - cut[1])).resize(film.size)
    if film.letterbox:
        whole = Image.new("RGB", (film.size[0], film.size[1] + 2 * film.letterbox))
        whole.paste(image, (0, film.letterbox))
        return whole
    return image


@cache
def _scene(seed: int, shot: int) -> Image.Image:
    """A picture of soft fields of light, another for each shot."""
    chance = np.random.default_rng([seed, shot])
    coarse = chance.integers(20, 235, (6, 9, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize((320, 180), Image.Resampling.BICUBIC)
