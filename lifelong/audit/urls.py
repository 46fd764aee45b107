"""Addresses of the trail."""

from django.urls import path

from lifelong.audit import views

urlpatterns = [
    path("work/audit/", views.trail, name="audit"),
    path("work/audit/<int:number>/", views.entry, name="audit-entry"),
    path("work/audit/verify", views.verify, name="audit-verify"),
    path("work/audit/export", views.export, name="audit-export"),
    path("work/audit/exports/<int:number>", views.download, name="audit-download"),
]
