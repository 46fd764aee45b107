"""The answers to the six verbs, as documents."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from lifelong.catalogue.lifecycle import Visibility
from lifelong.catalogue.oai import harvest, sets
from lifelong.catalogue.oai.asking import Request, read
from lifelong.catalogue.oai.errors import BadArgument, BadResumptionToken, BadVerb, CannotDisseminateFormat, OaiError
from lifelong.catalogue.oai.formats import FORMATS, Format
from lifelong.catalogue.oai.harvest import PAGE, Row
from lifelong.catalogue.oai.markup import around, stamp, tag
from lifelong.texts.queries import operator_now

LONGEST = 4 * 1024 * 1024  # characters of one page of records: what is longer goes on with the next token
#: A harvester comes again with ``from`` = our date of answer. What was still being written down at that moment carries an
#: earlier datestamp, so the date lies back by what a transaction may last: something is told twice, nothing is lost.
SETTLING = timedelta(seconds=60)
_NAMESPACE = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ '
    'http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
)


def answer(pairs: Iterable[tuple[str, str]], *, now: datetime) -> str:
    """The document for a request; an error of the protocol is an answer too."""
    request, shown = None, {}
    try:
        request = read(pairs)
        shown = {"verb": request.verb, **request.arguments}
        body = around(request.verb, VERBS[request.verb](request, now))
    except OaiError as error:
        if isinstance(error, BadVerb | BadArgument):
            shown = {}
        body = tag("error", str(error), code=error.code)
    asked = tag("request", base_address(), **shown)
    return f"{_HEAD}{tag('responseDate', stamp(now - SETTLING))}{asked}{body}</OAI-PMH>"


def base_address() -> str:
    return f"{settings.SITE_URL}/oai"


def host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def beginning() -> str:
    """Of every identifier: ``oai:<host>:``."""
    return f"oai:{host()}:"


def identify(request: Request, now: datetime) -> str:
    first = harvest.earliest() or now
    parts = [
        tag("repositoryName", _("终身教育平台 · %(operator)s") % {"operator": operator_now()["name"]}),
        tag("baseURL", base_address()), tag("protocolVersion", "2.0"), tag("adminEmail", mailbox()),
        tag("earliestDatestamp", stamp(first)), tag("deletedRecord", "persistent"),
        tag("granularity", "YYYY-MM-DDThh:mm:ssZ"), tag("compression", "gzip"), _scheme(),
    ]  # fmt: skip
    return "".join(parts)


def mailbox() -> str:
    """Where harvesters write to. The schema wants a host with a dot, which a trial on ``localhost`` has not."""
    found = operator_now()["email"] or parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or "noreply@localhost"
    return str(found) if "." in found.rpartition("@")[2] else f"{found}.invalid"


def _scheme() -> str:
    """The description of our identifiers; its schema takes names of domains only."""
    if not _NAMESPACE.fullmatch(host()):
        return ""
    space = "http://www.openarchives.org/OAI/2.0/oai-identifier"
    inside = [
        tag("scheme", "oai"), tag("repositoryIdentifier", host()), tag("delimiter", ":"),
        tag("sampleIdentifier", f"{beginning()}R000000"),
    ]  # fmt: skip
    location = f"{space} {space}.xsd"
    return around("description", around("oai-identifier", inside, xmlns=space, xsi_schemaLocation=location))


def metadata_formats(request: Request, now: datetime) -> str:
    if "identifier" in request.arguments:
        harvest.one(request.get("identifier"), beginning(), harvest.HEADER)
    return "".join(
        around("metadataFormat", [
            tag("metadataPrefix", one.prefix), tag("schema", one.schema_address), tag("metadataNamespace", one.namespace),
        ])
        for one in FORMATS.values()
    )  # fmt: skip


def list_sets(request: Request, now: datetime) -> str:
    if "resumptionToken" in request.arguments:
        raise BadResumptionToken("the sets come in one answer, without a token")
    return "".join(around("set", tag("setSpec", one.spec) + tag("setName", one.name)) for one in sets.all_sets())


def get_record(request: Request, now: datetime) -> str:
    row = harvest.one(request.get("identifier"), beginning())
    if request.get("metadataPrefix") not in FORMATS:
        raise CannotDisseminateFormat(f"there is no format {request.get('metadataPrefix')}")
    return record(row, FORMATS[request.get("metadataPrefix")])


def list_identifiers(request: Request, now: datetime) -> str:
    page = harvest.page(request, now=now)
    rows = page.rows[:PAGE]
    return "".join(map(header, rows)) + resumption(page, len(rows), now)


def list_records(request: Request, now: datetime) -> str:
    page = harvest.page(request, now=now)
    told, length = [], 0
    for row in page.rows[:PAGE]:
        told.append(record(row, FORMATS[page.place.prefix]))
        length += len(told[-1])
        if length > LONGEST:
            break
    return "".join(told) + resumption(page, len(told), now)


def resumption(page: harvest.Page, count: int, now: datetime) -> str:
    """Nothing for a list in one piece, an empty one at the end of several."""
    place = page.place
    more = count < len(page.rows)
    if not more and not page.resumed:
        return ""
    # while the library grows during a harvest, more may have been told than was counted when it began
    size = max(place.size, place.cursor + len(page.rows))
    facts = {"completeListSize": str(size), "cursor": str(place.cursor)}
    if not more:
        return tag("resumptionToken", "", **facts)
    onward = harvest.onward(place, page.rows[:count], now)
    return tag("resumptionToken", onward.written(), expirationDate=stamp(onward.expires_at), **facts)


def record(row: Row, format: Format) -> str:
    if is_deleted(row):
        return around("record", header(row))
    return around("record", header(row) + around("metadata", format.written(row)))


def header(row: Row) -> str:
    inside = [
        tag("identifier", f"{beginning()}{row['identifier']}"), tag("datestamp", stamp(row["harvested_at"])),
        *(tag("setSpec", spec) for spec in sets.specs_of(row["area"], row["category_id"])),
    ]  # fmt: skip
    return around("header", inside, status="deleted") if is_deleted(row) else around("header", inside)


def is_deleted(row: Row) -> bool:
    return bool(row["visibility"] != Visibility.ONLINE)


VERBS = {
    "Identify": identify,
    "ListMetadataFormats": metadata_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": list_identifiers,
    "ListRecords": list_records,
}
