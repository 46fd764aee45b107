"""What the player asks in a school's frame: without a session and without a cookie, the ticket of the launch is the right."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lifelong.catalogue.lti.tickets import BadTicket, Launch
from lifelong.learning.actions import launches
from lifelong.learning.views.study import BEATS, EVERY_S, asked, unkept
from lifelong.web.refusals import NotAllowed
from lifelong.web.rights import PUBLIC, right


class LaunchExpired(NotAllowed):
    code = "launch_expired"


@csrf_exempt  # no cookie is read: the signed ticket of the launch is the right
@require_POST
@right(PUBLIC)
def begin(request: HttpRequest) -> HttpResponse:
    """JSON ``{resource, file, launch}`` → as ``study_begin``. Which resource counts stands in the ticket alone."""
    _resource, file = asked(request)
    try:
        launch = Launch.read(str(json.loads(request.body).get("launch", "")))
    except BadTicket as error:
        raise LaunchExpired(_("这次打开已经过期，请回到课程里重新打开。")) from error
    session, progress, ticket = launches.begin(launch, file, at=timezone.now())
    told = {"session": str(session.pk), "ticket": ticket, "beat_url": BEATS, "place_s": progress.place_s}
    return unkept({**told, "every_s": EVERY_S})
