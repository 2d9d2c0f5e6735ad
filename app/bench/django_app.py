"""Tells Django under which name it finds our records."""

from django.apps import AppConfig


class Peer(AppConfig):
    """The application that Django believes this is."""

    name = "app.bench"
    label = "peer"
