"""Uploads of the whole institution, whatever they are for."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.media import actions as media
from lifelong.media.models import Upload
from lifelong.resources import policy
from lifelong.web.refusals import NotAllowed


@transaction.atomic
def cancel(upload: Upload, *, by: User, at: datetime) -> Upload:
    """Gives its room back, whoever of the institution began it. Raises ``NotAllowed``, ``media.actions.UploadEnded``."""
    if not policy.reports_for(by, upload.institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以取消上传。"))
    return media.cancel_upload(upload, by=by, at=at)
