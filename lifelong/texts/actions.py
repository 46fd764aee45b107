"""条文 are drafted, read once more as they will look, and put in force for a day. The operator answers for each step."""

from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.texts.models import AGREED_TO, OperatorDetails, TextName, TextVersion
from lifelong.texts.queries import forget
from lifelong.web.refusals import Conflict, NotAllowed, Refusal


class MayNotWriteTexts(NotAllowed):
    code = "may_not_write_texts"


class DraftMoved(Conflict):
    code = "draft_moved"


class NotReady(Refusal):
    code = "text_not_ready"
    status = 422


@transaction.atomic
def save_draft(name: str, *, chinese: str, english: str, revision: int, by: Any, at: datetime) -> TextVersion:
    """``revision``: of the draft that was read, 0 where there was none. Raises ``DraftMoved``, ``MayNotWriteTexts``."""
    guard(by)
    draft = _lock_draft(name, revision)
    if draft is None:
        draft = TextVersion(name=name, revision=0)
    draft.chinese, draft.english = chinese, english
    draft.revision += 1
    draft.changed_by, draft.changed_at = by, at
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:  # two first drafts at the same moment, where rows are locked one by one
        raise DraftMoved(_("另一位编辑同时写了一份草稿。您填写的还在，请核对后再提交一次。")) from error
    detail = {"text": name, "revision": draft.revision, "characters": [len(chinese), len(english)]}
    audit.record("texts.draft_saved", by=by, of=draft, at=at, detail=detail)
    return draft


@transaction.atomic
def drop_draft(name: str, *, revision: int, by: Any, at: datetime) -> None:
    guard(by)
    draft = _lock_draft(name, revision)
    if draft is not None:
        audit.record("texts.draft_dropped", by=by, of=draft, at=at, detail={"text": name, "revision": draft.revision})
        draft.delete()


@transaction.atomic
def put_in_force(
    name: str, *, revision: int, begins_date: date | None, material: bool, changes: str, changes_english: str,
    by: Any, at: datetime,
) -> TextVersion:  # fmt: skip
    """The draft as it was read, from ``begins_date`` on or, without one, from now. A day that has begun is refused.

    ``material``: everybody who agreed to an older version is asked anew; what changed must then be said.
    """
    guard(by)
    draft = _lock_draft(name, revision)
    if draft is None:
        raise DraftMoved(_("这份草稿已经公布或丢弃，请从列表重新打开。"))
    if not (draft.chinese.strip() and draft.english.strip()):
        raise NotReady(_("中文和英文都写好以后才能公布。"))
    if begins_date is not None and begins_date <= timezone.localdate(at):
        words = _("施行日期应在今天以后；要立即施行请留空。")
        raise NotReady(words, fields={"begins_date": words})
    material = material and name in AGREED_TO
    if material and not changes.strip():
        words = _("请写明改了什么，用户重新同意时会看到。")
        raise NotReady(words, fields={"changes": words})
    draft.begins_at = at if begins_date is None else timezone.make_aware(datetime.combine(begins_date, clock_time.min))
    draft.version = _free_version(name, begins_date or timezone.localdate(at))
    draft.material, draft.changes, draft.changes_english = material, changes.strip(), changes_english.strip()
    draft.published_by, draft.published_at = by, at
    draft.save()
    detail = {
        "text": name, "version": draft.version, "begins_at": draft.begins_at.isoformat(), "material": material,
    }  # fmt: skip
    audit.record("texts.put_in_force", by=by, of=draft, at=at, detail=detail)
    forget()
    return draft


@transaction.atomic
def call_off(name: str, version: str, *, by: Any, at: datetime) -> TextVersion:
    """What has not begun yet becomes a draft again. Raises ``Conflict`` where it has begun or another draft is there."""
    guard(by)
    one = TextVersion.objects.select_for_update().filter(name=name, version=version).exclude(version="").first()
    if one is None or one.begins_at is None or one.begins_at <= at:
        raise Conflict(_("这个版本已经施行或已被撤回。已施行的不能撤回，请另写一版。"))
    if TextVersion.objects.filter(name=name, version="").exists():
        raise Conflict(_("“%(text)s”还有一份草稿，请先公布或丢弃它。") % {"text": TextName(name).label})
    one.version, one.begins_at, one.published_by, one.published_at = "", None, None, None
    one.material, one.changes, one.changes_english = False, "", ""
    one.revision += 1
    one.changed_by, one.changed_at = by, at
    one.save()
    audit.record("texts.called_off", by=by, of=one, at=at, detail={"text": name, "version": version})
    forget()
    return one


@transaction.atomic
def save_operator(values: dict[str, str], *, seen: int, by: Any, at: datetime) -> OperatorDetails:
    """``values``: operator, phone, email, icp, police; ``seen``: the row that was read, 0 where there was none."""
    guard(by)
    last = OperatorDetails.objects.select_for_update(of=("self",)).select_related("changed_by").order_by("-pk").first()
    if last is not None and last.pk != seen:
        words = _("%(name)s 刚刚改过页脚。您填写的还在下面，核对后可以再次保存。")
        raise Conflict(words % {"name": last.changed_by})
    new = OperatorDetails(**values, changed_by=by, changed_at=at)
    changed = [name for name, value in values.items() if value != (getattr(last, name) if last else "")]
    if last is not None and not changed:
        return last
    new.save()
    audit.record("texts.operator_saved", by=by, of=new, at=at, detail={"fields": changed})
    forget()
    return new


def guard(by: Any) -> None:
    if not by.has_right("texts.manage"):
        raise MayNotWriteTexts(_("条文和页脚由平台运营人员编写和公布。"))


def _lock_draft(name: str, revision: int) -> TextVersion | None:
    rows = TextVersion.objects.select_for_update(of=("self",)).select_related("changed_by")
    draft = rows.filter(name=name, version="").first()
    if draft is not None and draft.revision != revision:
        words = _("%(name)s 在您打开以后保存过这份草稿。您填写的还在，请与已保存的核对；再提交一次就以您的为准。")
        raise DraftMoved(words % {"name": draft.changed_by})
    if draft is None and revision:
        raise DraftMoved(_("这份草稿已经公布或丢弃。您填写的还在，再保存一次会成为新的草稿。"))
    return draft


def _free_version(name: str, day: date) -> str:
    """2026-12-01, the second of that day 2026-12-01.2."""
    taken = set(
        TextVersion.objects.filter(name=name, version__startswith=day.isoformat()).values_list("version", flat=True)
    )
    names = [day.isoformat(), *(f"{day.isoformat()}.{number}" for number in range(2, len(taken) + 2))]
    return next(one for one in names if one not in taken)
