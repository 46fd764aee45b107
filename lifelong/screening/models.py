"""Word lists that the operator keeps, phrases that are allowed although a word stands in them, and fingerprints of films."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.media.models import MediaFile


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
    """词. ``folded`` is the form in which it is looked for, ``pinyin`` its syllables (``du bo``), empty where it is not Chinese."""

    word_list = models.ForeignKey(WordList, verbose_name=_("词表"), on_delete=models.CASCADE, related_name="words")
    text = models.CharField(_("词"), max_length=100)
    folded = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=80, blank=True, default="")

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


class Fingerprint(models.Model):
    """内容指纹: what a film or recording is known by when it comes again, coded or cut anew (``likeness.prints``). Nothing
    in it where there is too little to tell by."""

    media_file = models.OneToOneField(MediaFile, on_delete=models.CASCADE, related_name="fingerprint")
    pictures = models.BinaryField(default=bytes)  # 64 bits a shot
    marks = models.BinaryField(default=bytes)  # of the sound, 32 bits each, ascending
    places = models.BinaryField(default=bytes)  # the window of each mark, 32 bits
    made_at = models.DateTimeField(_("生成时间"), default=timezone.now)

    class Meta:
        verbose_name = _("内容指纹")

    def __str__(self) -> str:
        return str(self.media_file)


class Likeness(models.Model):
    """内容相近: two files that look or sound alike, each pair once, the older file as ``one``. From 0 to 1."""

    one = models.ForeignKey(MediaFile, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(MediaFile, on_delete=models.CASCADE, related_name="+")
    picture = models.FloatField(_("画面相近程度"), default=0.0)
    sound = models.FloatField(_("声音相近程度"), default=0.0)

    class Meta:
        verbose_name = _("内容相近")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="likeness_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="likeness_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} · {self.other}"
