from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallsConfig(AppConfig):
    name = "lifelong.calls"
    verbose_name = "征集"

    def ready(self) -> None:
        from lifelong.accounts.actions.rotation import SEALED_FILES
        from lifelong.audit.words import name_verbs
        from lifelong.calls.health import waits
        from lifelong.calls.queries.contacts import contacts_of
        from lifelong.calls.queries.waiting import dates_for, menu_for, waiting_for, words_for
        from lifelong.calls.storage import sealed_files
        from lifelong.calls.words import VERBS
        from lifelong.notices.groups import Group, Way, register_group
        from lifelong.web.desk import register_dates, register_menu, register_waiting, register_words
        from lifelong.web.health import register_waits
        from lifelong.web.helping import register_contacts

        reporting = frozenset({"resources.sign"})
        register_group(Group("calls", _("征集通知、公告与更正"), reporting, frozenset({"call"})))
        register_group(
            Group(
                "questions", _("单位的提问"), frozenset({"questions.answer"}), frozenset({"question"}), usual=Way.DIGEST
            )
        )
        answered = reporting | {"questions.answer"}
        register_group(Group("answers", _("对提问的答复"), answered, frozenset({"question.answered"})))
        name_verbs(VERBS)
        register_dates(dates_for)
        register_menu(menu_for)
        register_waiting(waiting_for)
        register_words(words_for)
        register_waits(waits)
        register_contacts(contacts_of)
        if sealed_files not in SEALED_FILES:
            SEALED_FILES.append(sealed_files)
