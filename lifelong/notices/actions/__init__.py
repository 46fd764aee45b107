"""What happens to notices and mails: ``sending`` writes them, ``delivering`` brings them out, ``reading`` marks them."""

from lifelong.notices.actions.sending import mail_to, send

__all__ = ["mail_to", "send"]
