"""Drafts: begun, saved as one types, copied, deleted and brought back, and opened anew for what is already public."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources import policy
from lifelong.resources.actions import findings, series
from lifelong.resources.actions.steps import masked, remember
from lifelong.resources.actions.values import FIELDS, TYPED, as_typed, write
from lifelong.resources.contents import as_xml
from lifelong.resources.identifiers import new_id
from lifelong.resources.lifecycle import EDITABLE, State, Verb
from lifelong.resources.models import Caption, Origin, Resource, Version, VersionFile
from lifelong.resources.queries.differences import differences
from lifelong.resources.queries.freezing import as_clock
from lifelong.resources.queries.judging import Orders, context_for
from lifelong.resources.queries.reach import under_way
from lifelong.standards.metadata import validate
from lifelong.web.refusals import Conflict, NotAllowed, Refusal
from lifelong.web.templatetags.web import moment

KEPT_DAYS = 30  # a deleted draft comes back that long (spec 1, Submission)
DRAWS = 5
OWN = {"own_number", "series_order", "rights_until"}  # no copy has them: they belong to the one, its place, its paper
REJUDGED = {"type", "duration", "link"}  # fields that a technical verdict depends on


class NotEditable(Refusal):
    """It is under review, decided or deleted: nothing is changed, what was typed is given back by the page."""

    code = "not_editable"


class EditConflict(Conflict):
    """Another tab or computer saved in between. ``facts["theirs"]`` is the version as saved, ``facts["mine"]`` the values."""

    code = "edit_conflict"


class NumberTaken(Refusal):
    """本单位编号 already names another resource of the institution."""

    code = "number_taken"
    status = 422


@transaction.atomic
def create_draft(
    *,
    institution: Institution,
    by: User,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    area: str = "",
    origin: str = Origin.PAGE,
    verb: str = Verb.CREATED,
    note: str = "",
    page: str = "",
) -> Version:
    """A draft under a new resource id; ``values`` by their names in code. Raises ``NotAllowed``.

    ``page`` names one opened page: asked again by it, after a lost answer or by a second press, the draft is the one it made.
    """
    if not policy.can_create(by, institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以新建资源。"))
    given = {"rights_holder": institution.name, **(values or {})}
    if area and not given.get("area"):
        given["area"] = area
    if page and (made := _made_by_page(page, institution, given, by=by)):
        return made
    version = Version.objects.create(
        resource=_new_resource(institution, at), origin=origin, created_by=by, created_at=at, saved_by=by, saved_at=at,
        state_at=at, saved_page=page or None,
    )  # fmt: skip
    remember(version, verb=verb, by=by, at=at, after=State.DRAFT, note=note)
    _put(version, given, by=by, at=at)
    return version


@transaction.atomic
def save_draft(
    version: Version,
    *,
    values: Mapping[str, Any],
    revision: int,
    by: User,
    at: datetime,
    orders: Orders | None = None,
    page: str = "",
) -> Version:
    """Keep what was typed; fields not in ``values`` stay as they are. ``orders``: places taken, where the caller knows them.

    Nothing is refused for a wrong value: it is kept as typed (``Version.raw``) with its sentence (``Version.problems``).
    ``page`` names one opened page: what it saved itself, with an answer that never reached it, is nobody else's change.
    Raises ``EditConflict`` where ``revision`` is not the last one saved and what was saved since says something else,
    ``NotEditable``, ``NotAllowed``.
    """
    locked = lock(version)
    if not policy.reports_for(by, locked.resource.institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以修改。"))
    if locked.state not in EDITABLE or locked.deleted_at:
        raise NotEditable(
            _("《%(title)s》目前为“%(state)s”，不能修改。") % {"title": locked.title, "state": _where(locked)}
        )
    own = bool(page) and locked.saved_page == page
    if locked.revision != revision and not own and differences(as_typed(locked), values):
        text = _("%(who)s已于 %(when)s 在别处保存了另一份内容，您这一份还没有保存。请对照后再决定保留哪一份。")
        who = masked(locked.saved_by) if locked.saved_by_id != by.pk else _("您")
        raise EditConflict(text % {"who": who, "when": moment(locked.saved_at)}, theirs=locked, mine=dict(values))
    locked.saved_page = page or None
    _put(locked, {**as_typed(locked), **values}, by=by, at=at, orders=orders)
    return locked


@transaction.atomic
def delete_draft(version: Version, *, by: User, at: datetime) -> Version:
    """Into the trash for 30 days. Raises ``NotAllowed`` for what was handed in once: that is withdrawn instead."""
    locked = lock(version)
    if not policy.can_delete(by, locked):
        raise NotAllowed(_("只能删除没有报送过的草稿；报送过的请用“撤回”。"))
    locked.deleted_at = at
    locked.save(update_fields=["deleted_at"])
    remember(locked, verb=Verb.DELETED, by=by, at=at)
    return locked


@transaction.atomic
def restore_draft(version: Version, *, by: User, at: datetime) -> Version:
    """Out of the trash, as it was. Raises ``NotAllowed`` after 30 days, or where another version is under way."""
    Resource.objects.select_for_update().get(pk=version.resource_id)  # one at a time: see ``start_version``
    locked = lock(version)
    gone = locked.deleted_at is None or at - locked.deleted_at > timedelta(days=KEPT_DAYS)
    if gone or not policy.can_restore(by, locked):
        raise NotAllowed(_("草稿不在回收站中，或已超过 30 天。"))
    if (going := under_way(locked.resource)) is not None:
        raise NotAllowed(
            _("这项资源的第 %(n)s 版正在办理，同时只能有一个新版本。请先撤回或删除它。") % {"n": going.number}
        )
    locked.deleted_at = None
    locked.save(update_fields=["deleted_at"])
    remember(locked, verb=Verb.RESTORED_DRAFT, by=by, at=at)
    return locked


@transaction.atomic
def purge(*, at: datetime) -> int:
    """Drafts deleted more than 30 days ago go for good; the resource id stays taken for ever."""
    gone = list(
        Version.objects.filter(deleted_at__lt=at - timedelta(days=KEPT_DAYS), rounds__isnull=True).select_related(
            "resource"
        )
    )
    for version in gone:
        audit.record("resources.purged", of=version.resource, at=at, detail={"version": version.number})
        resource = version.resource
        version.delete()
        if resource.own_number and not resource.versions.exists():
            resource.own_number = ""
            resource.save(update_fields=["own_number"])
    return len(gone)


@transaction.atomic
def copy_draft(version: Version, *, by: User, at: datetime, page: str = "") -> Version:
    """A new resource that begins with the same texts; files, cover and own number are the copy's own to give."""
    if not policy.can_copy(by, version):
        raise NotAllowed(_("只能复制本单位的资源。"))
    values = {name: text for name, text in as_typed(version).items() if name not in OWN}
    values["title"] = _("%(title)s（副本）") % {"title": values["title"]} if values["title"] else ""
    if version.duration_from_file:
        values.pop("duration", None)
    note = _("复制自 %(id)s") % {"id": version.resource.resource_id}
    return create_draft(
        institution=version.resource.institution, by=by, at=at, values=values, verb=Verb.COPIED, note=note, page=page
    )


@transaction.atomic
def start_version(version: Version, *, by: User, at: datetime) -> Version:
    """Version n+1 of what is public, with everything copied; n stays online whatever happens to it.

    Where n+1 is under way already, that one is given back. Raises ``NotAllowed``.
    """
    resource = Resource.objects.select_for_update().get(pk=version.resource_id)
    if not policy.can_start_version(by, version):
        raise NotAllowed(_("只有在线或暂停中的资源可以开始新版本。"))
    if (going := under_way(resource)) is not None:
        return going
    last = resource.versions.order_by("-number").values_list("number", flat=True)[0]
    fresh = Version(resource=version.resource, number=last + 1, created_by=by, created_at=at, saved_by=by, saved_at=at)
    columns = [*(name for name in FIELDS if name != "category"), "category", "category_path", "cover", "rights_file"]
    for name in [*columns, "duration_from_file", "title_key"]:
        setattr(fresh, name, getattr(version, name))
    fresh.state_at = at
    fresh.save()
    for entry in version.files.prefetch_related("captions"):
        copied = VersionFile.objects.create(
            version=fresh, media_file_id=entry.media_file_id, position=entry.position, title=entry.title
        )
        for caption in entry.captions.all():
            Caption.objects.create(file=copied, media_file_id=caption.media_file_id, language=caption.language)
    remember(fresh, verb=Verb.NEW_VERSION, by=by, at=at, after=State.DRAFT)
    findings.judge_version(fresh, at=at)
    return fresh


def lock(version: Version) -> Version:
    """The row as it is now, held until the transaction ends."""
    rows = Version.objects.select_for_update(of=("self",)).select_related(
        "resource__institution", "series", "category", "cover", "rights_file", "saved_by"
    )
    return rows.get(pk=version.pk)


def _put(version: Version, given: Mapping[str, Any], *, by: User, at: datetime, orders: Orders | None = None) -> None:
    """Validate everything together, write it, judge again what depends on it."""
    new_series = str(given.get("series_new") or "")[:200]
    given = {name: _storable(given[name]) for name in TYPED if name in given}
    given["outline"] = as_xml(str(given.get("outline") or ""))
    if version.duration_from_file and str(given.get("duration") or "") == as_clock(version.duration):
        given["duration"] = ""  # measured, so it follows the file
    named = str(given.get("series") or "")
    result = validate(given, context=context_for(version, stage="draft", at=at, series=named, orders=orders))
    changed, series_before = write(version, result, given), version.series
    version.series = series.named(version.resource.institution, result.values.get("series", ""), at=at)
    version.duration_from_file = version.duration is not None and not given.get("duration")
    if new_series:
        version.raw["series_new"] = new_series  # typed, and not yet meant: see VersionForm.values
    _number(version, str(result.values.get("own_number", "")), str(given.get("own_number") or ""))
    version.saved_by, version.saved_at, version.revision = by, at, version.revision + 1
    version.save()
    if series_before != version.series:
        series.drop_if_unused(series_before)
    if REJUDGED & set(changed):
        findings.judge_version(version, at=at)


def _made_by_page(page: str, institution: Institution, given: Mapping[str, Any], *, by: User) -> Version | None:
    """What this page made of these values, as long as nothing else was saved in it."""
    Institution.objects.select_for_update(no_key=True).get(pk=institution.pk)  # the same request twice at once
    made = Version.objects.filter(
        resource__institution=institution, saved_by=by, saved_page=page, number=1, state=State.DRAFT, deleted_at=None
    )
    return next((one for one in made if not differences(as_typed(one), given)), None)


def _storable(value: Any) -> Any:
    """PostgreSQL keeps no NUL, neither in a text nor in JSON."""
    return value.replace("\0", "") if isinstance(value, str) else value


def _number(version: Version, number: str, typed: str) -> None:
    """本单位编号 belongs to the resource; one that is taken stays a problem of the draft."""
    resource = version.resource
    if number == resource.own_number:
        return
    try:
        with transaction.atomic():
            resource.own_number = number
            resource.save(update_fields=["own_number"])
    except IntegrityError:
        resource.refresh_from_db(fields=["own_number"])
        version.raw["own_number"] = typed
        message = _("「本单位编号」%(number)s 已用于本单位的另一项资源，请换一个。") % {"number": number}
        version.problems.append(
            {"field": "own_number", "column": _("本单位编号"), "code": "own_number.taken", "severity": "error",
             "found": number, "wanted": _("在本单位内不重复"), "example": "", "message": message}
        )  # fmt: skip


def _new_resource(institution: Institution, at: datetime) -> Resource:
    for _draw in range(DRAWS):
        try:
            with transaction.atomic():
                return Resource.objects.create(resource_id=new_id(), institution=institution, created_at=at)
        except IntegrityError:
            continue
    raise RuntimeError("no free resource id in five draws: the source of randomness is broken")


def _where(version: Version) -> str:
    return str(_("已删除") if version.deleted_at else State(version.state).label)
