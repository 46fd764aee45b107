"""Whether a version may be handed in to a call now: its scope, its window, the signature."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils.translation import gettext as _

from lifelong.calls import scope, windows
from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Call
from lifelong.media.lifecycle import UploadState
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Signature, Version
from lifelong.resources.queries.missing import Gap, address, uploads_of
from lifelong.resources.queries.signatures import answered_no, covers

NEVER_CAME = {UploadState.CANCELLED, UploadState.EXPIRED, UploadState.FAILED}


@dataclass(frozen=True)
class Standing:
    """How the door stands for this version: ``text`` says why where it is shut, or why it never shuts; ``in_grace`` where it is nearly."""

    open: bool
    text: str = ""
    in_grace: bool = False
    ends_at: datetime | None = None


def upload_began_at(version: Version) -> datetime | None:
    """When the first of its uploads began that was not given up."""
    uploads = uploads_of(version).exclude(state__in=NEVER_CAME)
    return uploads.aggregate(first=Min("began_at"))["first"]


def standing(version: Version, call: Call, at: datetime) -> Standing:
    """The window of submission, with the grace of uploads begun before its end, and a return's own due date."""
    due_at = version.return_due_at if answers_a_return(version, call) else None
    if due_at is not None and at < due_at:
        return Standing(True, ends_at=due_at)
    if renews(version, call):
        return Standing(True, _("已上线资源的新版本随时可以报送，不受征集截止时间的限制。"))
    door = windows.door(
        call, Stage.SUBMISSION, version.resource.institution, at, upload_began_at=upload_began_at(version)
    )
    if door.open or due_at is None:
        return Standing(door.open, door.message, door.in_grace, door.ends_at)
    text = _("退回修改的期限已于 %(when)s 截止。如需延期，请联系省级审核人员。")
    return Standing(False, text % {"when": windows.deadline(due_at)}, ends_at=due_at)


def renews(version: Version, call: Call) -> bool:
    """Whether this is the next version of what came online under the call: it goes the same way, also after the call's end."""
    online = version.resource.online_version
    return online is not None and online.call_id == call.pk and online.number < version.number


def answers_a_return(version: Version, call: Call) -> bool:
    """Whether this would be the answer to a return under the same call (also while it is in the unit's own review)."""
    return (
        version.state in {State.RETURNED, State.UNIT_REVIEW, State.DRAFT}
        and version.return_due_at is not None
        and version.call_id == call.pk
    )


def stops(version: Version, *, call: Call, at: datetime) -> list[Gap]:
    """Scope and window, each as a gap; empty where the call takes this version now."""
    found = []
    if clause := scope.why_not(call.scope, version.area, version.type):
        found.append(Gap("type", clause, f"{address(version, 'edit')}#field-type"))
    door = standing(version, call, at)
    if not door.open:
        found.append(Gap("call", door.text, address(version, "submit")))
    return found


def unsigned(version: Version, signature: Signature | None) -> list[Gap]:
    """Why the declaration is not good enough: not there, given for something else, or an item answered no."""
    url = address(version, "sign")
    if signature is None:
        return [Gap("declaration", _("还没有签署单位自审承诺。"), url)]
    if not covers(signature, version):
        return [Gap("declaration", _("签署之后资源又有改动，请重新签署单位自审承诺。"), url)]
    return [
        Gap("declaration", _("自审清单中“%(item)s”答了“否”，不能报送。") % {"item": item["text"]}, url)
        for item in answered_no(signature)
    ]
