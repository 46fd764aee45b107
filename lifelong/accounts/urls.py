"""Addresses of the people."""

from django.urls import path

from lifelong.accounts.views import account, authorities, consent, entrance, people

urlpatterns = [
    path("activate/<str:token>", entrance.activate, name="activate"),
    path("setup/<str:token>", entrance.setup, name="setup"),
    path("accounts/oidc/<str:provider_id>/login/", entrance.to_other_account, name="openid_connect_login"),
    path(
        "accounts/oidc/<str:provider_id>/login/callback/", entrance.from_other_account, name="openid_connect_callback"
    ),
    path("account/", account.account, name="account"),
    path("account/consent", consent.consent, name="consent"),
    path("account/resume", account.resume, name="resume"),
    path("work/people/", people.people, name="people"),
    path("work/people/export.xlsx", people.export, name="people-export"),
    path("work/people/appoint", people.appoint, name="appoint"),
    path("work/people/<int:pk>/", people.person, name="person"),
    path("work/people/<int:pk>/unlock", people.unlock, name="person-unlock"),
    path("work/people/<int:pk>/factor-reset", people.ask_reset, name="person-factor-reset"),
    path("work/people/<int:pk>/activation", people.send_activation, name="person-activation"),
    path("work/people/<int:pk>/close", people.close, name="person-close"),
    path("work/people/<int:pk>/open", people.reopen, name="person-open"),
    path("work/people/appointments/<int:pk>/withdraw", people.withdraw, name="appointment-withdraw"),
    path("work/people/factor-resets/<int:pk>/answer", people.answer_reset, name="factor-reset-answer"),
    path("work/authorities/", authorities.authorities, name="authorities"),
    path("work/authorities/<int:pk>/rename", authorities.rename, name="authority-rename"),
]
