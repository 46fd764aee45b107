"""Makes what is played and shown from a file. Lossless: links and remuxes, never a transcode. Writes no rows."""

import io
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from lifelong.jobs import progress
from lifelong.media import covers, posters, remux, storage
from lifelong.media.actions.renditions import Made
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import MediaFile
from lifelong.media.probe.cage import Broken
from lifelong.media.probe.facts import Facts

COVER_WIDTHS = (320, 640, 1280)
QUALITY = 86
logger = logging.getLogger(__name__)


def movie_or_sound(media_file: MediaFile) -> list[Made]:
    """Progressive MP4, or the MP3 as it is; nothing where neither can be had without coding anew."""
    facts = Facts.from_json(media_file.facts)
    if facts.container == "mp3":
        return [linked(media_file, RenditionKind.MP3, "sound.mp3")]
    return movie(media_file, facts) if facts.video or facts.container == "mp4" else []


def cover(media_file: MediaFile) -> list[Made]:
    """A cover in the widths that pages show, cleaned of everything but the picture; nothing where it is no cover."""
    try:
        cleaned = covers.check_cover(media_file.location.read_bytes())
    except covers.CoverRefused as refusal:
        logger.warning("file %s is no cover: %s", media_file.pk, refusal)
        return []
    widths = sorted({min(width, cleaned.width) for width in COVER_WIDTHS})
    return [picture(media_file, cleaned.jpeg_bytes, width) for width in widths]


def picture(media_file: MediaFile, content: bytes, width: int) -> Made:
    with Image.open(io.BytesIO(content)) as opened:
        height = max(round(opened.height * width / opened.width), 1)
        opened.draft("RGB", (width, height))  # decodes a large picture at a half, a quarter, an eighth of its size

        def draw(to: Path) -> None:
            opened.resize((width, height), Image.Resampling.LANCZOS).save(to, "JPEG", quality=QUALITY, progressive=True)

        made = written(media_file, RenditionKind.COVER, f"cover-{width}.jpg", draw)
    return Made(made.kind, made.path, made.size, made.sha256, width, height)


def movie(media_file: MediaFile, facts: Facts) -> list[Made]:
    width, height = facts.video.display_size if facts.video else (None, None)
    is_mp4 = facts.container == "mp4"
    if is_mp4 and facts.boxes and facts.boxes.index_first and not facts.boxes.fragmented:
        return [linked(media_file, RenditionKind.MP4, "movie.mp4", width, height)]
    rewrite = remux.faststart if is_mp4 else remux.rewrap

    def write(to: Path) -> None:
        rewrite(media_file.location, to, progress=share)

    try:
        made = written(media_file, RenditionKind.MP4, "mended.mp4", write)
    except (Broken, OSError, remux.CannotRemux) as error:
        logger.warning("no MP4 of file %s: %s", media_file.pk, error)
        return []
    return [Made(made.kind, made.path, made.size, made.sha256, width, height)]


def poster(media_file: MediaFile) -> list[Made]:
    """A still of a film; nothing where no frame can be had."""
    facts = Facts.from_json(media_file.facts)

    def draw(to: Path) -> None:
        posters.make_poster(media_file.location, to, facts)

    if facts.video is None:
        return []
    try:
        made = written(media_file, RenditionKind.POSTER, "poster.jpg", draw)
    except Broken as broken:
        logger.warning("no poster of file %s: %s", media_file.pk, broken)
        return []
    with Image.open(storage.files() / made.path) as drawn:
        return [Made(made.kind, made.path, made.size, made.sha256, *drawn.size)]


def linked(
    media_file: MediaFile, kind: RenditionKind, name: str, width: int | None = None, height: int | None = None
) -> Made:
    """The original under another name: no second copy of the bytes."""
    path = storage.rendition_path(media_file.sha256, name)
    storage.place(media_file.location, storage.files() / path)
    return Made(kind, path, media_file.size, media_file.sha256, width, height)


def written(media_file: MediaFile, kind: RenditionKind, name: str, write: Callable[[Path], object]) -> Made:
    path = storage.rendition_path(media_file.sha256, name)
    target = storage.files() / path
    if not target.exists():
        with beside(target) as draft:
            write(draft)
            draft.rename(target)
    return Made(kind, path, target.stat().st_size, storage.hash_of(target))


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A name of its own for each attempt; two workers never write into one file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{secrets.token_hex(6)}{target.suffix}")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def share(done: float) -> None:
    """From 0 to 1, as the job's progress; ends the job where another worker has it by now."""
    progress.report(round(done * 100), 100)
