"""What waits with the vocabularies."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.standards import queries
from lifelong.standards.models import CategoryNode
from lifelong.web.health import Wait


def waits(at: datetime) -> Iterator[Wait]:
    operator = _("运营人员")
    pending = CategoryNode.objects.pending().count()
    yield Wait(_("分类待归类"), operator, pending, None, reverse("categories-desk"), "categories.manage")
    evidence = queries.waiting_evidence()
    url = f"{reverse('platforms')}?state=waiting"
    yield Wait(_("等级保护证明材料待核实"), operator, evidence, None, url, "platforms.manage")
