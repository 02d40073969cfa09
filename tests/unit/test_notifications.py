"""Reading what Alipay signs: whatever we take its own SDK takes too, and what could be read in two ways we refuse."""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st

from alifakes.alipay import signing
from alifakes.alipay.keys import Keys, make_keys
from alifakes.alipay.merchant import APP_ID, SELLER_ID
from commands.local_alipay import merchant_variables
from feed.config import Payee
from feed.domain.notifications import MAX_PARAMETERS, form_values
from feed.errors import InvalidRequest, Misconfigured
from feed.gateways.alipay_signature import Verifier
from tests.operations.hostile_cases import LINES, Line, Sent, Stage
from tests.operations.money import Paid, paid

Verdict = Callable[[bytes], bool]

STRICTER = {
    "no sign_type": {"11-sign_type_None"},
    "a name twice, of which the SDK's callers see the last": {
        "11-sign_type_repeated",
        "12-sign_repeated",
        "17-last_amount_good",
        "18-unused_name_twice",
    },
    "a signature in more than base64": {
        "13-padding_too_long",
        "14-junk_in_sign",
        "14-newline_in_sign",
        "14-newline_behind_sign",
        "14-spare_bits_set",
    },
    "a value with &": {"19-trade_status_folded_into_trade_no", "19-an_unused_one_folded"},
    "a charset other than utf-8, or none": {"24-charset_gbk_over_UTF-8", "24-no_charset"},
    "NUL": {"24-NUL", "31-out_trade_no_with_NUL"},
}
"""What we refuse and Alipay's SDK takes, by our reason."""

NAMES = st.text(string.ascii_letters + string.digits + "_.[]-", min_size=1, max_size=64)
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="&\0"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make_keys(tmp_path_factory.mktemp("alipay"))


@pytest.fixture(scope="module")
def trade(keys: Keys) -> Paid:
    return paid({"order_id": "a" * 32}, keys)


@pytest.fixture(scope="module")
def ours(keys: Keys) -> Verdict:
    verifier = Verifier.open(Payee.from_env(merchant_variables("", "http://127.0.0.1:9", keys)))

    def verdict(body: bytes) -> bool:
        try:
            verifier.verified(form_values(body))
        except InvalidRequest:
            return False
        return True

    return verdict


@pytest.fixture(scope="module")
def theirs(keys: Keys) -> Verdict:
    """As the SDK's documentation has a server ask it, without filtering anything."""
    from alipay import AliPay

    sdk: Any = AliPay(
        appid=APP_ID, app_private_key_string=keys.app_private, alipay_public_key_string=keys.alipay_public
    )

    def verdict(body: bytes) -> bool:
        values = dict(parse_qsl(body.decode("latin-1"), keep_blank_values=True))
        try:
            return bool(sdk.verify(values, values.pop("sign", None)))
        except Exception:  # it raises whatever its parts raise; each is a refusal
            return False

    return verdict


@pytest.mark.parametrize("line", [line for line in LINES if line.status not in (405, 413, 415)], ids=str)
def test_we_take_what_the_sdk_takes_but_for_what_we_refuse_on_purpose(
    trade: Paid, ours: Verdict, theirs: Verdict, line: Line
) -> None:
    made = line.send(trade)
    body = made.body if isinstance(made, Sent) else made
    stricter = any(str(line) in lines for lines in STRICTER.values())
    assert (ours(body), theirs(body)) == (
        line.stage in (Stage.UNUSABLE, Stage.TAKEN),
        line.stage in (Stage.UNUSABLE, Stage.TAKEN) or stricter,
    )


def test_the_list_of_what_we_refuse_on_purpose_names_nothing_else() -> None:
    assert set().union(*STRICTER.values()) <= {str(line) for line in LINES}


@given(unknown=st.dictionaries(NAMES, VALUES, max_size=30))
def test_unknown_parameters_are_verified_like_all_others(
    trade: Paid, ours: Verdict, theirs: Verdict, unknown: dict[str, str]
) -> None:
    params = {**unknown, **trade.parameters()}
    body = signing.form(signing.signed(params, trade.keys.alipay_private))
    assert (ours(body), theirs(body)) == (True, True)


@given(data=st.data())
def test_no_covered_value_can_be_changed(trade: Paid, ours: Verdict, theirs: Verdict, data: st.DataObject) -> None:
    params = dict(parse_qsl(trade.notification().decode()))
    name = data.draw(st.sampled_from(sorted(set(params) - {"sign", "sign_type"})))
    value = params[name]
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.one_of(st.just(""), st.characters(exclude_categories=["Cs"])).filter(lambda c: c != value[at]))
    body = signing.form({**params, name: value[:at] + other + value[at + 1 :]})
    assert (ours(body), theirs(body)) == (False, False)


def test_no_other_splitting_of_the_signed_text_gets_through(trade: Paid, ours: Verdict, theirs: Verdict) -> None:
    """One or two parameters disappear in their neighbours' values, and the signature covers the same text."""
    params = dict(parse_qsl(trade.notification().decode(), keep_blank_values=True))
    own = {name: params.pop(name) for name in ("sign", "sign_type")}
    parts = [f"{name}={value}" for name, value in sorted(params.items())]
    cuts = range(1, len(parts))
    variants = [hidden for size in (1, 2) for hidden in itertools.combinations(cuts, size)]
    assert len(variants) == 231
    for hidden in variants:
        text = "".join(("\n" if cut not in hidden else "&") * bool(cut) + part for cut, part in enumerate(parts))
        split = dict(part.split("=", 1) for part in text.split("\n"))
        assert signing.notification_text(split) == signing.notification_text(params)
        body = signing.form({**split, **own})
        assert (ours(body), theirs(body)) == (False, True)


@given(st.one_of(st.binary(max_size=200), st.text("a=&%+0F[é\0", max_size=60).map(str.encode)))
@example(b"")
@example(b"&")
@example(b"a=%")
@example(b"a=%FF")
@example(b"a=1&a=2")
@example(b"a[b]=")
def test_a_form_is_read_or_refused(body: bytes) -> None:
    try:
        values = form_values(body)
    except InvalidRequest:
        return
    assert values == dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
    assert len(values) == body.count(b"&") + 1


@given(st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=MAX_PARAMETERS))
def test_what_is_encoded_is_read_back(values: dict[str, str]) -> None:
    assert form_values(urlencode(values).encode()) == values


def test_a_form_has_so_many_parameters_and_no_more() -> None:
    names = [f"p{number}" for number in range(MAX_PARAMETERS + 1)]
    assert len(form_values(urlencode(dict.fromkeys(names[:-1], "")).encode())) == MAX_PARAMETERS
    with pytest.raises(InvalidRequest):
        form_values(urlencode(dict.fromkeys(names, "")).encode())


@pytest.mark.parametrize("size", [None, 1024], ids=["none", "1024 bits"])
def test_a_key_that_is_none_or_too_short_is_the_deployments_fault(size: int | None) -> None:
    with pytest.raises(Misconfigured, match="FEED_ALIPAY_PUBLIC_KEY"):
        Verifier.open(Payee(APP_ID, SELLER_ID, b"no key" if size is None else public_key(size)))


def public_key(size: int) -> bytes:
    key = generate_private_key(public_exponent=65537, key_size=size).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
