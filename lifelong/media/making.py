"""Makes what is played and shown from a file. Links and remuxes but for the lower rungs. Writes no rows."""

import io
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from PIL import Image

from lifelong.jobs import progress
from lifelong.media import covers, posters, queries, remux, sprites, storage, waveforms
from lifelong.media.actions.renditions import Made
from lifelong.media.adaptive import ADAPTIVE_FOLDER, ADAPTIVE_MASTER, ladder
from lifelong.media.adaptive.fragments import CannotStream
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import MediaFile, Repair
from lifelong.media.probe.cage import Broken
from lifelong.media.probe.facts import Facts
from lifelong.media.probe.probing import probe_facts
from lifelong.media.repair import Recipe, follow

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


def streams(media_file: MediaFile) -> list[Made]:
    """The film cut for adaptive playback, as it is; nothing where it cannot be cut: the progressive file plays."""
    facts, played = Facts.from_json(media_file.facts), queries.playable(media_file)
    if not settings.ADAPTIVE_STREAMS or played is None or not ladder.can_stream(facts):
        return []
    folder = queries.adaptive_folder(media_file)
    try:
        ladder.stream_copy(played.location, folder, facts, progress=share)
    except (Broken, CannotStream, OSError) as error:
        logger.warning("no adaptive playback of file %s: %s", media_file.pk, error)
        return []
    return [whole_folder(media_file)]


def next_piece(media_file: MediaFile) -> list[Made] | None:
    """One more piece of the lowest rung that is missing: the folder when a rung became whole, else nothing.

    None where nothing is left to do. Raises ``ladder.AtWork``.
    """
    facts, played = Facts.from_json(media_file.facts), queries.playable(media_file)
    folder = queries.adaptive_folder(media_file)
    if played is None or not (folder / ADAPTIVE_MASTER).exists():
        return None
    for name in ladder.missing(folder, facts):
        try:
            grown = ladder.grow(played.location, folder, name, facts, progress=share)
            return [whole_folder(media_file)] if grown else []
        except (Broken, CannotStream) as error:
            ladder.give_up(folder, name)
            logger.warning("no rung %s of file %s: %s", name, media_file.pk, error)
    return None


@contextmanager
def repaired(repair: Repair) -> Iterator[tuple[Path, Facts]]:
    """What the repair's recipe makes of its original, measured; gone at the end, whoever wants it has taken it in.

    Raises ``CannotRepair``, ``cage.Interrupted`` or OSError.
    """
    original, recipe = repair.original, Recipe.from_json(repair.recipe)
    target = storage.files() / storage.rendition_path(original.sha256, f"repaired{recipe.suffix}")
    with beside(target) as draft:
        follow(recipe, original.location, draft, Facts.from_json(original.facts), progress=share)
        yield draft, probe_facts(draft)


def unless_there(media_file: MediaFile, make: Callable[[MediaFile], list[Made]]) -> list[Made]:
    kinds: dict[Callable[[MediaFile], list[Made]], RenditionKind] = {
        streams: RenditionKind.HLS,
        sprite: RenditionKind.SPRITE,
        waveform: RenditionKind.WAVEFORM,
    }
    return [] if queries.rendition(media_file, kinds[make]) else make(media_file)


def whole_folder(media_file: MediaFile) -> Made:
    master = queries.adaptive_folder(media_file) / ADAPTIVE_MASTER
    size = sum(file.stat().st_size for file in master.parent.iterdir() if not file.name.startswith("."))
    path = storage.rendition_path(media_file.sha256, f"{ADAPTIVE_FOLDER}/{ADAPTIVE_MASTER}")
    return Made(RenditionKind.HLS, path, size, storage.hash_of(master))


def sprite(media_file: MediaFile) -> list[Made]:
    """Small pictures for the scrub bar; nothing where no frame can be had."""
    facts = Facts.from_json(media_file.facts)
    if facts.video is None or not facts.duration_s or queries.playable(media_file) is None:
        return []
    return drawn(media_file, RenditionKind.SPRITE, "sprite.jpg", sprites.make_sprite, facts)


def waveform(media_file: MediaFile) -> list[Made]:
    """The face of a sound."""
    facts = Facts.from_json(media_file.facts)
    if facts.video is not None or not facts.duration_s:
        return []
    return drawn(media_file, RenditionKind.WAVEFORM, "waveform.png", waveforms.make_waveform, facts)


def drawn(
    media_file: MediaFile, kind: RenditionKind, name: str, make: Callable[[Path, Path, Facts], None], facts: Facts
) -> list[Made]:
    try:
        made = written(media_file, kind, name, lambda to: make(media_file.location, to, facts))
    except Broken as broken:
        logger.warning("no %s of file %s: %s", name, media_file.pk, broken)
        return []
    with Image.open(storage.files() / made.path) as picture:
        return [Made(made.kind, made.path, made.size, made.sha256, *picture.size)]


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
