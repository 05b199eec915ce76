"""Addresses of the personal pages: workbench, inbox, jobs, account, help, sign-in of the demonstration."""

from django.urls import path

from guanxi.platform.ui.views import account, deputies, help, home, inbox, jobs, live, palette, preferences, rights

urlpatterns = [
    path("", home.show, name="home"),
    path("inbox/", inbox.show, name="inbox"),
    path("inbox/read/", inbox.read_everything, name="inbox_read"),
    path("inbox/<int:pk>/read/", inbox.read_one, name="inbox_read_one"),
    path("inbox/decide/<int:pk>/", inbox.decision, name="inbox_decide"),
    path("jobs/", jobs.show_list, name="jobs"),
    path("jobs/<int:pk>/", jobs.show, name="job"),
    path("jobs/<int:pk>/view/", jobs.view_part, name="job_view"),
    path("jobs/<int:pk>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="job_retry"),
    path("live/", live.stream, name="live"),
    path("palette/", palette.show, name="palette"),
    path("preferences/", preferences.save, name="preferences"),
    path("language/", preferences.language, name="language"),
    path("account/deputies/", deputies.show, name="deputies"),
    path("account/deputies/name/", deputies.name, name="deputy_name"),
    path("account/deputies/<int:pk>/act/", deputies.act, name="deputy_act"),
    path("account/deputies/<int:pk>/end/", deputies.end, name="deputy_end"),
    path("account/deputies/stop/", deputies.stop, name="deputy_stop"),
    path("account/<slug:tab>/", account.show, name="account"),
    path("account/profile/<slug:key>/", account.profile_field, name="profile_field"),
    path("account/sessions/end/", account.end_other_sessions, name="sessions_end"),
    path("account/sessions/<int:pk>/end/", account.end_session, name="session_end"),
    path("account/tokens/new/", account.create_token, name="token_create"),
    path("account/tokens/<int:pk>/revoke/", account.revoke_token, name="token_revoke"),
    path("access/", rights.access, name="access"),
    path("handover/", rights.hand_over, name="handover"),
    path("help/", help.show, name="help"),
    path("help/ask/", help.ask, name="help_ask"),
    path("demo/sign-in/", account.demo_sign_in, name="demo_sign_in"),
]
