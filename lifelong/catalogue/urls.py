"""The public side: portal, lists, machines; and the desk of the library."""

from django.urls import path, register_converter

from lifelong.catalogue.api import api, docs
from lifelong.catalogue.views import (
    desk,
    embed,
    home,
    lists,
    lti,
    lti_desk,
    machines,
    oai,
    portal,
    reports,
    resources,
    transcript,
)


class Verb:
    regex = "suspend|restore|retire"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Verb, "library_verb")

urlpatterns = [
    path("", portal.home, name="home"),
    path("search", portal.search, name="search"),
    path("api/v1/", docs.guessed, name="api_root"),
    path("api/v1/docs", docs.guessed, name="api_docs_guessed"),
    path("api/v1/", api.urls),
    path("api/v1/<path:rest>", docs.no_such_address, name="api_nothing"),
    path("resources/<str:resource_id>", resources.resource, name="resource_page"),
    path("resources/<str:resource_id>/qr.svg", resources.qr_code, name="resource_qr"),
    path("resources/<str:resource_id>/transcript", transcript.transcript, name="resource_transcript"),
    path("r/<str:resource_id>", resources.short_link, name="short_link"),
    path("areas/<str:area>", lists.area, name="area_page"),
    path("categories/<str:code>", lists.category_page, name="category_page"),
    path("series/<int:key>", lists.series, name="series_page"),
    path("institutions/", lists.institutions, name="institution_list"),
    path("institutions/<str:code>", lists.institution, name="institution_page"),
    path("speakers/<int:key>", lists.speaker, name="speaker_page"),
    path("batches/", lists.batches, name="batch_list"),
    path("batches/<str:number>", lists.batch, name="batch_page"),
    path("report", reports.report, name="report"),
    path("complaint", reports.report, name="complaint"),
    path("reports/", reports.find_report, name="report_find"),
    path("reports/<str:number>", reports.report_state, name="report_state"),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<str:name>.xml", machines.sitemap_part, name="sitemap_part"),
    path("feeds/<str:code>.atom", machines.feed, name="feed"),
    path("embed/<str:resource_id>", embed.embed, name="embed"),
    path("oembed", embed.oembed, name="oembed"),
    path("lti/login", lti.login, name="lti_login"),
    path("lti/launch", lti.launch, name="lti_launch"),
    path("lti/play", lti.play, name="lti_play"),
    path("lti/choose", lti.choose, name="lti_choose"),
    path("lti/jwks", lti.jwks, name="lti_jwks"),
    path("work/lti/", lti_desk.platforms, name="lti_platforms"),
    path("work/lti/new/", lti_desk.platform, name="lti_platform_new"),
    path("work/lti/<int:number>/", lti_desk.platform, name="lti_platform"),
    path("oai", oai.oai, name="oai"),
    path("oai/lifelong.xsd", oai.own_schema, name="oai_schema"),
    path("api/docs", docs.docs, name="api_docs"),
    path("work/catalogue/", desk.library, name="catalogue_library"),
    path("work/catalogue/<str:resource_id>/", desk.entry, name="catalogue_entry"),
    path("work/catalogue/<str:resource_id>/<library_verb:verb>", desk.change, name="catalogue_change"),
    path("work/home/", home.sections, name="home_sections"),
    path("work/home/<int:key>/", home.sections, name="home_section"),
    path("work/home/<int:key>/change", home.change, name="home_section_change"),
    path("work/reports/", desk.reports, name="catalogue_reports"),
    path("work/reports/<str:number>", desk.report, name="catalogue_report"),
]
