"""The operator reads what the word lists find in what is online; and nothing else."""

import pytest
from django.urls import reverse
from django.utils import translation

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.resources.lifecycle import Availability, State
from lifelong.review.criteria import criteria
from lifelong.review.queries.phrases import shared
from lifelong.review.tests import desk
from lifelong.web import workbooks

pytestmark = pytest.mark.django_db


def test_the_operator_sees_hits_in_what_is_online_and_leads_to_the_entry():
    for title, availability in (("在线的", Availability.ONLINE), ("停了的", Availability.SUSPENDED)):
        round = desk.handed_in(title, state=State.PUBLISHED)
        resource = round.version.resource
        resource.availability, resource.online_version = availability, round.version
        resource.save()
        desk.hit(round, "look")
        desk.hit(round)
    desk.hit(desk.handed_in("在审的"))
    client, address = signed_in(holder(Role.OPERATOR)), reverse("online_hits")
    page = client.get(address).content.decode()
    assert page.count("包治百病") == 4  # two hits, each with word and context
    assert "停了的" not in page
    assert "在审的" not in page
    assert address in client.get(reverse("word-lists")).content.decode()
    sheet = client.get(address, {"as": "xlsx", "severity": "block"}).content
    assert [row["级别"] for row in workbooks.read(sheet, ["资源名称", "级别"])] == ["阻止"]
    assert signed_in(holder(Role.DECIDING_OFFICER)).get(address).status_code == 403


def test_criteria_and_phrases_have_their_english():
    chinese = criteria()
    with translation.override("en"):
        english = criteria()
        assert all(one.shown.isascii() for one in shared())
    assert all((one.title + one.text).isascii() for one in english.criteria)
    assert [(one.id, one.weight, one.veto) for one in english.criteria] == [
        (o.id, o.weight, o.veto) for o in chinese.criteria
    ]
    assert not any(one.title.isascii() for one in chinese.criteria)
