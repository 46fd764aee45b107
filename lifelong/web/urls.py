"""Addresses that belong to no chapter."""

from django.urls import path

from lifelong.web import views

urlpatterns = [
    path("work/", views.desk, name="desk"),
    path("work/help/<str:name>", views.help_page, name="help-page"),
    path("work/style/", views.style, name="style"),
    path("language", views.language, name="language"),
    path("elder", views.elder, name="elder"),
    path("theme", views.theme, name="theme"),
    path("favicon.ico", views.favicon, name="favicon"),
]
