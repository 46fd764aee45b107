"""内容筛查: texts in, hits out. Knows no resource."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifelong.screening.matching import Hit


def screen(texts: Mapping[str, str]) -> "list[Hit]":
    """Hold texts (field name → text) against the lists in service, and look for personal data; see ``matching.Hit``."""
    from lifelong.screening.queries import matcher

    return matcher().screen(texts)
