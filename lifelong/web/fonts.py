"""The Chinese font that comes with the front end's packages: for PDFs and covers, never sent to a browser.

No font of the machine is relied on. The files are put under ``web/static/built/fonts`` by the front-end build.
"""

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FOLDER = Path(__file__).resolve().parent / "static" / "built" / "fonts"


class FontMissing(RuntimeError):
    """The front end was not built; `./run` builds it."""


def font_file(*, bold: bool = False) -> Path:
    """The TTF of Noto Sans SC, regular or bold."""
    wanted = "700" if bold else "400"
    for path in sorted(FOLDER.glob("*.ttf")):
        if wanted in path.name:
            return path
    raise FontMissing(f"找不到中文字体：{FOLDER}。请先运行 ./run，它会构建前端并放好字体。")


def without_glyph(text: str) -> str:
    """The letters of a text that would be printed as an empty box: the font holds the 通用规范汉字表 and more, not all of Unicode."""
    face = font(20)
    box = bytes(face.getmask("\U0010ffff"))
    return "".join(
        letter for letter in dict.fromkeys(text) if not letter.isspace() and bytes(face.getmask(letter)) == box
    )


@lru_cache(maxsize=32)
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font for drawing with Pillow; ``size`` in pixels."""
    return ImageFont.truetype(str(font_file(bold=bold)), size)
