from django.urls import path

from lifelong.screening import views

urlpatterns = [
    path("work/words/", views.lists, name="word-lists"),
    path("work/words/allowed/", views.allowed, name="words-allowed"),
    path("work/words/allowed/remove/", views.disallow, name="words-disallow"),
    path("work/words/test/", views.trial, name="words-trial"),
    path("work/words/<int:number>/", views.word_list, name="word-list"),
    path("work/words/<int:number>/remove/", views.remove, name="words-remove"),
    path("work/words/<int:number>/export.txt", views.export, name="words-export"),
]
