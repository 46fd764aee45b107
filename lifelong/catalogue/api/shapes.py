"""The shapes of the answers, as the OpenAPI description tells them."""

from ninja import Field, Schema

INSTANT = "ISO 8601，+08:00"


class Problem(Schema):
    """RFC 9457."""

    type: str = Field(description="稳定的问题标识，例如 /problems/bad_query")
    title: str = Field(description="发现了什么、应当怎样（中文）")
    status: int
    fields: dict[str, str] | None = Field(None, description="出错的参数")


class FacetValue(Schema):
    value: str
    label: str
    count: int


class Item(Schema):
    """列表中的一项资源。"""

    resource_id: str = Field(description="资源ID")
    title: str = Field(description="资源名称")
    type: str = Field(description="A01 视频、A02 音频、A03 网络课程")
    area: str = Field(description="degree、training、older、community")
    category: str = Field(description="所属分类的路径")
    category_code: str | None
    institution: str = Field(description="单位代码")
    institution_name: str
    region: str | None = Field(description="行政区划代码（GB/T 2260）")
    speakers: str = Field(description="主讲人，英文分号隔开")
    duration: str | None = Field(description="hh:mm:ss")
    duration_s: int | None = Field(description="秒")
    series: str
    series_order: str
    views: int = Field(description="平台实测的点击量，未测得为 0")
    learners: int = Field(description="平台实测的学习人数，未测得为 0")
    declared_views: int | None = Field(description="单位申报的点击量，与实测分开，从不相加")
    declared_learners: int | None
    batch: str | None = Field(description="批次号")
    published_at: str = Field(description=INSTANT)
    linked: bool = Field(description="只在部署平台学习，本平台没有文件")
    cover: str | None = Field(description="封面地址")
    url: str


class SaidAt(Schema):
    """讲解中的一处。"""

    file: int = Field(description="资源的第几个文件，从 1 起")
    second: int = Field(description="这句话开始的秒")
    text: str
    url: str = Field(description="资源页，播放器停在这一秒")


class FoundItem(Item):
    said: list[SaidAt] = Field(description="检索词在讲解（字幕）中的前几处，最多 3 处")


class Totals(Schema):
    about: int = Field(description="名称、简介等文字中相符的资源数")
    said: int = Field(description="在讲解中说到的资源数，最多计到 10,000")


class Found(Schema):
    total: int = Field(description="精确总数")
    totals: Totals = Field(description="同样的筛选条件下，两种检索范围各有多少项")
    page: int
    size: int
    items: list[FoundItem]
    facets: dict[str, list[FacetValue]] = Field(description="每个分面的计数不受自身筛选影响")
    understood_as: str | None = Field(description="按原词没有结果时，实际按什么词检索")
    did_you_mean: str | None


class Track(Schema):
    src: str = Field(description="WebVTT 字幕地址")
    lang: str
    label: str


class Rendition(Schema):
    position: int
    title: str
    kind: str = Field(description="mp4、mp3")
    url: str
    poster: str | None
    hls: str | None = Field(description="自适应播放列表（HLS）；没有时为空，url 总能播放")
    captions: list[Track]
    size: int = Field(description="字节")
    duration_s: float | None
    width: int | None
    height: int | None
    sha256: str = Field(description="原文件的 SHA-256")
    technical: dict[str, object]


class Detail(Item):
    """一项资源：18 个字段、单位、批次、播放文件、计数。"""

    host_platform: str = Field(description="部署平台")
    link: str = Field(description="资源链接")
    summary: str = Field(description="资源简介")
    created_date: str | None = Field(description="创建时间，yyyy-mm-dd")
    rights_holder: str = Field(description="版权方")
    outline: str = Field(description="资源目录（XML）")
    keywords: str = Field(description="关键词，英文分号隔开")
    category_path: list[dict[str, str]]
    series_id: int | None
    institution_now: str = Field(description="单位现在的名称；institution_name 是审核时的名称")
    region_name: str
    batch_title: str | None
    captions: bool
    renditions: list[Rendition]
    change: int = Field(description="变更序号")


class Suggestion(Schema):
    text: str


class Suggestions(Schema):
    items: list[Suggestion]


class InstitutionItem(Schema):
    code: str
    name: str
    kind: str
    region: str | None
    region_name: str
    resources: int
    url: str


class Institutions(Schema):
    total: int
    items: list[InstitutionItem]


class AreaItem(Schema):
    code: str
    name: str
    resources: int
    url: str


class Areas(Schema):
    items: list[AreaItem]


class CategoryItem(Schema):
    code: str
    name: str
    area: str
    parent: str | None
    path: str
    resources: int
    url: str


class Categories(Schema):
    items: list[CategoryItem]


class BatchItem(Schema):
    number: str
    title: str
    published_at: str = Field(description=INSTANT)
    items: int
    pulled: int
    url: str


class Batches(Schema):
    total: int
    items: list[BatchItem]
