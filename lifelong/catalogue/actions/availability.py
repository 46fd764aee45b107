"""下架、恢复、出库: takes effect within seconds on page, media, search, interfaces and every cache (spec 4)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import Role, User
from lifelong.accounts.queries import holders_of
from lifelong.catalogue import events, policy
from lifelong.catalogue.actions import media
from lifelong.catalogue.actions.log import note_changes
from lifelong.catalogue.lifecycle import ChangeKind, Visibility
from lifelong.catalogue.models import Entry
from lifelong.institutions.models import Mandate
from lifelong.notices import send
from lifelong.resources.actions.steps import set_availability
from lifelong.resources.lifecycle import Availability, Verb
from lifelong.resources.models import Resource, Step
from lifelong.web.refusals import NotAllowed, Refusal


class MayNotChange(NotAllowed):
    code = "may_not_change_availability"


class NotInLibrary(Refusal):
    code = "not_in_library"
    status = 404


class NoReason(Refusal):
    code = "no_reason"


@transaction.atomic
def suspend(resource: Resource, *, by: User, reason: str, at: datetime) -> Entry:
    """一键下架: at once and with a reason; ministry and institution are told. Raises ``MayNotChange``, ``NoReason``."""
    return _change(resource, "suspend", Availability.SUSPENDED, by=by, reason=reason, at=at)


@transaction.atomic
def restore(resource: Resource, *, by: User, reason: str, at: datetime) -> Entry:
    """恢复: what was suspended is public again, under new media addresses."""
    return _change(resource, "restore", Availability.ONLINE, by=by, reason=reason, at=at)


@transaction.atomic
def retire(resource: Resource, *, by: User, reason: str, at: datetime) -> Entry:
    """出库: for good; its address goes on answering that it was withdrawn."""
    return _change(resource, "retire", Availability.RETIRED, by=by, reason=reason, at=at)


def _change(resource: Resource, verb: str, to: Availability, *, by: User, reason: str, at: datetime) -> Entry:
    entry = Entry.objects.shown_or_not().select_for_update(of=("self",)).filter(resource=resource).first()
    if entry is None:
        raise NotInLibrary(_("资源 %(id)s 没有上线，无从下架。") % {"id": resource.resource_id})
    if not policy.abilities(by, entry)[verb]:
        raise MayNotChange(
            _("《%(title)s》目前为“%(now)s”，您不能%(verb)s它。下架由运营或终审人员办理，恢复与出库由终审人员办理。")
            % {"title": entry.title, "now": entry.get_visibility_display(), "verb": word_for(to)}
        )
    if len(reason.strip()) < 2:
        raise NoReason(_("请写明原因。"), fields={"reason": _("请写明原因，公众和单位都会看到。")})
    set_availability(resource, to=to, by=by, at=at, reason=reason.strip())
    tell(entry, to, by=by, reason=reason.strip(), at=at)
    return Entry.objects.get(pk=entry.pk)


@transaction.atomic
def suspend_unattended(resource: Resource, *, reason: str, at: datetime) -> bool:
    """自动下架: the platform itself, with a reason for everyone to read; nobody is named for it. False where it is not online."""
    return _unattended(resource, Visibility.ONLINE, Availability.SUSPENDED, Verb.AUTO_SUSPENDED, reason=reason, at=at)


@transaction.atomic
def restore_unattended(resource: Resource, *, reason: str, at: datetime) -> bool:
    """自动恢复: only of what the platform itself took out; what a person suspended, a person brings back. False else."""
    if taken_out_by_person(resource):
        return False
    return _unattended(resource, Visibility.HIDDEN, Availability.ONLINE, Verb.AUTO_RESTORED, reason=reason, at=at)


def taken_out_by_person(resource: Resource) -> bool:
    taken = {Verb.SUSPENDED, Verb.AUTO_SUSPENDED, Verb.RETIRED}
    steps = Step.objects.filter(version__resource=resource, verb__in=taken)
    last = steps.order_by("-at", "-pk").values_list("verb", flat=True).first()
    return last != Verb.AUTO_SUSPENDED


def _unattended(
    resource: Resource, now: Visibility, to: Availability, verb: Verb, *, reason: str, at: datetime
) -> bool:
    entry = Entry.objects.shown_or_not().select_for_update(of=("self",)).filter(resource=resource).first()
    if entry is None or entry.visibility != now:
        return False
    set_availability(resource, to=to, by=None, at=at, reason=reason, verb=verb)
    tell(entry, to, by=None, reason=reason, at=at)
    return True


def word_for(to: Availability) -> str:
    return {Availability.SUSPENDED: _("下架"), Availability.ONLINE: _("恢复"), Availability.RETIRED: _("出库")}[to]


def follow(resource: Resource, *, to: Availability, by: User | None, reason: str, at: datetime) -> None:
    """The entry after its resource: called in the same transaction by whatever changed the availability."""
    entry = Entry.objects.shown_or_not().select_related("version").filter(resource=resource).first()
    if entry is None:
        return
    if to == Availability.ONLINE:
        _bring_back(entry, by=by, reason=reason, at=at)
    elif to in {Availability.SUSPENDED, Availability.RETIRED}:
        _take_out(entry, to, by=by, reason=reason, at=at)


def _take_out(entry: Entry, to: Availability, *, by: User | None, reason: str, at: datetime) -> None:
    gone = to == Availability.RETIRED
    entry.visibility, entry.visibility_at, entry.out_at = (Visibility.GONE if gone else Visibility.HIDDEN), at, at
    media.take_names(entry.version, at=at, gone=gone)
    if gone:
        media.forget_return(entry.version)
    media.without_names(entry)
    entry.save(update_fields=["visibility", "visibility_at", "out_at", *media.NAMED_FIELDS])
    note_changes([entry.resource_id], kind=ChangeKind.RETIRED if gone else ChangeKind.SUSPENDED, at=at)
    audit.record(
        "catalogue.retired" if gone else "catalogue.suspended", by=by, of=entry, at=at, detail={"reason": reason}
    )
    jobs.enqueue("lifelong.catalogue.tasks.keep_hidden", entry.pk, priority=90)
    signal = events.entry_retired if gone else events.entry_hidden
    signal.send(sender=Entry, entry=entry, by=by, at=at, reason=reason)


def _bring_back(entry: Entry, *, by: User | None, reason: str, at: datetime) -> None:
    entry.visibility, entry.visibility_at, entry.out_at = Visibility.ONLINE, at, None
    media.give_names(entry, entry.version, at=at)
    media.forget_return(entry.version)
    entry.save(update_fields=["visibility", "visibility_at", "out_at", *media.NAMED_FIELDS])
    note_changes([entry.resource_id], kind=ChangeKind.RESTORED, at=at)
    audit.record("catalogue.restored", by=by, of=entry, at=at, detail={"reason": reason})
    events.entry_restored.send(sender=Entry, entry=entry, by=by, at=at, reason=reason)


@transaction.atomic
def keep_out(entry: Entry, *, at: datetime | None = None) -> bool:
    """Take away whatever public name a hidden entry still has; whether there was one. Safe to repeat."""
    current = Entry.objects.select_related("version").filter(pk=entry.pk).first()
    if current is None or current.visibility not in {Visibility.HIDDEN, Visibility.GONE}:
        return False
    named = any(rendition.public_name for rendition in media.renditions_of(current.version))
    if named:
        media.take_names(current.version, at=at or timezone.now(), gone=current.visibility == Visibility.GONE)
    return named


def tell(entry: Entry, to: Availability, *, by: User | None, reason: str, at: datetime) -> None:
    """The ministry, the operator and the institution that owns it learn what was done, by whom and why."""
    words = {
        Availability.SUSPENDED: _("《%(title)s》已下架"),
        Availability.ONLINE: _("《%(title)s》已恢复上线"),
        Availability.RETIRED: _("《%(title)s》已出库"),
    }
    text = _("资源 %(id)s《%(title)s》（%(institution)s）\n经办：%(who)s\n原因：%(reason)s") % {
        "id": entry.identifier, "title": entry.title, "institution": entry.institution.name,
        "who": by.get_full_name() if by else _("系统（定期检查）"), "reason": reason,
    }  # fmt: skip
    send(
        [person for person in concerned(entry, at) if by is None or person.pk != by.pk],
        subject=words[to] % {"title": entry.title}, text=text, url=entry.get_absolute_url(),
        kind=f"catalogue.{to.value}", at=at,
    )  # fmt: skip


def concerned(entry: Entry, at: datetime) -> Iterable[User]:
    mandated = Mandate.objects.open_at(at).filter(institution=entry.institution_id).values("user")
    return holders_of(Role.FINAL_REVIEWER, Role.OPERATOR, at=at) | User.objects.filter(pk__in=mandated)
