from django.urls import path

from lifelong.demo import views

urlpatterns = [path("demo/enter/<str:ticket>", views.enter, name="demo_enter")]
