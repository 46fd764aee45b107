"""A registration's values in their normal form: one judge for the web form, the Word form and the sheet."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from lifelong.accounts import telephones
from lifelong.institutions.names import as_typed

LONGEST = {"institution_name": 100, "name": 60, "position": 100}
NEEDED = {
    "institution_name": "单位名称",
    "name": "负责人姓名",
    "position": "职务",
    "mobile": "手机",
    "email": "电子邮箱",
}


def normal(raw: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of ``actions.prepare`` and, by field, what is wrong with those that could not be understood.

    ``raw``: institution_name, name, position, landline (with its extension, if any), mobile, email as typed.
    """
    values = {name: as_typed(raw.get(name, "")) for name in LONGEST}
    values |= {"landline": "", "extension": "", "mobile": "", "email": ""}
    problems: dict[str, str] = {}
    for name, limit in LONGEST.items():
        if len(values[name]) > limit:
            problems[name] = _("不超过 %(limit)s 字，现在有 %(count)s 字。") % {
                "limit": limit,
                "count": len(values[name]),
            }
    for name, label in NEEDED.items():
        if not raw.get(name, "").strip():
            problems[name] = _("请填写%s。") % label
    if raw.get("landline", "").strip():
        _landline(raw["landline"], values, problems)
    if "mobile" not in problems:
        _mobile(raw["mobile"], values, problems)
    if "email" not in problems:
        _email(raw["email"], values, problems)
    return values, problems


def _landline(text: str, values: dict[str, Any], problems: dict[str, str]) -> None:
    try:
        found = telephones.landline(text)
    except telephones.TelephoneError as error:
        problems["landline"] = str(error)
    else:
        values["landline"], values["extension"] = found.number, found.extension


def _mobile(text: str, values: dict[str, Any], problems: dict[str, str]) -> None:
    try:
        values["mobile"] = telephones.mobile(text)
    except telephones.TelephoneError as error:
        problems["mobile"] = str(error)


def _email(text: str, values: dict[str, Any], problems: dict[str, str]) -> None:
    values["email"] = telephones.email(text)
    try:
        validate_email(values["email"])
    except ValidationError:
        problems["email"] = _("电子邮箱“%s”写法不对，请写成 name@example.org 的样子。") % text.strip()


def whole_landline(values: Mapping[str, str]) -> str:
    """Number and extension as one text, as forms and sheets show it."""
    landline, extension = values.get("landline", ""), values.get("extension", "")
    return f"{landline}-{extension}" if landline and extension else landline
