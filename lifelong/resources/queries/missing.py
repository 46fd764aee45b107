"""What still stops a version from being submitted, each with the place where it is mended (spec 1, What stops what)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.media.lifecycle import RESERVING, ProbeState
from lifelong.media.models import Upload
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Finding, Verdict, Version, VersionFile
from lifelong.resources.queries.freezing import values_of
from lifelong.resources.queries.judging import Orders, context_for, orders_taken
from lifelong.resources.queries.reading import rule_title
from lifelong.standards.metadata import Context, Problem, validate
from lifelong.standards.queries import metadata_context

MEDIA_FIELDS = {"files"}


@dataclass(frozen=True)
class Gap:
    """One thing to mend: the field's name in code, a sentence, and the address of the field itself."""

    field: str
    text: str
    url: str


@dataclass(frozen=True)
class Known:
    """What is asked once for a whole list of versions."""

    uploading: frozenset[int]
    orders: Orders
    base: Context


def purpose_of(version: Version) -> str:
    """By these words an upload says for which version it is."""
    return f"version:{version.pk}"


def version_of(purpose: str) -> int | None:
    kind, _colon, number = purpose.partition(":")
    return int(number) if kind == "version" and number.isdigit() else None


def uploads_of(version: Version) -> QuerySet[Upload]:
    return Upload.objects.filter(purpose=purpose_of(version))


def prepared(versions: QuerySet[Version], *, judged: Collection[str] = State.values) -> QuerySet[Version]:
    """With everything that is read here: a constant number of queries for any number of versions.

    ``judged``: the states whose living findings are wanted.
    """
    files = VersionFile.objects.select_related("media_file__repair__original")
    # not "round is null": SQLite would walk through every living finding there is, taking it for as few as those of a round
    living = Finding.objects.alias(of=Coalesce("round", 0)).filter(of=0, version__state__in=judged)
    living = living.select_related("media_file").defer(
        "media_file__facts", "media_file__whole"
    )  # a file has some twenty findings
    return versions.select_related(
        "resource__institution", "series", "category", "cover", "rights_file", "call"
    ).prefetch_related(Prefetch("files", files), Prefetch("findings", living, to_attr="living_findings"))


def known_about(versions: Iterable[Version], *, at: datetime) -> Known:
    versions = list(versions)
    running = Upload.objects.filter(purpose__in=[purpose_of(v) for v in versions], state__in=RESERVING)
    ids = {version_of(purpose) for purpose in running.values_list("purpose", flat=True)}
    return Known(
        frozenset(pk for pk in ids if pk is not None),
        orders_taken(v.resource.institution_id for v in versions),
        metadata_context("submit", today=timezone.localdate(at)),
    )


def what_is_missing(version: Version, *, at: datetime, known: Known | None = None) -> list[Gap]:
    """Everything that only the institution can mend; empty where it may be signed and handed in.

    The call's scope, its window and the signature are asked apart (``queries.submitting``): they depend on the call.
    Load ``version`` through ``prepared`` to spare queries.
    """
    if known is None:
        known = known_about([version], at=at)
    return [*_fields(version, at, known), *_files(version, known), *_explanations(version)]


def living_findings(version: Version) -> list[Finding]:
    """Findings on the draft as it stands."""
    loaded: list[Finding] | None = getattr(version, "living_findings", None)
    if loaded is None:
        loaded = list(version.findings.filter(round__isnull=True).select_related("media_file"))
    return loaded


def address(version: Version, name: str) -> str:
    return reverse(f"resources:{name}", args=[version.resource.resource_id, version.number])


def _fields(version: Version, at: datetime, known: Known) -> Iterator[Gap]:
    values = {name: value for name, value in values_of(version).items() if name not in {"resource_id", "cover"}}
    context = context_for(version, stage="submit", at=at, orders=known.orders, base=known.base)
    result = validate(values | version.raw, context=context)
    for problem in result.errors:
        page = "files" if problem.field in MEDIA_FIELDS else "edit"
        yield Gap(problem.field, _said(version, problem), f"{address(version, page)}#field-{problem.field}")
    # still to do in the validator's words, yet wanted here: a stranger's rights need their paper
    for problem in result.problems:
        if problem.code == "todo.rights_file":
            yield Gap("rights_file", problem.message, f"{address(version, 'edit')}#field-rights_file")


def _said(version: Version, problem: Problem) -> str:
    """The validator speaks of sheets as well; on a page a file is uploaded, not named."""
    if problem.code == "cover.missing":
        return _("还没有上传封面（JPG 图片）。")
    if problem.code == "files.missing":
        kinds = {"A01": _("还没有上传视频文件（MP4）。"), "A02": _("还没有上传音频文件（MP3）。")}
        return kinds.get(version.type, _("网络课程要有文件或链接，现在都没有。"))
    if problem.code.endswith(".missing") and not problem.found:
        return _("「%(heading)s」没有填写。") % {"heading": problem.column}
    return problem.message


def _files(version: Version, known: Known) -> Iterator[Gap]:
    url = address(version, "files")
    if version.pk in known.uploading:
        yield Gap("files", _("有文件正在上传，请等上传完成或取消上传。"), url)
    entries = list(version.files.all())
    if version.type in {"A01", "A02"} and len(entries) > 1:
        text = _("视频和音频资源只能有一个文件，现在有 %(count)s 个；请移除多余的，或改为网络课程。")
        yield Gap("files", text % {"count": len(entries)}, url)
    for entry in entries:
        if entry.media_file.probe_state == ProbeState.WAITING:
            text = _("文件“%(name)s”正在检测，通常一分钟内完成。")
            yield Gap("files", text % {"name": entry.media_file.original_name}, url)


def _explanations(version: Version) -> Iterator[Gap]:
    """A file that does not open stops; every other fail wants one sentence and goes along."""
    url = address(version, "files")
    for finding in living_findings(version):
        if finding.verdict != Verdict.FAIL:
            continue
        name = finding.media_file.original_name if finding.media_file else version.link
        if finding.rule == "file.readable":
            text = _("文件“%(name)s”打不开：%(why)s") % {"name": name, "why": finding.message}
            yield Gap("files", text, f"{url}#finding-{finding.pk}")
        elif not finding.explanation:
            text = _("“%(name)s”不符合“%(rule)s”，请改正，或写一句说明。")
            yield Gap("findings", text % {"name": name, "rule": rule_title(finding)}, f"{url}#finding-{finding.pk}")
