"""Regions by their GB/T 2260 code. What the code says and to whom a region reports are two things."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    PROVINCE = "province", _("省级")
    CITY = "city", _("地级")
    COUNTY = "county", _("县级")


class RegionQuerySet(models.QuerySet["Region"]):
    def provinces(self) -> "RegionQuerySet":
        return self.filter(level=Level.PROVINCE)

    def valid_on(self, day: date) -> "RegionQuerySet":
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        )


class Region(models.Model):
    """地区. ``valid_from`` counts in, ``valid_to`` is the first day on which the code is no longer used.

    A 省直管县 keeps its city as ``code_parent`` but its ``reporting_parent`` is the province; every list, filter and
    authority of the platform goes by ``reporting_parent``.
    """

    code = models.CharField(_("行政区划代码"), max_length=6, primary_key=True)
    name = models.CharField(_("名称"), max_length=40)
    short_name = models.CharField(_("简称"), max_length=20)
    level = models.CharField(_("级别"), max_length=8, choices=Level.choices)
    code_parent = models.ForeignKey(
        "self", verbose_name=_("代码上级"), null=True, on_delete=models.PROTECT, related_name="code_children"
    )
    reporting_parent = models.ForeignKey(
        "self", verbose_name=_("报送上级"), null=True, on_delete=models.PROTECT, related_name="reporting_children"
    )
    valid_from = models.DateField(_("启用日期"), null=True)
    valid_to = models.DateField(_("停用日期"), null=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("地区")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level="province", code_parent=None, reporting_parent=None)
                | Q(code_parent__isnull=False, reporting_parent__isnull=False) & ~Q(level="province"),
                name="only_a_province_has_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name
