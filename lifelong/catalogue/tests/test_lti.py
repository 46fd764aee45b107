"""LTI 1.3 with a whole school's platform played on loopback."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from lxml import etree

from lifelong import jobs
from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.audit.models import AuditEntry
from lifelong.catalogue import tasks
from lifelong.catalogue.actions import lti as actions
from lifelong.catalogue.lti import claims
from lifelong.catalogue.lti.fetching import Unreachable, fetch
from lifelong.catalogue.lti.tickets import Launch, State
from lifelong.catalogue.models import Entry, LtiNonce, LtiPlatform
from lifelong.catalogue.tests import world
from lifelong.catalogue.tests.school import HOST, ISSUER, school

pytestmark = pytest.mark.django_db
FACTS = {
    "name": "某校学习平台", "issuer": ISSUER, "client_id": "client-1", "auth_url": f"{ISSUER}/auth",
    "token_url": f"{ISSUER}/token", "jwks_url": f"{ISSUER}/jwks", "deployments": ["dep-1"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://learn.example.org"


@pytest.fixture
def lms(tmp_path, monkeypatch):
    with school(tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def platform(operator, lms):
    saved = actions.save_platform(actions.PlatformFacts(**FACTS), by=operator, at=timezone.now())
    assert tasks.renew_lti_keys.func(saved.pk)
    return LtiPlatform.objects.get()


@pytest.fixture
def entry(final):
    world.published(final, "太极拳起势")
    Entry.objects.update(duration_s=600)
    return Entry.objects.get()


def begun(client, entry=None, **changes):
    """The state and nonce with which the browser goes to the platform."""
    target = f"https://learn.example.org/embed/{entry.identifier}" if entry else "https://learn.example.org/"
    told = {"iss": ISSUER, "login_hint": "7", "target_link_uri": target, "lti_message_hint": "m"} | changes
    answer = client.get("/lti/login?" + urlencode({name: value for name, value in told.items() if value is not None}))
    if answer.status_code != 302:
        return answer
    assert answer["Location"].startswith(f"{ISSUER}/auth?")
    assert not answer.cookies
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def launched(client, lms, entry, **changes):
    asked = begun(client, entry)
    return client.post("/lti/launch", {"state": asked["state"], "id_token": lms.id_token(asked["nonce"], **changes)})


def ticket_in(answer):
    assert answer.status_code == 302, answer.content.decode()
    return parse_qs(urlsplit(answer["Location"]).query)["ticket"][0]


def test_login_sends_the_browser_to_the_platform_with_a_signed_state(client, platform, entry):
    asked = begun(client, entry)
    assert (asked["scope"], asked["response_type"], asked["response_mode"], asked["prompt"]) == (
        "openid", "id_token", "form_post", "none",
    )  # fmt: skip
    assert (asked["client_id"], asked["login_hint"], asked["lti_message_hint"]) == ("client-1", "7", "m")
    assert asked["redirect_uri"] == "https://learn.example.org/lti/launch"
    assert State.read(asked["state"]).nonce == asked["nonce"]
    posted = client.post(
        "/lti/login", {"iss": ISSUER, "login_hint": "7", "target_link_uri": "https://learn.example.org/x"}
    )
    assert posted.status_code == 302  # fmt: skip


@pytest.mark.parametrize("changes", [{"iss": "https://other.example"}, {"client_id": "other"}, {"login_hint": None},
                                     {"target_link_uri": "https://evil.example/"}, {"target_link_uri": "https://learn.example.org.evil.example/"}])  # fmt: skip
def test_login_from_who_is_not_entered_or_to_elsewhere_is_refused(client, platform, changes):
    answer = begun(client, **changes)
    assert answer.status_code == 400
    assert "X-Frame-Options" not in answer
    assert "学校平台" in answer.content.decode()


def test_a_launch_opens_the_player_in_the_frame_without_a_cookie(client, platform, lms, entry):
    answer = launched(client, lms, entry)
    assert not answer.cookies
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert not page.cookies
    assert "X-Frame-Options" not in page
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert page["Cache-Control"] == "private, no-store"
    main = etree.HTML(page.content).find(".//main")
    assert main.find("div[@data-launch]").get("data-learn") == "/lti/study"
    assert main.find(".//video/source").get("src") == entry.files[0]["url"]
    assert client.get(answer["Location"]).status_code == 200  # reloading works


def test_nothing_about_the_person_is_kept(client, platform, lms, entry):
    answer = launched(client, lms, entry)
    page = client.get(answer["Location"]).content.decode()
    assert "张三" not in page
    assert Launch.read(ticket_in(answer)).sub == "student-7"
    kept = (
        str(list(AuditEntry.objects.values()))
        + str(list(LtiNonce.objects.values()))
        + str(list(LtiPlatform.objects.values()))
    )
    assert "student-7" not in kept  # fmt: skip
    assert "张三" not in kept


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"}, {"aud": "somebody-else"}, {"aud": ["client-1", "b"]},
        {"aud": ["client-1", "b"], "azp": "b"}, {"azp": "b"}, {"exp": 1}, {"exp": None}, {"iat": None},
        {"iat": int(time.time()) + 3600}, {"iat": int(time.time()) - 7200}, {"nonce": "other"}, {"nonce": None},
        {claims.DEPLOYMENT: "dep-2"}, {claims.DEPLOYMENT: None}, {claims.DEPLOYMENT: ["dep-1"]}, {claims.VERSION: "1.1"},
        {claims.MESSAGE: "Other"}, {claims.MESSAGE: None},
    ],
)  # fmt: skip
def test_a_token_that_is_not_meant_for_us_now_is_refused(client, platform, lms, entry, changes):
    answer = launched(client, lms, entry, **changes)
    assert answer.status_code == 400
    assert "X-Frame-Options" not in answer


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": 1e400}, {"exp": 1e400}, {"iat": [1]}, {"iat": "x"}, {"aud": {}}, {"aud": []}, {"nonce": {}},
        {claims.DEPLOYMENT: {}}, {claims.VERSION: []}, {claims.MESSAGE: {}}, {claims.TARGET: ["x"]},
        {claims.TARGET: "https://[", claims.CUSTOM: 5}, {claims.CUSTOM: {"resource": {"a": 1}}},
        {claims.CUSTOM: {"resource": "R\x00\ud800"}}, {"sub": "a\x00b"}, {"sub": {"a": "\ud800"}}, {claims.AGS: [1]},
        {claims.AGS: {"scope": 5, "lineitem": "https://a/"}}, {claims.AGS: {"scope": [claims.SCORE_SCOPE], "lineitem": 5}},
        {claims.AGS: {"scope": [claims.SCORE_SCOPE], "lineitem": "https://a.example/\x00"}},
        {claims.AGS: {"scope": [claims.SCORE_SCOPE], "lineitem": "https://a.example/\ud800 "}},
        *(
            {claims.MESSAGE: claims.DEEP_LINKING, claims.DL_SETTINGS: told}
            for told in (
                5, {"accept_types": 5}, {"accept_types": ["ltiResourceLink"], "deep_link_return_url": "https://["},
                {"accept_types": ["ltiResourceLink"], "deep_link_return_url": "https://a.example;script-src *"},
                {"accept_types": ["ltiResourceLink"], "deep_link_return_url": "https://"},
                {"accept_types": ["ltiResourceLink"], "deep_link_return_url": "https://a.example/", "data": "\ud800"},
            )
        ),
    ],
)  # fmt: skip
def test_odd_words_of_a_platform_break_nothing(client, platform, lms, entry, changes):
    client.raise_request_exception = False
    answer = launched(client, lms, entry, **changes)
    assert answer.status_code in {302, 400}, changes
    if answer.status_code == 302:
        page = client.get(answer["Location"])
        assert page.status_code in {200, 400, 404}
        assert "script-src *" not in page["Content-Security-Policy"]
        if ticket := etree.HTML(page.content).xpath("string(//@data-launch)"):
            begun = client.post("/lti/study", {"resource": "", "launch": ticket}, content_type="application/json")
            assert begun.status_code < 500


@pytest.mark.parametrize("name", ["iss", "client_id", "login_hint", "target_link_uri", "lti_message_hint"])
def test_odd_words_at_the_door_break_nothing(client, platform, name):
    client.raise_request_exception = False
    for odd in ("\x00", "\r\nSet-Cookie: a=b", "太" * 3000, "https://["):
        told = {"iss": ISSUER, "login_hint": "7", "target_link_uri": "https://learn.example.org/", name: odd}
        answer = client.get("/lti/login", told)
        assert answer.status_code in {302, 400}, (name, odd)
        assert "Set-Cookie" not in answer
    for odd in ("\x00", "a" * 100_000, "e30.e30.e30"):
        assert client.post("/lti/launch", {"state": odd, "id_token": odd, "error": ""}).status_code == 400


def test_several_receivers_are_fine_if_we_are_the_party(client, platform, lms, entry):
    assert launched(client, lms, entry, aud=["client-1", "b"], azp="client-1").status_code == 302
    assert launched(client, lms, entry, exp=int(time.time()) - 30).status_code == 302  # clocks differ a little


def test_other_algorithms_and_other_keys_are_refused(client, platform, lms, entry):
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert launched(client, lms, entry, key=stranger).status_code == 400
    assert launched(client, lms, entry, key="x" * 64, algorithm="HS256", kid="one").status_code == 400
    assert launched(client, lms, entry, key=stranger, algorithm="RS512", kid="one").status_code == 400
    asked = begun(client, entry)
    for token in ("", "x", "a.b.c", jwt.encode({"nonce": asked["nonce"]}, None, algorithm="none")):
        assert client.post("/lti/launch", {"state": asked["state"], "id_token": token}).status_code == 400


def test_a_launch_is_used_once(client, platform, lms, entry):
    asked = begun(client, entry)
    sent = {"state": asked["state"], "id_token": lms.id_token(asked["nonce"])}
    assert client.post("/lti/launch", sent).status_code == 302
    again = client.post("/lti/launch", sent)
    assert again.status_code == 400
    assert "已经用过" in again.content.decode()
    assert actions.forget_nonces(at=timezone.now()) == 0
    assert actions.forget_nonces(at=timezone.now() + timedelta(hours=3)) == 1


def test_a_state_of_another_launch_or_none_is_refused(client, platform, lms, entry):
    one, two = begun(client, entry), begun(client, entry)
    assert (
        client.post("/lti/launch", {"state": one["state"], "id_token": lms.id_token(two["nonce"])}).status_code == 400
    )
    assert client.post("/lti/launch", {"state": "x", "id_token": lms.id_token(one["nonce"])}).status_code == 400
    assert client.post("/lti/launch", {"error": "login_required"}).status_code == 400


def test_a_platform_may_change_its_keys(client, platform, lms, entry):
    lms.new_key("two")
    assert launched(client, lms, entry).status_code == 400  # asked for a moment ago: not again for every odd kid
    LtiPlatform.objects.update(jwks_at=timezone.now() - timedelta(minutes=1))
    assert launched(client, lms, entry).status_code == 302
    assert lms.asked.count("/jwks") == 2
    lms.new_key("three")
    LtiPlatform.objects.update(jwks_at=timezone.now() - timedelta(hours=1))
    assert tasks.keep_lti.func() == 1
    assert launched(client, lms, entry).status_code == 302


def test_a_closed_platform_launches_nothing(client, platform, lms, entry, operator):
    asked = begun(client, entry)
    facts = actions.PlatformFacts(**FACTS, is_open=False)
    actions.save_platform(facts, by=operator, at=timezone.now(), platform=platform)
    assert (
        client.post("/lti/launch", {"state": asked["state"], "id_token": lms.id_token(asked["nonce"])}).status_code
        == 400
    )
    assert begun(client, entry).status_code == 400


def test_a_link_may_name_its_resource(client, platform, lms, entry):
    asked = begun(client)
    token = lms.id_token(asked["nonce"], **{claims.CUSTOM: {"resource": entry.identifier.lower()}})
    answer = client.post("/lti/launch", {"state": asked["state"], "id_token": token})
    assert Launch.read(ticket_in(answer)).resource_id == entry.identifier
    nothing = launched(client, lms, None)
    assert client.get(nothing["Location"]).status_code == 404


def test_a_ticket_cannot_be_altered_and_no_ticket_opens_nothing(client, platform, lms, entry):
    ticket = ticket_in(launched(client, lms, entry))
    assert client.get("/lti/play?" + urlencode({"ticket": ticket[:-1]})).status_code == 400
    assert client.get("/lti/play").status_code == 400
    assert client.get("/lti/choose?" + urlencode({"ticket": ticket})).status_code == 400  # made for another purpose


def test_a_platform_that_wants_no_score_gets_none(client, platform, lms, entry):
    for changes in ({claims.AGS: None}, {claims.AGS: {"scope": [], "lineitem": f"{ISSUER}/x"}}, {"sub": None},
                    {claims.AGS: {"scope": [claims.SCORE_SCOPE], "lineitem": "http://10.0.0.1/x"}}):  # fmt: skip
        page = client.get(launched(client, lms, entry, **changes)["Location"])
        assert "data-launch" not in page.content.decode()


def test_a_score_is_sent_with_a_signed_assertion(client, platform, lms, entry):
    facts = {"sub": "student-7", "at": timezone.now()}
    actions.report_score(platform, f"{ISSUER}/courses/1/lineitems/2?type=3", share=0.41666, is_done=False, **facts)
    [(path, headers, score)] = lms.scores
    assert path == "/courses/1/lineitems/2/scores?type=3"
    assert headers["Authorization"] == "Bearer bearer-1"
    assert headers["Content-Type"] == claims.SCORE_TYPE
    assert (score["userId"], score["scoreGiven"], score["scoreMaximum"]) == ("student-7", 0.417, 1)
    assert (score["activityProgress"], score["gradingProgress"]) == ("InProgress", "FullyGraded")
    [asked] = lms.tokens
    assert asked["scope"] == [claims.SCORE_SCOPE]
    [key] = client.get("/lti/jwks").json()["keys"]
    told = jwt.decode(
        asked["client_assertion"][0], jwt.PyJWK(key).key, algorithms=["RS256"], audience=f"{ISSUER}/token"
    )
    assert (told["iss"], told["sub"]) == ("client-1", "client-1")


def test_a_score_that_does_not_arrive_is_tried_again_and_a_refused_one_given_up(platform, lms):
    def send():
        actions.report_score(platform, f"{ISSUER}/lineitems/2", "s", share=1, is_done=True, at=timezone.now())

    lms.failing = [503, 404]
    with pytest.raises(Unreachable, match="503"):
        send()
    with pytest.raises(jobs.GiveUp, match="404"):
        send()
    send()
    assert lms.scores[0][2]["activityProgress"] == "Completed"
    platform.is_open = False
    with pytest.raises(jobs.GiveUp):
        send()


def test_our_requests_go_to_no_machine_inside(lms):
    for url in ("https://127.0.0.1/x", "https://inside.example.cn/jwks", f"http://{HOST}/jwks", "https://localhost/"):
        with pytest.raises(Unreachable):
            fetch("GET", url, headers={})
    assert not lms.asked


def choosing(client, lms, **settings):
    asked = begun(client)
    told = {
        "deep_link_return_url": f"{ISSUER}/deep?course=1", "accept_types": ["ltiResourceLink"], "data": "opaque",
    } | settings  # fmt: skip
    token = lms.id_token(asked["nonce"], **{claims.MESSAGE: claims.DEEP_LINKING, claims.DL_SETTINGS: told})
    return client.post("/lti/launch", {"state": asked["state"], "id_token": token})


def test_deep_linking_picks_a_resource_and_signs_it(client, platform, lms, entry, feed):
    feed()
    answer = choosing(client, lms)
    page = client.get(answer["Location"] + "&q=太极拳")
    assert f"form-action 'self' https://{HOST}" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert not page.cookies
    form = etree.HTML(page.content).find(".//form[@method='post']")
    assert form.get("action") == f"{ISSUER}/deep?course=1"
    [key] = client.get("/lti/jwks").json()["keys"]
    signed = form.find("input[@name='JWT']").get("value")
    told = jwt.decode(signed, jwt.PyJWK(key).key, algorithms=["RS256"], audience=ISSUER, issuer="client-1")
    assert (told[claims.MESSAGE], told[claims.VERSION]) == ("LtiDeepLinkingResponse", "1.3.0")
    assert (told[claims.DEPLOYMENT], told[claims.DL_DATA]) == ("dep-1", "opaque")
    [item] = told[claims.DL_ITEMS]
    assert (item["type"], item["title"]) == ("ltiResourceLink", "太极拳起势")
    assert item["url"] == f"https://learn.example.org/embed/{entry.identifier}"
    assert item["custom"] == {"resource": entry.identifier}
    assert item["lineItem"]["scoreMaximum"] == 1


def test_a_course_that_takes_several_gets_those_that_were_picked_and_not_put_back(client, platform, lms, final, feed):
    world.published(final, "太极拳起势", "书法入门", "合唱")
    three = list(Entry.objects.order_by("pk").values_list("identifier", flat=True))
    feed()
    start = choosing(client, lms, accept_multiple=True)["Location"]
    page = client.get(f"{start}&pick=NOSUCHONE&" + "&".join(f"pick={one}" for one in three) + f"&drop={three[1]}")
    html = etree.HTML(page.content)
    assert [one.get("value") for one in html.findall(".//section//input[@name='pick']")] == [three[0], three[2]]
    assert [one.get("value") for one in html.findall(".//button[@name='pick']")] == [three[1]]
    [form] = html.findall(".//form[@method='post']")
    [key] = client.get("/lti/jwks").json()["keys"]
    signed = form.find("input[@name='JWT']").get("value")
    told = jwt.decode(signed, jwt.PyJWK(key).key, algorithms=["RS256"], audience=ISSUER, issuer="client-1")
    assert [item["custom"]["resource"] for item in told[claims.DL_ITEMS]] == [three[0], three[2]]
    assert not etree.HTML(client.get(start).content).findall(".//form[@method='post']")  # nothing picked yet


def test_deep_linking_that_takes_no_links_or_leads_to_an_open_line_is_refused(client, platform, lms, entry):
    assert choosing(client, lms, accept_types=["file"]).status_code == 400
    assert choosing(client, lms, deep_link_return_url="http://lms.example.edu.cn/").status_code == 400
    assert choosing(client, lms, deep_link_return_url="javascript:alert(1)").status_code == 400


def test_only_operator_and_system_administrator_enter_platforms(client, lms):
    assert client.get("/work/lti/").status_code == 302
    for role in Role:
        wanted = 200 if role in {Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR} else 403
        assert signed_in(holder(role)).get("/work/lti/").status_code == wanted


def test_the_desk_enters_a_platform_and_says_what_is_wrong(operator, lms):
    desk = signed_in(operator)
    given = {**FACTS, "deployments": "dep-1\ndep-2\n", "is_open": "on"}
    wrong = desk.post("/work/lti/new/", {**given, "jwks_url": "http://10.0.0.1/keys"})
    assert wrong.status_code == 422
    assert desk.post("/work/lti/new/", given).status_code == 302
    saved = LtiPlatform.objects.get()
    assert saved.deployments == ["dep-1", "dep-2"]
    assert desk.post("/work/lti/new/", given).status_code == 422
    assert "某校学习平台" in desk.get("/work/lti/").content.decode()
    assert desk.post(f"/work/lti/{saved.pk}/", {**given, "name": "新名"}).status_code == 302
    assert LtiPlatform.objects.get().name == "新名"
