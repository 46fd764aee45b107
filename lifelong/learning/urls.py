"""Addresses of the learner."""

from django.urls import URLPattern, path

from lifelong.learning.views import launches, privacy, record, shelf, statements, study, voices

urlpatterns: list[URLPattern] = [
    # study: sessions, record, history, certificates
    path("learning/", study.home, name="my_learning"),
    path("learning/sessions", study.begin, name="study_begin"),
    path("learning/place", study.place, name="study_place"),
    path("lti/study", launches.begin, name="lti_study"),
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
    path("learning/resources/<str:resource_id>/shelf", shelf.resource_shelf, name="resource_shelf"),
    path("learning/resources/<str:resource_id>/favourite", shelf.favourite, name="resource_favourite"),
    path("learning/resources/<str:resource_id>/lists", shelf.add_to_list, name="resource_lists"),
    path("learning/resources/<str:resource_id>/notes", shelf.resource_notes, name="resource_notes"),
    path("learning/favourites", shelf.favourites, name="my_favourites"),
    path("learning/notes", shelf.notes, name="my_notes"),
    path("learning/notes.txt", shelf.notes_file, {"kind": "txt"}, name="my_notes_text"),
    path("learning/notes.xlsx", shelf.notes_file, {"kind": "xlsx"}, name="my_notes_sheet"),
    path("learning/notes/<int:pk>", shelf.note, name="my_note"),
    path("learning/notes/<int:pk>/delete", shelf.delete_note, name="my_note_delete"),
    path("learning/lists", shelf.my_lists, name="my_lists"),
    path("learning/lists/<int:pk>", shelf.my_list, name="my_list"),
    path("learning/lists/<int:pk>/delete", shelf.delete_list, name="my_list_delete"),
    path("learning/lists/<int:pk>/items/<int:item>", shelf.change_item, name="my_list_item"),
    # voices: ratings, comments
    path("learning/resources/<str:resource_id>/voices", voices.resource_voices, name="resource_voices"),
    path("learning/resources/<str:resource_id>/rating", voices.rate, name="resource_rating"),
    path("learning/resources/<str:resource_id>/comments", voices.say, name="resource_comment"),
    path("learning/comments", voices.my_comments, name="my_comments"),
    path("learning/comments/<int:pk>/delete", voices.withdraw, name="comment_withdraw"),
    path("learning/comments/<int:pk>/flag", voices.flag, name="comment_flag"),
    path("learning/comments/<int:pk>/appeal", voices.appeal, name="comment_appeal"),
    path("work/comments/", voices.desk, name="comment_desk"),
    path("work/comments/<int:pk>/appeal", voices.answer_appeal, name="comment_appeal_answer"),
    # statements: xAPI out
    path("learning/statements", statements.mine, name="my_statements"),
    path("learning/statements.json", statements.mine_file, name="my_statements_file"),
    path("work/statements/", statements.stores, name="statement_stores"),
    path("work/statements/new/", statements.store, name="statement_store_new"),
    path("work/statements/<int:number>/", statements.store, name="statement_store"),
    path("work/statements/<int:number>/test", statements.test, name="statement_store_test"),
    path("work/statements/<int:number>/refused", statements.refused, name="statement_refused"),
    # privacy: what is known of a person, to take along or to end
    path("learning/privacy-and-data", privacy.privacy_and_data, name="privacy_and_data"),
    path("learning/privacy-and-data/export", privacy.export, name="privacy_export"),
    path("learning/privacy-and-data/consent", privacy.consent, name="privacy_consent"),
    path("learning/privacy-and-data/delete", privacy.delete, name="privacy_delete"),
]
