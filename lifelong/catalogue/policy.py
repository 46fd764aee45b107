"""Who may take a resource out of the library, and who may bring it back."""

from lifelong.accounts.models import User
from lifelong.catalogue.lifecycle import SHOWN_NEXT, Visibility
from lifelong.catalogue.models import Entry


def can_open_library(user: User) -> bool:
    """The desk's list of what is public: whoever may do anything there."""
    return any(user.has_right(right) for right in ("catalogue.suspend", "catalogue.withdraw", "catalogue.restore"))


def can_suspend(user: User, entry: Entry) -> bool:
    """一键下架: the operator; the ministry, which withdraws, may do the lesser too."""
    return _leads(entry, Visibility.HIDDEN) and (
        user.has_right("catalogue.suspend") or user.has_right("catalogue.withdraw")
    )


def can_restore(user: User, entry: Entry) -> bool:
    return entry.visibility == Visibility.HIDDEN and user.has_right("catalogue.restore")


def can_retire(user: User, entry: Entry) -> bool:
    return _leads(entry, Visibility.GONE) and user.has_right("catalogue.withdraw")


def can_answer_reports(user: User) -> bool:
    return user.has_right("catalogue.suspend")


def can_compose_home(user: User) -> bool:
    return user.has_right("home.compose")


def can_manage_lti(user: User) -> bool:
    """Schools' own platforms: which may launch our resources."""
    return user.has_right("lti.manage")


def abilities(user: User, entry: Entry) -> dict[str, bool]:
    return {
        "suspend": can_suspend(user, entry),
        "restore": can_restore(user, entry),
        "retire": can_retire(user, entry),
    }


def _leads(entry: Entry, then: Visibility) -> bool:
    return entry.visibility != Visibility.PREPARED and then in SHOWN_NEXT[Visibility(entry.visibility)]
