"""The pages of the Django that ours stand beside: its own admin, with the list of victims."""

import os
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Max, Min, OuterRef, Q, Subquery, Sum
from django.urls import path

from app.bench import django_peer

_models = django_peer.models()


class Uncounted(Paginator):
    """Django counts the whole list for each page of fifty, unless somebody writes this."""

    count = 10_000_000


class VictimAdmin(admin.ModelAdmin):
    """The same fifty rows with the same facts, in order of need."""

    list_display = django_peer.SHOWN
    list_display_links = ("name",)
    list_per_page = 50
    list_select_related = ("assigned_to",)
    show_full_result_count = False
    ordering = ("-need_score", "-id")
    paginator = Uncounted if os.environ.get("PEER_UNCOUNTED") else Paginator
    actions = None

    def get_queryset(self, request: Any) -> Any:
        """What belongs to each line, gathered in the one statement. Two plans that SQLite gets wrong are kept
        from it, as in ours: there is no question whether a record was merged, and open ones are told within
        the minimum."""
        def gathered(name: str, what: Any) -> Any:
            own = _models[name].objects.filter(victim=OuterRef("pk")).order_by().values("victim")
            return Subquery(own.annotate(found=what).values("found"))
        open_until = Min("due_at", filter=Q(status__in=["planned", "due"]))
        return super().get_queryset(request).annotate(
            lost_pence=gathered("FraudReport", Sum("lost")), contacted=gathered("Contact", Max("at")),
            planned=gathered("FollowUp", open_until))

    def name(self, victim: Any) -> str:
        return f"{victim.title} {victim.first_name} {victim.last_name}"

    def age(self, victim: Any) -> Any:
        return victim.born_on and 2026 - victim.born_on.year

    def place(self, victim: Any) -> str:
        return f"{victim.town} {victim.postcode}"

    def lost(self, victim: Any) -> str:
        return f"£{(victim.lost_pence or 0) / 100:,.2f}"

    def last_contact(self, victim: Any) -> Any:
        return victim.contacted

    def next_follow_up(self, victim: Any) -> Any:
        return victim.planned


admin.site.register(_models["Victim"], VictimAdmin)
urlpatterns = [path("admin/", admin.site.urls)]
