"""What a person may choose how to hear of. Chapters name their groups in ``AppConfig.ready``::

    register_group(Group("receipts", gettext_lazy("报送回执"), frozenset({"resources.sign"}), frozenset({"receipt"})))

A kind that no group names is never held back: activation, returns, deadlines.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Way(models.TextChoices):
    AT_ONCE = "at_once", _("随时发邮件")
    DIGEST = "digest", _("每天一封汇总")
    SITE = "site", _("只在站内")


@dataclass(frozen=True)
class Line:
    """One line of a digest: what is new at a place, and the path that leads there."""

    text: str
    url: str


@dataclass(frozen=True)
class Counted:
    """News that come in bulk and are counted when a digest is written, never told one by one."""

    people: Callable[[datetime], Iterable[int]]  # whom it may concern: ids of users
    lines: Callable[[Any, datetime, datetime], Iterable[Line]]  # of a user: after the first instant, up to the second


@dataclass(frozen=True)
class Group:
    name: str
    title: "StrOrPromise"
    rights: frozenset[str]  # whoever holds one of them gets such notices
    kinds: frozenset[str] = frozenset()
    usual: Way = Way.AT_ONCE
    counted: Counted | None = None

    @property
    def ways(self) -> list[Way]:
        return [Way.DIGEST, Way.SITE] if self.counted else list(Way)


_groups: dict[str, Group] = {}


def register_group(group: Group) -> None:
    _groups[group.name] = group


def every_group() -> list[Group]:
    return list(_groups.values())


def group_of(kind: str) -> Group | None:
    return next((group for group in _groups.values() if kind in group.kinds), None)


def groups_for(user: Any) -> list[Group]:
    """Those of which the person hears at all."""
    return [group for group in _groups.values() if any(user.has_right(right) for right in group.rights)]
