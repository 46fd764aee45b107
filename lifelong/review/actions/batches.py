"""推荐批次: compose, schedule, publish all or nothing, strike a line through later."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lifelong import jobs
from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.notices import send
from lifelong.resources.actions.publication import mark_published
from lifelong.resources.lifecycle import Availability, State
from lifelong.resources.models import Round, Version
from lifelong.review import events, policy
from lifelong.review.actions.manifests import manifest_of
from lifelong.review.lifecycle import BATCH_NEXT, BatchState
from lifelong.review.models import Batch, BatchItem
from lifelong.review.queries.obstacles import unfit_to_publish
from lifelong.review.queries.public_notices import standing_notice, stops
from lifelong.web.refusals import Conflict, NotAllowed, Refusal
from lifelong.web.templatetags.web import moment

THIS_MINUTE = timedelta(minutes=1)  # a form names minutes: the one that runs now has not passed


class NotYourBatch(NotAllowed):
    code = "not_your_batch"


class BatchNotOpen(Conflict):
    code = "batch_not_open"


class BatchEmpty(Refusal):
    code = "batch_empty"


class NotFit(Refusal):
    code = "not_fit"


class NoticeStands(Refusal):
    """The public notice is not over, or an objection waits for its answer."""

    code = "notice_stands"


class NumberTaken(Refusal):
    code = "number_taken"


class WrongTime(Refusal):
    code = "wrong_time"


def locked(batch: Batch) -> Batch:
    return Batch.objects.select_for_update().get(pk=batch.pk)


def step(batch: Batch, to: BatchState) -> None:
    if to not in BATCH_NEXT[BatchState(batch.state)]:
        raise BatchNotOpen(
            _("批次 %(number)s 目前为“%(now)s”，不能改为“%(then)s”。")
            % {"number": batch.number, "now": BatchState(batch.state).label, "then": to.label}
        )
    batch.state = to


def wanted_manager(by: User) -> None:
    if not policy.can_manage_batches(by):
        raise NotYourBatch(_("批次由终审人员编排和发布。"))


@transaction.atomic
def create_batch(*, number: str, title: str, announcement: str = "", by: User, at: datetime) -> Batch:
    wanted_manager(by)
    try:
        with transaction.atomic():
            batch = Batch.objects.create(
                number=number.strip(),
                title=title.strip(),
                announcement=announcement.strip(),
                created_by=by,
                created_at=at,
            )
    except IntegrityError as error:
        raise NumberTaken(
            _("批次号 %(number)s 已被使用，请换一个。") % {"number": number}, fields={"number": _("批次号已被使用。")}
        ) from error
    record("review.batch_created", by=by, of=batch, at=at)
    return batch


@transaction.atomic
def rename_batch(batch: Batch, *, title: str, announcement: str, by: User, at: datetime) -> Batch:
    wanted_manager(by)
    batch = composing(batch)
    batch.title, batch.announcement = title.strip(), announcement.strip()
    batch.save(update_fields=["title", "announcement"])
    record("review.batch_changed", by=by, of=batch, at=at, detail={"title": batch.title})
    return batch


def composing(batch: Batch) -> Batch:
    batch = locked(batch)
    if batch.state != BatchState.COMPOSING:
        raise BatchNotOpen(
            _("批次 %(number)s 目前为“%(now)s”，不能再改。")
            % {"number": batch.number, "now": batch.get_state_display()}
        )
    return batch


@transaction.atomic
def add_versions(batch: Batch, versions: Iterable[Version], *, by: User, at: datetime) -> tuple[int, list[str]]:
    """Accepted versions only, each in one batch: how many were added, and why each of the rest was not."""
    wanted_manager(by)
    batch = composing(batch)
    position = batch.items.count()
    added, left = 0, []
    for version in (
        Version.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(pk__in=[v.pk for v in versions])
        .order_by("pk")
    ):
        if version.state != State.ACCEPTED:
            left.append(_("《%(title)s》目前为“%(now)s”，只有待上线的资源可以编入。") % {
                "title": version.title, "now": version.get_state_display()})  # fmt: skip
        elif version.resource.availability == Availability.RETIRED:
            left.append(_("《%(title)s》的资源已出库，新的版本不能再上线，请退回省级。") % {"title": version.title})
        elif other := BatchItem.objects.filter(version=version, pulled_at__isnull=True).select_related("batch").first():
            if other.batch_id != batch.pk:
                left.append(_("《%(title)s》已编入批次 %(number)s。") % {
                    "title": version.title, "number": other.batch.number})  # fmt: skip
        else:
            position += 1
            BatchItem.objects.create(batch=batch, version=version, position=position, added_by=by)
            added += 1
    unprepared(batch)
    record("review.batch_items_added", by=by, of=batch, at=at, detail={"added": added})
    return added, left


@transaction.atomic
def remove_items(batch: Batch, items: Iterable[int], *, by: User, at: datetime) -> int:
    wanted_manager(by)
    batch = composing(batch)
    gone, _rows = batch.items.filter(pk__in=list(items)).delete()
    unprepared(batch)
    record("review.batch_items_removed", by=by, of=batch, at=at, detail={"removed": gone})
    return gone


def unprepared(batch: Batch) -> None:
    """What was made ready no longer fits the list; publishing makes it ready anew."""
    if batch.prepared_at:
        batch.prepared_at = None
        batch.save(update_fields=["prepared_at"])


@transaction.atomic
def schedule(batch: Batch, *, publish_at: datetime, by: User, at: datetime) -> Batch:
    """To go live at a set time, or at once with ``publish_at`` = ``at``; until then it can be called back.

    Raises ``WrongTime`` for a time that has passed: a slip of the year must not publish at once.
    """
    wanted_manager(by)
    if publish_at < at - THIS_MINUTE:
        raise WrongTime(
            _("定时发布的时间 %(when)s 已经过去，请重新填写；要现在发布，请按“立即发布”。")
            % {"when": moment(publish_at)},
            fields={"publish_at": _("请填写将来的时间。")},
        )
    batch = locked(batch)
    wanted_fit(batch)
    wanted_noticed(batch, publish_at=publish_at, at=at)
    step(batch, BatchState.SCHEDULED)
    batch.publish_at, batch.trouble = publish_at, ""
    batch.save(update_fields=["state", "publish_at", "trouble"])
    record("review.batch_scheduled", by=by, of=batch, at=at, detail={"publish_at": publish_at.isoformat()})
    return batch


@transaction.atomic
def call_back(batch: Batch, *, by: User, at: datetime) -> Batch:
    wanted_manager(by)
    batch = locked(batch)
    step(batch, BatchState.NOTICE if standing_notice(batch) else BatchState.COMPOSING)
    batch.publish_at, batch.trouble = None, ""
    batch.save(update_fields=["state", "publish_at", "trouble"])
    record("review.batch_called_back", by=by, of=batch, at=at)
    return batch


@transaction.atomic
def cancel(batch: Batch, *, by: User, at: datetime) -> Batch:
    """The batch is given up; its versions wait for another one. What was before the public keeps its lines."""
    wanted_manager(by)
    batch = locked(batch)
    step(batch, BatchState.CANCELLED)
    batch.save(update_fields=["state"])
    if batch.public_notices.exists():
        for item in living_items(batch):
            pull(item, reason=_("批次已取消"), at=at)
    else:
        batch.items.all().delete()
    record("review.batch_cancelled", by=by, of=batch, at=at)
    return batch


@transaction.atomic
def prepare(batch: Batch, *, at: datetime) -> Batch:
    """Make everything ready while it is still hidden, so that going live is one short transaction."""
    batch = locked(batch)
    if batch.state not in {BatchState.COMPOSING, BatchState.NOTICE, BatchState.SCHEDULED}:
        raise BatchNotOpen(_("批次 %(number)s 已不在编排中。") % {"number": batch.number})
    events.batch_prepared.send(sender=Batch, batch=batch)
    batch.prepared_at = at
    batch.save(update_fields=["prepared_at"])
    return batch


def is_due(batch: Batch, at: datetime) -> bool:
    return batch.state == BatchState.SCHEDULED and batch.publish_at is not None and batch.publish_at <= at


def publish_due(batch: Batch, *, at: datetime) -> bool:
    """The clock's part: prepare, then publish what is still due; whether it went live now.

    Called back or put off meanwhile, it stays where it is. What a refusal says is kept for the composer's page.
    """
    batch.refresh_from_db()
    if not is_due(batch, at):
        return False
    try:
        if batch.prepared_at is None:
            prepare(batch, at=at)
        with transaction.atomic():
            batch = locked(batch)
            if not is_due(batch, at):
                return False
            publish(batch, at=at)
    except Refusal as refusal:
        note_trouble(batch, str(refusal), at=at)
        return False
    return True


@transaction.atomic
def note_trouble(batch: Batch, words: str, *, at: datetime) -> None:
    """Why it could not go live when its time came; whoever composed it is told once, it is tried again."""
    batch = locked(batch)
    if not is_due(batch, at) or batch.trouble == words[:500]:
        return
    batch.trouble = words[:500]
    batch.save(update_fields=["trouble"])
    send(
        batch.created_by,
        subject=_("批次 %(number)s 到时未能发布") % {"number": batch.number},
        text=_("%(why)s\n系统会继续尝试；也可以取消定时，处理后再发布。") % {"why": words},
        url=f"/work/batches/{batch.number}/", kind="batch", at=at,
    )  # fmt: skip


@transaction.atomic
def publish(batch: Batch, *, at: datetime, by: User | None = None) -> Batch:
    """分批上线: every item goes live in one transaction, or none does (spec 1, Batch). Publishing twice changes nothing."""
    batch = locked(batch)
    if batch.state == BatchState.PUBLISHED:
        return batch
    if by is not None:
        wanted_manager(by)
    items = wanted_fit(batch)
    wanted_noticed(batch, publish_at=at, at=at)
    step(batch, BatchState.PUBLISHED)
    rounds = newest_rounds(items)
    batch.published_at, batch.published_by, batch.trouble = at, by or batch.created_by, ""
    batch.manifest = manifest_of(batch, items, rounds, at)
    batch.save(update_fields=["state", "published_at", "published_by", "trouble", "manifest"])
    for item in items:
        mark_published(item.version, at=at, by=batch.published_by, batch_number=batch.number)
    record("review.batch_published", by=batch.published_by, of=batch, at=at, detail={"items": len(items)})
    events.batch_published.send(sender=Batch, batch=batch, at=at)
    jobs.enqueue("lifelong.review.tasks.export_batch", batch.pk)
    tell_reporters(batch, rounds.values(), at)
    return batch


def living_items(batch: Batch) -> list[BatchItem]:
    """In their order, without what was pulled."""
    held = batch.items.living().select_related("version__resource__institution")
    return list(held.order_by("position", "pk"))


def wanted_fit(batch: Batch) -> list[BatchItem]:
    """The items. Raises ``BatchEmpty``, or ``NotFit`` naming those with a file that is not fully decoded or a late fail."""
    items = living_items(batch)
    if not items:
        raise BatchEmpty(_("批次里还没有资源，请先编入待上线的资源。"))
    if unfit := unfit_to_publish(newest_rounds(items).values()):
        raise NotFit(_("现在还不能发布：%(why)s。") % {"why": "；".join(unfit)}, items=unfit)
    return items


def wanted_noticed(batch: Batch, *, publish_at: datetime, at: datetime) -> None:
    """Raises ``NoticeStands`` while the public notice runs or an objection is unanswered, unless a reason is recorded."""
    if found := stops(batch, publish_at=publish_at, at=at):
        raise NoticeStands(_("现在还不能发布：%(why)s。确需提前的，请写明理由。") % {"why": "；".join(found)})


def newest_rounds(items: list[BatchItem]) -> dict[int, Round]:
    """Version id → the round that was accepted."""
    rounds = Round.objects.filter(version__in=[item.version_id for item in items]).order_by("number")
    return {round.version_id: round for round in rounds.select_related("submitted_by", "version")}


def tell_reporters(batch: Batch, rounds: Iterable[Round], at: datetime) -> None:
    """One notice per reporter, however many of the resources are theirs."""
    mine: dict[User, list[str]] = {}
    for round in rounds:
        mine.setdefault(round.submitted_by, []).append(round.version.title)
    for user, titles in mine.items():
        send(
            user,
            subject=_("%(n)s 项资源已随批次 %(number)s 上线") % {"n": len(titles), "number": batch.number},
            text="\n".join(f"《{title}》" for title in titles),
            url=f"/batches/{batch.number}",
            kind="published",
            at=at,
        )


@transaction.atomic
def strike_through(version: Version, *, reason: str, at: datetime, by: User | None) -> None:
    """An item pulled later keeps its line, with date and reason, and the manifest gets an amendment."""
    for item in BatchItem.objects.filter(version=version, pulled_at__isnull=True, batch__state=BatchState.PUBLISHED):
        item.pulled_at, item.pulled_reason = at, reason
        item.save(update_fields=["pulled_at", "pulled_reason"])
        amend(item.batch, version, "pulled", reason, at)
        events.item_pulled.send(sender=BatchItem, item=item, by=by, at=at)


@transaction.atomic
def bring_back(version: Version, *, reason: str, at: datetime) -> None:
    """What was only suspended stands in its batch again; what never went live with it does not."""
    live = BatchItem.objects.went_live()
    for item in live.filter(version=version, pulled_at__isnull=False, batch__state=BatchState.PUBLISHED):
        item.pulled_at, item.pulled_reason = None, ""
        item.save(update_fields=["pulled_at", "pulled_reason"])
        amend(item.batch, version, "restored", reason, at)


def amend(batch: Batch, version: Version, what: str, reason: str, at: datetime) -> None:
    batch = locked(batch)
    batch.amendments = [
        *batch.amendments,
        {
            "resource_id": version.resource.resource_id,
            "what": what,
            "date": localtime(at).date().isoformat(),
            "reason": reason,
        },
    ]
    batch.save(update_fields=["amendments"])


def pull(item: BatchItem, *, reason: str, at: datetime) -> None:
    """Out of a batch that is or was before the public: the line stays, struck through."""
    unprepared(locked(item.batch))
    item.pulled_at, item.pulled_reason, item.pulled_title = at, reason, item.version.title
    item.save(update_fields=["pulled_at", "pulled_reason", "pulled_title"])


@transaction.atomic
def drop_from_open_batches(version: Version, *, reason: str, at: datetime) -> None:
    """What is no longer accepted leaves the batch that was being composed; ``reason`` is read by the public."""
    not_out = [BatchState.COMPOSING, BatchState.NOTICE, BatchState.SCHEDULED]
    held = BatchItem.objects.filter(version=version, pulled_at__isnull=True, batch__state__in=not_out)
    for item in held.select_related("batch"):
        if standing_notice(item.batch):
            pull(item, reason=reason, at=at)
        else:
            unprepared(locked(item.batch))
            item.delete()
