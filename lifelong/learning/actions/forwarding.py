"""Statements on their way to the stores: batches, patience, and what a store refuses set aside with its answer."""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.catalogue.lti.fetching import Answer, Unreachable, ask
from lifelong.learning import policy, xapi
from lifelong.learning.models import DeliveryState, StatementDelivery, StatementStore
from lifelong.web.refusals import NotAllowed, Refusal

BATCH = 50
MOST_BATCHES = 20  # of one store in one turn; the others wait for it
FIRST_PAUSE_S, LONGEST_PAUSE_S = 60, 6 * 3600
KEPT = timedelta(days=30)
JUDGED = {400, 409, 413, 422}  # the store's word about these statements, not about us


class Wait(Exception):
    """The store takes nothing now; ``until`` where it said so itself."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


class StoreKnown(Refusal):
    code = "statements.known"


@transaction.atomic
def save_store(
    *, name: str, endpoint: str, key: str, secret: str, is_open: bool, by: User, at: datetime,
    store: StatementStore | None = None,
) -> StatementStore:  # fmt: skip
    """Enter a store or correct it; an empty ``secret`` keeps the old one. Another address is another receiver: what waits is
    not for it, and learners are asked anew."""
    if not policy.can_manage_statements(by):
        raise NotAllowed(_("学习记录库由运营人员或系统管理员办理。"))
    others = StatementStore.objects.filter(endpoint=endpoint)
    if (others.exclude(pk=store.pk) if store else others).exists():
        raise StoreKnown(_("这个接口地址已经登记过。"), fields={"endpoint": _("已经登记过。")})
    saved = store or StatementStore(created_by=by, created_at=at)
    if saved.endpoint != endpoint:
        saved.agreed_from = at
        if saved.pk:
            saved.deliveries.exclude(state=DeliveryState.SENT).delete()
    saved.name, saved.endpoint, saved.key, saved.is_open = name, endpoint, key, is_open
    saved.secret = secret or saved.secret
    saved.failures, saved.wait_until, saved.trouble = 0, None, ""
    saved.save()
    told = {"name": name, "endpoint": endpoint, "key": key, "is_open": is_open, "secret_changed": bool(secret)}
    audit.record("learning.store_saved", by=by, of=saved, at=at, detail=told)
    return saved


@transaction.atomic
def settle_refused(store: StatementStore, *, again: bool, by: User, at: datetime) -> int:
    """What the store refused is sent once more, or given up."""
    if not policy.can_manage_statements(by):
        raise NotAllowed(_("学习记录库由运营人员或系统管理员办理。"))
    refused = store.deliveries.filter(state=DeliveryState.REFUSED)
    count = refused.update(state=DeliveryState.WAITING, answer="") if again else refused.delete()[0]
    verb = "learning.statements_retried" if again else "learning.statements_dropped"
    audit.record(verb, by=by, of=store, at=at, detail={"count": count})
    return count


def ask_for_test(store: StatementStore, *, by: User, at: datetime) -> None:
    """By a job: a store that does not answer keeps no page waiting."""
    if not policy.can_manage_statements(by):
        raise NotAllowed(_("学习记录库由运营人员或系统管理员办理。"))
    StatementStore.objects.filter(pk=store.pk).update(tested_at=None, test="")
    audit.record("learning.store_tested", by=by, of=store, at=at)
    jobs.enqueue("lifelong.learning.tasks.test_store", store.pk)


def test(store: StatementStore, *, at: datetime) -> str:
    """``about`` says whether a store is there and speaks 1.0.x, a question for one statement whether it knows us."""
    try:
        about = _ask("GET", store, "about")
        try:
            spoken = json.loads(about.body).get("version", []) if about.status == 200 else []
        except (ValueError, AttributeError):
            spoken = []
        known = _ask("GET", store, "statements?limit=1")
        if not any(str(one).startswith("1.0") for one in spoken):
            told = _("这个地址没有回答它支持 xAPI 1.0（about：%(status)s），请核对接口地址。") % {
                "status": about.status
            }
        elif known.status in {401, 403}:
            told = _("接口地址正确，但用户名或密码不被接受（%(status)s）。") % {"status": known.status}
        elif known.status != 200:
            told = _("接口地址正确，读取陈述时答复 %(status)s。") % {"status": known.status}
        else:
            told = _("连接正常，支持 xAPI %(versions)s。") % {
                "versions": "、".join(str(one)[:20] for one in spoken[:8])
            }
    except Unreachable as error:
        told = _("连接不上：%(error)s") % {"error": error}
    StatementStore.objects.filter(pk=store.pk).update(tested_at=at, test=told[:500])
    return told


def send_due(*, at: datetime) -> int:
    """A turn of every store for which something waits; how many statements arrived."""
    waiting = StatementDelivery.objects.filter(state=DeliveryState.WAITING)
    due = StatementStore.objects.filter(is_open=True, pk__in=waiting.values("store")).exclude(wait_until__gt=at)
    return sum(_send(store) for store in due)


def _send(store: StatementStore) -> int:
    arrived = 0
    for _turn in range(MOST_BATCHES):
        rows = list(store.deliveries.filter(state=DeliveryState.WAITING).order_by("pk")[:BATCH])
        if not rows:
            break
        try:
            arrived += _deliver(store, rows)
        except (Wait, Unreachable) as why:
            _be_patient(store, str(why), getattr(why, "until", None))
            return arrived
    StatementStore.objects.filter(pk=store.pk).update(failures=0, wait_until=None, trouble="")
    return arrived


def _deliver(store: StatementStore, rows: Sequence[StatementDelivery]) -> int:
    """All at once; where the store objects, by halves, until what it objects to stands alone. Raises ``Wait``."""
    answer = _ask("POST", store, "statements", json.dumps([row.body for row in rows], ensure_ascii=False).encode())
    if answer.status in {200, 204}:
        return _settle(store, rows, DeliveryState.SENT)
    if answer.status not in JUDGED:
        raise Wait(_in_words(answer), _asked_for(answer))
    if len(rows) > 1:
        half = len(rows) // 2
        return _deliver(store, rows[:half]) + _deliver(store, rows[half:])
    if answer.status == 409 and _is_there(store, rows[0]):
        return _settle(store, rows, DeliveryState.SENT)
    text = answer.body.decode("utf-8", "replace").replace("\x00", "").strip()
    _settle(store, rows, DeliveryState.REFUSED, f"{answer.status} {text}"[:500])
    return 0


@transaction.atomic
def _settle(store: StatementStore, rows: Sequence[StatementDelivery], state: str, answer: str = "") -> int:
    now = timezone.now()
    still = StatementDelivery.objects.filter(pk__in=[row.pk for row in rows], state=DeliveryState.WAITING)
    count = still.update(state=state, answer=answer, settled_at=now)
    if state == DeliveryState.SENT:
        StatementStore.objects.filter(pk=store.pk).update(sent=F("sent") + count, sent_at=now)
    return count


def _is_there(store: StatementStore, row: StatementDelivery) -> bool:
    """Whether the statement the store has under this id is ours: a conflict about nothing."""
    found = _ask("GET", store, f"statements?statementId={row.statement}")
    try:
        theirs = json.loads(found.body) if found.status == 200 else {}
        return all(theirs[name]["id"] == row.body[name]["id"] for name in ("verb", "object"))
    except (ValueError, KeyError, TypeError):
        return False


def _ask(method: str, store: StatementStore, path: str, body: bytes = b"") -> Answer:
    pair = base64.b64encode(f"{store.key}:{store.secret}".encode()).decode()
    headers = {
        "Authorization": f"Basic {pair}", "X-Experience-API-Version": xapi.VERSION, "Accept": "application/json",
        "Connection": "close",
    }  # fmt: skip
    if body:
        headers["Content-Type"] = "application/json"
    return ask(method, f"{store.endpoint.rstrip('/')}/{path}", headers=headers, body=body)


def _in_words(answer: Answer) -> str:
    if answer.status in {401, 403}:
        return _("用户名或密码不被接受（%(status)s）。") % {"status": answer.status}
    if answer.status in {429, 503}:
        return _("对方暂时忙（%(status)s）。") % {"status": answer.status}
    return _("对方答复 %(status)s，不是陈述接口应有的答复。") % {"status": answer.status}


def _asked_for(answer: Answer) -> datetime | None:
    """``Retry-After`` as an instant: seconds, or a date."""
    text, now = answer.headers.get("retry-after", "").strip(), timezone.now()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=min(int(text[:9]), 24 * 3600))
    try:
        until = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError):
        return None
    until = until.replace(tzinfo=UTC) if until and until.tzinfo is None else until
    return min(until, now + timedelta(days=1)) if until else None


def _be_patient(store: StatementStore, why: str, until: datetime | None) -> None:
    now = timezone.now()
    pause = min(FIRST_PAUSE_S * 2 ** min(store.failures, 20), LONGEST_PAUSE_S)
    StatementStore.objects.filter(pk=store.pk).update(
        failures=F("failures") + 1, wait_until=until or now + timedelta(seconds=pause), trouble=why[:500]
    )


def forget_sent(*, at: datetime) -> int:
    """Public comments stay known: they may have to be voided."""
    old = StatementDelivery.objects.filter(state=DeliveryState.SENT, settled_at__lt=at - KEPT)
    return old.exclude(kind="commented").delete()[0]
