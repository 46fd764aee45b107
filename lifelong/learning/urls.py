"""Addresses of the learner."""

from django.urls import URLPattern, path

from lifelong.learning.views import record, study

urlpatterns: list[URLPattern] = [
    # study: sessions, record, history, certificates
    path("learning/", study.home, name="my_learning"),
    path("learning/sessions", study.begin, name="study_begin"),
    path("learning/place", study.place, name="study_place"),
    path("learning/history", study.history, name="my_history"),
    path("learning/history/hide", study.hide, name="my_history_hide"),
    path("learning/record", record.record, name="my_record"),
    path("learning/record.xlsx", record.record_sheet, name="my_record_sheet"),
    path("learning/certificates", record.my_certificates, name="my_certificates"),
    path("learning/certificates/<str:number>.pdf", record.certificate_file, name="my_certificate_file"),
    path("verify", record.verify, name="verify"),
    path("verify/<str:number>", record.verify_certificate, name="verify_certificate"),
    path("work/certificates/", record.desk, name="certificate_desk"),
    path("work/certificates/<str:number>", record.desk_certificate, name="certificate_desk_one"),
    # shelf: favourites, notes, lists
    # voices: ratings, comments
]
