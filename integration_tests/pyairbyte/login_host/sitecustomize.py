"""Leads what is sent to Salesforce's login hosts to the server in SALESFORCE_LOGIN_URL; Python loads this by itself."""

import os
from typing import Any

from requests.adapters import HTTPAdapter

_HOSTS = ("https://login.salesforce.com", "https://test.salesforce.com")
_send = HTTPAdapter.send


def _send_elsewhere(self: HTTPAdapter, request: Any, *args: Any, **options: Any) -> Any:
    for host in _HOSTS:
        if request.url.startswith(host):
            request.url = os.environ["SALESFORCE_LOGIN_URL"] + request.url.removeprefix(host)
    return _send(self, request, *args, **options)


HTTPAdapter.send = _send_elsewhere  # type: ignore[method-assign]
