"""年度评价: the scheme, a year's run, what it says of each resource and institution, and what follows."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.monitoring.lifecycle import (
    Advice,
    Chosen,
    OpinionState,
    RemedyState,
    RunState,
    StatementState,
)
from lifelong.resources.models import Resource


class EvaluationScheme(models.Model):
    """评价方案: a version that the operator wrote; those that come with the platform are files. Only ever added."""

    version = models.CharField(_("版本"), max_length=20, unique=True)
    content: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("内容"))
    reason = models.CharField(_("为什么改"), max_length=500)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("制定时间"))

    class Meta:
        verbose_name = _("评价方案")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.version


class EvaluationRun(models.Model):
    """年度评价: one year under one scheme, whose content is kept with it."""

    year = models.PositiveSmallIntegerField(_("年度"))
    from_date = models.DateField(_("自"))
    to_date = models.DateField(_("至"))
    scheme: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(_("评价方案"))
    state = models.CharField(_("状态"), max_length=9, choices=RunState.choices, default=RunState.RECKONING)
    attempt = models.PositiveIntegerField(default=0)  # of the reckoning: an overtaken job writes nothing more
    digest = models.CharField(_("结果校验值"), max_length=64, blank=True, default="")
    number = models.PositiveIntegerField(_("资源数"), default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("发起时间"))
    reckoned_at = models.DateTimeField(_("算出时间"), null=True, blank=True)
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("生效时间"), null=True, blank=True)
    statements_until = models.DateTimeField(_("申述截止"), null=True, blank=True)

    class Meta:
        verbose_name = _("年度评价")
        ordering = ["-year", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year"], condition=~Q(state=RunState.DROPPED), name="one_evaluation_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_state_display()}"


class Evaluation(models.Model):
    """评价结果: a resource in a run, with the working; who it was and where it stood is frozen with it."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="evaluations")
    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.PROTECT, related_name="+")
    identifier = models.CharField(_("资源ID"), max_length=16)
    title = models.CharField(_("资源名称"), max_length=100)
    institution = models.ForeignKey(Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    region_code = models.CharField(max_length=6, blank=True, default="")
    area = models.CharField(_("所属领域"), max_length=10, blank=True, default="")
    type = models.CharField(_("资源类型"), max_length=3)
    days = models.PositiveSmallIntegerField(_("在库天数"))
    score = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True, blank=True)
    points = models.IntegerField(default=-1)  # the score in hundredths, -1 without one: lists are walked by it
    reckoned = models.CharField(_("算出的等级"), max_length=12, blank=True, default="")
    grade = models.CharField(_("等级"), max_length=12, blank=True, default="")
    ungraded = models.CharField(max_length=5, blank=True, default="")  # why there is no grade
    working: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)

    class Meta:
        verbose_name = _("评价结果")
        constraints = [models.UniqueConstraint(fields=["run", "resource"], name="one_evaluation_of_a_resource")]
        indexes = [
            models.Index(fields=["run", "grade", "-points"], name="evaluation_by_grade"),
            models.Index(fields=["run", "institution"], name="evaluation_of_institution"),
            models.Index(fields=["run", "-points", "id"], name="evaluation_by_score"),
            # all that a distribution asks: the rows themselves, wide with their workings, are left alone
            models.Index(
                fields=["run", "area", "ungraded", "grade", "points", "region_code"], name="evaluation_distribution"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.identifier} {self.score}"


class GradeMove(models.Model):
    """等级调整: the final reviewer's, with a reason; the newest stands, also when the run is reckoned again."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="moves")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=12, blank=True, default="")
    grade = models.CharField(_("等级"), max_length=12)
    reason = models.CharField(_("理由"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("等级调整")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.before} → {self.grade}"


class InstitutionStanding(models.Model):
    """单位评价情况: how an institution's resources stand in a run in force; told to it alone."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="standings")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("资源数"))
    graded = models.PositiveIntegerField(_("评出等级"))
    mean = models.DecimalField(_("平均分"), max_digits=5, decimal_places=2, null=True, blank=True)
    quartile = models.PositiveSmallIntegerField(null=True, blank=True)  # 1: the best quarter of the institutions
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("单位评价情况")
        constraints = [models.UniqueConstraint(fields=["run", "institution"], name="one_standing_of_an_institution")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.institution_id}"


class ExpertOpinion(models.Model):
    """专家意见: what an expert was asked about a resource, and said."""

    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="opinions")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="evaluation_opinions")
    chosen = models.CharField(_("为什么请"), max_length=9, choices=Chosen.choices)
    state = models.CharField(_("状态"), max_length=9, choices=OpinionState.choices, default=OpinionState.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(_("截止"))
    content = models.PositiveSmallIntegerField(_("内容质量"), null=True, blank=True)  # 1–5
    currency = models.PositiveSmallIntegerField(_("时效"), null=True, blank=True)
    usefulness = models.PositiveSmallIntegerField(_("实用"), null=True, blank=True)
    advice = models.CharField(_("建议"), max_length=9, choices=Advice.choices, blank=True, default="")
    words = models.CharField(_("意见"), max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("专家意见")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "resource", "expert"], name="expert_asked_once_of_a_resource")
        ]
        indexes = [models.Index(fields=["expert", "state"], name="opinion_of_expert")]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.resource_id}"

    @property
    def points(self) -> int | None:
        """Of 100."""
        given = [self.content, self.currency, self.usefulness]
        return round(sum(given) * 100 / 15) if all(given) else None  # type: ignore[arg-type]


class Statement(models.Model):
    """申述: what an institution holds against a grade; once, within the time, with an answer."""

    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="statement")
    text = models.TextField(_("申述"), max_length=2000)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(_("提交时间"))
    state = models.CharField(_("状态"), max_length=8, choices=StatementState.choices, default=StatementState.OPEN)
    answer = models.CharField(_("答复"), max_length=500, blank=True, default="")
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("申述")
        ordering = ["filed_at", "pk"]

    def __str__(self) -> str:
        return self.text[:40]


class Remedy(models.Model):
    """整改: a poor resource is improved by a day, or its institution agrees that it leaves the library."""

    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="remedy")
    state = models.CharField(_("状态"), max_length=11, choices=RemedyState.choices, default=RemedyState.OFFERED)
    due_date = models.DateField(_("期限"))
    chosen_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(_("说明"), max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("整改")
        ordering = ["due_date", "pk"]
        indexes = [models.Index(fields=["state", "due_date"], name="remedy_due")]

    def __str__(self) -> str:
        return f"{self.evaluation_id} {self.state}"
