from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "lifelong.review"
    verbose_name = "审核"
