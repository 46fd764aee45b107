"""专家评审: who the experts are, which rounds a panel scores, who scores what, what they wrote."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import Authority, User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.resources.models import Round
from lifelong.review.lifecycle import AssignmentState, PanelState, Purpose, Stage


class ExpertProfile(models.Model):
    """What the distribution goes by: areas of expertise, where the expert works, how much they take on at once."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="expert_profile")
    areas = models.JSONField(_("擅长领域"), default=list)  # codes of areas; empty: every area
    employer = models.ForeignKey(
        Institution, verbose_name=_("所在单位"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    capacity = models.PositiveSmallIntegerField(_("同时最多承担"), default=60)
    senior = models.BooleanField(_("可担任仲裁"), default=False)

    class Meta:
        verbose_name = _("专家信息")

    def __str__(self) -> str:
        return str(self.user)


class ConflictDeclaration(models.Model):
    """回避: an expert has ties to an institution and scores nothing of it while this stands."""

    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="conflicts")
    institution = models.ForeignKey(Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=500)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("回避声明")
        ordering = ["declared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "institution"], condition=Q(ended_at__isnull=True), name="one_standing_conflict"
            )
        ]

    def __str__(self) -> str:
        return f"{self.expert} · {self.institution}"


class Panel(models.Model):
    """One call for the experts' opinion on rounds that wait at a stage. It advises; it decides nothing."""

    title = models.CharField(_("名称"), max_length=100)
    stage = models.CharField(_("阶段"), max_length=10, choices=Stage.choices)
    authority = models.ForeignKey(Authority, verbose_name=_("组织部门"), on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="panels")
    state = models.CharField(_("状态"), max_length=10, choices=PanelState.choices, default=PanelState.DRAFT)
    criteria = models.CharField(_("评审标准"), max_length=20)  # the version; kept when a newer one comes
    note = models.TextField(_("给专家的说明"), blank=True, default="")
    each = models.PositiveSmallIntegerField(_("每件几位专家"), default=3)
    spread = models.PositiveSmallIntegerField(_("分差超过多少需仲裁"))
    due_at = models.DateTimeField(_("评审截止"))
    by_lot = models.BooleanField(_("随机抽取"), default=False)
    seed = models.CharField(max_length=32, blank=True, default="")  # of the last drawing: it can be repeated
    drawings = models.PositiveSmallIntegerField(_("分配次数"), default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(_("发出时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("专家评审")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


class PanelItem(models.Model):
    """A round under a panel."""

    panel = models.ForeignKey(Panel, on_delete=models.CASCADE, related_name="items")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="panel_items")
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("评审条目")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["panel", "round"], name="round_once_per_panel")]

    def __str__(self) -> str:
        return f"{self.panel} · {self.round}"


class Assignment(models.Model):
    """评审任务: this expert scores this item."""

    item = models.ForeignKey(PanelItem, on_delete=models.CASCADE, related_name="assignments")
    expert = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    purpose = models.CharField(max_length=11, choices=Purpose.choices, default=Purpose.REGULAR)
    state = models.CharField(_("状态"), max_length=10, choices=AssignmentState.choices)
    in_area = models.BooleanField(default=True)  # False: nobody of the area was free
    assigned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField(_("截止"))
    opened_at = models.DateTimeField(_("打开时间"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # declined or withdrawn
    ended_reason = models.CharField(_("原因"), max_length=500, blank=True, default="")
    conflict = models.BooleanField(_("因利益冲突"), default=False)
    reminded_for = models.DateTimeField(null=True, blank=True)  # the deadline of which the clock last reminded

    class Meta:
        verbose_name = _("评审任务")
        ordering = ["purpose", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "expert"], condition=~Q(state="withdrawn"), name="expert_once_per_item"
            )
        ]
        indexes = [models.Index(fields=["expert", "state"])]

    def __str__(self) -> str:
        return f"{self.expert} · {self.item}"


class ScoreSheet(models.Model):
    """评分表: points and a word for each criterion. Handed in it stands; an officer may release it, which begins a copy."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="sheets")
    scores = models.JSONField(default=dict)  # {criterion: {"points": int} | {"passes": bool}, each with "word"}
    opinion = models.TextField(_("总体意见"), blank=True, default="")
    total = models.DecimalField(_("总分"), max_digits=5, decimal_places=2, null=True, blank=True)
    vetoes = models.JSONField(default=list)  # criteria that it does not pass
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    released_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name = _("评分表")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(released_at__isnull=True), name="one_living_sheet"
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.total or ''}"
