from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lifelong.web"
    verbose_name = "页面"

    def ready(self) -> None:
        from lifelong.web import assets  # noqa: F401 - registers the check that the front end is built
        from lifelong.web.limits import say_in_words

        say_in_words()
