"""How long, in words."""

from django.utils.translation import gettext as _


def in_words(seconds: float) -> str:
    """「2 小时 5 分」, rounded down: a certificate promises nothing that was not there."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return _("%s 秒") % int(seconds) if seconds >= 1 else _("0 分钟")
    if minutes < 60:
        return _("%s 分钟") % minutes
    whole, rest = divmod(minutes, 60)
    return _("%(hours)s 小时 %(minutes)s 分") % {"hours": whole, "minutes": rest} if rest else _("%s 小时") % whole
