"""Questions and answers at a resource, as lines of its timeline."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.calls.models import Question
from lifelong.resources.models import Resource
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.timeline import Entry, named


def asked_at(resource: Resource, user: User) -> Iterator[Entry]:
    """For the two sides that ask and answer; what passed between them is nobody else's."""
    reach, institution = reach_of(user), resource.institution
    if not (institution.pk in reach.own or institution.region_id in reach.regions or reach.decides_finally):
        return
    asked = Question.objects.filter(about=resource.resource_id).select_related("asked_by", "answered_by")
    for question in asked:
        who = named(question.asked_by, user)
        yield Entry(question.asked_at, _("提问"), who, note=question.text, question=question.pk)
        if question.answered_at:
            who = named(question.answered_by, user)
            yield Entry(question.answered_at, _("答复"), who, note=question.answer, question=question.pk)
