"""The papers of this chapter as PDF: a receipt, and the summary that an institution puts its stamp under."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.resources.models import Round
from lifelong.resources.queries.summaries import COLUMNS, number_of, rows_of, totals
from lifelong.resources.queries.timeline import province
from lifelong.web import papers

SOURCES = Path(__file__).parent / "typst"


def receipt_pdf(round: Round, *, on_behalf_of: str, at: datetime) -> bytes:
    """The receipt of one submit, with the hash of every file that was taken in."""
    submitted_by = round.submitted_by.get_full_name()
    if on_behalf_of:
        submitted_by = _("%(who)s（代 %(whom)s）") % {"who": submitted_by, "whom": on_behalf_of}
    facts = [
        [_("资源名称"), round.values.get("title", "")],
        [_("资源ID"), round.version.resource.resource_id],
        [_("报送单位"), round.version.resource.institution.name],
        [_("征集"), str(round.call or "")],
        [_("报送人"), submitted_by],
        [_("报送时间"), _clock(round.submitted_at) + (_("（宽限期内）") if round.in_grace else "")],
        [_("轮次"), str(round.number)],
        [_("标准版本"), round.standard],
    ]
    if round.signature:
        facts.append([_("单位自审承诺"), f"{round.signature.signed_name} {_clock(round.signature.signed_at)}"])
    return papers.pdf(
        SOURCES / "receipt.typ",
        {
            "title": _("报送回执"), "number": _("回执编号 %s") % round.receipt_number, "facts": facts,
            "heading": [_("文件名"), _("大小"), "SHA-256"],
            "files": [[file["name"], filesizeformat(file["size"]), file["sha256"][:32], file["sha256"][32:]] for file in round.files],
            "issuer": province(round.version), "day": f"{timezone.localtime(round.submitted_at):%Y-%m-%d}",
            "made": _clock(at),
        },
        made_at=at,
    )  # fmt: skip


def summary_pdf(call: Call, institution: Institution, rounds: Sequence[Round], *, at: datetime) -> bytes:
    """报送汇总表 on A4 landscape; the state, which goes on changing, stays off the stamped paper."""
    rows = [[_cell(cell) for cell in row[:-1]] for row in rows_of(rounds)]
    return papers.pdf(
        SOURCES / "summary.typ",
        {
            "title": _("数字化学习资源报送汇总表"), "number": _("编号 %s") % number_of(call, institution),
            "call": call.document_number or call.title, "institution": institution.name, "totals": totals([round.values.get("type") or "" for round in rounds]),
            "headings": [column.heading for column in COLUMNS[:-1]], "rows": rows, "made": _clock(at),
        },
        made_at=at,
    )  # fmt: skip


def _cell(value: object) -> str:
    return _clock(value) if isinstance(value, datetime) else str(value)


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
