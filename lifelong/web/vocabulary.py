"""Words that stand on many pages: areas, resource types, and every state that a chip can show."""

from django.utils.translation import gettext_lazy as _

AREAS = {
    "degree": _("学历继续教育"),
    "training": _("非学历培训"),
    "older": _("老年教育"),
    "community": _("社区教育"),
}
AREA_SENTENCES = {
    "degree": _("在职读大专、本科，自学考试"),
    "training": _("学一门技能，换一份更好的工作"),
    "older": _("健康、手机、书画、唱歌，从容学起"),
    "community": _("家庭、邻里与城市里的学问"),
}
TYPES = {"A01": _("视频"), "A02": _("音频"), "A03": _("网络课程")}
TYPE_ICONS = {"A01": "video", "A02": "audio", "A03": "course"}

STATES = {
    # a version's way (spec 1)
    "draft": _("草稿"),
    "unit_review": _("单位自审中"),
    "submitted": _("省级审核中"),
    "forwarded": _("终审中"),
    "accepted": _("已通过，待上线"),
    "published": _("已发布"),
    "superseded": _("已有新版"),
    "returned": _("已退回"),
    "refused": _("未采用"),
    "withdrawn": _("已撤回"),
    # availability of a resource
    "never": _("未上线"),
    "online": _("在线"),
    "suspended": _("已下架"),
    "retired": _("已出库"),
    # verdicts of checks
    "pass": _("合格"),
    "warn": _("需留意"),
    "fail": _("不合格"),
    "unknown": _("未能判定"),
    "running": _("检测中"),
    "waived": _("已豁免"),
    # windows, registrations, jobs
    "open": _("进行中"),
    "closed": _("已结束"),
    "waiting": _("等待中"),
    "approved": _("已通过"),
    "active": _("有效"),
    "done": _("已完成"),
    "late": _("已逾期"),
    "failed": _("失败"),
    "dead": _("多次失败，已停"),
}
