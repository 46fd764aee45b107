"""The certificate as PDF."""

import io
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.learning.models import Certificate
from lifelong.learning.words import in_words
from lifelong.texts.queries import operator_now
from lifelong.web import papers

SOURCE = Path(__file__).parent / "typst" / "certificate.typ"


def address_of(certificate: Certificate) -> str:
    """Where anybody may ask whether it is genuine."""
    return settings.SITE_URL + reverse("verify_certificate", args=[certificate.number])


def certificate_pdf(certificate: Certificate) -> bytes:
    """The same bytes each time: everything in it was frozen when it was issued."""
    return papers.pdf(
        SOURCE,
        {
            "title": _("学时证明"),
            "number": _("编号 %s") % certificate.number,
            "name": certificate.name,
            "sentence": _("在终身教育平台学习，自 %(from)s 至 %(to)s，学习时长合计")
            % {"from": day(certificate.from_date), "to": day(certificate.to_date)},
            "hours": in_words(certificate.content_s),
            "spent": _("实际用时 %s") % in_words(certificate.wall_s) if certificate.wall_s is not None else "",
            "heading": [_("学习内容"), _("单位"), _("时长")],
            "items": [
                [item["title"] or _("（资源已不在库中）"), item["institution"], in_words(item["content_s"])]
                for item in certificate.items
            ],
            "note": _("时长按第一次学到的内容计算，重复观看不重复计入。扫描二维码或打开网址可以查验真伪。"),
            "address": address_of(certificate),
            "qr": qr_of(address_of(certificate)),
            "issuer": operator_now()["name"],
            "issued": day(timezone.localtime(certificate.issued_at)),
            "revoked": _("已作废") if certificate.revoked_at else "",
        },
        made_at=certificate.issued_at,
    )


def day(value: object) -> str:
    return f"{value:%Y-%m-%d}"


def qr_of(address: str) -> str:
    """An SVG."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    out = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathImage, border=1).save(out)
    return out.getvalue().decode()
