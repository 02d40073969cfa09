"""Everything that can go wrong, as a tree named by what the caller should do.

FeedError
├── CorrectRequest            the request can never succeed as it was sent
│   ├── InvalidRequest        400
│   ├── MethodNotAllowed      405
│   ├── TooLarge              413
│   └── UnsupportedMediaType  415
├── SignIn                    401
├── Forbidden                 403
├── NotFound                  404  also for what the caller may not know of
├── Reload                    409  the state is not what the request assumed
│   └── ConditionFailed            a conditional write found another state
├── RetryLater
│   ├── TooManyRequests       429  nothing happened: the caller's budget is used up
│   └── Busy                  503  nothing happened
│       ├── OutcomeUnknown    503  a write may have happened; its repetition is harmless
│       └── ProviderAway      503  the payment provider does not answer; what was asked may have happened
└── Misconfigured             500  the deployment is wrong, not the request
"""

from __future__ import annotations

from collections.abc import Mapping


class FeedError(Exception):
    """`status` and `code` are what a client sees; `message` is one full sentence that holds nothing secret."""

    status = 500
    code = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})

    @property
    def is_answer(self) -> bool:
        """A regular answer to a client, rather than a fault of the code or the deployment."""
        return self.status < 500 or isinstance(self, RetryLater)


class CorrectRequest(FeedError):
    status = 400
    code = "invalid_request"


class InvalidRequest(CorrectRequest):
    pass


class MethodNotAllowed(CorrectRequest):
    status = 405
    code = "method_not_allowed"


class TooLarge(CorrectRequest):
    status = 413
    code = "too_large"


class UnsupportedMediaType(CorrectRequest):
    status = 415
    code = "unsupported_media_type"


class SignIn(FeedError):
    status = 401
    code = "unauthenticated"


class Forbidden(FeedError):
    status = 403
    code = "forbidden"


class NotFound(FeedError):
    status = 404
    code = "not_found"


class Reload(FeedError):
    status = 409
    code = "conflict"


class ConditionFailed(Reload):
    pass


class RetryLater(FeedError):
    """`retry_after` in seconds, sent as Retry-After."""

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class TooManyRequests(RetryLater):
    status = 429
    code = "too_many_requests"


class Busy(RetryLater):
    status = 503
    code = "busy"


class OutcomeUnknown(Busy):
    pass


class ProviderAway(Busy):
    pass


class Misconfigured(FeedError):
    code = "misconfigured"
