"""OAI-PMH: every verb, every error, a whole harvest by a foreign library, and nothing lost while the library changes."""

import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from lifelong.catalogue.actions import availability
from lifelong.catalogue.models import Entry
from lifelong.catalogue.oai import harvest, tokens
from lifelong.catalogue.oai.errors import OaiError
from lifelong.catalogue.oai.markup import tag
from lifelong.catalogue.oai.schema import xsd
from lifelong.catalogue.tests import world
from lifelong.standards.metadata import standard

pytestmark = pytest.mark.django_db
NS = {
    "oai": "http://www.openarchives.org/OAI/2.0/", "dc": "http://purl.org/dc/elements/1.1/",
    "lom": "http://ltsc.ieee.org/xsd/LOM", "own": "urn:lifelong:metadata:2022",
}  # fmt: skip


def read(answer):
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    tree = etree.fromstring(answer.content)
    assert tree.tag == "{http://www.openarchives.org/OAI/2.0/}OAI-PMH"
    assert [etree.QName(child).localname for child in tree][:2] == ["responseDate", "request"]
    assert len(tree) == 3 or tree.findall("oai:error", NS)
    return tree


def ask(client, **arguments):
    return read(client.get("/oai?" + urlencode({name.rstrip("_"): value for name, value in arguments.items()})))


def texts(tree, path):
    return [found.text for found in tree.iterfind(path, NS)]


def codes(tree):
    return [found.get("code") for found in tree.iterfind("oai:error", NS)]


def many(count, **given):
    return world.loaded(*({"title": f"第 {n} 讲", **given} for n in range(count)), name=f"{count}.jsonl")


def test_identify_says_what_the_protocol_wants(client, final, settings):
    settings.SITE_URL = "https://learn.example.org"
    world.loaded()
    tree = ask(client, verb="Identify")
    found = {etree.QName(child).localname: child.text for child in tree.find("oai:Identify", NS)}
    assert list(found) == [
        "repositoryName", "baseURL", "protocolVersion", "adminEmail", "earliestDatestamp", "deletedRecord", "granularity",
        "compression", "description",
    ]  # fmt: skip
    assert found["baseURL"] == "https://learn.example.org/oai"
    assert (found["protocolVersion"], found["deletedRecord"]) == ("2.0", "persistent")
    assert found["granularity"] == "YYYY-MM-DDThh:mm:ssZ"
    assert re.fullmatch(r"\S+@(\S+\.)+\S+", found["adminEmail"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["earliestDatestamp"])
    assert tree.findtext(".//{*}repositoryIdentifier") == "learn.example.org"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"), ("verb=Nothing", "badVerb"), ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=identify", "badVerb"), ("verb=Identify&extra=1", "badArgument"), ("verb=GetRecord", "badArgument"),
        ("verb=GetRecord&identifier=x", "badArgument"), ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=lom", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=0000-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=a%0A", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01&until=2026-01-02T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-02&until=2026-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
        ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&metadataPrefix=mods", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=mars", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=training", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-12-31", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31&until=9999-12-31", "noRecordsMatch"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:none", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:%00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=older:%00", "badArgument"),
        ("verb=ListMetadataFormats&identifier=oai:else.where:1", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=%25%25", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=older:", "badArgument"),
        ("verb=ListRecords&metadataPrefix=%E8%80%81", "badArgument"),
        ("verb=ListRecords&metadataPrefix=mods&from=yesterday", "badArgument"),
    ],
)  # fmt: skip
def test_every_error_of_the_protocol_has_its_code(client, query, code):
    world.loaded()
    for answer in (
        client.get(f"/oai?{query}"),
        client.post("/oai", query, content_type="application/x-www-form-urlencoded"),
    ):
        tree = read(answer)
        assert codes(tree) == [code]
        assert bool(tree.find("oai:request", NS).attrib) is (code not in {"badVerb", "badArgument"})


def test_a_known_record_in_an_unknown_format(client):
    world.loaded()
    identifier = f"oai:localhost:{world.entry('高等数学').identifier}"
    assert codes(ask(client, verb="GetRecord", metadataPrefix="mods", identifier=identifier)) == [
        "cannotDisseminateFormat"
    ]


def test_the_formats_and_the_schema_of_our_own(client):
    tree = ask(client, verb="ListMetadataFormats")
    assert texts(tree, ".//oai:metadataPrefix") == ["oai_dc", "lom", "lifelong"]
    address = texts(tree, ".//oai:schema")[2]
    answer = client.get(address.partition("//")[2].partition("/")[2].join(["/", ""]))
    assert answer.status_code == 200
    etree.XMLSchema(etree.parse(io.BytesIO(answer.content)))


def test_our_own_format_holds_the_eighteen_fields_in_their_order_and_keeps_to_its_schema(client, final):
    world.loaded()
    world.published(final, "太极拳起势")
    schema = etree.XMLSchema(etree.fromstring(xsd().encode()))
    tree = ask(client, verb="ListRecords", metadataPrefix="lifelong")
    found = tree.findall(".//own:resource", NS)
    assert len(found) == 6
    for one in found:
        schema.assertValid(etree.fromstring(etree.tostring(one)))
    names = [element.get("name") for element in etree.fromstring(xsd().encode()).iterfind(".//{*}sequence/{*}element")]
    assert names[:18] == [field.name for field in standard().fields][:18]
    first = next(one for one in found if one.findtext("own:title", None, NS) == "二十四式太极拳入门")
    assert first.findtext("own:outline", None, NS).startswith("<catalog")
    assert first.findtext("own:declared_views", None, NS) == "36500"


def test_dublin_core_tells_what_the_crosswalk_says(client):
    world.loaded()
    entry = world.entry("二十四式太极拳入门")
    tree = ask(client, verb="GetRecord", metadataPrefix="oai_dc", identifier=f"oai:localhost:{entry.identifier}")
    assert texts(tree, ".//dc:title") == ["二十四式太极拳入门"]
    assert texts(tree, ".//dc:creator") == ["张建华"]
    assert texts(tree, ".//dc:subject") == ["太极拳", "健身", "老年教育", "主动健康"]
    assert texts(tree, ".//dc:relation") == ["太极拳系列"]
    assert "MovingImage" in texts(tree, ".//dc:type")
    assert entry.identifier in texts(tree, ".//dc:identifier")
    assert texts(tree, ".//oai:header/oai:setSpec") == ["older:health"]


def test_lom_keeps_to_the_order_of_its_categories(client, final):
    world.loaded()
    world.published(final, "太极拳起势")
    order = ["general", "lifeCycle", "metaMetadata", "technical", "educational", "rights", "relation", "classification"]
    for one in ask(client, verb="ListRecords", metadataPrefix="lom").iterfind(".//lom:lom", NS):
        names = [etree.QName(child).localname for child in one]
        assert names == [name for name in order if name in names]
        assert one.findtext("lom:general/lom:title/lom:string", None, NS)
        card = one.findtext("lom:lifeCycle/lom:contribute/lom:entity", None, NS)
        assert card.startswith("BEGIN:VCARD\nVERSION:3.0\nFN:")


def test_what_xml_cannot_hold_is_left_out(client):
    world.loaded({"title": "好课"})
    Entry.objects.update(
        title="一\x0b<b>&\ufffe二", summary="a\x00b" if connection.vendor == "sqlite" else "ab",
        speakers=[{"id": 1, "name": '张"\x1f<', "group": ""}],
    )  # fmt: skip
    for prefix in ("oai_dc", "lom", "lifelong"):
        tree = ask(client, verb="ListRecords", metadataPrefix=prefix)
        assert "一<b>&二" in [element.text for element in tree.iter()]
    assert tag("a", "\ud800x") == "<a>x</a>"
    answer = client.get(
        "/oai?verb=GetRecord&metadataPrefix=%0B%3C&identifier=oai:localhost:" + Entry.objects.get().identifier
    )
    assert codes(read(answer)) == ["badArgument"]  # fmt: skip


def test_sets_are_the_tree_and_hold_what_lies_below(client):
    world.loaded()
    tree = ask(client, verb="ListSets")
    specs = texts(tree, ".//oai:setSpec")
    assert len(specs) == len(set(specs))
    assert specs.index("older") < specs.index("older:health")
    assert {"degree", "training", "older", "community"} <= set(specs)

    def total(spec):
        return len(texts(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec), ".//oai:identifier"))

    assert total("older") == 3
    assert total("older:health") == 2
    assert total("degree") == 1
    skills = next(spec for spec in texts(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc"), ".//oai:setSpec") if spec.count(":") == 2)  # fmt: skip
    assert skills in specs
    assert total(skills) == total(skills.rpartition(":")[0]) == 1


def test_dates_are_inclusive_and_of_both_granularities(client):
    world.loaded({"title": "一"}, name="1.jsonl")
    Entry.objects.update(harvested_at=datetime(2026, 3, 1, 10, 0, 0, 600_000, tzinfo=UTC))

    def matches(**dates):
        return not codes(ask(client, verb="ListIdentifiers", metadataPrefix="oai_dc", **dates))

    assert matches(from_="2026-03-01T10:00:00Z", until="2026-03-01T10:00:00Z")
    assert not matches(from_="2026-03-01T10:00:01Z")
    assert not matches(until="2026-03-01T09:59:59Z")
    assert matches(from_="2026-03-01", until="2026-03-01")
    assert not matches(from_="2026-03-02")
    assert not matches(until="2026-02-28")
    assert matches(until="9999-12-31")


def test_what_is_suspended_is_deleted_until_restored_and_what_is_retired_for_good(client, final, operator):
    world.loaded()
    entry = world.entry("高等数学")
    asked = {
        "verb": "GetRecord",
        "metadataPrefix": "oai_dc",
        "identifier": f"oai:localhost:{entry.identifier}",
    }

    def state():
        tree = ask(client, **asked)
        header = tree.find(".//oai:header", NS)
        assert (tree.find(".//oai:metadata", NS) is None) is (header.get("status") == "deleted")
        assert texts(tree, ".//oai:setSpec") == ["degree"]
        return header.get("status"), header.findtext("oai:datestamp", None, NS)

    before = state()
    assert before[0] is None
    at = timezone.now() + timedelta(minutes=1)
    for step, (act, status) in enumerate(
        [(availability.suspend, "deleted"), (availability.restore, None), (availability.retire, "deleted")]
    ):
        when = at + timedelta(minutes=step)
        act(entry.resource, by=final, reason="复核内容", at=when)
        assert state() == (status, when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        shown = Entry.objects.get(pk=entry.pk)
        assert shown.harvested_at == shown.visibility_at
    since = ask(client, verb="ListRecords", metadataPrefix="lifelong", from_=state()[1])
    assert [header.get("status") for header in since.iterfind(".//oai:header", NS)] == ["deleted"]


def test_counts_and_names_move_no_datestamp(client, final):
    from lifelong.catalogue.actions.log import note_changes
    from lifelong.catalogue.lifecycle import ChangeKind

    world.loaded()
    before = set(Entry.objects.values_list("pk", "harvested_at"))
    keys = list(Entry.objects.values_list("resource_id", flat=True))
    for kind in (ChangeKind.COUNTED, ChangeKind.RENAMED):
        note_changes(keys, kind=kind, at=timezone.now() + timedelta(hours=1))
    assert set(Entry.objects.values_list("pk", "harvested_at")) == before


def test_what_a_long_file_brings_is_dated_when_it_comes_in():
    """Not when the run began: whoever harvested meanwhile would never hear of it."""
    began = timezone.now()
    world.loaded()
    assert Entry.objects.filter(harvested_at__gte=began).count() == 5


def harvested(client, change=None, verb="ListRecords"):
    """Identifier → status, page by page; ``change`` is called after the first page."""
    found, pages = {}, 0
    tree = ask(client, verb=verb, metadataPrefix="oai_dc")
    while True:
        pages += 1
        for header in tree.iterfind(".//oai:header", NS):
            found[header.findtext("oai:identifier", None, NS)] = header.get("status")
        token = tree.find(".//oai:resumptionToken", NS)
        if token is None or not token.text:
            return found, pages, token
        if pages == 1 and change:
            change()
        tree = ask(client, verb=verb, resumptionToken=token.text)


@pytest.mark.parametrize("verb", ["ListRecords", "ListIdentifiers"])
def test_a_list_of_many_goes_on_with_tokens_and_ends_with_an_empty_one(client, verb):
    many(250)
    tree = ask(client, verb=verb, metadataPrefix="oai_dc")
    token = tree.find(".//oai:resumptionToken", NS)
    assert (token.get("completeListSize"), token.get("cursor")) == ("250", "0")
    assert datetime.fromisoformat(token.get("expirationDate")) > timezone.now() + timedelta(hours=23)
    again = [ask(client, verb=verb, resumptionToken=token.text) for _ in range(2)]
    assert texts(again[0], ".//oai:identifier") == texts(again[1], ".//oai:identifier")
    assert again[0].find(".//oai:resumptionToken", NS).get("cursor") == "100"
    found, pages, last = harvested(client, verb=verb)
    assert (len(found), pages) == (250, 3)
    assert (last.text, last.get("cursor"), last.get("completeListSize")) == (None, "200", "250")
    other = "ListIdentifiers" if verb == "ListRecords" else "ListRecords"
    assert codes(ask(client, verb=other, resumptionToken=token.text)) == ["badResumptionToken"]
    assert codes(ask(client, verb=verb, resumptionToken=token.text[:-2])) == ["badResumptionToken"]


def test_an_old_token_is_refused():
    now = timezone.now()
    token = tokens.Token("ListRecords", "oai_dc", "", None, None, 0, 0, 0, 0, tokens.expiry(now))
    assert tokens.read(token.written(), verb="ListRecords", now=now) == token
    with pytest.raises(OaiError, match="expired"):
        tokens.read(token.written(), verb="ListRecords", now=now + timedelta(hours=25))


def test_exactly_one_page_needs_no_token(client):
    many(100)
    assert ask(client, verb="ListRecords", metadataPrefix="oai_dc").find(".//oai:resumptionToken", NS) is None


def test_nothing_is_lost_when_the_library_changes_in_the_middle_of_a_harvest(client, final):
    many(205)
    entries = list(Entry.objects.order_by("harvested_at", "pk"))

    def change():
        at = timezone.now()
        availability.suspend(entries[3].resource, by=final, reason="画面有误", at=at)  # told already
        availability.retire(entries[150].resource, by=final, reason="不再提供", at=at)  # not told yet
        availability.suspend(entries[99].resource, by=final, reason="画面有误", at=at)  # the very place of the token
        world.loaded({"title": "中途新来"}, name="new.jsonl")

    found, _pages, last = harvested(client, change)
    status = {key.rpartition(":")[2]: value for key, value in found.items()}
    assert len(status) == 206
    assert status[world.entry("中途新来").identifier] is None
    for place in (3, 99, 150):
        assert status[entries[place].identifier] == "deleted"
    assert int(last.get("completeListSize")) >= int(last.get("cursor"))


def test_the_date_of_an_answer_lies_before_what_may_still_be_being_written(client):
    world.loaded()
    told = datetime.fromisoformat(ask(client, verb="Identify").findtext("oai:responseDate", None, NS))
    assert timedelta(seconds=50) < timezone.now() - told < timedelta(seconds=90)


def test_pages_too_long_for_one_answer_go_on_with_a_token(client, monkeypatch):
    from lifelong.catalogue.oai import answers

    monkeypatch.setattr(answers, "LONGEST", 20_000)
    many(60, summary="很长的简介" * 300)
    found, pages, _last = harvested(client)
    assert len(found) == 60
    assert pages > 5


def test_a_page_costs_the_same_number_of_queries_however_long_the_list(client):
    def cost(query):
        client.get("/oai?" + query)
        with CaptureQueriesContext(connection) as seen:
            client.get("/oai?" + query)
        return len(seen)

    many(3, category="主动健康")
    few = cost("verb=ListRecords&metadataPrefix=lom&set=older:health")
    many(230, category="主动健康")
    assert cost("verb=ListRecords&metadataPrefix=lom&set=older:health") == few <= 4
    token = ask(client, verb="ListRecords", metadataPrefix="lom").find(".//oai:resumptionToken", NS).text
    assert cost(urlencode({"verb": "ListRecords", "resumptionToken": token})) <= 3


def test_other_bodies_and_other_methods_are_turned_away(client):
    assert client.post("/oai", "{}", content_type="application/json").status_code == 415
    assert client.put("/oai").status_code == 405
    assert client.head("/oai?verb=Identify").status_code == 200


def test_an_entry_that_is_only_prepared_is_never_told(client, final):
    from lifelong.review.actions import batches

    world.loaded()
    batch = world.batch_of(world.accepted("太极拳起势"), final)
    batches.prepare(batch, at=timezone.now())
    assert Entry.objects.count() == 6
    assert harvest.told().count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.filterwarnings("ignore:invalid escape sequence")  # in the library, said when Python compiles it
def test_a_foreign_library_harvests_everything(live_server, settings):
    from sickle import Sickle
    from sickle.oaiexceptions import NoRecordsMatch

    settings.SITE_URL = live_server.url
    many(150)
    world.loaded()
    sickle = Sickle(f"{live_server.url}/oai", timeout=30)
    try:
        assert sickle.Identify().deletedRecord == "persistent"
        assert {one.metadataPrefix for one in sickle.ListMetadataFormats()} == {"oai_dc", "lom", "lifelong"}
        records = list(sickle.ListRecords(metadataPrefix="oai_dc"))
        assert len({record.header.identifier for record in records}) == len(records) == 155
        assert {"第 149 讲", "高等数学"} <= {record.metadata["title"][0] for record in records}
        assert len(list(sickle.ListIdentifiers(metadataPrefix="lom", set="older:health"))) == 2
        assert sickle.GetRecord(identifier=records[0].header.identifier, metadataPrefix="lifelong").raw
        assert len(list(sickle.ListSets())) >= 19
        with pytest.raises(NoRecordsMatch):
            sickle.ListRecords(metadataPrefix="oai_dc", until="2000-01-01")
    finally:
        sickle.__dict__.clear()
