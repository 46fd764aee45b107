"""Invented data for the style guide."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone

from lifelong.web import vocabulary
from lifelong.web.desk import Waiting

RESOURCES = [
    ("older", "A01", "二十四式太极拳：起势与野马分鬃", "陈守和", "洛河开放大学", 1452),
    ("older", "A02", "智能手机怎么用：放大字体与语音输入", "苗秀兰", "清河区社区学院", 738),
    ("training", "A01", "数控车床操作入门：对刀、试切与尺寸检验", "周工", "豫中职业技术学院", 2210),
    ("degree", "A03", "管理学基础（专升本）", "林佩文", "中州开放大学", 38700),
    ("community", "A01", "雨水花园：老小区怎样留住一场雨", "何田;苏一苇", "嵩阳社区教育中心", 905),
    ("training", "A02", "商务英语听说：第一次拜访客户", "沈知言", "豫中职业技术学院", 1120),
    ("community", "A01", "家门口的古建筑：认识斗拱与榫卯", "郭怀瑾", "洛河开放大学", 1684),
    ("degree", "A01", "高等数学：极限的四种求法", "高志明", "中州开放大学", 2710),
]
FINDINGS = [
    (
        "fail",
        "帧率",
        "23.98 帧/秒",
        "不低于 25 帧/秒",
        "画面每秒只有 23.98 帧。",
        "在剪辑软件里把工程帧率改为 25，重新导出后再上传。",
    ),
    (
        "warn",
        "声音",
        "左右声道相同",
        "立体声",
        "两个声道的内容一样，听起来像单声道。",
        "如有原始立体声录音，请换用；没有也可以照样提交。",
    ),
    ("pass", "分辨率", "1920×1080", "不低于 1280×720", "画面尺寸合格。", ""),
    ("unknown", "取样精度", "不适用", "不低于 16 位", "MP3 没有取样精度这一项，不作判定。", ""),
]


class SampleForm(forms.Form):
    title = forms.CharField(label="资源名称", max_length=100, help_text="1–100 字，与片头一致")
    type = forms.ChoiceField(label="资源类型", choices=[("", "请选择"), *vocabulary.TYPES.items()])
    area = forms.ChoiceField(label="所属领域", choices=list(vocabulary.AREAS.items()), widget=forms.RadioSelect)
    summary = forms.CharField(
        label="资源简介", widget=forms.Textarea(attrs={"rows": 4}), help_text="10–2000 字，写清讲什么、给谁学"
    )
    keywords = forms.CharField(label="关键词", required=False, help_text="多个关键词之间用英文分号 ; 隔开")
    promise = forms.BooleanField(label="以上内容已经本单位审核")


def page(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    resources = [
        {
            "area": area,
            "type": code,
            "title": title,
            "speakers": speakers,
            "institution": institution,
            "seconds": seconds,
        }
        for area, code, title, speakers, institution, seconds in RESOURCES
    ]
    names = ("verdict", "title", "measured", "required", "message", "remedy")
    return {
        "resources": resources,
        "findings": [dict(zip(names, row, strict=True)) for row in FINDINGS],
        "form": SampleForm({"title": "太极拳", "type": "", "summary": "短"}),
        "clean_form": SampleForm(),
        "page": Paginator(range(1, 1241), 20).get_page(request.GET.get("page", 7)),
        "states": list(vocabulary.STATES),
        "soon": now + timedelta(days=3, hours=2),
        "earlier": now - timedelta(hours=5),
        "waiting": [
            Waiting("待省级审核的资源", 126, "#", now + timedelta(days=1, hours=3), "3 件已逾期", urgent=True),
            Waiting("待核对的登记表", 8, "#", now + timedelta(days=5)),
            Waiting("教育部退回、待答复", 2, "#"),
        ],
    }
