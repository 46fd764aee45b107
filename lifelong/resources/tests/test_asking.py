"""Questions at a resource, both ways; they live in its timeline."""

import pytest
from django.urls import reverse
from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import ANHUI, holder, signed_in
from lifelong.calls.models import Question
from lifelong.notices.models import Notice
from lifelong.resources.actions import submission
from lifelong.resources.tests import cast

pytestmark = pytest.mark.django_db


def test_reporter_and_officer_ask_each_other_in_the_timeline(ready, reporter, rival, call):
    officer, stranger, operator = (
        holder(Role.HANDLING_OFFICER), holder(Role.HANDLING_OFFICER, code=ANHUI), holder(Role.OPERATOR),
    )  # fmt: skip
    overview, ask = (reverse(f"resources:{name}", args=[ready.resource.resource_id]) for name in ("overview", "ask"))
    inside, desk = signed_in(reporter), signed_in(officer)
    assert desk.post(ask, {"text": "还没报送"}).status_code == 404
    inside.post(ask, {"text": "时长要精确到秒吗？"})
    submission.submit(ready, call=call, signature=cast.signed(ready, reporter), by=reporter, at=timezone.now())

    assert "时长要精确到秒吗？" in desk.get(overview).content.decode()
    desk.post(reverse("question-answer", args=[Question.objects.get().pk]), {"text": "要，按实际时长填。"})
    assert "要，按实际时长填。" in inside.get(overview).content.decode()

    assert inside.post(ask, {"text": ""}).status_code == 422
    desk.post(ask, {"text": "第 3 分钟的画面是否有授权？"})
    asked = Question.objects.get(to_institution=True)
    assert Notice.objects.get(user=reporter, subject="省级工作人员提问，请答复").url == reverse(
        "question", args=[asked.pk]
    )
    assert "提问等您答复" in inside.get("/work/").content.decode()
    inside.post(reverse("question-answer", args=[asked.pk]), {"text": "有，见授权文件。"})
    told = desk.get(overview).content.decode()
    assert "有，见授权文件。" in told
    assert reporter.name in told

    for person in (rival, stranger, operator):
        client = signed_in(person)
        assert client.post(ask, {"text": "旁人"}).status_code == 404
        assert client.get(reverse("question", args=[asked.pk])).status_code == 404
    assert Question.objects.count() == 2
