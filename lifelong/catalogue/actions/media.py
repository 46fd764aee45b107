"""The bytes of an entry: public names given and taken away, and written into the entry."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lifelong.catalogue.models import Entry
from lifelong.media.actions.renditions import end_for_good, make_private, make_public
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import MediaFile, Rendition
from lifelong.media.queries import public_url
from lifelong.media.sprites import sheet_of
from lifelong.resources.models import Caption, Version, VersionFile
from lifelong.web.refusals import Refusal

PLAYED = {RenditionKind.MP4, RenditionKind.MP3}
A_NIGHT = 200  # films at most that are caught up with
NO_NAMES: dict[str, Any] = {"url": "", "poster": "", "hls": "", "waveform": "", "sprite": None, "tracks": []}
NAMED_FIELDS = ["files", "poster", "cover", "small_cover", "has_captions"]
CARD_WIDTH = 640  # px; a card is at most 480 wide, a telephone 390


class NotReadyToPlay(Refusal):
    """A file of the version has nothing yet that a browser plays."""

    code = "not_ready_to_play"


def files_of(version: Version) -> list[VersionFile]:
    files = version.files.select_related("media_file").prefetch_related("captions")
    return list(files.order_by("position", "pk"))


def renditions_of(version: Version) -> list[Rendition]:
    """Everything of the version that the public may fetch: what is played and shown, captions, the cover."""
    keys = [file.media_file_id for file in version.files.all()]
    keys += Caption.objects.filter(file__version=version).values_list("media_file_id", flat=True)
    if version.cover_id:
        keys.append(version.cover_id)
    return list(Rendition.objects.filter(media_file_id__in=keys).select_related("media_file").order_by("pk"))


def give_names(entry: Entry, version: Version, *, at: datetime) -> None:
    """Public names for all of it, into ``entry`` (not saved). Raises ``NotReadyToPlay``."""
    by_file: dict[int, list[Rendition]] = {}
    for rendition in make_public(renditions_of(version), at=at):
        by_file.setdefault(rendition.media_file_id, []).append(rendition)
    entry.files, entry.poster, entry.cover = [], "", ""
    for place, file in enumerate(files_of(version), 1):
        made = by_file.get(file.media_file_id, [])
        played = best(made, PLAYED)
        if played is None:
            raise NotReadyToPlay(
                _("《%(title)s》的文件 %(name)s 还没有生成播放版本，请等后台处理完再发布。")
                % {"title": version.title, "name": file.media_file.original_name}
            )
        entry.files.append(file_facts(file, place, played, made) | {"tracks": tracks(file, by_file)})
        entry.poster = entry.poster or entry.files[-1]["poster"]
    entry.has_captions = bool(entry.files) and all(file["tracks"] for file in entry.files)
    covers = by_file.get(version.cover_id or 0, [])
    entry.cover = address(covers, RenditionKind.COVER)
    small = address((one for one in covers if (one.width or 0) <= CARD_WIDTH), RenditionKind.COVER)
    entry.small_cover = small or entry.cover


def best(made: Iterable[Rendition], kinds: set[RenditionKind]) -> Rendition | None:
    fitting = [rendition for rendition in made if rendition.kind in kinds]
    return max(fitting, key=lambda rendition: rendition.width or 0, default=None)


def address(made: Iterable[Rendition], kind: RenditionKind) -> str:
    found = best(made, {kind})
    return public_url(found) if found else ""


def tracks(file: VersionFile, by_file: dict[int, list[Rendition]]) -> list[dict[str, Any]]:
    """The captions of a file: ``[{"src", "lang", "label"}]``."""
    return [
        {"src": src, "lang": caption.language, "label": caption.get_language_display()}
        for caption in file.captions.all()
        if (src := address(by_file.get(caption.media_file_id, []), RenditionKind.CAPTION))
    ]


def sprite_facts(made: Iterable[Rendition], length_s: float | None) -> dict[str, Any] | None:
    """The sheet of small pictures, and where a second lies on it."""
    found = best(made, {RenditionKind.SPRITE})
    if found is None or not length_s:
        return None
    sheet = sheet_of(length_s)
    return {
        "src": public_url(found), "every_s": sheet.every_s, "count": sheet.count, "columns": sheet.columns,
        "width": (found.width or 0) // sheet.columns, "height": (found.height or 0) // sheet.rows,
    }  # fmt: skip


def file_facts(file: VersionFile, place: int, played: Rendition, made: list[Rendition]) -> dict[str, Any]:
    """One file as the page, the player and the API show it."""
    source: MediaFile = file.media_file
    return {
        "media_file": source.pk, "rendition": played.pk, "kind": played.kind, "url": public_url(played),
        "poster": address(made, RenditionKind.POSTER), "hls": address(made, RenditionKind.HLS),
        "waveform": address(made, RenditionKind.WAVEFORM), "sprite": sprite_facts(made, source.facts.get("duration_s")),
        "size": played.size, "width": played.width, "height": played.height,
        "position": place, "title": file.title or source.original_name.rsplit(".", 1)[0],
        "name": source.original_name, "duration_s": source.facts.get("duration_s"), "sha256": source.sha256,
        "technical": technical(source.facts),
    }  # fmt: skip


def technical(facts: dict[str, Any]) -> dict[str, Any]:
    """What the page says of a file's making, out of all that was measured."""
    video, audio = facts.get("video") or {}, (facts.get("audio") or [{}])[0]
    known = {
        "container": facts.get("container"), "bit_rate": facts.get("bit_rate"), "video_codec": video.get("codec"),
        "width": video.get("width"), "height": video.get("height"), "frame_rate": video.get("frame_rate"),
        "audio_codec": audio.get("codec"), "channels": audio.get("channels"), "sample_rate": audio.get("sample_rate"),
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def page_of(version: Version) -> str:
    """Where the addresses of its files lead when they are no more."""
    return f"/resources/{version.resource.resource_id}"


def forget_return(version: Version) -> None:
    """Names that were taken away for now stay away for good: the resource was retired, or is back under new ones."""
    end_for_good(page_of(version))


def take_names(version: Version, *, at: datetime, keep: Version | None = None, gone: bool | None = None) -> None:
    """Take every public name of the version away, save those that ``keep`` goes on using; at once.

    The old addresses answer that they are ``gone``, or hidden for now; None: nobody ever knew them. Another resource
    that shows the same file gets a fresh name, so that the old address is dead everywhere.
    """
    kept = {rendition.pk for rendition in renditions_of(keep)} if keep else set()
    going = [rendition for rendition in renditions_of(version) if rendition.pk not in kept]
    if not going:
        return
    files = {rendition.media_file_id for rendition in going}
    sharing = Entry.objects.online().filter(
        Q(version__files__media_file__in=files) | Q(version__cover__in=files)
    ).exclude(resource_id=version.resource_id)  # fmt: skip
    others = list(sharing.select_related("version__resource").distinct())
    known = page_of(version) if gone is not None else page_of(others[0].version) if others else ""
    make_private(going, at=at, page=known, gone=gone is not False)
    for entry in others:
        give_names(entry, entry.version, at=at)
        entry.save(update_fields=NAMED_FIELDS)


def unstreamed() -> list[tuple[int, int]]:
    """Files of online entries, each with its institution, that have nothing yet to show on the scrub bar: they were made ready by an older version."""
    shown = Entry.objects.online().values("version__files__media_file")
    drawn = Rendition.objects.filter(kind__in=[RenditionKind.SPRITE, RenditionKind.WAVEFORM]).values("media_file")
    waiting = MediaFile.objects.filter(pk__in=shown, renditions__kind__in=PLAYED).exclude(pk__in=drawn)
    return list(waiting.order_by("pk").values_list("pk", "institution_id").distinct()[:A_NIGHT])


def without_names(entry: Entry) -> None:
    """Forget the addresses in ``entry`` (not saved)."""
    entry.cover = entry.small_cover = entry.poster = ""
    entry.files = [{**file, **NO_NAMES} for file in entry.files]


def hidden_with_names() -> list[Entry]:
    """Hidden or retired entries some of whose renditions still have a public name; there should be none."""
    hidden = Entry.objects.filter(out_at__isnull=False).select_related("version")
    named = Q(version__files__media_file__renditions__public_name__isnull=False) | Q(
        version__files__captions__media_file__renditions__public_name__isnull=False
    )
    return list(hidden.filter(named).distinct())
