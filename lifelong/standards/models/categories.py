"""The category tree in service. Codes stay for ever; a name or a place that a node leaves stays as an alias."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User


class NodeState(models.TextChoices):
    SETTLED = "settled", _("已归类")
    PENDING = "pending", _("待归类")


class CategoryNodeQuerySet(models.QuerySet["CategoryNode"]):
    def living(self) -> "CategoryNodeQuerySet":
        return self.filter(moved_to__isnull=True)

    def pending(self) -> "CategoryNodeQuerySet":
        return self.living().filter(state=NodeState.PENDING)


class CategoryNode(models.Model):
    """One category. ``moved_to`` leads on from a node that was merged away; it is then listed nowhere."""

    code = models.CharField(_("分类代码"), max_length=80, unique=True)
    name = models.CharField(_("分类名称"), max_length=60)
    parent = models.ForeignKey(
        "standards.CategoryNode", verbose_name=_("上级分类"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="children",
    )  # fmt: skip
    area = models.CharField(_("所属领域"), max_length=10, db_index=True)
    state = models.CharField(_("状态"), max_length=8, choices=NodeState.choices, default=NodeState.SETTLED)
    moved_to = models.ForeignKey(
        "standards.CategoryNode", verbose_name=_("并入"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="merged",
    )  # fmt: skip
    position = models.PositiveIntegerField(_("次序"), default=0)
    proposed_by = models.ForeignKey(
        User, verbose_name=_("提出人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    changed_at = models.DateTimeField(_("修改时间"), default=timezone.now, db_index=True)

    objects = CategoryNodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("分类")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], condition=Q(moved_to__isnull=True), name="category_name_among_siblings"
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_is_not_its_own_parent"),
            models.CheckConstraint(condition=~Q(moved_to=F("id")), name="category_does_not_lead_to_itself"),
            models.CheckConstraint(condition=Q(parent__isnull=False) | Q(code=F("area")), name="only_areas_at_the_top"),
        ]

    def __str__(self) -> str:
        return self.name


class CategoryAlias(models.Model):
    """A name under a parent by which a node was known before it was renamed or moved."""

    node = models.ForeignKey(CategoryNode, verbose_name=_("分类"), on_delete=models.CASCADE, related_name="aliases")
    parent = models.ForeignKey(
        CategoryNode, verbose_name=_("原上级分类"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("原名称"), max_length=60)

    class Meta:
        verbose_name = _("分类别名")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["node", "parent", "name"], name="category_alias_once")]

    def __str__(self) -> str:
        return self.name


class TreeVersion(models.Model):
    """The one row that changes with the tree: by its stamp every process knows that the tree it holds is old."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(_("版本"), default=1)
    stamp = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("分类版本")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_tree_version")]

    def __str__(self) -> str:
        return str(self.number)
