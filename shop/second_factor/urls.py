from django.urls import path

from . import views

app_name = "second_factor"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("dat/", views.set_up, name="set_up"),
    path("nguoi/", views.people, name="people"),
    path("nguoi/<int:pk>/bo/", views.take_away, name="take_away"),
]
