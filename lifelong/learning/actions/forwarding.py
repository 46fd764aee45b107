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
ARRIVED = {200, 204}
SUSPICIOUS = 3  # failures one after another: after so many, one statement may be to blame; after so many alone, none is
JUDGED = {400, 409, 413, 422}  # the store's word about these statements, not about us


class Wait(Exception):
    """The store takes nothing now; ``until`` where it said so itself."""

    def __init__(self, why: str, until: datetime | None = None) -> None:
        super().__init__(why)
        self.until = until


class Broken(Wait):
    """The store failed at these statements, or altogether."""


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
    turn = Turn(store)
    try:
        turn.run()
    except (Wait, Unreachable) as why:
        _be_patient(store, str(why), getattr(why, "until", None))
    else:
        StatementStore.objects.filter(pk=store.pk).update(failures=0, wait_until=None, trouble="")
    return turn.arrived


class Turn:
    """One store's turn. A store that fails time and again is asked by halves, for one statement may be what it fails at: what
    fails alone stands back, and is refused once others arrived in the same turn. Nothing is held up by it for good."""

    def __init__(self, store: StatementStore) -> None:
        self.store, self.arrived = store, 0
        self.stumbled: dict[int, str] = {}

    def run(self) -> None:
        """Raises ``Wait``, ``Unreachable``."""
        for _turn in range(MOST_BATCHES):
            rows, doubtful = self.next()
            if not rows:
                break
            self.deliver(rows, by_halves=doubtful or self.store.failures >= SUSPICIOUS)
        if self.stumbled and not self.arrived:
            raise Wait(next(iter(self.stumbled.values())))
        for key, answer in self.stumbled.items():
            _settle(self.store, [key], DeliveryState.REFUSED, answer)

    def next(self) -> tuple[list[StatementDelivery], bool]:
        """What has never failed alone goes first; whether these are the others."""
        waiting = self.store.deliveries.filter(state=DeliveryState.WAITING).order_by("pk")
        fresh = list(waiting.filter(answer="")[:BATCH])
        return (fresh, False) if fresh else (list(waiting.exclude(pk__in=self.stumbled)[:BATCH]), True)

    def deliver(self, rows: Sequence[StatementDelivery], *, by_halves: bool) -> None:
        """All at once; where the store objects, by halves, until what it objects to stands alone. Raises ``Wait``, ``Unreachable``."""
        try:
            answer = self.post(rows)
        except (Broken, Unreachable) as why:
            if not by_halves:
                raise
            if len(rows) > 1:
                self.halve(rows, by_halves=True)
            else:
                self.stand_back(rows[0], why)
            return
        if answer.status in ARRIVED:
            self.arrived += _settle(self.store, [row.pk for row in rows], DeliveryState.SENT)
        elif len(rows) > 1:
            self.halve(rows, by_halves=by_halves)
        elif answer.status == 409 and _is_there(self.store, rows[0]):
            self.arrived += _settle(self.store, [rows[0].pk], DeliveryState.SENT)
        else:
            _settle(self.store, [rows[0].pk], DeliveryState.REFUSED, _told(answer))

    def post(self, rows: Sequence[StatementDelivery]) -> Answer:
        """Taken or judged; else raises ``Wait``, ``Broken`` or ``Unreachable``."""
        content = json.dumps([row.body for row in rows], ensure_ascii=False).encode()
        answer = _ask("POST", self.store, "statements", content)
        if answer.status in ARRIVED or answer.status in JUDGED:
            return answer
        kind = Broken if answer.status >= 500 and answer.status != 503 else Wait
        raise kind(_in_words(answer), _asked_for(answer))

    def halve(self, rows: Sequence[StatementDelivery], *, by_halves: bool) -> None:
        half = len(rows) // 2
        for part in (rows[:half], rows[half:]):
            self.deliver(part, by_halves=by_halves)

    def stand_back(self, row: StatementDelivery, why: Exception) -> None:
        """Raises ``why`` when it looks as if the store itself were out of order."""
        self.stumbled[row.pk] = str(why)[:500]
        self.store.deliveries.filter(pk=row.pk, state=DeliveryState.WAITING).update(answer=str(why)[:500])
        if not self.arrived and len(self.stumbled) >= SUSPICIOUS:
            raise why


def _told(answer: Answer) -> str:
    text = answer.body.decode("utf-8", "replace").replace("\x00", "").strip()
    return f"{answer.status} {text}"[:500]


@transaction.atomic
def _settle(store: StatementStore, keys: Sequence[int], state: str, answer: str = "") -> int:
    now = timezone.now()
    still = StatementDelivery.objects.filter(pk__in=keys, state=DeliveryState.WAITING)
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
