"""Run by the Python of an environment that has django-helpdesk: ``helpdesk_program.py SETTINGS``, SETTINGS as JSON.

Opens tickets by ``PublicTicketForm`` and by e-mail, and says as JSON how many a second. It imports nothing of ours.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import types
from email.message import EmailMessage

import django  # type: ignore[import-not-found,unused-ignore]
from django.conf import settings  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    given = json.loads(sys.argv[1])
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **given["database"]}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.sites",
            "django.contrib.humanize",
            "django.contrib.admin",
            "django.contrib.messages",
            "rest_framework",
            "helpdesk",
        ],
        SITE_ID=1,
        USE_TZ=True,
        SECRET_KEY="bench",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        ROOT_URLCONF="bench_urls",
        MEDIA_ROOT=given["folder"],
        HELPDESK_TEAMS_MODE_ENABLED=False,
        HELPDESK_ACTIVATE_API_ENDPOINT=False,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {}}],
    )
    django.setup()
    from django.urls import include, path  # type: ignore[import-not-found,unused-ignore]

    urls = types.ModuleType("bench_urls")
    urls.urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]  # type: ignore[attr-defined]
    sys.modules["bench_urls"] = urls
    logging.disable(logging.CRITICAL)
    from django.core.management import call_command  # type: ignore[import-not-found,unused-ignore]
    from helpdesk.email import extract_email_metadata  # type: ignore[import-not-found,unused-ignore]
    from helpdesk.forms import PublicTicketForm  # type: ignore[import-not-found,unused-ignore]
    from helpdesk.models import Queue, Ticket  # type: ignore[import-not-found,unused-ignore]

    call_command("migrate", verbosity=0)
    queue, _ = Queue.objects.get_or_create(
        slug="bench", defaults={"title": "bench", "allow_public_submission": True, "email_address": "bench@example.org"}
    )

    def by_form(number: int, text: str) -> None:
        form = PublicTicketForm(
            data={
                "queue": queue.id,
                "title": text[:100],
                "body": text,
                "priority": 3,
                "submitter_email": f"resident{number}@example.org",
            }
        )
        assert form.is_valid(), form.errors
        form.save(user=None)

    def by_mail(number: int, text: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"resident{number}@example.org", "bench@example.org"
        mail["Subject"], mail["Message-Id"] = text[:60], f"<{number}.{time.time_ns()}@example.org>"
        mail.set_content(text)
        assert extract_email_metadata(mail.as_string(), queue, logging.getLogger()) is not None

    figures = {}
    ways = [("form", by_form), ("mail", by_mail)]
    if "escalated" in given:
        figures["escalated"] = escalated(queue, given["escalated"], given["rounds"])
        ways.clear()
    for name, opens in ways:
        rates = []
        for turn in range(given["rounds"] + 1):
            before, began = Ticket.objects.count(), time.perf_counter()
            for number, text in enumerate(given["texts"]):
                opens(turn * 1_000 + number, text)
            took = time.perf_counter() - began
            assert Ticket.objects.count() - before == len(given["texts"])
            rates.append(len(given["texts"]) / took)
        figures[name] = rates[1:]
    sys.stdout.write(json.dumps(figures))


def escalated(queue: object, count: int, rounds: int) -> list[float]:
    """Tickets a second that its command for overdue tickets takes one step up, without anybody to write to."""
    from datetime import timedelta

    from django.core.management import call_command
    from django.utils import timezone  # type: ignore[import-not-found,unused-ignore]
    from helpdesk.models import Queue, Ticket

    Queue.objects.all().update(escalate_days=1)
    rates = []
    for _ in range(rounds + 1):
        Ticket.objects.all().delete()
        Ticket.objects.bulk_create(
            Ticket(title=f"overdue {number}", queue=queue, priority=3, description="") for number in range(count)
        )
        Ticket.objects.all().update(created=timezone.now() - timedelta(days=10))
        began = time.perf_counter()
        call_command("escalate_tickets", verbosity=0)
        took = time.perf_counter() - began
        assert Ticket.objects.filter(priority=2).count() == count
        rates.append(count / took)
    return rates[1:]


if __name__ == "__main__":
    main()
