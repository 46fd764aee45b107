"""The context that the validator needs, from what is in service."""

from datetime import date
from typing import Any

from django.utils import timezone

from lifelong.standards.metadata import Context, Stage
from lifelong.standards.queries.categories import category_tree
from lifelong.standards.queries.platforms import register


def metadata_context(stage: Stage, *, today: date | None = None, **more: Any) -> Context:
    """A ``Context`` with the tree and the register of today (Asia/Shanghai); ``more`` are its other fields."""
    return Context(
        today=today or timezone.localdate(),
        tree=category_tree(),
        stage=stage,
        platform_name=register().name_for,
        **more,
    )
