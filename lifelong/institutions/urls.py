"""Addresses of the register of institutions. The public page of an institution is the catalogue's."""

from django.urls import path

from lifelong.institutions.views import people, register, sheet

urlpatterns = [
    path("work/institutions/", register.institutions, name="institutions"),
    path("work/institutions/export.xlsx", register.export, name="institutions-export"),
    path("work/institutions/enter", register.enter, name="institution-enter"),
    path("work/institutions/sheet", sheet.dry_run, name="institutions-sheet"),
    path("work/institutions/sheet/take-in", sheet.take_in, name="institutions-take-in"),
    path("work/institutions/<str:code>/", register.institution, name="institution-desk"),
    path("work/institutions/<str:code>/change", register.change, name="institution-change"),
    path("work/institutions/<str:code>/reporter", people.replace_reporter, name="institution-reporter"),
    path("work/institutions/<str:code>/reviewer", people.name_reviewer, name="institution-reviewer"),
    path("work/institutions/<str:code>/mandates/<int:pk>/close", people.close_mandate, name="mandate-close"),
]
