"""Deadline night on the board: a link again, an address, another reporter, each from the line and back to it."""

from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lifelong.accounts.models import Role
from lifelong.accounts.tests.cast import holder, signed_in
from lifelong.calls.models import Call, Registration
from lifelong.calls.tests.cast import open_call, submitted
from lifelong.institutions.models import Mandate
from lifelong.institutions.tests.cast import institution, reporter
from lifelong.notices.models import Mail

pytestmark = pytest.mark.django_db


def test_from_the_line_of_an_institution_and_back_to_the_board():
    officer, own = holder(Role.DECIDING_OFFICER), institution()
    call: Call = open_call(officer)
    registration = submitted(call, own)
    desk = signed_in(officer)
    board = f"{reverse('call-board', args=[call.number])}?standing=waiting"
    shown = desk.get(board).content.decode()
    again = reverse("registration-send-again", args=[registration.number])
    assert f'formaction="{again}"' in shown
    address = (
        f"{reverse('registration', args=[registration.number])}?do=address&amp;next={quote(board, safe='')}#address"
    )
    assert address in shown

    Mail.objects.all().delete()
    assert desk.post(again, {"next": board}).url == board
    assert Mail.objects.get().address == registration.email
    page = desk.get(address.split("#", maxsplit=1)[0].replace("&amp;", "&")).content.decode()
    assert f'<input type="hidden" name="next" value="{board}">' in page
    correct = reverse("registration-address", args=[registration.number])
    assert desk.post(correct, {"email": "neu@example.org", "next": board}).url == board
    assert Registration.objects.get().email == "neu@example.org"
    assert desk.post(again, {"next": "https://evil.example/"}).url == reverse(
        "registration", args=[registration.number]
    )

    reporter(own)
    replace = reverse("institution-reporter", args=[own.code])
    assert f"{reverse('institution-desk', args=[own.code])}?do=reporter" in desk.get(board).content.decode()
    told = {"reporter-email": "li@example.org", "reporter-name": "李春明", "reporter-mobile": "", "next": board}
    assert f'href="{board}"' in desk.post(replace, told).content.decode()  # no mail server: the link is shown once
    assert Mandate.objects.get(ends_at=None).user.name == "李春明"

    # who decides for the whole country reads it and has nothing to press
    assert "formaction" not in signed_in(holder(Role.OPERATOR)).get(board).content.decode().replace('formaction=""', "")
    with CaptureQueriesContext(connection) as few:
        desk.get(reverse("call-board", args=[call.number]))
    for number in range(8):
        submitted(call, institution(f"第{number}学院"), email=f"q{number}@example.org", mobile=f"1381234567{number}")
    with CaptureQueriesContext(connection) as many:
        desk.get(reverse("call-board", args=[call.number]))
    assert len(many) == len(few)
