"""Moving pictures and sound for the demonstration world, drawn on the spot; each seed gives another film."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

from lifelong.demo.sounds import melody
from lifelong.web.fonts import font

FIELD = (90, 160)  # rows, columns of the coarse picture that is spread over the frame


@dataclass(frozen=True)
class Film:
    """What to make. ``flaw`` breaks the technical standard on purpose: '', small, slow, still, silent, tail."""

    title: str
    seed: int
    frames: int = 75  # of one round of the picture
    rounds: int = 3  # the same packets again: a longer film for the work of a short one
    width: int = 1280
    height: int = 720
    rate: Fraction = Fraction(25)
    bit_rate: int = 2_500_000
    hue: tuple[int, int, int] = (11, 93, 102)
    flaw: str = ""

    @property
    def seconds(self) -> float:
        return float(self.frames * self.rounds / self.rate)


def make_film(film: Film, path: Path) -> None:
    """H.264 and AAC in mp4, header first unless the flaw is ``tail``; sizes in pixels, rates in bit/s."""
    movflags = "" if film.flaw == "tail" else "+faststart"
    with av.open(str(path), "w", format="mp4", options={"movflags": movflags} if movflags else {}) as container:
        rate = f"{film.bit_rate // 1000}k"
        video = container.add_stream(
            "libx264",
            rate=film.rate,
            options={
                "preset": "ultrafast",
                "profile": "main",
                "g": "50",
                "threads": "1",  # the studio makes several films at once
                "x264-params": "nal-hrd=cbr" if film.flaw != "still" else "",
                "minrate": rate,
                "maxrate": rate,
                "bufsize": rate,
            },
        )
        video.width, video.height, video.pix_fmt = film.width, film.height, "yuv420p"
        video.bit_rate = film.bit_rate
        audio = (
            None
            if film.flaw == "silent"
            else container.add_stream("aac", rate=44_100, layout="stereo", options={"aac_coder": "fast"})
        )
        once = [packet for picture in [*pictures(film), None] for packet in video.encode(picture)]
        container.mux([again(packet, film, number) for number in range(film.rounds) for packet in once])
        if audio:
            audio.bit_rate = 128_000
            for frame in sound_frames(film.seed, film.seconds):
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))


def again(packet: av.Packet, film: Film, number: int) -> av.Packet:
    """The packet of one round, at its place in another; each round begins with a key frame."""
    copy = av.Packet(bytes(packet))
    shift = int(number * film.frames / film.rate / packet.time_base)
    copy.stream, copy.time_base, copy.duration = packet.stream, packet.time_base, packet.duration
    copy.pts, copy.dts = (packet.pts or 0) + shift, (packet.dts or 0) + shift
    copy.is_keyframe = packet.is_keyframe
    return copy


def make_sound(path: Path, seed: int, seconds: int, *, channels: int = 2, rate: int = 44_100) -> None:
    """An mp3; mono and low rates break the standard on purpose."""
    layout = "stereo" if channels == 2 else "mono"
    with av.open(str(path), "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout=layout)
        stream.bit_rate = 128_000
        for frame in sound_frames(seed, seconds, rate=rate, layout=layout, planar="s16p"):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def pictures(film: Film) -> Iterator[av.VideoFrame]:
    """One round of a slow flow of light in the area's hue, the title on it, a light that wanders; its end meets its start.

    Drawn coarsely and spread over the frame by the scaler, which is many times quicker than drawing every pixel.
    """
    still = film.flaw == "still"
    caption, top = caption_band(film)
    chance = np.random.default_rng(film.seed)
    a, b, c, d = chance.uniform(0.8, 3.2, 4)
    way = chance.choice([-1, 1])
    rows, columns = np.mgrid[0 : FIELD[0], 0 : FIELD[1]].astype(np.float32)
    rows, columns = rows / FIELD[0] - 0.5, columns / FIELD[1] - 0.5
    distance = np.hypot(rows * a, columns * b)
    luma, blue, red = yuv(film.hue)
    coarse = av.VideoFrame(FIELD[1], FIELD[0], "yuv420p")
    for number in range(film.frames):
        turn = 0.0 if still else 2 * np.pi * number / film.frames
        flow = np.sin(6 * distance - turn) + np.sin(9 * (columns * c + 0.3 * np.sin(way * turn + rows * 5)))
        light = luma + 34 * flow + 26 * np.sin(rows * 5 * d + turn)
        shade = 8 * np.sin(flow[::2, ::2] * 2)
        pixels_of(coarse.planes[0])[:] = np.clip(light, 20, 200)
        pixels_of(coarse.planes[1])[:] = np.clip(blue + shade, 0, 255)
        pixels_of(coarse.planes[2])[:] = np.clip(red - shade, 0, 255)
        frame = coarse.reformat(film.width, film.height)
        plane = pixels_of(frame.planes[0])
        if not still:
            wander(plane, turn, film.seed)
        np.maximum(plane[top:], caption, out=plane[top:])
        frame.pts, frame.time_base = number, 1 / film.rate
        yield frame


def pixels_of(plane: av.video.plane.VideoPlane) -> np.ndarray:
    """A plane as an array of rows × columns that writes through; its lines may be padded."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]


def yuv(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return int(luma) + 20, int(128 + 0.564 * (blue - luma)), int(128 + 0.713 * (red - luma))


def wander(plane: np.ndarray, turn: float, seed: int) -> None:
    """A light that goes round over the picture, on a path of its own for each film."""
    height, width = plane.shape
    size = height // 12
    row = int((height - size) * (0.5 + 0.42 * np.sin(turn * (1 + seed % 2))))
    column = int((width - size) * (0.5 + 0.45 * np.cos(turn * (1 + seed % 3))))
    plane[row : row + size, column : column + size] = 225


def caption_band(film: Film) -> tuple[np.ndarray, int]:
    """The title as a plane of light for the lower part of the picture, and the row where that part begins."""
    size = film.width // 22
    lines = [film.title[i : i + 16] for i in range(0, len(film.title), 16)][:3]
    top = film.height - (len(lines) + 1) * int(size * 1.4)
    image = Image.new("L", (film.width, film.height - top), 0)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((film.width // 16, number * int(size * 1.4)), line, fill=245, font=font(size, bold=True))
    return np.asarray(image), top


def sound_frames(
    seed: int, seconds: float, *, rate: int = 44_100, layout: str = "stereo", planar: str = "fltp"
) -> Iterator[av.AudioFrame]:
    """The melody of a seed in pieces of 1152 samples."""
    samples = melody(seed, seconds, rate)
    if layout == "mono":
        samples = samples.mean(axis=0, keepdims=True)
    if planar == "s16p":
        samples = (samples * 32_000).astype(np.int16)
    for start in range(0, samples.shape[1], 1152):
        piece = np.ascontiguousarray(samples[:, start : start + 1152])
        frame = av.AudioFrame.from_ndarray(piece, format=planar, layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        yield frame
