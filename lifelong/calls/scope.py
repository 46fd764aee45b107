"""What a call asks for: a matrix area × type, pure. The notice's own is ``NOTICE_SCOPE``."""

from collections.abc import Mapping, Sequence

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Area(models.TextChoices):
    DEGREE = "degree", gettext_lazy("学历继续教育")
    TRAINING = "training", gettext_lazy("非学历教育培训")
    OLDER = "older", gettext_lazy("老年教育")
    COMMUNITY = "community", gettext_lazy("社区教育")


class ResourceType(models.TextChoices):
    VIDEO = "A01", gettext_lazy("视频资源")
    AUDIO = "A02", gettext_lazy("音频资源")
    COURSE = "A03", gettext_lazy("网络课程")


Scope = Mapping[str, Sequence[str]]

# the notice: online courses in degree and community education only
NOTICE_SCOPE: dict[str, list[str]] = {
    Area.DEGREE.value: ["A01", "A02", "A03"],
    Area.TRAINING.value: ["A01", "A02"],
    Area.OLDER.value: ["A01", "A02"],
    Area.COMMUNITY.value: ["A01", "A02", "A03"],
}


def tidy(raw: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Known areas and types only, in their order; an area without a type is left out."""
    return {
        area: types for area in Area.values if (types := [t for t in ResourceType.values if t in raw.get(area, ())])
    }


def allows(scope: Scope, area: str, type_: str) -> bool:
    """An empty scope asks for everything."""
    return not scope or type_ in scope.get(area, ())


def why_not(scope: Scope, area: str, type_: str) -> str:
    """The sentence that names what the call asks for instead, or nothing where the pair is within the scope."""
    if allows(scope, area, type_):
        return ""
    area_name = Area(area).label if area in Area.values else area or _("未选领域")
    type_name = ResourceType(type_).label if type_ in ResourceType.values else type_ or _("未选类型")
    wanted = [ResourceType(t).label for t in scope.get(area, ())]
    if not wanted:
        areas = "、".join(str(Area(a).label) for a in scope)
        return _("本次征集不含“%(area)s”领域，可报领域为：%(areas)s。") % {"area": area_name, "areas": areas}
    return _("本次征集“%(area)s”领域只接收%(wanted)s，不接收%(type)s。") % {
        "area": area_name, "wanted": "、".join(map(str, wanted)), "type": type_name,
    }  # fmt: skip
