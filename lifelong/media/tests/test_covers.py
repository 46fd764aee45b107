"""Covers: judged by content, decoded whole, nothing of the camera left."""

import io
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from lifelong.media.covers import (
    CoverRefused,
    CoverTooLarge,
    CoverTooSmall,
    CoverUnreadable,
    NotJpeg,
    check_cover,
)


def picture(width=640, height=360, mode="RGB"):
    made = Image.new("RGB", (width, height), (200, 40, 40))
    made.paste((20, 40, 200), (0, 0, width // 2, height // 2))  # blue stands top left
    return made.convert(mode)


def saved(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(cover):
    return Image.open(io.BytesIO(cover.jpeg_bytes))


def codes(cover):
    return [notice.code for notice in cover.notices]


def blue(pixel):
    return pixel[2] > 150 > pixel[0]


def test_a_good_cover_is_a_clean_jpeg_of_the_same_size():
    cover = check_cover(saved(picture()))
    again = opened(cover)
    assert (again.format, again.size, again.mode) == ("JPEG", (640, 360), "RGB")
    assert (cover.width, cover.height, codes(cover)) == (640, 360, [])
    assert check_cover(saved(picture())).sha256 == cover.sha256
    assert len(cover.sha256) == 64


@pytest.mark.parametrize(
    ("kind", "word"), [("PNG", "PNG"), ("GIF", "GIF"), ("WEBP", "WebP"), ("BMP", "BMP"), ("TIFF", "TIFF")]
)
def test_another_picture_renamed_to_jpg_is_refused_by_its_name(kind, word):
    with pytest.raises(NotJpeg, match=word):
        check_cover(saved(picture(), kind))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.4", b"<svg xmlns=''/>", b"\x00\x00\x00\x18ftypheic", b"hello", b"\xff\xd8"]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(NotJpeg):
        check_cover(content)
    with pytest.raises(CoverUnreadable):
        check_cover(b"")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_cut_off_is_refused(share):
    noise = Image.effect_noise((640, 360), 80).convert("RGB")
    whole = saved(noise)
    with pytest.raises(CoverUnreadable):
        check_cover(whole[: int(len(whole) * share)])


def test_camera_notes_and_the_place_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "Camera of Somebody"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (34.0, 45.0, 0.0)
    cover = check_cover(saved(picture(), exif=exif, comment=b"a secret", dpi=(300, 300)))
    assert codes(cover) == ["cover.location"]
    assert not dict(opened(cover).getexif())
    for trace in (b"Somebody", b"secret", b"Exif", b"GPS"):
        assert trace not in cover.jpeg_bytes


def test_a_picture_lying_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: to be shown a quarter turn clockwise
    cover = check_cover(saved(picture(360, 640), exif=exif))
    assert (cover.width, cover.height) == (640, 360)
    assert blue(opened(cover).getpixel((600, 30)))
    assert codes(cover) == []


def test_print_colours_and_grey_become_screen_colours():
    cmyk = check_cover(saved(picture(mode="CMYK")))
    assert opened(cmyk).mode == "RGB"
    assert blue(opened(cmyk).getpixel((30, 30)))
    assert opened(check_cover(saved(picture(mode="L")))).mode == "RGB"


def test_a_colour_profile_is_applied_and_a_broken_one_ignored():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"no profile at all", b"\x00" * 500):
        cover = check_cover(saved(picture(), icc_profile=profile))
        assert "icc_profile" not in opened(cover).info
        assert blue(opened(cover).getpixel((30, 30)))


def test_a_small_or_square_cover_is_taken_with_a_word():
    assert codes(check_cover(saved(picture(480, 270)))) == ["cover.small"]
    assert codes(check_cover(saved(picture(800, 800)))) == ["cover.ratio"]
    assert codes(check_cover(saved(picture(1280, 720)))) == []
    with pytest.raises(CoverTooSmall):
        check_cover(saved(picture(31, 400)))


def test_a_very_large_cover_is_made_smaller():
    cover = check_cover(saved(picture(4000, 2250)))
    assert (cover.width, cover.height) == (2560, 1440)
    assert codes(cover) == ["cover.shrunk"]
    assert check_cover(saved(picture(6000, 3375), quality=30)).width == 2560


def test_too_many_bytes_or_pixels_are_refused_at_once():
    with pytest.raises(CoverTooLarge):
        check_cover(b"\xff\xd8\xff" + b"\x00" * (11 << 20))
    small = bytearray(saved(picture()))
    frame = small.index(b"\xff\xc0")
    small[frame + 5 : frame + 9] = (60_000).to_bytes(2, "big") * 2
    began = time.process_time()
    with pytest.raises(CoverTooLarge, match="60000×60000"):
        check_cover(bytes(small))
    assert time.process_time() - began < 0.2


def test_a_picture_of_a_thousand_scans_is_refused_at_once():
    whole = saved(picture(1600, 900), progressive=True)
    last = whole.rindex(b"\xff\xda")
    bomb = whole[:last] + whole[last:-2] * 1000 + whole[-2:]
    began = time.process_time()
    with pytest.raises(CoverUnreadable):
        check_cover(bomb)
    assert time.process_time() - began < 0.5


def test_what_hides_behind_the_picture_does_not_travel_on():
    cover = check_cover(saved(picture()) + b"PK\x03\x04 <script>alert(1)</script>")
    assert b"script" not in cover.jpeg_bytes


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30))
def test_a_mangled_picture_is_refused_in_words_or_made_whole(seed, wounds):
    dice = random.Random(seed)
    content = bytearray(saved(picture(64, 36)))
    for _wound in range(wounds):
        content[dice.randrange(3, len(content))] = dice.randrange(256)
    try:
        cover = check_cover(bytes(content))
    except CoverRefused as refusal:
        assert refusal.message  # noqa: PT017 - either way is right
    else:
        opened(cover).load()
