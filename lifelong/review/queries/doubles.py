"""Resources that may be the one under review once more: by file, by picture and sound, by title."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lifelong.accounts.models import User
from lifelong.media.models import MediaFile, Rendition
from lifelong.resources.models import Round, Version, VersionFile
from lifelong.resources.queries.duplicates import is_handed_in, near_candidates
from lifelong.resources.queries.reach import PUBLIC_STATES, versions_seen_by
from lifelong.review.models import DoubleVerdict
from lifelong.review.queries.obstacles import media_of
from lifelong.screening.queries import likenesses

MOST = 20


@dataclass
class Double:
    """Another resource beside this one. Per cent, 0 where it is not so; ``file`` where a file is the very same. What the
    reviewer may not see (another province's, not public) has neither title nor pictures."""

    version: Version
    seen: bool
    file: bool = False
    picture: int = 0
    sound: int = 0
    title: int = 0
    mine: Rendition | None = None
    theirs: Rendition | None = None
    verdicts: list[DoubleVerdict] = field(default_factory=list)

    @property
    def most(self) -> int:
        return 101 if self.file else max(self.picture, self.sound, self.title)


def doubles_of(round: Round, user: User) -> list[Double]:
    """The most alike first; only what was handed in. A constant number of queries."""
    version, mine = round.version, media_of(round)
    hashes = {file["sha256"]: file["id"] for file in round.files if file["id"] in set(mine)}
    pairs = {other: (own, round_(picture), round_(sound)) for own, other, picture, sound in likenesses(mine)}
    same_files = MediaFile.objects.filter(sha256__in=hashes).values_list("pk", flat=True)
    entries = (
        VersionFile.objects.filter(media_file__in={*pairs, *same_files}, version__deleted_at__isnull=True)
        .exclude(version__resource_id=version.resource_id)
        .select_related("version__resource__institution", "media_file")
        .order_by("-version_id")
    )
    found: dict[int, Double] = {}
    pictures: dict[int, tuple[int, int]] = {}
    for entry in filter(lambda entry: is_handed_in(entry.version), entries):
        own, picture, sound = pairs.get(entry.media_file_id, (hashes.get(entry.media_file.sha256), 0, 0))
        same = entry.media_file.sha256 in hashes
        if not (same or sound) and entry.version.series_id and entry.version.series_id == version.series_id:
            continue  # lessons of one series look alike
        one = found.setdefault(entry.version.resource_id, Double(entry.version, False))
        if max(picture, sound) >= max(one.picture, one.sound):
            one.picture, one.sound = picture, sound
            pictures[one.version.resource_id] = (own or 0, entry.media_file_id)
        one.file = one.file or same
    for other, share in near_candidates(version):
        if other.resource_id in found or is_handed_in(other):
            found.setdefault(other.resource_id, Double(other, False)).title = round_(share)
    shown = sorted(found.values(), key=lambda one: -one.most)[:MOST]
    _finish(shown, round, user, pictures)
    return shown


def round_(share: float) -> int:
    return int(100 * share + 0.5)


def _finish(shown: list[Double], round: Round, user: User, pictures: dict[int, tuple[int, int]]) -> None:
    numbers = [one.version.pk for one in shown]
    seen = set(versions_seen_by(user).filter(pk__in=numbers).values_list("pk", flat=True))
    posters = _posters(number for pair in pictures.values() for number in pair)
    verdicts: dict[int, list[DoubleVerdict]] = {}
    for verdict in DoubleVerdict.objects.filter(round__version__resource=round.version.resource_id).select_related(
        "by"
    ):
        verdicts.setdefault(verdict.other_id, []).append(verdict)
    for one in shown:
        one.seen = one.version.pk in seen or one.version.state in PUBLIC_STATES
        one.verdicts = verdicts.get(one.version.resource_id, [])
        own, other = pictures.get(one.version.resource_id, (0, 0))
        if one.seen:
            one.mine, one.theirs = posters.get(own), posters.get(other)


def _posters(files: Iterable[int]) -> dict[int, Rendition]:
    made = Rendition.objects.filter(media_file__in=set(files), kind__in=["poster", "waveform"])
    return {one.media_file_id: one for one in made}
