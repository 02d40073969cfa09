"""Function Compute 2.0 through aliyun-fc2, whose client reaches functions of a service and nothing else."""

from __future__ import annotations

import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import fc2
import requests

from feed.config import Credentials
from feed.errors import Busy, Misconfigured, OutcomeUnknown
from feed.gateways.sending import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, refusal
from feed.observability import quiet_sdks


class Fc2Sender(NamedTuple):
    """The unmodified client; it opens a connection per call and shares no state between threads."""

    client: Any
    service: str
    address: tuple[str, int]

    @classmethod
    def open(cls, endpoint: str, service: str, credentials: Credentials) -> Fc2Sender:
        """`endpoint` is https unless it says http, as `<account>.<region>.fc.aliyuncs.com`.

        A slash at its end would be signed into the Host header, so it is cut off.
        """
        if not service:
            raise Misconfigured("FEED_INVOKER is fc2 outside a service: FC_SERVICE_NAME is not set.")
        quiet_sdks()
        url = (endpoint if "://" in endpoint else f"https://{endpoint}").rstrip("/")
        client = fc2.Client(
            endpoint=url,
            accessKeyID=credentials.access_key_id,
            accessKeySecret=credentials.access_key_secret,
            securityToken=credentials.security_token,
            Timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        )
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return cls(client, service, (parts.hostname or "", port))

    def send(self, function: str, body: bytes) -> None:
        self._knock(function)
        try:
            self.client.invoke_function(self.service, function, body, headers={"x-fc-invocation-type": "Async"})
        except fc2.FcError as error:
            raise refusal(function, error.status_code, error.err_code or "without a code") from None
        except (requests.RequestException, TypeError) as error:
            # The client parses an error's body before it looks at the status: a body that is no JSON object ends as
            # JSONDecodeError (a RequestException) or TypeError.
            raise OutcomeUnknown(
                f"Function Compute did not say whether it queued {function!r} ({type(error).__name__})."
            ) from None

    def _knock(self, function: str) -> None:
        """Refused connections keep the client busy for 30 s (five retries, no setting), so ask for one first."""
        try:
            socket.create_connection(self.address, timeout=CONNECT_TIMEOUT_S).close()
        except OSError as error:
            raise Busy(f"Function Compute cannot be reached to invoke {function!r}.") from error
