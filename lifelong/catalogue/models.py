"""The resource library as the public sees it: snapshots, the log of what changed, counts, speakers, reports."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import BooleanField, ExpressionWrapper, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.encryption import EncryptedText
from lifelong.accounts.models import User
from lifelong.catalogue.lifecycle import ChangeKind, ReportKind, ReportState, Visibility
from lifelong.institutions.models import Institution
from lifelong.regions.models import Region
from lifelong.resources.models import Resource, Series, Version
from lifelong.review.models import Batch
from lifelong.standards.models import CategoryNode


def both_names(now: str, then: str) -> str:
    """The institution's name today, the one at the time of review in brackets where it was another."""
    return now if now == then else f"{now}（{then}）"


class Speaker(models.Model):
    """主讲人: a name within an institution; the same name elsewhere is somebody else."""

    name = models.CharField(_("姓名"), max_length=60)
    institution = models.ForeignKey(Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("主讲人")
        constraints = [models.UniqueConstraint(fields=["institution", "name"], name="speaker_within_institution")]

    def __str__(self) -> str:
        return self.name


class EntryQuerySet(models.QuerySet["Entry"]):
    def online(self) -> "EntryQuerySet":
        return self.filter(visibility=Visibility.ONLINE)

    def prepared(self) -> "EntryQuerySet":
        return self.filter(visibility=Visibility.PREPARED)

    def shown_or_not(self) -> "EntryQuerySet":
        """Everything that ever was public: at most one entry of each resource."""
        return self.exclude(visibility=Visibility.PREPARED)

    def telling_linked(self) -> "EntryQuerySet":
        """``linked`` as ``Entry.is_linked``, told by the database: ``files`` of a list are long and asked for nothing else."""
        return self.annotate(linked=ExpressionWrapper(~Q(link="") & Q(files=[]), output_field=BooleanField()))

    def with_counts(self) -> "EntryQuerySet":
        """One query for a list: counts, batch and the institution's present name come along."""
        heavy = ("batch__manifest", "batch__amendments", "batch__announcement")  # of thousands of items, once per row
        return self.select_related("resource__count", "institution", "batch").defer(*heavy)


class Entry(models.Model):
    """条目: the snapshot of one published version, frozen. Portal, search and interfaces read this and never a draft.

    A prepared entry of version n+1 stands beside the online one of version n until they change places.
    """

    version = models.OneToOneField(Version, on_delete=models.PROTECT, primary_key=True, related_name="entry")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="entries")
    identifier = models.CharField(_("资源ID"), max_length=16, db_index=True)
    visibility = models.CharField(_("上线状态"), max_length=8, choices=Visibility.choices, default=Visibility.PREPARED)
    visibility_at = models.DateTimeField(default=timezone.now)
    out_at = models.DateTimeField(null=True, blank=True)  # since when it is hidden or gone; empty for nearly all
    change = models.BigIntegerField(default=0)  # the last line of the change log about this resource
    harvested_at = models.DateTimeField(null=True, blank=True)  # moves only with what harvesters read
    batch = models.ForeignKey(Batch, verbose_name=_("推荐批次"), null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)

    # frozen: the 18 fields and the area
    title = models.CharField(_("资源名称"), max_length=100)
    type = models.CharField(_("资源类型"), max_length=3)
    area = models.CharField(_("所属领域"), max_length=10)
    host_platform = models.CharField(_("部署平台"), max_length=100, blank=True, default="")
    link = models.CharField(_("资源链接"), max_length=2000, blank=True, default="")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    series_title = models.CharField(_("所属系列"), max_length=100, blank=True, default="")
    series_order = models.CharField(_("所属顺序"), max_length=10, blank=True, default="")
    series_position = models.PositiveIntegerField(default=0)
    summary = models.TextField(_("资源简介"), blank=True, default="")
    duration_s = models.PositiveIntegerField(_("资源时长（秒）"), null=True, blank=True)
    created_date = models.DateField(_("创建时间"), null=True, blank=True)
    rights_holder = models.CharField(_("版权方"), max_length=2000, blank=True, default="")
    speakers: models.JSONField[list[Any], list[Any]] = models.JSONField(_("主讲人"), default=list)
    declared_views = models.PositiveBigIntegerField(_("申报点击量"), null=True, blank=True)
    declared_learners = models.PositiveBigIntegerField(_("申报学习人数"), null=True, blank=True)
    outline = models.TextField(_("资源目录"), blank=True, default="")
    keywords = models.CharField(_("关键词"), max_length=500, blank=True, default="")
    category = models.ForeignKey(
        CategoryNode, verbose_name=_("所属分类"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    category_path = models.CharField(_("分类路径"), max_length=600, blank=True, default="")

    # frozen: whose it is
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    institution_name = models.CharField(_("单位名称（审核时）"), max_length=100)
    region = models.ForeignKey(Region, verbose_name=_("地区"), null=True, on_delete=models.PROTECT, related_name="+")

    # frozen: what is shown and played. A file (actions/media.py): {"rendition", "kind", "url", "poster", "size", "title",
    # "duration_s", "width", "height", "facts"}
    cover = models.CharField(max_length=200, blank=True, default="")
    small_cover = models.CharField(max_length=200, blank=True, default="")  # wide enough for a card of a list
    poster = models.CharField(max_length=200, blank=True, default="")
    files: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    has_captions = models.BooleanField(_("有字幕"), default=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("条目")
        constraints = [
            models.UniqueConstraint(
                fields=["resource"], condition=~Q(visibility="prepared"), name="one_public_entry_per_resource"
            ),
            models.CheckConstraint(
                condition=Q(visibility="prepared") | Q(published_at__isnull=False), name="public_entry_is_dated"
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "visibility"], name="entry_of_batch"),
            models.Index(fields=["series", "series_position"], name="entry_of_series"),
            # never led by visibility: nearly all rows are online, and SQLite would walk them for any twenty keys
            models.Index(fields=["-published_at", "visibility"], name="entry_newest"),
            models.Index(
                fields=["-visibility_at", "-version"], name="entry_last_changed"
            ),  # the order of the desk, whole
            models.Index(fields=["-out_at"], name="entry_out"),
            models.Index(fields=["harvested_at", "version"], name="entry_harvested"),  # the order of a harvest
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/resources/{self.identifier}"

    @property
    def measured(self) -> "Count | None":
        """What the platform counted; read with ``with_counts()``, else a query each."""
        return getattr(self.resource, "count", None)

    @property
    def views(self) -> int:
        return self.measured.views if self.measured else 0

    @property
    def learners(self) -> int:
        return self.measured.learners if self.measured else 0

    @property
    def keyword_list(self) -> list[str]:
        return [word for word in (part.strip() for part in self.keywords.split(";")) if word]

    @property
    def institution_shown(self) -> str:
        return both_names(self.institution.name, self.institution_name)

    @property
    def is_linked(self) -> bool:
        """Whether it plays elsewhere only."""
        return bool(self.link) and not self.files


class Change(models.Model):
    """变更: one line of the log that the index and harvesters follow, written with the change in one transaction."""

    seq = models.BigAutoField(primary_key=True)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=ChangeKind.choices)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("变更")

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Count(models.Model):
    """计数: what the platform measured of a resource, apart from what was declared; no row until there is a measurement."""

    resource = models.OneToOneField(Resource, on_delete=models.PROTECT, primary_key=True, related_name="count")
    views = models.PositiveBigIntegerField(_("点击量"), default=0)
    learners = models.PositiveBigIntegerField(_("学习人数"), default=0)
    counted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("计数")

    def __str__(self) -> str:
        return f"{self.views} / {self.learners}"


class Report(models.Model):
    """问题反馈: what somebody found wrong; needs no account and is followed by its number."""

    number = models.CharField(_("受理编号"), max_length=20, unique=True)
    resource = models.ForeignKey(Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("类别"), max_length=8, choices=ReportKind.choices)
    text = models.TextField(_("说明"))
    contact = EncryptedText(_("联系方式"), blank=True, default="")
    state = models.CharField(_("状态"), max_length=8, choices=ReportState.choices, default=ReportState.OPEN)
    created_at = models.DateTimeField(_("提交时间"))
    answer = models.TextField(_("答复"), blank=True, default="")
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("问题反馈")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["state", "-created_at"], name="report_by_state")]

    def __str__(self) -> str:
        return self.number


class LoadRun(models.Model):
    """导入批: one file of an existing library on its way in; ``read_bytes`` is where to go on after a break."""

    sha256 = models.CharField(_("文件校验值"), max_length=64, unique=True)
    name = models.CharField(_("文件名"), max_length=200)
    batch = models.OneToOneField(Batch, verbose_name=_("导入批次"), on_delete=models.PROTECT, related_name="load_run")
    read_bytes = models.BigIntegerField(default=0)
    read_lines = models.PositiveIntegerField(default=0)
    rejected_bytes = models.BigIntegerField(default=0)  # how much of FILE.rejected.jsonl belongs to what was read
    accepted = models.PositiveIntegerField(_("导入"), default=0)
    known = models.PositiveIntegerField(_("已有"), default=0)
    rejected = models.PositiveIntegerField(_("退回"), default=0)
    began_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("导入批")

    def __str__(self) -> str:
        return self.name


class LoadedKey(models.Model):
    """By what a loaded record is known again: its own id, its institution's number, or a hash of its line."""

    key = models.CharField(max_length=64, primary_key=True)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("导入标识")

    def __str__(self) -> str:
        return self.key


class HomeSection(models.Model):
    """首页栏目: a row of the home page that the operator composes: chosen resources, or what a search finds."""

    title = models.CharField(_("栏目名称"), max_length=30)
    note = models.CharField(_("一句说明"), max_length=60, blank=True, default="")
    identifiers: models.JSONField[list[str], list[str]] = models.JSONField(_("选定的资源"), default=list, blank=True)
    query = models.CharField(_("按搜索选取"), max_length=500, blank=True, default="")  # of the address of a search
    search: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(
        default=dict
    )  # read: text, filters, sort
    begins_date = models.DateField(_("从这一天起显示"), null=True, blank=True)
    ends_date = models.DateField(_("显示到这一天为止"), null=True, blank=True)  # included
    position = models.PositiveIntegerField(_("次序"))
    changed_at = models.DateTimeField(_("修改时间"))
    changed_by = models.ForeignKey(User, verbose_name=_("修改人"), on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("首页栏目")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(begins_date__isnull=True) | Q(ends_date__isnull=True) | Q(ends_date__gte=F("begins_date")),
                name="section_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def is_shown_on(self, day: date) -> bool:
        return (self.begins_date is None or self.begins_date <= day) and (
            self.ends_date is None or day <= self.ends_date
        )


class LtiPlatform(models.Model):
    """对接平台: a school's own platform that launches our resources by LTI 1.3, as the operator entered it."""

    name = models.CharField(_("平台名称"), max_length=100)
    issuer = models.CharField(_("签发者"), max_length=255)
    client_id = models.CharField(_("客户端标识"), max_length=255)
    auth_url = models.CharField(_("认证地址"), max_length=500)
    token_url = models.CharField(_("令牌地址"), max_length=500)
    jwks_url = models.CharField(_("公钥地址"), max_length=500)
    deployments: models.JSONField[list[str], list[str]] = models.JSONField(_("部署编号"), default=list)
    is_open = models.BooleanField(_("启用"), default=True)
    jwks: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)  # its keys as last fetched
    jwks_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("对接平台")
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["issuer", "client_id"], name="lti_platform_once")]

    def __str__(self) -> str:
        return self.name


class LtiKey(models.Model):
    """对接密钥: what we sign with towards schools' platforms; they read its public half at /lti/jwks."""

    kid = models.CharField(max_length=40, unique=True)
    private_pem = EncryptedText()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("对接密钥")

    def __str__(self) -> str:
        return self.kid


class LtiNonce(models.Model):
    """一次性随机数: that a launch was used, kept until it could not be used again anyway."""

    value = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("一次性随机数")

    def __str__(self) -> str:
        return self.value
