"""Questions and answers: asked, answered once, and worded anew for everybody."""

import re
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.accounts.models import Appointment, User
from lifelong.audit import record
from lifelong.calls import policy
from lifelong.calls.actions.running import tell_all
from lifelong.calls.models import Call, Question
from lifelong.calls.queries import reaches
from lifelong.calls.queries.calls import ISSUERS
from lifelong.institutions.models import Institution, MandateRole
from lifelong.notices import send
from lifelong.regions.queries import province_of
from lifelong.web.refusals import Conflict, NotAllowed, Refusal
from lifelong.web.templatetags.web import moment

LONGEST = 2_000
MOST_OPEN = 30  # unanswered ones of an institution
NAMES_SOMEBODY = re.compile(r"1[3-9]\d{9}|[\w.+-]+@[\w-]+\.\w|\d{3,4}-\d{7,8}", re.ASCII)


class NothingAsked(Refusal):
    """Empty, or too long to be one question."""

    code = "nothing_asked"
    status = 422


class TooManyQuestions(Refusal):
    code = "too_many_questions"


class AlreadyAnswered(Conflict):
    """Somebody else was quicker; the words say who and when."""

    code = "already_answered"


class NamesSomebody(Refusal):
    """What everybody is to read still says who asked."""

    code = "names_somebody"
    status = 422


@transaction.atomic
def ask(
    institution: Institution, *, text: str, by: User, at: datetime, call: Call | None = None, about: str = "",
    to_institution: bool = False,
) -> Question:  # fmt: skip
    """Ask at a call; or at a resource (``about``), where the chapter that knows it has said that ``by`` may.

    Officers hear of what an institution asks; with ``to_institution`` its reporter hears of what an officer asks.
    """
    text = _sound(text, _("问题"))
    if not about and (call is None or not policy.can_ask(by, call, institution)):
        raise NotAllowed(_("只有本次征集面向的单位的报送工作负责人可以提问。"))
    if call is not None and not reaches(call, institution):
        call = None
    institution = Institution.objects.select_for_update().get(pk=institution.pk)
    same = institution.questions.filter(
        answered_at=None, asked_by=by, call=call, about=about, to_institution=to_institution, text=text
    )
    if (asked := same.first()) is not None:  # sent again after a lost answer, or pressed twice
        return asked
    if institution.questions.filter(answered_at=None, to_institution=to_institution).count() >= MOST_OPEN:
        raise TooManyQuestions(_("已有 %(n)s 个问题等待答复，请等答复后再问。") % {"n": MOST_OPEN})
    question = Question.objects.create(
        call=call, institution=institution, about=about, to_institution=to_institution, text=text, asked_by=by,
        asked_at=at,
    )  # fmt: skip
    record("calls.asked", by=by, of=question, at=at, detail={"call": call.number if call else "", "about": about})
    subject = _("省级工作人员提问，请答复") if to_institution else _("%s提问，请答复") % institution.name
    send(
        _reporters(institution, at) if to_institution else _officers(question, at), subject=subject, text=text,
        url=_address(question), kind="question.to_institution" if to_institution else "question", at=at,
    )  # fmt: skip
    return question


@transaction.atomic
def answer_question(question: Question, *, text: str, by: User, at: datetime) -> Question:
    """One answer; whoever comes second is told who was first."""
    question = _locked(question)
    if not policy.can_attend(by, question):
        raise NotAllowed(_("这个问题不由您答复。"))
    if question.answered_at:
        who = question.answered_by.name if question.answered_by else ""
        raise AlreadyAnswered(
            _("%(who)s已于 %(when)s 答复，您的答复没有保存。") % {"who": who, "when": moment(question.answered_at)}
        )
    question.answer, question.answered_by, question.answered_at = _sound(text, _("答复")), by, at
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    record("calls.answered", by=by, of=question, at=at)
    send(
        {question.asked_by, *([] if question.to_institution else _reporters(question.institution, at))},
        subject=_("您的提问已有答复"), text=f"{question.text}\n\n{question.answer}", url=_address(question),
        kind="question.answered", at=at,
    )  # fmt: skip
    return question


@transaction.atomic
def publish_answer(question: Question, *, text: str, answer: str, by: User, at: datetime) -> Question:
    """Let every institution read it, in words that say nothing of who asked; again to change the words."""
    question = _locked(question)
    if not policy.can_publish_answer(by, question):
        raise NotAllowed(_("只有征集的发布单位可以公开已答复的提问。"))
    question.public_text, question.public_answer = _sound(text, _("问题")), _sound(answer, _("答复"))
    _check_nameless(question)
    fresh = question.published_at is None
    question.published_at = question.published_at or at
    question.save(update_fields=["public_text", "public_answer", "published_at"])
    record("calls.answer_published", by=by, of=question, at=at)
    if fresh and question.call:
        tell_all(
            question.call, subject=_("新的问答：%s") % question.call.title,
            text=f"{question.public_text}\n\n{question.public_answer}", at=at, mail=False,
        )  # fmt: skip
    return question


@transaction.atomic
def unpublish_answer(question: Question, *, by: User, at: datetime) -> Question:
    question = _locked(question)
    if not policy.can_publish_answer(by, question):
        raise NotAllowed(_("只有征集的发布单位可以撤下公开的问答。"))
    question.published_at = None
    question.save(update_fields=["published_at"])
    record("calls.answer_unpublished", by=by, of=question, at=at)
    return question


def _locked(question: Question) -> Question:
    rows = Question.objects.select_for_update(of=("self",))
    return rows.select_related("call__issued_by__region", "institution", "asked_by", "answered_by").get(pk=question.pk)


def _sound(text: str, what: str) -> str:
    text = text.replace("\0", "").strip()
    if not text:
        raise NothingAsked(_("请填写%s。") % what, fields={"text": _("请填写%s。") % what})
    if len(text) > LONGEST:
        said = _("不超过 %(limit)s 字，现在有 %(count)s 字。") % {"limit": LONGEST, "count": len(text)}
        raise NothingAsked(said, fields={"text": said})
    return text


def _check_nameless(question: Question) -> None:
    words = f"{question.public_text}\n{question.public_answer}"
    of = question.institution
    told = [
        name for name in (of.name, of.former_name, question.asked_by.name, question.about) if name and name in words
    ]
    told += NAMES_SOMEBODY.findall(words)
    if told:
        text = _("公开的内容里还有“%s”，会让人知道是谁提问的，请改写后再公开。")
        raise NamesSomebody(text % "”“".join(dict.fromkeys(told)))


def _reporters(institution: Institution, at: datetime) -> list[User]:
    held = institution.mandates.open_at(at).filter(role=MandateRole.REPORTER).select_related("user")
    return [mandate.user for mandate in held]


def _officers(question: Question, at: datetime) -> list[User]:
    """Who handles or decides in the institution's province, and where the call was issued."""
    home = province_of(question.institution.region_id) if question.institution.region_id else None
    reach = Q(authority__region=home) if home else Q(pk=None)
    if question.call:
        issuer = question.call.issued_by_id
        reach |= Q(authority=issuer) | Q(authority__part_of=issuer)
    roles = frozenset().union(*ISSUERS.values())
    held = Appointment.objects.open_at(at).filter(reach, role__in=roles).select_related("user")
    own = set(question.institution.mandates.open_at(at).values_list("user_id", flat=True))
    return [appointment.user for appointment in held if appointment.user_id not in own]


def _address(question: Question) -> str:
    return reverse("question", args=[question.pk])
