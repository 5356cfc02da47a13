"""The gateway to the sandbox tax authority (``shop.sandbox``), over plain HTTP on the same machine, kept open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import requests

from shop.invoices.checking import check_answer
from shop.invoices.delegating import DELEGATION_DECIDED, delegate, read_delegation
from shop.invoices.exchange import (
    ACKNOWLEDGED,
    ASK_FOR_CODE,
    CHECKED,
    CODED,
    ask_for_code,
    read_acknowledgement,
    read_refusal,
    unwrap,
)
from shop.invoices.findings import Finding
from shop.invoices.gateway import Receipt, State, TryAgainLater, WillNotSucceed
from shop.invoices.gateways.kept import session
from shop.invoices.list_exchange import WITH_LIST, with_list
from shop.invoices.notice_exchange import NOTED, TELL, read_outcome, tell
from shop.invoices.package_exchange import read_check
from shop.invoices.reading import MOST_BYTES, Refused, parse
from shop.invoices.registration import DECIDED, RECEIVED, Decision, read_decision, register
from shop.invoices.signer import Trust

_TIMEOUT = (3.05, 10.0)


class SandboxGateway:
    """Speaks the messages that ``docs/einvoice-messages.md`` lists.

    ``base_url`` is where the authority is mounted, without a slash.
    """

    def __init__(self, base_url: str, *, timeout: tuple[float, float] = _TIMEOUT) -> None:
        self._messages, self._inbox = f"{base_url}/messages", f"{base_url}/inbox"
        self._timeout = timeout

    def submit(self, message_id: str, document: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        return self._send(message_id, ASK_FOR_CODE, ask_for_code(document, message_id=message_id))

    def submit_with_list(self, message_id: str, document: bytes, listed: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.ListGateway`."""
        return self._send(message_id, WITH_LIST, with_list(document, listed, message_id=message_id))

    def tell(self, message_id: str, notice: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.NoticeGateway`."""
        return self._send(message_id, TELL, tell(notice, message_id=message_id))

    def hand_in(self, message_id: str, message: bytes) -> Receipt:
        """See :class:`shop.invoices.gateway.PackageGateway`."""
        return self._send(message_id, unwrap(message).envelope.kind, message)

    def _send(self, message_id: str, kind: str, message: bytes) -> Receipt:
        body = self._call("POST", self._messages, message)
        try:
            said = read_acknowledgement(_only_item(body, ACKNOWLEDGED))
        except Refused as reason:
            raise TryAgainLater(f"the acknowledgement could not be read: {reason}") from reason
        if said.message_id != message_id:
            raise TryAgainLater("the acknowledgement is for another message")
        return Receipt(
            message_id=message_id,
            state=State.ACKNOWLEDGED if said.accepted else State.REJECTED,
            reasons=said.reasons,
            exchanged=((kind, message), (ACKNOWLEDGED, body)),
        )

    def fetch(self, message_id: str) -> Receipt:
        """See :class:`shop.invoices.gateway.InvoiceGateway`."""
        response = self._request("GET", f"{self._messages}/{message_id}")
        if response.status_code == requests.codes.not_found:
            return Receipt(message_id=message_id, state=State.UNKNOWN)
        if response.status_code == requests.codes.no_content:
            return Receipt(message_id=message_id, state=State.ACKNOWLEDGED)
        body = _body(response)
        try:
            return _read_answer(message_id, body)
        except Refused as reason:
            raise TryAgainLater(f"the answer could not be read: {reason}") from reason

    def incoming(self, tax_code: str) -> list[bytes]:
        """See :class:`shop.invoices.gateway.InboxGateway`."""
        listed = _body(self._request("GET", f"{self._inbox}/{tax_code}")).decode("ascii", "replace").split()
        return [_body(self._request("GET", f"{self._inbox}/{tax_code}/{each}")) for each in listed]

    def acknowledge(self, message: bytes) -> None:
        """See :class:`shop.invoices.gateway.InboxGateway`."""
        self._call("POST", self._messages, message)

    def compare(self, sent: bytes, answer: bytes, *, today: dt.date, trust: Trust) -> list[Finding]:
        """See :class:`shop.invoices.gateway.InvoiceGateway`. The authority adds to our bytes and changes none."""
        return check_answer(sent, answer, today=today, trust=trust)

    def register(self, message_id: str, declaration: bytes) -> Decision:
        """What the authority said about a signed declaration (message 100): not received (102), or decided (103).

        Raises: TryAgainLater while it has not decided, WillNotSucceed if the message was not taken.
        """
        return self._declare(message_id, register(declaration, message_id=message_id), DECIDED, read_decision)

    def delegate(self, message_id: str, declaration: bytes) -> Decision:
        """What it said about a declaration of delegated issuing (message 101): not received (102), or decided (104).

        Raises: as :meth:`register`.
        """
        return self._declare(
            message_id,
            delegate(declaration, message_id=message_id),
            DELEGATION_DECIDED,
            read_delegation,
        )

    def _declare(
        self, message_id: str, message: bytes, kind: str, read: Callable[[bytes], Decision]
    ) -> Decision:
        body = self._call("POST", self._messages, message)
        try:
            said = read_acknowledgement(_only_item(body, ACKNOWLEDGED))
            if not said.accepted:
                raise WillNotSucceed("; ".join(reason.text for reason in said.reasons))
            first = _body(self._request("GET", f"{self._messages}/{message_id}/{RECEIVED}"))
            receipt = read_decision(_only_item(first, RECEIVED))
            if not receipt.is_accepted:
                return receipt
            response = self._request("GET", f"{self._messages}/{message_id}")
            if response.status_code == requests.codes.no_content:
                raise TryAgainLater("the tax authority has not decided yet")
            return read(_only_item(_body(response), kind))
        except Refused as reason:
            raise TryAgainLater(f"the answer could not be read: {reason}") from reason

    def _call(self, method: str, url: str, body: bytes) -> bytes:
        return _body(self._request(method, url, body))

    def _request(self, method: str, url: str, body: bytes | None = None) -> requests.Response:
        try:
            return session().request(
                method,
                url,
                data=body,
                headers={"Content-Type": "application/xml"},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as reason:
            raise TryAgainLater(f"the tax authority does not answer: {reason}") from reason


def _read_answer(message_id: str, body: bytes) -> Receipt:
    envelope = unwrap(body).envelope
    if envelope.answers != message_id:
        raise Refused("not_xml", "the answer is for another message")
    exchanged = ((envelope.kind, body),)
    if envelope.kind == CODED:
        invoice = _only_item(body, CODED)
        code = parse(invoice).findtext("MCCQT") or ""
        return Receipt(
            message_id=message_id,
            state=State.ACCEPTED,
            document=invoice,
            authority_code=code,
            exchanged=exchanged,
        )
    if envelope.kind == NOTED:
        said = _only_item(body, NOTED)
        outcome = read_outcome(said)
        return Receipt(
            message_id=message_id,
            state=State.ACCEPTED if outcome.is_received else State.REJECTED,
            document=said,
            reasons=outcome.reasons,
            exchanged=exchanged,
        )
    said = _only_item(body, CHECKED)
    checked = read_check(said)
    if checked.is_taken:
        return Receipt(
            message_id=message_id,
            state=State.ACCEPTED,
            document=said,
            refused=checked.invoices,
            exchanged=exchanged,
        )
    refused = read_refusal(said)
    return Receipt(message_id=message_id, state=State.REJECTED, reasons=refused.reasons, exchanged=exchanged)


def _only_item(body: bytes, kind: str) -> bytes:
    message = unwrap(body)
    if message.envelope.kind != kind or len(message.items) != 1:
        raise Refused("not_xml", f"expected one item of kind {kind}")
    return message.items[0]


def _body(response: requests.Response) -> bytes:
    if response.status_code >= requests.codes.internal_server_error:
        raise TryAgainLater(f"the tax authority answers {response.status_code}")
    if response.status_code != requests.codes.ok:
        raise WillNotSucceed(f"the tax authority answers {response.status_code}")
    if len(response.content) > 2 * MOST_BYTES:
        raise TryAgainLater("the answer is too big")
    return response.content
