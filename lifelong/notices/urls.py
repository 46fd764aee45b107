"""Addresses of notices and of the outbox."""

from django.urls import path

from lifelong.notices import views

urlpatterns = [
    path("work/notices/", views.notices, name="notices"),
    path("work/notices/read", views.read_all, name="notices-read"),
    path("work/notices/mail", views.mail_choice, name="mail-choice"),
    path("work/notices/<int:number>", views.notice, name="notice"),
    path("work/outbox/", views.outbox, name="outbox"),
    path("work/outbox/test", views.send_test, name="outbox-test"),
    path("work/outbox/send", views.send_kept, name="outbox-send"),
    path("work/outbox/<int:number>/", views.mail, name="mail"),
    path("work/outbox/<int:number>/resend", views.resend, name="mail-resend"),
]
