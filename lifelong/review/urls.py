"""The review desk and the batches."""

from django.urls import path

from lifelong.review.views import batches, desk, experts, holding, panels, rounds, scoring

urlpatterns = [
    path("work/review/", desk.choose, name="review"),
    path("work/review/phrases", holding.phrases, name="review_phrases"),
    path("work/review/<str:stage>/", desk.queue, name="review_queue"),
    path("work/review/<str:stage>/<int:pk>/", rounds.show, name="review_round"),
    path("work/review/<str:stage>/hold", holding.hold_many, name="review_hold_many"),
    path("work/review/<str:stage>/<int:pk>/hold", holding.hold, name="review_hold"),
    path("work/review/<str:stage>/<int:pk>/opened", holding.opened, name="review_opened"),
    path("work/review/<str:stage>/<int:pk>/decide", rounds.decide, name="review_decide"),
    path("work/review/findings/<int:pk>/waive", rounds.waive, name="review_waive"),
    path("work/review/waivers/<int:pk>/lift", rounds.lift, name="review_lift"),
    path("work/review/hits/<int:pk>/clear", rounds.clear, name="review_clear"),
    path("work/review/decisions/<int:pk>/take-back", rounds.take_back, name="review_take_back"),
    path("work/panels/", panels.index, name="panels"),
    path("work/panels/begin", panels.begin, name="panel_begin"),
    path("work/panels/<int:pk>/", panels.show, name="panel"),
    path("work/panels/<int:pk>/step", panels.step, name="panel_step"),
    path("work/panels/<int:pk>/scores.xlsx", panels.export, name="panel_export"),
    path("work/panels/items/<int:pk>/", panels.item, name="panel_item"),
    path("work/panels/items/<int:pk>/ask", panels.ask, name="panel_ask"),
    path("work/panels/assignments/<int:pk>/change", panels.change, name="panel_change"),
    path("work/experts/", experts.index, name="experts"),
    path("work/experts/<int:pk>/", experts.change, name="expert"),
    path("work/scoring/", scoring.index, name="scoring"),
    path("work/scoring/conflicts", scoring.conflicts, name="scoring_conflicts"),
    path("work/scoring/<int:pk>/", scoring.sheet, name="scoring_sheet"),
    path("work/scoring/<int:pk>/decline", scoring.decline, name="scoring_decline"),
    path("work/batches/", batches.index, name="batches_work"),
    path("work/batches/<str:number>/", batches.compose, name="batch_work"),
    path("work/batches/<str:number>/preview", batches.preview, name="batch_preview"),
    path("work/batches/<str:number>/items", batches.change_items, name="batch_items"),
    path("work/batches/<str:number>/release", batches.release, name="batch_release"),
    path("work/batches/<str:number>/export/<str:what>", batches.export, name="batch_export"),
]
