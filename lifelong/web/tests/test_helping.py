"""Every working page that a menu leads to says what is done there; the words are whole in both languages."""

import re

import pytest
from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, resolve, reverse

from lifelong.accounts.models import AuthorityKind, Role
from lifelong.accounts.tests.cast import HENAN, authority, holder, signed_in
from lifelong.calls.models import Call, Contact
from lifelong.config.tests.test_every_page import names
from lifelong.resources.tests import cast
from lifelong.web import desk, helping


@pytest.mark.django_db
def test_every_page_of_every_menu_has_help():
    authority(AuthorityKind.PROVINCE, HENAN, "河南省教育厅")
    people = [holder(role) for role in Role]
    people += [cast.member(cast.institution()), cast.member(cast.institution("4110002"), "institution_reviewer")]
    pages = {resolve(entry.url.split("?")[0]).view_name for person in people for entry in desk.menu_for(person)}
    assert len(pages) > 30
    missing = sorted(pages - set(helping.known()))
    assert not missing, f"say in the chapter's help.toml what is done there: {missing}"


def test_the_words_are_whole_and_speak_of_pages_that_are_there():
    known, there = helping.known(), {name for name, _view in names(get_resolver())}
    for one in {one.name: one for one in known.values()}.values():
        assert one.ask in helping.ASKS, one.name
        for language, words in one.words.items():
            assert len(words) == 4, (one.name, language)
            assert all(bool(re.search(r"[\u4e00-\u9fff]", word)) == (language == "zh") for word in words), one.name
    assert not set(known) - there, "no such page"


@pytest.mark.django_db
def test_a_page_tells_and_names_whom_to_ask_and_a_refusal_leads_there():
    call, reporter = cast.call(), cast.member(college := cast.institution())
    cast.join(call, college)
    Contact.objects.create(call=Call.objects.get(), name="周正明", telephone="0371-69691111")
    client = signed_in(reporter)
    page = client.get(reverse("resources:index")).content.decode()
    about = helping.known()["resources:index"]
    assert about.what in page
    assert reverse("help-page", args=["resources:index"]) in page
    told = client.get(reverse("help-page", args=["resources:index"])).content.decode()
    assert "0371-69691111" in told
    assert client.get("/work/help/nothing").status_code == 404
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get(reverse("help-page", args=["resources:index"]))
    assert about.words["en"][1] in english.content.decode()
    with pytest.raises(NoReverseMatch):
        reverse("help-page", args=["a/b"])
