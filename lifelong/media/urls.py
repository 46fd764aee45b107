"""Addresses of media. The front answers them itself; these serve other servers and the tests."""

from django.urls import path, re_path

from lifelong.media import views

urlpatterns = [
    path("work/storage/", views.storage, name="storage"),
    path("work/storage/<str:code>", views.set_quota, name="storage-quota"),
    path("work/prepared/", views.prepared_files, name="prepared"),
    path("work/prepared/order", views.order_prepared, name="prepared-order"),
    path("work/prepared/<int:pk>/file", views.fetch_prepared, name="prepared-file"),
    path("work/prepared/<int:pk>/remove", views.remove_prepared, name="prepared-remove"),
    re_path(r"^media/p/(?P<rest>.+)$", views.media, name="media_public"),
    path("media/s/<str:rest>", views.media, name="media_signed"),
]
