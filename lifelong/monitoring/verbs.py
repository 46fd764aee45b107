"""What this chapter writes into the trail, in words."""

from typing import Any

VERBS: dict[str, Any] = {}
