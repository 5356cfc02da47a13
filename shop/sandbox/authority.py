"""A tax authority to practise with: takes messages 100, 101, 200, 203, 206, 208 and 300, acknowledges, checks, decides.

It keeps what it has seen in a SQLite file of its own and shares nothing with the shop but the wire format.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from lxml import etree

from shop.invoices.delegating import DELEGATE
from shop.invoices.exchange import (
    ACKNOWLEDGED,
    AUTHORITY,
    CHECKED,
    CODED,
    Envelope,
    Message,
    Reason,
    acknowledgement,
    new_message_id,
    refusal,
    unwrap,
    with_code,
    wrap,
)
from shop.invoices.inquiry_exchange import INQUIRY
from shop.invoices.notice_exchange import NOTED, TELL
from shop.invoices.reading import Refused, parse
from shop.invoices.registration import REGISTER
from shop.invoices.sandbox_keys import sandbox_authority, sandbox_trust
from shop.invoices.signer import Signer, Trust
from shop.invoices.signing import sign
from shop.invoices.tax_codes import without_dash
from shop.invoices.xmldsig import VIETNAM
from shop.sandbox import (
    delegation_desk,
    envelopes,
    invoice_desk,
    list_desk,
    notice_desk,
    package_desk,
    registry,
    series,
    tax_seals,
)
from shop.sandbox.books import Books
from shop.sandbox.package_desk import TILL_PACKAGE, UNCODED_PACKAGE

_MEND = "Lập lại hóa đơn cùng số rồi gửi lại."


class Mood(enum.StrEnum):
    """How the authority behaves, for training and tests."""

    NORMAL = "normal"
    SLOW = "slow"  # answers only after some fetches or seconds
    DOWN = "down"  # takes nothing, says nothing
    REJECT = "reject"  # refuses whatever comes
    LOST_REPLY = "lost_reply"  # takes the message, but its acknowledgement never arrives
    LYING = "lying"  # gives back an invoice that is not quite the one sent
    STRICT = "strict"  # as normal, but takes invoices only under a registered certificate


class Unavailable(Exception):
    """Nobody answers."""


class UnknownMessage(LookupError):
    """No message of this id has ever arrived."""


def _now() -> dt.datetime:
    return dt.datetime.now(VIETNAM)


class Authority:
    """The sandbox tax authority. Thread-safe; several processes may share the file."""

    def __init__(
        self, path: Path, *, signer: Signer, trust: Trust, clock: Callable[[], dt.datetime] = _now
    ) -> None:
        self._books = Books(path)
        self._signer = signer
        self._trust = trust
        self._clock = clock

    @classmethod
    def in_folder(cls, folder: Path, *, clock: Callable[[], dt.datetime] = _now) -> Authority:
        """An authority with its keys and its file in ``folder``, made on first use."""
        return cls(
            folder / "authority.sqlite3",
            signer=sandbox_authority(folder),
            trust=sandbox_trust(folder),
            clock=clock,
        )

    @property
    def mood(self) -> Mood:
        """The present mood."""
        with self._books.transaction() as database:
            return Mood(database.execute("SELECT name FROM mood").fetchone()[0])

    def set_mood(self, mood: Mood, *, fetches: int = 3, seconds: float = 0) -> None:
        """Changes the mood. A slow answer is ready after ``fetches`` vain fetches and ``seconds``."""
        slow = mood == Mood.SLOW
        with self._books.transaction() as database:
            database.execute(
                "UPDATE mood SET name = ?, fetches = ?, seconds = ?",
                (mood, fetches if slow else 0, seconds if slow else 0),
            )

    def receive(self, body: bytes) -> bytes:
        """The acknowledgement (999) of a message.

        Idempotent: the same message gets the same acknowledgement and is answered once. Another body under a
        known id is refused and changes nothing. Raises: Unavailable.
        """
        try:
            message = unwrap(body)
        except Refused as reason:
            return self._acknowledge(
                "", "", [Reason(code="9001", text=f"Thông điệp không đọc được: {reason.code}")]
            )
        with self._books.transaction() as database:
            mood, fetches, seconds = database.execute("SELECT name, fetches, seconds FROM mood").fetchone()
            if mood == Mood.DOWN:
                raise Unavailable
            reply = self._reply(database, message, body, mood, fetches, seconds)
        if mood == Mood.LOST_REPLY:
            raise Unavailable
        return reply

    def answer(self, message_id: str) -> bytes | None:
        """The answer to a message (102, 103, 104, 202, 204 or 301), or None while it is not ready.

        Raises: UnknownMessage, Unavailable.
        """
        with self._books.transaction() as database:
            if database.execute("SELECT name FROM mood").fetchone()[0] == Mood.DOWN:
                raise Unavailable
            row = database.execute(
                "SELECT answer, ready_at, fetches_left FROM message WHERE id = ?", (message_id,)
            ).fetchone()
            if row is None:
                raise UnknownMessage(message_id)
            answer, ready_at, fetches_left = row
            if fetches_left:
                database.execute(
                    "UPDATE message SET fetches_left = fetches_left - 1 WHERE id = ?", (message_id,)
                )
            if fetches_left or self._clock().timestamp() < ready_at:
                return None
            return bytes(answer)

    def receipt(self, message_id: str) -> bytes:
        """The first answer (102) to a declaration. Raises: UnknownMessage, Unavailable."""
        with self._books.transaction() as database:
            if database.execute("SELECT name FROM mood").fetchone()[0] == Mood.DOWN:
                raise Unavailable
            row = database.execute("SELECT body FROM earlier WHERE message_id = ?", (message_id,)).fetchone()
        if row is None:
            raise UnknownMessage(message_id)
        return bytes(row[0])

    def inquire(
        self, *, tax_code: str, invoices: Sequence[tuple[str, str, int]], reason: str, days: int
    ) -> str:
        """The id of a message 302 that now lies in the taxpayer's inbox."""
        now, number = self._clock().astimezone(VIETNAM), uuid.uuid4().hex[:10].upper()
        with self._books.transaction() as database:
            rows = [(*each, series.issued_on(database, tax_code, *each)) for each in invoices]
            unsigned = notice_desk.inquiry(
                tax_code=tax_code, name="", number=number, at=now, days=days, reason=reason, invoices=rows
            )
            envelope = self._envelope(INQUIRY, without_dash(tax_code), "", tax_code)
            body = wrap(envelope, [sign(unsigned, self._signer, place="CQT", at=now)])
            database.execute(
                "INSERT INTO inquiry VALUES (?, ?, ?, ?, ?, 0)",
                (envelope.message_id, tax_code, number, now.date().isoformat(), body),
            )
        return envelope.message_id

    def inbox(self, tax_code: str) -> list[str]:
        """Ids of messages that the taxpayer has not acknowledged. Raises: Unavailable."""
        return [str(row[0]) for row in self._mail("tax_code = ? AND NOT is_read", tax_code)]

    def outgoing(self, tax_code: str, message_id: str) -> bytes:
        """A message of the authority's own. Raises: UnknownMessage, Unavailable."""
        for row in self._mail("tax_code = ? AND message_id = ?", tax_code, message_id):
            return bytes(row[1])
        raise UnknownMessage(message_id)

    def _mail(self, where: str, *values: str) -> list[tuple[str, bytes]]:
        with self._books.transaction() as database:
            if database.execute("SELECT name FROM mood").fetchone()[0] == Mood.DOWN:
                raise Unavailable
            found = f"SELECT message_id, body FROM inquiry WHERE {where} ORDER BY rowid"  # noqa: S608  two constants
            return database.execute(found, values).fetchall()

    def codes(self) -> dict[tuple[str, str, str, int], str]:
        """Every code given or reported, by seller, form, series and number; empty for an invoice without code."""
        read = "SELECT seller, form, series, number, CASE code LIKE '-%' WHEN 1 THEN '' ELSE code END FROM invoice"
        with self._books.transaction() as database:
            rows = database.execute(read).fetchall()
        return {(seller, form, series, number): code for seller, form, series, number, code in rows}

    def _reply(
        self,
        database: sqlite3.Connection,
        message: Message,
        body: bytes,
        mood: str,
        fetches: int,
        seconds: float,
    ) -> bytes:
        envelope = message.envelope
        digest = hashlib.sha256(body).hexdigest()
        known = database.execute(
            "SELECT digest, acknowledgement FROM message WHERE id = ?", (envelope.message_id,)
        ).fetchone()
        if known and known[0] == digest:
            return bytes(known[1])
        if known:
            reasons = [Reason(code="9002", text="Mã thông điệp đã dùng cho nội dung khác")]
        else:
            reasons = envelopes.reasons_against(message)
        if reasons:
            return self._acknowledge(envelope.message_id, envelope.sender, reasons)
        reply = self._acknowledge(envelope.message_id, envelope.sender, [])
        if envelope.kind == ACKNOWLEDGED:
            database.execute("UPDATE inquiry SET is_read = 1 WHERE message_id = ?", (envelope.answers,))
            return reply
        if envelope.kind in (REGISTER, DELEGATE):
            answer = self._register(database, message)
        elif envelope.kind == TELL:
            answer = self._note(database, message, mood)
        elif envelope.kind in (UNCODED_PACKAGE, TILL_PACKAGE):
            answer = self._check_package(database, message, body, mood)
        else:
            answer = self._decide(database, message, mood)
        database.execute(
            "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?)",
            (envelope.message_id, digest, reply, answer, self._clock().timestamp() + seconds, fetches),
        )
        return reply

    def _decide(self, database: sqlite3.Connection, message: Message, mood: str) -> bytes:
        """The answer to a well-formed message; writes the code it gives."""
        document = message.items[0]
        root = parse(document)
        found = invoice_desk.faults_of(document, root, today=self._today(), anchors=self._trust.parties)
        found = found or delegation_desk.undeclared(database, root)
        reasons = [Reason(code=code, text=f"{text} ({path})", advice=_MEND) for code, text, path in found]
        listed = self._list_faults(database, message, root)
        reasons += [Reason(code=code, text=text, advice=_MEND) for code, text in listed]
        is_strict = mood == Mood.STRICT and not reasons
        if is_strict and not invoice_desk.is_registered(database, document, root):
            text = tax_seals.TEXTS[tax_seals.UNREGISTERED]
            reasons.append(Reason(code=tax_seals.UNREGISTERED, text=text, advice="Nộp tờ khai 01/ĐKTĐ-HĐĐT."))
        if mood == Mood.REJECT:
            reasons.append(Reason(code="9199", text="Cơ quan thuế thử nghiệm đang từ chối mọi hóa đơn."))
        if reasons:
            return self._refuse(message, reasons)
        invoice = series.placed(document)
        code, reasons = series.series_code(database, invoice)
        if reasons:
            return self._refuse(message, reasons)
        if not code:
            code = "00" + uuid.uuid4().hex.upper()
            series.keep(database, invoice, code)
        coded = sign(with_code(document, code), self._signer, place="CQT", at=self._clock())
        if mood == Mood.LYING:
            coded = coded.replace(b"</TgTTTBSo>", b"0</TgTTTBSo>")
        return self._wrap(message, CODED, coded)

    def _list_faults(
        self, database: sqlite3.Connection, message: Message, root: etree._Element
    ) -> list[tuple[str, str]]:
        """What is wrong with the list of an invoice that corrects many; it has to have one."""
        if message.envelope.kind == list_desk.WITH_LIST:
            return list_desk.faults_of(database, *message.items, anchors=self._trust.parties)
        names_list = root.find("DLHDon/TTChung/TTHDLQuan/SBKCLQuan") is not None
        return [list_desk.NO_LIST] if names_list else []

    def _check_package(self, database: sqlite3.Connection, message: Message, body: bytes, mood: str) -> bytes:
        """The answer (204) to a package of finished invoices."""
        rules = package_desk.Rules(
            today=self._today(),
            anchors=self._trust.parties,
            is_strict=mood == Mood.STRICT,
            refuses_all=mood == Mood.REJECT,
        )
        at = self._clock().astimezone(VIETNAM)
        unsigned = package_desk.result(database, message, body, rules=rules, at=at)
        answer = sign(unsigned, self._signer, place="CQT", at=self._clock())
        if mood == Mood.LYING:
            answer = answer.replace(b"</SLuong>", b"0</SLuong>")
        return self._wrap(message, CHECKED, answer)

    def _today(self) -> dt.date:
        return self._clock().astimezone(VIETNAM).date()

    def _register(self, database: sqlite3.Connection, message: Message) -> bytes:
        """The last answer to a declaration: 103 or 104, or 102 if it is not received; what it says counts from now."""
        answers = delegation_desk.answers if message.envelope.kind == DELEGATE else registry.answers
        at = self._clock().astimezone(VIETNAM)
        said = [
            self._wrap(message, kind, sign(unsigned, self._signer, place="CQT", at=at))
            for kind, unsigned in answers(database, message, anchors=self._trust.parties, at=at)
        ]
        database.execute("INSERT INTO earlier VALUES (?, ?)", (message.envelope.message_id, said[0]))
        return said[-1]

    def _note(self, database: sqlite3.Connection, message: Message, mood: str) -> bytes:
        """The answer (301) to a notice of an error; the invoice that it names stays as it is."""
        document, now = message.items[0], self._clock().astimezone(VIETNAM)
        root = parse(document)
        faults = notice_desk.faults_of(database, root, today=now.date())
        seller = _text(root, "DLTBao/MST")
        sealed = tax_seals.seal_faults(
            document, place="DSCKS/NNT", part="DLTBao", parties=[seller], anchors=self._trust.parties
        )
        faults += [(code, tax_seals.TEXTS[code]) for code in sealed]
        if mood == Mood.REJECT:
            faults.append(("9199", "Cơ quan thuế thử nghiệm đang từ chối mọi thông báo."))
        unsigned = notice_desk.answer(
            root,
            at=now,
            message_id=message.envelope.message_id,
            number=uuid.uuid4().hex[:12],
            faults=faults,
        )
        return self._wrap(message, NOTED, sign(unsigned, self._signer, place="CQT", at=self._clock()))

    def _refuse(self, message: Message, reasons: Sequence[Reason]) -> bytes:
        unsigned = refusal(
            message_id=message.envelope.message_id,
            invoice=parse(message.items[0]),
            at=self._clock(),
            number=uuid.uuid4().hex[:12],
            reasons=reasons,
        )
        return self._wrap(message, CHECKED, sign(unsigned, self._signer, place="CQT", at=self._clock()))

    def _acknowledge(self, message_id: str, sender: str, reasons: Sequence[Reason]) -> bytes:
        content = acknowledgement(message_id=message_id, sender=sender, at=self._clock(), reasons=reasons)
        return wrap(self._envelope(ACKNOWLEDGED, sender, message_id, ""), [content])

    def _wrap(self, message: Message, kind: str, document: bytes) -> bytes:
        asked = message.envelope
        return wrap(self._envelope(kind, asked.sender, asked.message_id, asked.tax_code), [document])

    def _envelope(self, kind: str, receiver: str, answers: str, tax_code: str) -> Envelope:
        return Envelope(
            sender=AUTHORITY,
            receiver=receiver,
            kind=kind,
            message_id=new_message_id(AUTHORITY),
            tax_code=tax_code,
            answers=answers,
        )


def _text(content: etree._Element, path: str) -> str:
    return content.findtext(path) or ""
