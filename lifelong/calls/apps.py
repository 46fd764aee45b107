from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "lifelong.calls"
    verbose_name = "征集"

    def ready(self) -> None:
        from lifelong.accounts.actions.rotation import SEALED_FILES
        from lifelong.audit.words import name_verbs
        from lifelong.calls.queries.waiting import dates_for, menu_for, waiting_for
        from lifelong.calls.storage import sealed_files
        from lifelong.calls.words import VERBS
        from lifelong.web.desk import register_dates, register_menu, register_waiting

        name_verbs(VERBS)
        register_dates(dates_for)
        register_menu(menu_for)
        register_waiting(waiting_for)
        if sealed_files not in SEALED_FILES:
            SEALED_FILES.append(sealed_files)
