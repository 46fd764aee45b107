from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lifelong.demo"
    verbose_name = "演示"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.demo.words import VERBS

        name_verbs(VERBS)
