"""Who may do what to an upload. Who may open one for what is said by the chapter that asks for the file."""

from lifelong.accounts.models import User
from lifelong.institutions.queries import institutions_of
from lifelong.media.lifecycle import UploadState
from lifelong.media.models import Upload


def can_see(user: User, upload: Upload) -> bool:
    """Its maker, and whoever acts for the institution now: an upload goes on when a reporter is replaced."""
    return upload.by_id == user.pk or institutions_of(user).filter(pk=upload.institution_id).exists()


def can_cancel(user: User, upload: Upload) -> bool:
    return upload.state == UploadState.OPEN and can_see(user, upload)


def abilities(user: User, upload: Upload) -> dict[str, bool]:
    return {"see": can_see(user, upload), "cancel": can_cancel(user, upload)}
