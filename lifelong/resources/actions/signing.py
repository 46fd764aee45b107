"""单位自审: the checklist answered item by item and a promise signed by name, for one resource or a list of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.checklist import Checklist, checklist
from lifelong.resources.models import Signature, Version
from lifelong.resources.policy import can_sign
from lifelong.resources.queries.freezing import fingerprint
from lifelong.web.refusals import NotAllowed, Refusal

BY_FIELD = ("title", "type", "area", "category", "summary", "speakers", "rights_holder", "cover", "outline", "files")
Answers = Mapping[str, Mapping[str, Any]]  # {"ideology": {"answer": True | False | None, "remark": "…"}}


class NotSigned(Refusal):
    """An item without an answer, a no without a remark, or a name that is not the signer's."""

    code = "not_signed"
    status = 422


@transaction.atomic
def sign(
    institution: Institution,
    *,
    versions: Sequence[Version],
    answers: Answers,
    name: str,
    by: User,
    at: datetime,
    checklist_version: str = "",
) -> Signature:
    """One signature over every version in the list that was shown; it holds for the versions as they were saved then.

    An item may be answered no (with a remark) and signed: such a resource is not submitted. Raises ``NotSigned`` with
    ``fields`` by item id, ``NotAllowed`` where one of the versions is not this person's to sign.
    """
    listed = list(
        Version.objects.select_for_update(of=("self",))
        .select_related("resource__institution")
        .filter(pk__in=[version.pk for version in versions], resource__institution=institution)
        .order_by("pk")
    )
    if not listed or len(listed) != len(set(versions)) or not all(can_sign(by, version) for version in listed):
        raise NotAllowed(_("所列资源中有的不由您签署，或状态已经变化。请回到列表重新选择。"))
    current = checklist(checklist_version)
    given, wrong = _answered(current, answers)
    wrong |= _wrong_name(name, by)
    if wrong:
        raise NotSigned(_("自审清单和签名还有 %(count)s 处没有填好。") % {"count": len(wrong)}, fields=wrong)
    signature = Signature.objects.create(
        institution=institution, signed_by=by, signed_name=name.strip(), signed_at=at,
        checklist_version=current.version, answers=given, promise=current.promise,
        listed=[_line(version) for version in listed],
    )  # fmt: skip
    audit.record(
        "resources.signed", by=by, of=signature, at=at,
        detail={"listed": [version.resource.resource_id for version in listed], "checklist": current.version},
    )  # fmt: skip
    return signature


def _line(version: Version) -> dict[str, Any]:
    return {
        "resource_id": version.resource.resource_id, "version": version.number, "title": version.title,
        "fingerprint": fingerprint(version),
    }  # fmt: skip


def _answered(current: Checklist, answers: Answers) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What is kept of each item, and the sentence for each that is not good enough."""
    given: list[dict[str, Any]] = []
    wrong: dict[str, str] = {}
    for item in current.items:
        answer = answers.get(item.id, {}).get("answer")
        remark = str(answers.get(item.id, {}).get("remark", "")).strip()[:500]
        if answer is None:
            wrong[item.id] = _("请选择“是”或“否”。")
        elif not answer and not remark:
            wrong[item.id] = _("选择“否”时，请写明情况。")
        given.append({"id": item.id, "text": item.text, "clause": item.clause, "answer": answer, "remark": remark})
    return given, wrong


def _wrong_name(name: str, by: User) -> dict[str, str]:
    if not name.strip():
        return {"name": _("请填写您的姓名。")}
    if by.name and "".join(name.split()) != "".join(by.name.split()):
        return {"name": _("签名应与账号姓名一致。")}
    return {}
