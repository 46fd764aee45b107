"""One record in the words of each format: Dublin Core, LOM (GB/T 21365), and the eighteen fields of our own standard.

Told is what was frozen at publication, never what small tables say today: the datestamp moves with all that is harvested.
"""

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from lifelong.catalogue.oai.markup import around, each, held, stamp, tag
from lifelong.catalogue.queries.crosswalks import iso_duration
from lifelong.resources.queries.freezing import as_clock
from lifelong.web.vocabulary import AREAS, TYPES

Row = dict[str, Any]
OWN = "urn:lifelong:metadata:2022"
LOM = "http://ltsc.ieee.org/xsd/LOM"
DCMI = {"A01": "MovingImage", "A02": "Sound", "A03": "InteractiveResource"}


@dataclass(frozen=True)
class Format:
    prefix: str
    namespace: str
    schema: str  # where its XSD lies; ``/…`` with us
    written: Callable[[Row], str]

    @property
    def schema_address(self) -> str:
        return f"{settings.SITE_URL}{self.schema}" if self.schema.startswith("/") else self.schema


def address(row: Row) -> str:
    return f"{settings.SITE_URL}/resources/{row['identifier']}"


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}" if path else ""


def keywords(row: Row) -> list[str]:
    return [word for word in map(str.strip, row["keywords"].split(";")) if word]


def subjects(row: Row) -> list[str]:
    """Its words, then its area and each step of the category as it was reviewed."""
    return list(dict.fromkeys([*keywords(row), *category_words(row)]))


def category_words(row: Row) -> list[str]:
    area = str(AREAS.get(row["area"], row["area"]))
    return list(dict.fromkeys([area, *filter(None, row["category_path"].split("-"))]))


def speakers(row: Row) -> str:
    """As the sheet has them: ``张建华;(藏族)班班多杰``."""
    return ";".join(f"({one['group']}){one['name']}" if one.get("group") else one["name"] for one in row["speakers"])


@dataclass(frozen=True)
class Part:
    """One file of a course of many."""

    place: int
    title: str
    url: str
    seconds: int | None


def parts_of(row: Row) -> list[Part]:
    """Of a resource that has more than one file; nothing else has parts."""
    if len(row["files"]) < 2:
        return []
    return [
        Part(
            file["position"], file["title"], f"{address(row)}?file={file['position']}",
            round(file["duration_s"]) if file.get("duration_s") else None,
        )
        for file in row["files"]
    ]  # fmt: skip


def media_types(row: Row) -> list[str]:
    kinds = dict.fromkeys(str(file.get("kind", "")) for file in row["files"])
    return [found for kind in kinds if kind and (found := mimetypes.guess_type(f"a.{kind}")[0])]


def dublin_core(row: Row) -> str:
    created = row["created_date"].isoformat() if row["created_date"] else ""
    parts = [
        tag("dc:title", row["title"], xml_lang="zh"),
        each("dc:creator", (one["name"] for one in row["speakers"])),
        each("dc:subject", subjects(row), xml_lang="zh"),
        each("dc:description", [row["summary"], contents(row)], xml_lang="zh"),
        each("dc:publisher", [row["institution_name"]]),
        each("dc:date", [created or stamp(row["published_at"])[:10]]),
        each("dc:type", [DCMI.get(row["type"], ""), TYPES.get(row["type"], "")]),
        each("dc:format", media_types(row)),
        each("dc:identifier", [address(row), row["identifier"]]),
        each("dc:source", [row["link"]]),
        tag("dc:language", "zh"),
        each("dc:relation", [row["series_title"]]),
        each("dc:rights", [row["rights_holder"]]),
    ]
    names = {
        "xmlns_oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/", "xmlns_dc": "http://purl.org/dc/elements/1.1/",
        "xsi_schemaLocation": "http://www.openarchives.org/OAI/2.0/oai_dc/ http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
    }  # fmt: skip
    return around("oai_dc:dc", parts, **names)


def contents(row: Row) -> str:
    """Simple Dublin Core knows no parts: they are told as a table of contents."""
    return "；".join(f"{one.place}. {one.title}" for one in parts_of(row))


def learning_object(row: Row) -> str:
    """IEEE 1484.12.3, the XML binding of LOM, whose model GB/T 21365 takes over."""
    parts = [
        _general(row), _life_cycle(row), around("metaMetadata", tag("metadataSchema", "LOMv1.0")), _technical(row),
        _educational(row), _rights(row), _relation(row), _classification(row),
    ]  # fmt: skip
    location = f"{LOM} http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd"
    return around("lom", parts, xmlns=LOM, xsi_schemaLocation=location)


def _words(name: str, text: str) -> str:
    return around(name, tag("string", text, language="zh-CN")) if text else ""


def _term(name: str, value: str) -> str:
    return around(name, tag("source", "LOMv1.0") + tag("value", value))


def _identifier(catalogue: str, entry: str) -> str:
    return around("identifier", tag("catalog", catalogue) + tag("entry", entry))


def _general(row: Row) -> str:
    many = row["type"] == "A03" or len(row["files"]) > 1
    parts = [
        _identifier("lifelong", row["identifier"]), _identifier("URI", address(row)), _words("title", row["title"]),
        tag("language", "zh-CN"), _words("description", row["summary"]), *(_words("keyword", word) for word in keywords(row)),
        _term("structure", "linear" if many else "atomic"),
        _term("aggregationLevel", "3" if row["type"] == "A03" else "1"),
    ]  # fmt: skip
    return around("general", parts)


def _life_cycle(row: Row) -> str:
    created = row["created_date"].isoformat() if row["created_date"] else ""
    authors = [_contribution("author", card(one["name"], row["institution_name"]), created) for one in row["speakers"]]
    published = _contribution("publisher", card("", row["institution_name"]), stamp(row["published_at"]))
    return around("lifeCycle", [_term("status", "final"), *authors, published])


def _contribution(role: str, entity: str, date: str) -> str:
    when = around("date", tag("dateTime", date)) if date else ""
    return around("contribute", _term("role", role) + tag("entity", entity) + when)


def card(name: str, organisation: str) -> str:
    """vCard 3.0 (RFC 2426), as LOM names people and bodies."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_card_text(name or organisation)}", f"N:{_card_text(name)};;;;"]
    return "\n".join([*lines, f"ORG:{_card_text(organisation)}", "END:VCARD"])


def _card_text(value: str) -> str:
    plain = " ".join(held(value).split()).replace("\\", "\\\\")
    return plain.replace(",", "\\,").replace(";", "\\;")


def _technical(row: Row) -> str:
    size = sum(int(file.get("size") or 0) for file in row["files"])
    length = iso_duration(row["duration_s"])
    places = dict.fromkeys([address(row), row["link"]])
    return around("technical", [
        each("format", media_types(row)), tag("size", size) if size else "", each("location", places),
        around("duration", tag("duration", length)) if length else "",
    ])  # fmt: skip


def _educational(row: Row) -> str:
    time = iso_duration(row["duration_s"])
    return around("educational", [
        _term("learningResourceType", "lecture"), _term("intendedEndUserRole", "learner"),
        _term("context", "higher education" if row["area"] == "degree" else "training"),
        around("typicalLearningTime", tag("duration", time)) if time else "", tag("language", "zh-CN"),
    ])  # fmt: skip


def _rights(row: Row) -> str:
    restricted = _term("copyrightAndOtherRestrictions", "yes")
    return around("rights", [_term("cost", "no"), restricted, _words("description", row["rights_holder"])])


def _relation(row: Row) -> str:
    series = around("resource", _words("description", row["series_title"]))
    of = around("relation", _term("kind", "ispartof") + series) if series else ""
    return of + "".join(
        around(
            "relation",
            _term("kind", "haspart")
            + around("resource", _identifier("URI", one.url) + _words("description", f"{one.place}. {one.title}")),
        )
        for one in parts_of(row)
    )


def _classification(row: Row) -> str:
    taxa = "".join(around("taxon", _words("entry", name)) for name in category_words(row))
    path = around("taxonPath", _words("source", "数字化学习资源元数据标准 所属分类") + taxa)
    return around("classification", _term("purpose", "discipline") + path)


def own(row: Row) -> str:
    """The eighteen fields by their code names, in the order of the standard; then what stands outside them."""
    fields = {
        "resource_id": row["identifier"], "title": row["title"], "type": row["type"], "host_platform": row["host_platform"],
        "link": row["link"], "series": row["series_title"], "series_order": row["series_order"], "summary": row["summary"],
        "duration": as_clock(row["duration_s"]), "created_date": row["created_date"], "rights_holder": row["rights_holder"],
        "speakers": speakers(row), "declared_views": row["declared_views"],
        "declared_learners": row["declared_learners"], "cover": absolute(row["cover"] or row["poster"]),
        "outline": row["outline"], "keywords": row["keywords"], "category": row["category_path"], "area": row["area"],
    }  # fmt: skip
    parts = [each(name, [value]) for name, value in fields.items()]
    parts.append(tag("institution", row["institution_name"], code=row["institution__code"]))
    parts += [each("region", [row["region_id"]]), each("batch", [row["batch__number"]])]
    parts += [tag("published_at", stamp(row["published_at"])), tag("url", address(row))]
    parts += [
        tag("part", one.title, position=str(one.place), url=one.url, **({"duration": as_clock(one.seconds)} if one.seconds else {}))
        for one in parts_of(row)
    ]  # fmt: skip
    location = f"{OWN} {settings.SITE_URL}/oai/lifelong.xsd"
    return around("resource", parts, xmlns=OWN, xsi_schemaLocation=location)


FORMATS = {
    one.prefix: one
    for one in (
        Format("oai_dc", "http://www.openarchives.org/OAI/2.0/oai_dc/", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd", dublin_core),
        Format("lom", LOM, "http://ltsc.ieee.org/xsd/lomv1.0/lom.xsd", learning_object),
        Format("lifelong", OWN, "/oai/lifelong.xsd", own),
    )
}  # fmt: skip
