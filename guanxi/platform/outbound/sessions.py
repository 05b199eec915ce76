"""The client in the dress of ``requests``, for libraries that call out by themselves."""

from io import BytesIO
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from guanxi.platform.outbound.client import call
from guanxi.platform.outbound.errors import OutboundError

#: Of what the library would send, only this goes out.
SENT = ("accept", "authorization", "content-type")


class _Adapter(BaseAdapter):
    def __init__(self, connector: str) -> None:
        super().__init__()
        self._connector = connector

    def send(self, request: Any, *_args: Any, **_more: Any) -> requests.Response:
        body = request.body or b""
        headers = {name: value for name, value in request.headers.items() if name.lower() in SENT}
        try:
            answer = call(
                self._connector,
                request.method,
                request.url,
                body=body.encode() if isinstance(body, str) else body,
                headers=headers,
            )
        except OutboundError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        response = requests.Response()
        response.status_code, response.url, response.request = answer.status, request.url, request
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw, response.encoding = BytesIO(answer.body), "utf-8"
        return response

    def close(self) -> None:
        """Nothing is kept open."""


def session(connector: str) -> requests.Session:
    """A session in which every call is one of the connector's; proxies and passwords of the environment do not count."""
    made = requests.Session()
    made.trust_env = False
    made.adapters.clear()
    made.mount("https://", _Adapter(connector))
    made.mount("http://", _Adapter(connector))
    return made
