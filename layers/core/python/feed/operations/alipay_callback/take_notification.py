"""POST /v1/payments/alipay/notify: Alipay says what became of a trade, again and again until it reads `success`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feed.domain import notifications
from feed.domain.notifications import MAX_BODY
from feed.errors import CorrectRequest, FeedError, Forbidden, InvalidRequest, RetryLater, TooLarge, UnsupportedMediaType
from feed.observability import alert, log_problem
from feed.operations._raw import RawAnswer, RawRequest

if TYPE_CHECKING:
    from feed.call import Call
    from feed.wiring import World

_FORM = re.compile(r'application/x-www-form-urlencoded *(?:; *charset *= *"?([\w-]+)"? *)?', re.IGNORECASE | re.ASCII)


def run(request: RawRequest, call: Call, world: World) -> RawAnswer:
    """`success` only when nothing is left to do; `fail` makes Alipay come again, which repeats harmlessly."""
    try:
        _take(request, call, world)
    except FeedError as error:
        if not error.is_answer:
            raise
        log_problem(call, about="notification", error=error)
        return RawAnswer(error.status if isinstance(error, CorrectRequest | RetryLater) else 200, "fail")
    return RawAnswer(200, "success")


def _take(request: RawRequest, call: Call, world: World) -> None:
    """Cheap checks first: who cannot be Alipay costs neither a signature nor a request to Tablestore."""
    verifier = world.verifier
    values = verifier.verified(_form(request))
    notifications.require_payment_notice(values)
    payee = verifier.payee
    if not notifications.is_for(values, payee.app_id, payee.seller_id):
        raise Forbidden("The notification is for another app or another seller.")
    facts = notifications.facts_of(values)

    from feed.operations._settlement import Suspicious, UnknownOrder, take_in

    try:
        take_in(facts, call, world.tables)
    except (Suspicious, UnknownOrder) as error:
        alert(call, error.message)
        raise


def _form(request: RawRequest) -> dict[str, str]:
    if len(request.body) > MAX_BODY:
        raise TooLarge(f"A notification has at most {MAX_BODY} bytes.")
    form = _FORM.fullmatch(request.headers.get("content-type", ""))
    if form is None:
        raise UnsupportedMediaType("A notification is a form.")
    if (form[1] or "utf-8").lower() != "utf-8":
        raise InvalidRequest("A notification is in UTF-8.")
    if request.query:
        raise InvalidRequest("A notification has its parameters in the body.")
    return notifications.form_values(request.body)
