"""How a record is known again: the key against doubles, and the fingerprint that tells whether anything changed."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any


def identity(values: Mapping[str, Any]) -> str:
    """The key within an institution: 本单位编号, else (title, type, series, order) (spec 3)."""
    if number := values.get("own_number"):
        return f"number:{number}"
    order = values.get("series_order")
    parts = [values.get("title"), values.get("type"), values.get("series"), int(order) if order else None]
    return "row:" + json.dumps(parts, ensure_ascii=False)


def digest(values: Mapping[str, Any]) -> str:
    """SHA-256 of the kept values, the same for the same content whatever the order."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
