"""Files as answers."""

from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from lifelong.calls import form
from lifelong.calls.actions.registering import form_values
from lifelong.calls.models import Letter, Paper, Registration
from lifelong.calls.papers import registration_pdf
from lifelong.calls.storage import open_sealed
from lifelong.web.refusals import Refusal

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class PaperGone(Refusal):
    code = "paper_gone"
    status = 410


def download(content: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    kind = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def word_of(registration: Registration) -> HttpResponse:
    content = form.write(form_values(registration), made_at=registration.created_at)
    return download(content, f"{form.TITLE}-{registration.institution_name}.docx", WORD)


def pdf_of(registration: Registration) -> HttpResponse:
    name = f"{form.TITLE}-{registration.institution_name}.pdf"
    return download(registration_pdf(registration), name, "application/pdf")


def _clear(paper: Paper | Letter) -> bytes:
    try:
        return open_sealed(paper.path, paper.sha256)
    except Exception as error:  # lost key, lost file, altered bytes: the page says so, the cause is in the log
        raise PaperGone(_("材料“%s”打不开：文件丢失、损坏或数据密钥不符。请联系系统管理员。") % paper.name) from error


def clear_letter(letter: Letter) -> HttpResponse:
    return download(_clear(letter), letter.name, "application/pdf", inline=True)


def clear_paper(paper: Paper, *, inline: bool) -> HttpResponse:
    """A registration's paper, opened for the one who may see it; nothing clear stays on disk."""
    content = _clear(paper)
    content_type = "application/pdf" if paper.kind == "pdf" else WORD
    return download(content, paper.name, content_type, inline=inline and paper.kind == "pdf")
