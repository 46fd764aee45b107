"""Addresses of media. The front answers them itself; these serve other servers and the tests."""

from django.urls import path, re_path

from lifelong.media import views

urlpatterns = [
    path("work/storage/", views.storage, name="storage"),
    path("work/storage/<str:code>", views.set_quota, name="storage-quota"),
    re_path(r"^media/p/(?P<rest>.+)$", views.media, name="media_public"),
    path("media/s/<str:rest>", views.media, name="media_signed"),
]
