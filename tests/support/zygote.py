"""``python -m tests.support.zygote``: an interpreter with everything loaded that forks a child for each job.

A child of its own costs two seconds of imports; a fork of this one costs none. It runs no threads, so that a
fork has nothing of them. Jobs come as JSON lines, answers go as JSON lines.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from typing import Any


def run(job: dict[str, Any]) -> dict[str, Any]:
    """How the child ended that did the job: its exit code, or minus the signal, and what it complained of."""
    with tempfile.TemporaryFile() as complaints:
        child = os.fork()
        if not child:
            os.dup2(complaints.fileno(), 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            try:
                _do(job)
            except BaseException:  # noqa: BLE001  told to the test by the exit code
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        complaints.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "complaints": complaints.read()[-2000:].decode()}


def _do(job: dict[str, Any]) -> None:
    from django.conf import settings
    from django.db import connections

    from shop import crash_points

    settings.DATABASES["default"]["NAME"] = job["database"]
    connections["default"].settings_dict["NAME"] = job["database"]
    crash_points._ARMED = job["crash_at"]
    exec(job["script"], {"__name__": "__main__"})


def main() -> None:
    import django

    django.setup()

    from django.template.loader import get_template
    from django.test import Client
    from django.urls import reverse

    # Loaded once, not by every child that answers a request: views, middleware, addresses, templates, translations.
    Client().get("/song/")
    reverse("checkout:basket")
    get_template("checkout/checkout.html")
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
