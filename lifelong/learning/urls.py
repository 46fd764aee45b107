"""Addresses of the learner."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = [
    # study: sessions, record, history, certificates
    # shelf: favourites, notes, lists
    # voices: ratings, comments
]
