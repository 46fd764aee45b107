"""Resource, Version, Round: what an institution owns, what it proposes, and what each submit froze."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.media.models import MediaFile
from lifelong.resources.lifecycle import Availability, State
from lifelong.standards.models import CategoryNode
from lifelong.web.said import SaidField, ShortSaidField

KEY_LENGTH = 300  # of what a sheet's row is known by


class Series(models.Model):
    institution = models.ForeignKey(Institution, verbose_name=_("单位"), on_delete=models.PROTECT)
    title = models.CharField(_("所属系列"), max_length=100)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)

    class Meta:
        verbose_name = _("系列")
        constraints = [models.UniqueConstraint(fields=["institution", "title"], name="series_title_per_institution")]

    def __str__(self) -> str:
        return self.title


class Resource(models.Model):
    """What stays while versions come and go. ``resource_id`` is public, short, with a check character, never reused."""

    resource_id = models.CharField(_("资源ID"), max_length=16, unique=True)
    institution = models.ForeignKey(
        Institution, verbose_name=_("单位"), on_delete=models.PROTECT, related_name="resources"
    )
    availability = models.CharField(
        _("上线状态"), max_length=10, choices=Availability.choices, default=Availability.NEVER
    )
    availability_reason = ShortSaidField(_("原因"), max_length=500, blank=True, default="")
    online_version = models.OneToOneField(
        "resources.Version", verbose_name=_("在线版本"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="online_for",
    )  # fmt: skip
    own_number = models.CharField(_("本单位编号"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)

    class Meta:
        verbose_name = _("资源")
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "own_number"], condition=~Q(own_number=""), name="own_number_per_institution"
            )
        ]

    def __str__(self) -> str:
        return self.resource_id


class Origin(models.TextChoices):
    PAGE = "page", _("网页填写")
    SHEET = "sheet", _("表格导入")
    LOAD = "load", _("既有资源库导入")


class Version(models.Model):
    """One proposal of a resource: the 18 fields, the area, media or a link, cover, rights; with a state."""

    resource = models.ForeignKey(Resource, verbose_name=_("资源"), on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("版本号"), default=1)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.DRAFT, db_index=True)
    state_at = models.DateTimeField(_("状态时间"), default=timezone.now)
    origin = models.CharField(_("来源"), max_length=8, choices=Origin.choices, default=Origin.PAGE)
    call = models.ForeignKey(Call, verbose_name=_("征集"), null=True, blank=True, on_delete=models.PROTECT)
    created_by = models.ForeignKey(
        User, verbose_name=_("创建人"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    saved_at = models.DateTimeField(_("保存时间"), default=timezone.now)
    saved_by = models.ForeignKey(User, verbose_name=_("保存人"), null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)  # grows with each save: two tabs never overwrite each other
    saved_page = models.CharField(
        max_length=32, null=True, blank=True
    )  # the opened page that saved last, where one did
    deleted_at = models.DateTimeField(_("删除时间"), null=True, blank=True)  # a deleted draft comes back for 30 days
    return_due_at = models.DateTimeField(_("退回后应于何时重报"), null=True, blank=True)
    first_submitted_at = models.DateTimeField(_("首次报送时间"), null=True, blank=True)
    # the newest round and its instant: the desks' queues are read in their order
    last_round = models.ForeignKey(
        "resources.Round", null=True, blank=True, on_delete=models.SET_NULL, db_index=False, related_name="+"
    )
    handed_in_at = models.DateTimeField(_("最近报送时间"), null=True, blank=True)
    # what was typed and breaks a rule is kept as typed, never lost: {"duration": "1:2"}
    raw = models.JSONField(default=dict, blank=True)
    problems = models.JSONField(
        default=list, blank=True
    )  # [{"field", "code", "severity", "found", "wanted", "message", "example"}]

    # the 18 fields under their names in code (1 is resource.resource_id)
    title = models.CharField(_("资源名称"), max_length=100, blank=True, default="")
    title_key = models.CharField(
        max_length=40, blank=True, default="", db_index=True
    )  # folded, to find near-same titles
    type = models.CharField(_("资源类型"), max_length=3, blank=True, default="")
    host_platform = models.CharField(_("部署平台"), max_length=100, blank=True, default="")
    link = models.CharField(_("资源链接"), max_length=2000, blank=True, default="")
    series = models.ForeignKey(Series, verbose_name=_("所属系列"), null=True, blank=True, on_delete=models.PROTECT)
    series_order = models.CharField(_("所属顺序"), max_length=10, blank=True, default="")
    summary = models.TextField(_("资源简介"), blank=True, default="")
    duration = models.PositiveIntegerField(_("资源时长（秒）"), null=True, blank=True)
    duration_from_file = models.BooleanField(default=False)  # measured, not declared: follows the file when it changes
    created_date = models.DateField(_("创建时间"), null=True, blank=True)
    rights_holder = models.CharField(_("版权方"), max_length=2000, blank=True, default="")
    speakers = models.CharField(_("主讲人"), max_length=3000, blank=True, default="")
    declared_views = models.PositiveBigIntegerField(_("点击量"), null=True, blank=True)
    declared_learners = models.PositiveBigIntegerField(_("学习人数"), null=True, blank=True)
    cover = models.ForeignKey(
        MediaFile, verbose_name=_("资源封面"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outline = models.TextField(_("资源目录"), blank=True, default="")
    keywords = models.CharField(_("关键词"), max_length=500, blank=True, default="")
    category = models.ForeignKey(
        CategoryNode, verbose_name=_("所属分类"), null=True, blank=True, on_delete=models.PROTECT
    )
    category_path = models.CharField(
        _("分类路径"), max_length=600, blank=True, default=""
    )  # as given, where it goes deeper
    area = models.CharField(_("所属领域"), max_length=10, blank=True, default="")
    rights_file = models.ForeignKey(
        MediaFile, verbose_name=_("授权文件"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rights_until = models.DateField(_("授权截止日期"), null=True, blank=True)  # empty: for good
    own_files = models.TextField(_("资源文件"), blank=True, default="")  # names in the sheet, until uploaded
    row_key = models.CharField(
        max_length=KEY_LENGTH, blank=True, default="", db_index=True
    )  # by which a sheet's row finds it again
    import_run = models.ForeignKey(
        "resources.ImportRun", null=True, blank=True, on_delete=models.SET_NULL, related_name="brought"
    )  # the last sheet that wrote it
    import_revision = models.PositiveIntegerField(default=0)  # as it left it
    before_import = models.JSONField(null=True, blank=True)  # what it overwrote; empty where it made the draft
    row_digest = models.CharField(max_length=64, blank=True, default="")  # of the row as it was last brought in

    class Meta:
        verbose_name = _("版本")
        constraints = [models.UniqueConstraint(fields=["resource", "number"], name="version_number_per_resource")]
        indexes = [
            models.Index(fields=["state", "call"]),
            models.Index(fields=["deleted_at"]),
            models.Index(fields=["state", "handed_in_at", "last_round", "resource"], name="version_in_the_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.resource} v{self.number} {self.title}"


class VersionFile(models.Model):
    """A media file of a version, in its place; an online course may bring many."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="files")
    media_file = models.ForeignKey(MediaFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(_("次序"), default=1)
    title = models.CharField(_("标题"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("版本的媒体文件")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "media_file"], name="file_once_per_version")]

    def __str__(self) -> str:
        return self.title or str(self.media_file)


class Language(models.TextChoices):
    """As BCP 47 writes them; what the player offers."""

    CHINESE = "zh-Hans", _("中文")
    TRADITIONAL = "zh-Hant", _("中文（繁体）")
    ENGLISH = "en", _("英文")
    UYGHUR = "ug", _("维吾尔文")
    TIBETAN = "bo", _("藏文")
    MONGOLIAN = "mn", _("蒙古文")
    KAZAKH = "kk", _("哈萨克文")
    KOREAN = "ko", _("朝鲜文")


class Caption(models.Model):
    """字幕 of one file in one language."""

    file = models.ForeignKey(VersionFile, on_delete=models.CASCADE, related_name="captions")
    media_file = models.ForeignKey(MediaFile, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("语言"), max_length=8, choices=Language.choices, default=Language.CHINESE)

    class Meta:
        verbose_name = _("字幕")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["file", "language"], name="one_caption_per_language")]

    def __str__(self) -> str:
        return f"{self.get_language_display()} · {self.file}"


class Signature(models.Model):
    """单位自审的承诺: checklist answers and a promise signed once; may cover many rounds, each opened or listed."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    signed_by = models.ForeignKey(User, verbose_name=_("签署人"), on_delete=models.PROTECT)
    signed_name = models.CharField(_("签名"), max_length=60)
    signed_at = models.DateTimeField(_("签署时间"))
    checklist_version = models.CharField(max_length=20)
    answers = models.JSONField(default=list)  # [{"id", "text", "clause", "answer": true|false, "remark"}]
    promise = models.TextField(_("承诺书"))
    listed = models.JSONField(
        default=list
    )  # [{"resource_id", "version", "title", "fingerprint"}] as the list showed them

    class Meta:
        verbose_name = _("单位自审承诺")

    def __str__(self) -> str:
        return f"{self.signed_name} {self.signed_at:%Y-%m-%d %H:%M}"


class Round(models.Model):
    """One submit: an immutable numbered copy of values, file hashes, declaration and the standard it is judged by."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField(_("报送轮次"), default=1)
    call = models.ForeignKey(Call, verbose_name=_("征集"), null=True, blank=True, on_delete=models.PROTECT)
    submitted_by = models.ForeignKey(User, verbose_name=_("报送人"), on_delete=models.PROTECT)
    submitted_at = models.DateTimeField(_("报送时间"))
    receipt_number = models.CharField(_("回执编号"), max_length=30, unique=True)
    standard = models.CharField(_("标准版本"), max_length=20)
    values = models.JSONField(default=dict)  # the 18 fields and area as submitted, by their names in code
    files = models.JSONField(default=list)  # [{"id", "name", "size", "sha256", "position", "title", "kind"}]
    signature = models.ForeignKey(Signature, null=True, on_delete=models.PROTECT, related_name="rounds")
    in_grace = models.BooleanField(_("在宽限期内"), default=False)
    screened_by = models.PositiveBigIntegerField(
        null=True, blank=True, db_index=True
    )  # the version of the word lists that its hits are of
    closed_at = models.DateTimeField(
        null=True, blank=True
    )  # answered by a return, a refusal, a withdrawal or publication

    class Meta:
        verbose_name = _("报送轮次")
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="round_number_per_version")]

    def __str__(self) -> str:
        return self.receipt_number


class ReceiptCounter(models.Model):
    """The last receipt of a day; locked while the next one is drawn."""

    date = models.DateField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("回执编号")

    def __str__(self) -> str:
        return f"{self.date:%Y%m%d} {self.last}"


class Verdict(models.TextChoices):
    PASS = "pass", _("通过")
    WARN = "warn", _("提醒")
    FAIL = "fail", _("不符合")
    UNKNOWN = "unknown", _("无法判定")


class Finding(models.Model):
    """One requirement judged on one file or link. ``round`` is empty while it speaks of the living draft."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="findings")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    media_file = models.ForeignKey(MediaFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(_("要求"), max_length=40)  # e.g. video.resolution
    verdict = models.CharField(_("判定"), max_length=8, choices=Verdict.choices)
    required = models.CharField(_("标准要求"), max_length=300, blank=True, default="")
    measured = models.CharField(_("实测"), max_length=300, blank=True, default="")
    message = models.TextField(_("说明"), blank=True, default="")
    remedy = models.TextField(_("处理办法"), blank=True, default="")
    explanation = models.CharField(_("单位说明"), max_length=500, blank=True, default="")  # the reporter's one sentence
    standard = models.CharField(max_length=20, default="")
    judged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("检测结论")
        ordering = ["id"]
        indexes = [models.Index(fields=["round", "verdict"])]

    def __str__(self) -> str:
        return f"{self.rule} {self.verdict}"


class ScreeningHit(models.Model):
    """A word of a list, or personal data, found in a text of a round; ``second`` of ``media_file`` where it is said."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="hits")
    field = models.CharField(max_length=20)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    word = models.CharField(_("词"), max_length=100)
    category = models.CharField(_("类别"), max_length=60, blank=True, default="")
    severity = models.CharField(_("级别"), max_length=5)  # block | look
    media_file = models.ForeignKey(MediaFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    second = models.FloatField(_("秒"), null=True, blank=True)
    context = models.CharField(_("上下文"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("筛查命中")

    def __str__(self) -> str:
        return f"{self.field}: {self.word}"


class LinkCheck(models.Model):
    """The check of a linked course's address: tried at once, and again after 1 h and 6 h where it did not answer."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="link_check")
    url = models.CharField(max_length=2000)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict)  # status, final url, reason, excerpt

    class Meta:
        verbose_name = _("链接检查")

    def __str__(self) -> str:
        return self.url


class Step(models.Model):
    """One step of the way, as the timeline shows it: who, when, from, to, why."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="steps")
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="steps")
    verb = models.CharField(max_length=40)  # created, submitted, forwarded, returned, published, suspended, …
    from_state = models.CharField(max_length=12, blank=True, default="")
    to_state = models.CharField(max_length=12, blank=True, default="")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.CharField(max_length=100, blank=True, default="")
    at = models.DateTimeField()
    reasons = models.JSONField(default=list)  # [{"field": "title", "text": "…"}]; field empty for a general reason
    note = SaidField(blank=True, default="")

    class Meta:
        verbose_name = _("经过")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"


class Fill(models.Model):
    """统一填写: one field of many drafts at once, with what stood there, so that it can be undone."""

    by = models.ForeignKey(User, verbose_name=_("填写人"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("填写时间"))
    field = models.CharField(_("字段"), max_length=20)
    value = models.TextField(_("填写内容"))
    lines = models.JSONField(default=list)  # [{"version": pk, "before": "…", "revision": 7}], as it left them
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("统一填写")

    def __str__(self) -> str:
        return f"{self.field} {self.at:%Y-%m-%d %H:%M}"


class ImportRun(models.Model):
    """One sheet brought in: what it said, row by row."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT)
    call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=300)  # the sheet as it came, relative to FILES
    archive = models.ForeignKey(
        MediaFile, verbose_name=_("压缩包"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # a ZIP that holds the sheet and its files, until they are taken in
    dry_run = models.BooleanField(default=True)
    state = models.CharField(max_length=10, default="waiting")  # waiting | running | done | failed
    report = models.JSONField(default=dict)  # the shape of `intake --json`
    failure = models.TextField(blank=True, default="")
    job_id = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("表格导入")

    def __str__(self) -> str:
        return self.name
