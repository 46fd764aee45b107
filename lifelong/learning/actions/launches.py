"""Study of who came from a school's platform: a pseudonym, no account, the same rules for what counts."""

import hashlib
import logging
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from lifelong.accounts.actions import forget_guests, open_guest
from lifelong.catalogue.lti.tickets import Launch
from lifelong.catalogue.models import Entry
from lifelong.catalogue.queries.lti import open_platform
from lifelong.learning.actions import scores, study
from lifelong.learning.models import Progress, SchoolLearner, SchoolScore, StudySession
from lifelong.web.refusals import Refusal

FORGOTTEN = timedelta(days=30)
MOST_FORGOTTEN = 2_000  # in a night
MOST_NEW_IN_A_DAY = (
    50_000  # of one platform: a whole large school on its first day; a broken or stolen platform stays bounded
)
logger = logging.getLogger(__name__)


class TooManyLearners(Refusal):
    code = "too_many_learners"
    status = 429


@transaction.atomic
def begin(launch: Launch, file: int, *, at: datetime) -> tuple[StudySession, Progress, str]:
    """As ``study.begin_session``, for the learner and the gradebook line of the launch. Raises as that does."""
    platform = open_platform(launch.platform)
    entry = Entry.objects.online().select_related("resource").filter(identifier=launch.resource_id).first()
    if platform is None or entry is None or not launch.sub or not launch.line_item:
        raise study.MayNotStudy(_("这项资源现在不能计入学习时长。"))
    learner = _learner(platform.pk, launch.sub, at=at)
    score, new = SchoolScore.objects.get_or_create(
        learner=learner, resource=entry.resource, line_hash=_hashed(launch.line_item),
        defaults={"line_item": launch.line_item, "changed_at": at},
    )  # fmt: skip
    found = study.open_session(entry, file, by=learner.user, at=at, score=score)
    if new:
        scores.count({score.pk})  # seen before, in another course of the same school
    return found


def forget_idle(*, at: datetime) -> int:
    """Those who opened something a month ago and more and never studied: nobody's evidence."""
    studied = Progress.objects.filter(user=OuterRef("user"), wall_s__gt=0)
    lately = StudySession.objects.filter(user=OuterRef("user"), began_at__gt=at - FORGOTTEN)
    idle = SchoolLearner.objects.filter(~Exists(studied), ~Exists(lately), came_at__lt=at - FORGOTTEN).order_by("pk")
    return forget_guests(list(idle.values_list("user_id", flat=True)[:MOST_FORGOTTEN]))


def _learner(platform: int, sub: str, *, at: datetime) -> SchoolLearner:
    known = SchoolLearner.objects.select_related("user").filter(platform=platform, sub_hash=_hashed(sub))
    found = known.first()
    if found is not None:
        return found
    if SchoolLearner.objects.filter(platform=platform, came_at__gt=at - timedelta(days=1)).count() >= MOST_NEW_IN_A_DAY:
        logger.warning("platform %s has brought %s new learners in a day", platform, MOST_NEW_IN_A_DAY)
        raise TooManyLearners(_("学校平台今天新来的学习者太多，暂时不能计入学习时长；播放不受影响。"))
    try:
        with transaction.atomic():
            return SchoolLearner.objects.create(
                user=open_guest(at=at), platform_id=platform, sub=sub, sub_hash=_hashed(sub), came_at=at
            )
    except IntegrityError:  # two windows at once
        return known.get()


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
