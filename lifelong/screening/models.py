"""Word lists that the operator keeps, and the phrases that are allowed although a word stands in them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User


class Severity(models.TextChoices):
    BLOCK = "block", _("阻止")
    LOOK = "look", _("提示")


class WordList(models.Model):
    """词表. ``version`` grows with each change of its words; what is found is shown under its category and severity."""

    name = models.CharField(_("词表名称"), max_length=60, unique=True)
    category = models.CharField(_("类别"), max_length=60)
    severity = models.CharField(_("级别"), max_length=5, choices=Severity.choices, default=Severity.LOOK)
    is_active = models.BooleanField(_("启用"), default=True)
    version = models.PositiveIntegerField(_("版本"), default=1)
    changed_by = models.ForeignKey(
        User, verbose_name=_("修改人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(_("修改时间"), default=timezone.now)

    class Meta:
        verbose_name = _("词表")
        ordering = ["severity", "name"]

    def __str__(self) -> str:
        return self.name


class Word(models.Model):
    """词. ``folded`` is the form in which it is looked for."""

    word_list = models.ForeignKey(WordList, verbose_name=_("词表"), on_delete=models.CASCADE, related_name="words")
    text = models.CharField(_("词"), max_length=100)
    folded = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("词")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["word_list", "folded"], name="word_once_per_list")]

    def __str__(self) -> str:
        return self.text


class AllowedPhrase(models.Model):
    """放行短语: a hit that lies wholly inside such a phrase is none."""

    text = models.CharField(_("短语"), max_length=100)
    folded = models.CharField(max_length=200, unique=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    added_by = models.ForeignKey(
        User, verbose_name=_("添加人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("添加时间"), default=timezone.now)

    class Meta:
        verbose_name = _("放行短语")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class ScreeningVersion(models.Model):
    """The one row that changes with any list or phrase: by its stamp every process knows that its automaton is old."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(_("版本"), default=1)
    stamp = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("筛查版本")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_screening_version")]

    def __str__(self) -> str:
        return str(self.number)
