"""Addresses of calls and registrations."""

from django.urls import path

from lifelong.calls.views import board, composing, deciding, entering, public, registering

urlpatterns = [
    path("calls/", public.calls, name="calls"),
    path("calls/<slug:number>", public.call, name="call"),
    path("calls/<slug:number>/attachments/<int:pk>", public.attachment, name="call-attachment"),
    path("calls/<slug:number>/form.docx", public.blank_form, name="call-form"),
    path("calls/<slug:number>/register", registering.register, name="call-register"),
    path("calls/<slug:number>/confirm", board.confirm, name="call-confirm"),
    # the registrant's own, known by its token alone
    path("registrations/<str:token>/", registering.my_registration, name="my-registration"),
    path("registrations/<str:token>/correct", registering.correct, name="my-registration-correct"),
    path("registrations/<str:token>/code", registering.send_code, name="my-registration-code"),
    path("registrations/<str:token>/prove", registering.prove, name="my-registration-prove"),
    path("registrations/<str:token>/form.docx", registering.word, name="my-registration-word"),
    path("registrations/<str:token>/form.pdf", registering.printed, name="my-registration-printed"),
    path("registrations/<str:token>/stamped", registering.upload_stamped, name="my-registration-upload"),
    path("registrations/<str:token>/stamped.pdf", registering.stamped, name="my-registration-stamped"),
    path("registrations/<str:token>/hand-in", registering.hand_in, name="my-registration-hand-in"),
    path("registrations/<str:token>/take-back", registering.take_back, name="my-registration-take-back"),
    # the desk
    path("work/calls/", composing.calls, name="calls-desk"),
    path("work/calls/export.xlsx", composing.export, name="calls-export"),
    path("work/calls/compose", composing.compose, name="call-compose"),
    path("work/calls/<slug:number>/", composing.call, name="call-desk"),
    path("work/calls/<slug:number>/change", composing.change, name="call-change"),
    path("work/calls/<slug:number>/step", composing.step, name="call-step"),
    path("work/calls/<slug:number>/close", composing.close, name="call-close"),
    path("work/calls/<slug:number>/extend", composing.extend, name="call-extend"),
    path("work/calls/<slug:number>/announce", composing.announce, name="call-announce"),
    path("work/calls/<slug:number>/contacts", composing.contacts, name="call-contacts"),
    path("work/calls/<slug:number>/attachments", composing.add_attachments, name="call-attachments"),
    path(
        "work/calls/<slug:number>/attachments/<int:pk>/remove",
        composing.remove_attachment,
        name="call-attachment-remove",
    ),
    path("work/calls/<slug:number>/board", board.board, name="call-board"),
    path("work/calls/<slug:number>/board/remind", board.remind, name="call-board-remind"),
    path("work/calls/<slug:number>/board.xlsx", board.export, name="call-board-export"),
    path("work/registrations/", deciding.registrations, name="registrations"),
    path("work/registrations/export.xlsx", deciding.export, name="registrations-export"),
    path("work/registrations/take-in", entering.take_in, name="registrations-take-in"),
    path("work/registrations/enter", entering.enter, name="registration-enter"),
    path("work/registrations/sheet", entering.sheet, name="registrations-sheet"),
    path("work/registrations/sheet/take-in", entering.take_in_sheet, name="registrations-sheet-take-in"),
    path("work/registrations/<str:number>/", deciding.registration, name="registration"),
    path("work/registrations/<str:number>/approve", deciding.approve, name="registration-approve"),
    path("work/registrations/<str:number>/refuse", deciding.refuse, name="registration-refuse"),
    path("work/registrations/<str:number>/send-again", deciding.send_again, name="registration-send-again"),
    path("work/registrations/<str:number>/address", deciding.correct_address, name="registration-address"),
    path("work/registrations/<str:number>/papers", deciding.add_paper, name="registration-papers"),
    path("work/registrations/<str:number>/papers/<int:pk>", deciding.paper, name="registration-paper"),
]
