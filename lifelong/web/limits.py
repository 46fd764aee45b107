"""What a form says of a text that is too short or too long, in words of people: Django's speak of variables."""

from django.core import validators
from django.utils.translation import gettext_lazy as _


def say_in_words() -> None:
    """For every form of every chapter."""
    validators.MinLengthValidator.message = _("至少写 %(limit_value)d 个字，现在有 %(show_value)d 个。")
    validators.MaxLengthValidator.message = _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个。")
    validators.MinValueValidator.message = _("不能小于 %(limit_value)s。")
    validators.MaxValueValidator.message = _("不能大于 %(limit_value)s。")
    validators.ProhibitNullCharactersValidator.message = _("文字里有不能使用的字符。")
