"""Starts the web server."""

import os
import signal
import sys
from typing import Any

import uvicorn

from app.settings import settings

LOGGING: dict[str, Any] = {
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"outreach": {"level": "INFO"}},
}


def make() -> Any:
    """One face's application, as uvicorn asks for it in each process. The face is in the environment."""
    from app.main import build
    from app.worker import ring
    return build(face=os.environ.get("OUTREACH_FACE", "both"), ring=ring)  # type: ignore[arg-type]


def serve(face: str, host: str, port: int, workers: int) -> None:
    """Serve until told to stop. Access logs are our own (`security.Guard`): no ids, tokens or searches."""
    os.environ["OUTREACH_FACE"] = face
    found = settings()  # a bad setting stops here, in one line
    # uvicorn ends by the signal that it was sent, and nobody would put out the embedded queue's light.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run("app.web:make", factory=True, host=host, port=port, workers=workers, access_log=False,
                server_header=False, log_config=LOGGING,
                proxy_headers=bool(found.trusted_proxies), forwarded_allow_ips=found.trusted_proxies or None,
                timeout_graceful_shutdown=10)
