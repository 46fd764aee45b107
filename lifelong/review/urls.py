"""The review desk and the batches."""

from django.urls import path

from lifelong.review.views import batches, desk, rounds

urlpatterns = [
    path("work/review/", desk.choose, name="review"),
    path("work/review/<str:stage>/", desk.queue, name="review_queue"),
    path("work/review/<str:stage>/<int:pk>/", rounds.show, name="review_round"),
    path("work/review/<str:stage>/<int:pk>/decide", rounds.decide, name="review_decide"),
    path("work/review/findings/<int:pk>/waive", rounds.waive, name="review_waive"),
    path("work/review/waivers/<int:pk>/lift", rounds.lift, name="review_lift"),
    path("work/review/hits/<int:pk>/clear", rounds.clear, name="review_clear"),
    path("work/review/decisions/<int:pk>/take-back", rounds.take_back, name="review_take_back"),
    path("work/batches/", batches.index, name="batches_work"),
    path("work/batches/<str:number>/", batches.compose, name="batch_work"),
    path("work/batches/<str:number>/preview", batches.preview, name="batch_preview"),
    path("work/batches/<str:number>/items", batches.change_items, name="batch_items"),
    path("work/batches/<str:number>/release", batches.release, name="batch_release"),
    path("work/batches/<str:number>/export/<str:what>", batches.export, name="batch_export"),
]
