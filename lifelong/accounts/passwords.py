"""Password rules in words that Django's own translations lack."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("密码太短，至少要 %(n)s 位。") % {"n": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少要 %(n)s 位。") % {"n": self.min_length}
