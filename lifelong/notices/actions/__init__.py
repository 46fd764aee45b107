"""What happens to notices and mails: ``sending`` writes them, ``delivering`` brings them out, ``reading`` marks
them, ``choosing`` keeps how a person wants to hear, ``digesting`` writes the mail of the day."""

from lifelong.notices.actions.sending import forget_mails_to, mail_to, send

__all__ = ["forget_mails_to", "mail_to", "send"]
