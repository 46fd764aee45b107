"""资源封面: a JPG by its content, decoded whole, turned upright, in plain colours, with nothing of the camera left in it."""

import hashlib
import struct
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, UnidentifiedImageError

from lifelong.web.refusals import Refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_SCANS = 64
MOST_SCANNED_PIXELS = 400_000_000  # a progressive picture is decoded once for each of its scans
LEAST_SIDE = 32
LONGEST_SIDE = 2560
WANTED_WIDTH, WANTED_HEIGHT = 640, 360
WANTED_RATIO = 16 / 9
RATIO_TOLERANCE = 0.1
QUALITY = 90
MOST_PROFILE_BYTES = 1 << 20

_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"8BPS", "PSD"),
    (b"<svg", "SVG"),
    (b"<?xml", "SVG"),
)
_FRAME_STARTS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# What Pillow raises on broken pictures.
_BROKEN = (
    UnidentifiedImageError, OSError, EOFError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError,
    struct.error,
)  # fmt: skip
_GPS, _ORIENTATION = 0x8825, 0x0112


class CoverRefused(Refusal):
    """``code`` is the problem's code in the metadata standard (field 15)."""

    code = "cover.refused"
    status = 422


class NotJpeg(CoverRefused):
    code = "cover.format"


class CoverTooLarge(CoverRefused):
    """Too many bytes, or too many pixels."""

    code = "cover.size"


class CoverUnreadable(CoverRefused):
    code = "cover.unreadable"


class CoverTooSmall(CoverRefused):
    code = "cover.tiny"


@dataclass(frozen=True, slots=True)
class CoverNotice:
    """``code`` is stable: ``cover.small``, ``cover.ratio``, ``cover.location``, ``cover.shrunk``."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The cleaned picture: JPEG, sRGB, upright, without metadata. ``sha256`` is that of ``jpeg_bytes``."""

    jpeg_bytes: bytes
    width: int
    height: int
    sha256: str
    notices: tuple[CoverNotice, ...] = ()


def check_cover(content: bytes) -> Cover:
    """Judge and clean a cover; raises a ``CoverRefused`` that says what it is and what is wanted."""
    if not content:
        raise CoverUnreadable(_("封面文件是空的，请重新选择。"))
    if len(content) > MOST_BYTES:
        raise CoverTooLarge(
            _("封面 %(size)s MB，超过 %(most)s MB。请缩小后再上传。")
            % {"size": f"{len(content) / (1 << 20):.1f}", "most": MOST_BYTES >> 20}
        )
    if not content.startswith(b"\xff\xd8\xff"):
        raise NotJpeg(_not_jpeg(content))
    _measure(content)
    picture, notices = _decoded(content)
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True, subsampling="4:2:0")
    cleaned = out.getvalue()
    notices += _remarks(picture.width, picture.height)
    return Cover(cleaned, picture.width, picture.height, hashlib.sha256(cleaned).hexdigest(), tuple(notices))


def _not_jpeg(content: bytes) -> str:
    kind = next((name for start, name in _KINDS if content.startswith(start)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "WebP"
    elif content[4:8] == b"ftyp":
        kind = "HEIC" if content[8:12] in {b"heic", b"heix", b"mif1", b"msf1"} else _("视频")
    if kind:
        return _("封面的内容是 %(kind)s，不是 JPG；改文件名不会改变内容。请用图片软件另存为 JPG 后再上传。") % {
            "kind": kind
        }
    return _("封面不是 JPG 图片。请上传 JPG，建议不小于 640×360、宽高比 16:9。")


def _measure(content: bytes) -> None:
    """Sizes from the headers, before anything is decoded."""
    size = _size(content)
    if size is None or 0 in size:
        raise CoverUnreadable(_damaged())
    width, height = size
    if width * height > MOST_PIXELS:
        raise CoverTooLarge(
            _("封面 %(width)s×%(height)s，像素太多。请缩小到长边 2560 以内再上传。")
            % {"width": width, "height": height}
        )
    if min(width, height) < LEAST_SIDE:
        raise CoverTooSmall(
            _("封面只有 %(width)s×%(height)s，太小。建议不小于 640×360。") % {"width": width, "height": height}
        )
    scans = content.count(b"\xff\xda")
    if scans > MOST_SCANS or scans * width * height > MOST_SCANNED_PIXELS:
        raise CoverUnreadable(_("封面的编码不正常。请用图片软件打开后另存为 JPG 再上传。"))


def _size(content: bytes) -> tuple[int, int] | None:
    """Width and height of the frame header, walking from marker to marker."""
    at = 2
    while at + 9 <= len(content):
        if content[at] != 0xFF:
            return None
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in _FRAME_STARTS:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        if marker in {0xD9, 0xDA}:
            return None
        at += 2 + (0 if 0xD0 <= marker <= 0xD8 or marker == 0x01 else int.from_bytes(content[at + 2 : at + 4], "big"))
    return None


def _decoded(content: bytes) -> tuple[Image.Image, list[CoverNotice]]:
    notices = []
    try:
        with Image.open(BytesIO(content), formats=["JPEG"]) as opened:
            profile = opened.info.get("icc_profile")
            exif = _exif(opened)
            if max(opened.size) > 2 * LONGEST_SIDE:
                opened.draft(opened.mode, (LONGEST_SIDE, LONGEST_SIDE))
            opened.load()
            # Pillow's own picture, so that no decoder state and no metadata travels on.
            picture = _plain(opened, profile)
    except _BROKEN as error:
        raise CoverUnreadable(_damaged()) from error
    if _GPS in exif:
        notices.append(CoverNotice("cover.location", _("照片里带有拍摄地点等信息，已去掉。")))
    picture = _upright(picture, exif.get(_ORIENTATION))
    if max(picture.size) > LONGEST_SIDE:
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
        said = {"width": picture.width, "height": picture.height}
        notices.append(CoverNotice("cover.shrunk", _("封面已缩小到 %(width)s×%(height)s。") % said))
    return picture, notices


def _exif(opened: Image.Image) -> dict[int, object]:
    try:
        return dict(opened.getexif())
    except Exception:
        return {}


def _upright(picture: Image.Image, orientation: object) -> Image.Image:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    turn = turns.get(orientation) if isinstance(orientation, int) else None
    return picture if turn is None else picture.transpose(turn)


def _plain(opened: Image.Image, profile: object) -> Image.Image:
    """In sRGB: through the picture's own colour profile where it has a sound one, else by plain conversion."""
    if isinstance(profile, bytes) and 0 < len(profile) <= MOST_PROFILE_BYTES and opened.mode in {"RGB", "CMYK", "L"}:
        try:
            converted = ImageCms.profileToProfile(
                opened, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return _bare(converted)
    return _bare(opened.convert("RGB"))


def _bare(picture: Image.Image) -> Image.Image:
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    return bare


def _damaged() -> str:
    return _("封面打不开：文件不完整或已损坏。请重新导出为 JPG 后再上传。")


def _remarks(width: int, height: int) -> list[CoverNotice]:
    found = []
    said = {"width": width, "height": height}
    if width < WANTED_WIDTH or height < WANTED_HEIGHT:
        found.append(
            CoverNotice("cover.small", _("封面 %(width)s×%(height)s，建议不小于 640×360，否则看起来模糊。") % said)
        )
    if abs(width / height - WANTED_RATIO) > WANTED_RATIO * RATIO_TOLERANCE:
        found.append(CoverNotice("cover.ratio", _("封面 %(width)s×%(height)s 不是 16:9，显示时四周会留边。") % said))
    return found
