"""The addresses under ``/api/v1/``. Reads only; everything is public and free."""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import WithJsonSchema
from pydantic_core import to_json

from lifelong.catalogue import forms
from lifelong.catalogue.api import presenting, shapes
from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries import pages
from lifelong.catalogue.queries.categories import category_tree
from lifelong.catalogue.queries.labels import SPOKEN, facet_values
from lifelong.catalogue.queries.listing import facet_counts, rows_of, the_reader, view_now
from lifelong.catalogue.search.asking import ask
from lifelong.catalogue.search.said import places
from lifelong.catalogue.search.shelf import IndexMissing
from lifelong.catalogue.search.suggest import suggest as complete
from lifelong.institutions.models import Institution
from lifelong.regions.queries import full_name
from lifelong.resources.identifiers import as_written
from lifelong.review.queries.batches import published_batches
from lifelong.web.refusals import Refusal
from lifelong.web.vocabulary import AREAS

FACETS = ("area", "category", "type", "institution", "region", "year", "length", "batch", "captions")
LOST = {404: shapes.Problem}
#: What any address answers, most of it before it is reached: unreadable, too long, too often, too busy.
ALWAYS = dict.fromkeys((400, 414, 429, 503), shapes.Problem)
#: What the index may be asked; the front lets no NUL in.
TEXT = r"^[^\x00]*$"
ResourceId = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[0-9A-Za-z]{9}$"})]


def read_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """HEAD is answered as GET would be; every other method by a problem instead of a page."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **given: Any) -> Any:
        method = request.method
        if method not in {"GET", "HEAD"}:
            answer = problem("method_not_allowed", _("这里只能读取，请用 GET。"), 405)
            answer["Allow"] = "GET, HEAD"
            return answer
        request.method = "GET"
        try:
            return view(request, *args, **given)
        finally:
            request.method = method

    return answered


class Described(NinjaAPI):
    """Errors are described as what they are: problem details, not plain JSON."""

    @property
    def urls(self) -> Any:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            assert pattern.callback is not None  # none of them includes others
            pattern.callback = read_only(pattern.callback)
        return patterns, app, namespace

    def get_openapi_schema(self, **given: Any) -> Any:
        described = super().get_openapi_schema(**given)
        for methods in described["paths"].values():
            for operation in methods.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {"application/problem+json": response["content"]["application/json"]}
        return described


api = Described(
    title="终身教育平台开放接口",
    version="1.0.0",
    description="资源库的公开数据：无需账号，免费使用。出错时返回 RFC 9457 的问题说明（application/problem+json）；请求过于频繁（429）时请按 Retry-After 稍候再来。",
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url="/openapi.json",
)


def many(description: str, **items: Any) -> Any:
    """A filter that repeats; ``items`` describe one value (they are judged by ``forms.wanted``, in words)."""
    if "enum" in items:
        items["enum"] = ["", *items["enum"]]  # a form sends what was left open, and it filters nothing
    kept = {"items": {"type": "string", **items}, "maxItems": forms.MANY}
    return Field([], description=description, json_schema_extra=kept)  # type: ignore[arg-type]


class Listing(Schema):
    """What a search takes; a filter repeats for 「或」."""

    q: str = Field("", max_length=200, description="检索词：中文词、单字、拼音、资源ID均可", pattern=TEXT)
    where: str = Field(
        "about",
        alias="in",
        description="检索范围：about 名称、简介等文字，said 讲解中说到的话（字幕）",
        json_schema_extra={"enum": ["", *forms.WHERE]},
    )
    area: list[str] = many("领域，也认中文名称", enum=list(AREAS))
    type: list[str] = many("类型：A01 视频、A02 音频、A03 网络课程", enum=["A01", "A02", "A03"])
    category: list[str] = many("分类代码，含其下各级", pattern="^[0-9A-Za-z._-]{0,80}$")
    institution: list[str] = many("单位代码", pattern="^[0-9A-Za-z._-]{0,60}$")
    region: list[str] = many("行政区划代码（GB/T 2260），省级含其下", pattern="^([0-9]{6})?$")
    year: list[str] = many("发布年份", pattern="^([0-9]{4})?$")
    length: list[str] = many("时长", enum=["short", "medium", "long", "longer", "unknown"])
    batch: list[str] = many("批次号", pattern="^[0-9A-Za-z._-]{0,30}$")
    captions: list[str] = many("有无字幕", enum=["yes", "no"])
    series: list[str] = many("系列编号", pattern="^[0-9]{0,18}$")
    speaker: list[str] = many("主讲人编号", pattern="^[0-9]{0,18}$")
    sort: str = Field("relevance", description="排序", json_schema_extra={"enum": ["", *forms.SORTS]})
    page: int = Field(1, ge=1, description="从 1 起；page × size 最大 10,000")
    size: int = Field(20, ge=1, le=100, description="每页条数")


def told(content: Any, status: int = 200) -> HttpResponse:
    """Values that are plain already: not validated a second time on their way out."""
    kind = "application/json" if status < 400 else "application/problem+json"
    return HttpResponse(to_json(content), status=status, content_type=f"{kind}; charset=utf-8")


def problem(code: str, title: str, status: int, fields: dict[str, str] | None = None) -> HttpResponse:
    content: dict[str, Any] = {"type": f"/problems/{code}", "title": title, "status": status}
    return told(content | ({"fields": fields} if fields else {}), status)


@api.get("/resources", response={200: shapes.Found, **ALWAYS}, summary="检索资源")
def resources(request: HttpRequest, listing: Query[Listing]) -> HttpResponse:
    wanted = forms.wanted(dict(request.GET.lists()))
    view = the_reader().now()
    answer = ask(view, wanted.question(FACETS))
    return told(
        {
            "total": answer.total,
            "totals": {name: answer.totals.get(name, 0) for name in forms.WHERE},
            "page": wanted.page,
            "size": wanted.size,
            "items": [
                presenting.item(row) | {"said": presenting.said(row, places(view, row["resource_id"], answer.said))}
                for row in rows_of(answer.ids, presenting.ITEM)
            ],
            "facets": {
                name: [
                    {"value": value.value, "label": value.label, "count": value.count}
                    for value in facet_values(name, counted, wanted.filters.get(name, ()), most=SPOKEN)
                ]
                for name, counted in answer.facets.items()
            },
            "understood_as": answer.shown or None,
            "did_you_mean": answer.meant or None,
        }
    )


@api.get(
    "/resources/{resource_id}", response={200: shapes.Detail, **LOST, 410: shapes.Problem, **ALWAYS}, summary="一项资源"
)
def resource(request: HttpRequest, resource_id: ResourceId) -> HttpResponse:
    rows = Entry.objects.shown_or_not().telling_linked().filter(identifier__in=[resource_id, as_written(resource_id)])
    row = rows.values(*presenting.DETAIL).first()
    if row is None:
        return problem("not_found", _("没有这项资源。"), 404)
    why = row["resource__availability_reason"] or _("未说明原因")
    if row["visibility"] == Visibility.GONE:
        return problem("retired", _("这项资源已出库：%(why)s") % {"why": why}, 410)
    if row["visibility"] != Visibility.ONLINE:
        return problem("suspended", _("这项资源已暂停提供：%(why)s") % {"why": why}, 404)
    return told(presenting.detail(row))


@api.get("/suggest", response={200: shapes.Suggestions, **ALWAYS}, summary="输入提示")
def suggest(
    request: HttpRequest,
    q: str = Query("", max_length=100, description="已输入的字，中文或拼音", pattern=TEXT),
) -> HttpResponse:
    view = view_now()
    return told({"items": [{"text": words} for words in (complete(view, q) if view else [])]})


@api.get("/institutions", response={200: shapes.Institutions, **ALWAYS}, summary="有资源在线的单位")
def institutions(request: HttpRequest) -> HttpResponse:
    sized = sorted(pages.institutions_by_size(), key=lambda pair: pair[0].code)
    return told({"total": len(sized), "items": [institution_item(one, count) for one, count in sized]})


def institution_item(institution: Institution, count: int) -> dict[str, Any]:
    return {
        "code": institution.code, "name": institution.name, "kind": institution.kind, "region": institution.region_id,
        "region_name": full_name(institution.region_id) if institution.region_id else "", "resources": count,
        "url": presenting.absolute(f"/institutions/{institution.code}"),
    }  # fmt: skip


@api.get("/areas", response={200: shapes.Areas, **ALWAYS}, summary="四个领域")
def areas(request: HttpRequest) -> HttpResponse:
    counts = facet_counts(view_now(), "area")
    items = [
        {
            "code": code,
            "name": str(name),
            "resources": counts.get(code, 0),
            "url": presenting.absolute(f"/areas/{code}"),
        }
        for code, name in AREAS.items()
    ]
    return told({"items": items})


@api.get("/categories", response={200: shapes.Categories, **ALWAYS}, summary="分类树")
def categories(request: HttpRequest) -> HttpResponse:
    tree, counts = category_tree(), facet_counts(view_now(), "category")
    items = []
    for node in tree.nodes.values():
        if node.moved_to_id:
            continue
        path = tree.path(node.pk)
        items.append(
            {
                "code": node.code, "name": node.name, "area": node.area, "parent": path[-2].code if len(path) > 1 else None,
                "path": "-".join(step.name for step in path[1:] or path), "resources": counts.get(node.code, 0),
                "url": presenting.absolute(f"/categories/{node.code}"),
            }
        )  # fmt: skip
    return told({"items": items})


@api.get("/batches", response={200: shapes.Batches, **ALWAYS}, summary="已发布的批次")
def batches(
    request: HttpRequest, page: int = Query(1, ge=1, le=100_000), size: int = Query(20, ge=1, le=100)
) -> HttpResponse:
    found = published_batches()
    items = [
        {
            "number": batch.number, "title": batch.title, "published_at": presenting.instant(batch.published_at),
            "items": getattr(batch, "size", 0), "pulled": getattr(batch, "pulled", 0), "url": presenting.absolute(f"/batches/{batch.number}"),
        }
        for batch in found[(page - 1) * size : page * size]
    ]  # fmt: skip
    return told({"total": found.count(), "items": items})


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {str(one["loc"][-1]): in_words(one) for one in error.errors}
    return problem("bad_query", _("参数不能识别：%(names)s。") % {"names": "、".join(fields)}, 400, fields)


def in_words(found: dict[str, Any]) -> str:
    """What is wrong with a parameter, in the reader's language; pydantic says it in English alone."""
    kind, limits = str(found.get("type")), found.get("ctx") or {}
    if kind == "string_too_long":
        return _("最多 %(most)s 个字符") % {"most": limits.get("max_length")}
    if kind == "greater_than_equal":
        return _("不能小于 %(least)s") % {"least": limits.get("ge")}
    if kind == "less_than_equal":
        return _("不能大于 %(most)s") % {"most": limits.get("le")}
    if kind.startswith("int_"):
        return _("应为整数")
    return _("必须填写") if kind == "missing" else _("无法识别")


@api.exception_handler(Refusal)
def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    return problem(error.code, str(error), error.status, error.fields)


@api.exception_handler(IndexMissing)
def not_ready(request: HttpRequest, error: IndexMissing) -> HttpResponse:
    answer = problem("index_missing", _("检索正在准备，请稍候再试。"), 503)
    answer["Retry-After"] = "5"
    return answer


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem("not_found", _("没有这个地址。"), 404)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem("http_error", str(error), error.status_code)
