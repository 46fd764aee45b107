"""Telephone numbers as people type them, brought to one form. Pure.

``0379 1234567``, ``03791234567`` and ``（0379）1234567`` are one landline, ``0379-1234567``; an extension is kept apart.
"""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

# Area codes in use: three digits for the largest cities, four elsewhere (first code–last code, both included).
SHORT_AREAS = {"010", "020", "021", "022", "023", "024", "025", "027", "028", "029"}
LONG_AREAS = (
    "0310-0319 0335 0349-0359 0370-0379 0391-0398 0410-0419 0421 0427 0429 0431-0440 0448 0451-0459 0464 0467-0470 "
    "0471-0479 0482-0483 0510-0519 0523 0527 0530-0539 0543 0546 0550-0566 0570-0580 0591-0599 0631-0635 0660 "
    "0662-0663 0668 0691-0692 0701 0710-0719 0722 0724 0728 0730-0739 0743-0746 0750-0763 0765-0769 0770-0779 "
    "0790-0799 0810-0839 0851-0859 0870-0879 0881 0883 0886-0888 0890-0899 0901-0903 0906 0908-0919 0930-0939 "
    "0941 0943 0951-0955 0970-0979 0990-0999"
)


def _spread(ranges: str) -> frozenset[str]:
    found: set[str] = set()
    for part in ranges.split():
        first, _dash, last = part.partition("-")
        found.update(f"{code:04}" for code in range(int(first), int(last or first) + 1))
    return frozenset(found)


AREAS = _spread(LONG_AREAS) | SHORT_AREAS
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−－﹣~～"), "-")


class TelephoneError(ValueError):
    """The text, in Chinese, says what was found and how to write it."""


@dataclass(frozen=True)
class Landline:
    number: str  # 0379-1234567
    extension: str = ""

    def __str__(self) -> str:
        return f"{self.number}-{self.extension}" if self.extension else self.number


def fold(text: str) -> str:
    """Full-width digits and letters to plain ones, dashes to one, line breaks and spaces to one space."""
    plain = unicodedata.normalize("NFKC", text).translate(DASHES)
    return re.sub(r"\s+", " ", plain.replace("\u200b", "")).strip()


def landline(text: str) -> Landline:
    """Raises TelephoneError with a sentence that names what is wrong."""
    found = fold(text)
    main, extension = _without_extension(found)
    groups = re.findall(
        r"\d+", re.sub(r"^(\+|00)86\D*", lambda m: "" if main[m.end() : m.end() + 1] == "0" else "0", main)
    )
    if re.search(r"[^\d\s()\-+.]", main) or not groups:
        raise TelephoneError(_("座机“%s”里有不是号码的字，请写成 0379-1234567 的样子，只填一个号码。") % text.strip())
    if not groups[0].startswith("0"):
        raise TelephoneError(_("座机“%s”缺少区号，请写成 0379-1234567 的样子。") % text.strip())
    area = groups[0][:3] if groups[0][:3] in SHORT_AREAS else groups[0][:4]
    if area not in AREAS:
        raise TelephoneError(_("座机“%(text)s”的区号 %(area)s 不存在，请核对。") % {"text": text.strip(), "area": area})
    parts = [part for part in (groups[0][len(area) :], *groups[1:]) if part]
    number = parts.pop(0) if parts else ""
    if parts and len(number) < 7:
        number += parts.pop(0)
    if parts and not extension:
        extension = parts.pop(0)
    if parts or len(extension) > 6:
        raise TelephoneError(_("座机“%s”像是多个号码，请只填一个，写成 0379-1234567 的样子。") % text.strip())
    if len(number) not in (7, 8):
        raise TelephoneError(
            _("座机“%(text)s”区号后有 %(count)s 位数字，应为 7 位或 8 位。")
            % {"text": text.strip(), "count": len(number)}
        )
    return Landline(f"{area}-{number}", extension)


def _without_extension(text: str) -> tuple[str, str]:
    """「转 8」, 「分机 8」, ``ext 8`` and ``#8`` name an extension; a bare ``-8`` is told by its place."""
    match = re.search(r"(?:转|分机号?|ext\.?|x|#)[\s:-]*(\d{1,6})$", text, re.IGNORECASE)
    return (text[: match.start()].strip(" -,，"), match.group(1)) if match else (text, "")


def mobile(text: str) -> str:
    """Eleven digits ``1[3-9]…``; raises TelephoneError."""
    digits = re.sub(r"[\s\-.()]", "", fold(text))
    digits = re.sub(r"^(\+86|0086|86(?=1\d{10}$))", "", digits)
    if not re.fullmatch(r"1[3-9]\d{9}", digits):
        raise TelephoneError(_("手机“%s”不是 11 位手机号，应以 13 至 19 开头，例如 13812345678。") % text.strip())
    return digits


def email(text: str) -> str:
    """The address with full-width signs folded and without spaces; not yet judged."""
    return re.sub(r"\s", "", fold(text)).replace("。", ".").lower()
