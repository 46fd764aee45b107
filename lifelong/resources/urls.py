from django.urls import path

from lifelong.resources.views import editing, files, imports, lists, reading, submitting

app_name = "resources"
version = "work/resources/<str:resource_id>/v<int:number>/"

urlpatterns = [
    path("work/resources/", lists.index, name="index"),
    path("work/resources/new", editing.new, name="new"),
    path("work/resources/missing", lists.missing, name="missing"),
    path("work/resources/trash", lists.trash, name="trash"),
    path("work/resources/many", lists.many, name="many"),
    path("work/resources/submit", submitting.submit_many, name="submit-many"),
    path("work/resources/unit-review", submitting.unit_review, name="unit-review"),
    path("work/resources/series", lists.series, name="series"),
    path("work/resources/series/<int:pk>", lists.rename_series, name="rename-series"),
    path("work/resources/import/", imports.index, name="imports"),
    path("work/resources/import/template", imports.blank, name="imports-template"),
    path("work/resources/import/<int:pk>/", imports.run, name="import"),
    path("work/resources/import/<int:pk>/confirm", imports.confirm, name="import-confirm"),
    path("work/resources/import/<int:pk>/again", imports.try_again, name="import-again"),
    path("work/resources/<str:resource_id>/", reading.overview, name="overview"),
    # one version
    path(version, editing.edit, name="edit"),
    path(f"{version}beside", editing.beside, name="beside"),
    path(f"{version}copy", editing.copy, name="copy"),
    path(f"{version}delete", editing.delete, name="delete"),
    path(f"{version}restore", editing.restore, name="restore"),
    path(f"{version}next", editing.start_version, name="start-version"),
    path(f"{version}files", files.index, name="files"),
    path(f"{version}files/list", files.list_fragment, name="files-list"),
    path(f"{version}files/state", files.state, name="files-state"),
    path(f"{version}files/open", files.open_upload, name="files-open"),
    path(f"{version}files/send", files.send, name="files-send"),
    path(f"{version}files/change", files.change, name="files-change"),
    path(f"{version}files/caption", files.add_caption, name="files-caption"),
    path(f"{version}files/explain", files.explain, name="files-explain"),
    path(f"{version}files/cancel/<uuid:upload>", files.cancel_upload, name="files-cancel"),
    path(f"{version}link", files.check_link, name="check-link"),
    path(f"{version}preview", reading.preview, name="preview"),
    path(f"{version}submit", submitting.submit, name="submit"),
    path(f"{version}sign", submitting.sign, name="sign"),
    path(f"{version}send-back", submitting.send_back, name="send-back"),
    path(f"{version}fetch-back", submitting.fetch_back, name="fetch-back"),
    path(f"{version}withdraw", submitting.withdraw, name="withdraw"),
    path(f"{version}receipts/<str:receipt_number>", reading.receipt, name="receipt"),
]
