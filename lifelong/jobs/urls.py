"""Addresses of the queue."""

from django.urls import path

from lifelong.jobs import views

urlpatterns = [
    path("work/jobs/", views.jobs, name="jobs"),
    path("work/jobs/retry", views.retry_many, name="jobs-retry"),
    path("work/jobs/export.xlsx", views.export, name="jobs-export"),
    path("work/jobs/dead", views.settle_dead, name="jobs-dead"),
    path("work/jobs/cancel", views.cancel_many, name="jobs-cancel"),
    path("work/jobs/<int:number>/", views.job, name="job"),
    path("work/jobs/<int:number>/retry", views.retry, name="job-retry"),
    path("work/jobs/<int:number>/cancel", views.cancel, name="job-cancel"),
]
