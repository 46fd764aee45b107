"""What an institution's scanner would give: the registration form, filled in and stamped, as a PDF of one page."""

import io
import math

from PIL import Image, ImageDraw

from lifelong.calls.form import LABELS, TITLE, FormValues
from lifelong.web.fonts import font

PAGE = (1240, 877)  # A4 landscape at 106 dots per inch
RED = (196, 30, 34)
FIELDS = ("institution", "name", "position", "landline", "mobile", "email")


def stamped_form(values: FormValues, *, year: int) -> bytes:
    page = Image.new("RGB", PAGE, (252, 251, 247))
    draw = ImageDraw.Draw(page)
    draw.text((PAGE[0] / 2, 120), TITLE, font=font(34, bold=True), fill=(20, 20, 20), anchor="mm")
    draw.text((90, 180), "（公章）", font=font(24), fill=(20, 20, 20))
    widths = (270, 120, 210, 170, 150, 180)
    left = 70
    for field, width in zip(FIELDS, widths, strict=True):
        for top, text in ((230, LABELS[field]), (290, getattr(values, field))):
            draw.rectangle((left, top, left + width, top + (60 if top == 230 else 130)), outline=(40, 40, 40), width=2)
            write(draw, text, left + 8, top + 12, width - 16)
        left += width
    draw.text((820, 560), f"{year} 年    月    日", font=font(24), fill=(20, 20, 20))
    page.paste(seal(values.institution), (820, 430), seal(values.institution))
    buffer = io.BytesIO()
    page.save(buffer, "PDF", resolution=106)
    return buffer.getvalue()


def write(draw: ImageDraw.ImageDraw, text: str, left: float, top: float, width: float) -> None:
    """Text broken where the cell ends."""
    size, line = 20, ""
    for character in text:
        if draw.textlength(line + character, font=font(size)) > width:
            draw.text((left, top), line, font=font(size), fill=(20, 20, 20))
            line, top = "", top + 28
        line += character
    draw.text((left, top), line, font=font(size), fill=(20, 20, 20))


def seal(name: str) -> Image.Image:
    """A round seal: the name around a star."""
    size = 220
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, size - 4, size - 4), outline=(*RED, 220), width=6)
    centre = size / 2
    points = [
        (centre + r * math.sin(k * math.pi / 5), centre - r * math.cos(k * math.pi / 5))
        for k in range(10)
        for r in [32 if k % 2 == 0 else 13]
    ]
    draw.polygon(points, fill=(*RED, 220))
    for number, character in enumerate(name):
        angle = math.radians(-130 + 260 * number / max(1, len(name) - 1))
        tile = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text((20, 20), character, font=font(22, bold=True), fill=(*RED, 220), anchor="mm")
        tile = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        place = (int(centre + 82 * math.sin(angle) - 20), int(centre - 82 * math.cos(angle) - 20))
        image.paste(tile, place, tile)
    return image
