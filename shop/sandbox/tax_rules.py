"""What the sandbox tax authority asks of an invoice beside its shape: symbols, dates, sums, words, parties.

Written for it alone, like :mod:`shop.sandbox.tax_table`. Sources: Decision 1271/QĐ-CT, Circular 91/2026/TT-BTC
appendix I, Resolution 204/2025/QH15 (8 % until the end of 2026).
"""

from __future__ import annotations

import binascii
import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from shop.sandbox.tax_table import departures
from shop.sandbox.tax_words import value_of

TEXTS = {
    "9201": "Thiếu thông tin bắt buộc",
    "9202": "Giá trị dài quá mức cho phép",
    "9203": "Số sai dạng hoặc quá nhiều chữ số",
    "9204": "Ngày sai dạng",
    "9205": "Thẻ không có trong định dạng",
    "9206": "Thẻ lặp lại",
    "9207": "Thẻ sai thứ tự",
    "9208": "Chỉ nhận 0 hoặc 1",
    "9209": "Có chữ hoặc thuộc tính ngoài chỗ cho phép",
    "9211": "Phiên bản không được dùng",
    "9212": "Mẫu số không được dùng",
    "9213": "Ký hiệu hóa đơn sai dạng",
    "9214": "Ký hiệu không thuộc loại hóa đơn của thông điệp này",
    "9215": "Năm của ký hiệu khác năm lập",
    "9216": "Số hóa đơn phải từ 1 đến 99999999, không có số 0 ở đầu",
    "9217": "Ngày lập ở tương lai",
    "9218": "Mã số thuế sai",
    "9219": "Thông tin bên nhận ủy nhiệm chưa đủ",
    "9220": "Ngoại tệ phải có tỷ giá",
    "9231": "Tính chất dòng hàng không có",
    "9232": "Thuế suất không có",
    "9233": "Dòng hàng thiếu thuế suất",
    "9234": "Thuế suất không còn áp dụng vào ngày lập",
    "9235": "Thành tiền khác số lượng × đơn giá − chiết khấu",
    "9236": "Dòng ghi chú không được có tiền",
    "9237": "Tiền đồng không có số lẻ",
    "9238": "Hàng hóa đặc trưng thiếu thông tin",
    "9239": "Dòng hàng thiếu thành tiền",
    "9241": "Tổng tiền của thuế suất sai",
    "9242": "Tiền thuế của thuế suất lệch quá 1 đồng",
    "9243": "Tổng tiền chưa thuế sai",
    "9244": "Tổng tiền thuế sai",
    "9245": "Tổng tiền thanh toán sai",
    "9246": "Tổng chiết khấu sai",
    "9247": "Số tiền bằng chữ khác bằng số",
    "9248": "Bảng thuế suất lặp lại hoặc thiếu",
    "9249": "Chỉ hóa đơn điều chỉnh được ghi số âm",
    "9251": "Thiếu tên người mua",
    "9252": "Người mua có mã số thuế phải có tên và địa chỉ",
    "9253": "Số định danh phải có 12 chữ số",
    "9261": "Tính chất hóa đơn liên quan sai",
    "9262": "Thông tin hóa đơn liên quan chưa đủ",
    "9265": "Hóa đơn máy tính tiền phải có mã dạng M1-26-A1B2C-00000000001",
    "9266": "Mã của máy tính tiền khác mẫu số hoặc năm của hóa đơn",
    "9267": "Hóa đơn không mã thì không được ghi mã",
    "9271": "Mã QR sai số kiểm tra",
    "9272": "Mã QR nói khác hóa đơn",
}

_RATES = {"0%": 0, "5%": 5, "8%": 8, "10%": 10, "KCT": 0, "KKKNT": 0}
_EIGHT_PERCENT = (dt.date(2022, 2, 1), dt.date(2026, 12, 31))
_OTHER_RATE = re.compile(r"KHAC(:(\d\d\.\d\d)%?)?", re.ASCII)
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_SIGNS = {"1": 1, "2": 0, "3": -1, "5": 1}

Fault = tuple[str, str]


CODED, UNCODED, AT_TILL = "coded", "uncoded", "till"
_SYMBOLS = {CODED: r"C..[^M]..", UNCODED: r"K..[^M]..", AT_TILL: r"C..M.."}


def faults_of(root: etree._Element, *, today: dt.date, kind: str = CODED) -> list[Fault]:
    """Code and path of everything wrong with an ``HDon`` but its signatures and its place in the series.

    ``kind`` is what the message that carries it is for.
    """
    content = root.find("DLHDon")
    if content is None:
        return [("9201", "DLHDon")]
    form = content.findtext("TTChung/KHMSHDon") or ""
    if form not in ("1", "2"):
        return [("9212", "TTChung/KHMSHDon")]
    found = list(departures(content, form, at_till=kind == AT_TILL))
    if found:
        return found  # what is out of shape is not reckoned with
    return [
        *_general(content, today, kind),
        *_parties(content),
        *_lines(content, form),
        *_totals(content, form),
        *_related(content),
        *_code(root, content, kind),
        *_qr(root, content),
    ]


def is_tax_code(text: str) -> bool:
    """Ten digits with their check digit, a branch of such, or twelve digits of a person.

    >>> is_tax_code("5699999011"), is_tax_code("5699999012"), is_tax_code("001090000001")
    (True, False, True)
    """
    if re.fullmatch(r"\d{12}", text, re.ASCII):
        return True
    if not re.fullmatch(r"\d{10}(-(?!000)\d{3})?", text, re.ASCII):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return 10 - total % 11 == int(text[9])


def _general(content: etree._Element, today: dt.date, kind: str) -> Iterator[Fault]:
    say = _reader(content, "TTChung")
    if say("PBan") != "2.1.0":
        yield "9211", "TTChung/PBan"
    issued = say("NLap")
    yield from _series(say("KHHDon"), issued, kind)
    if not re.fullmatch(r"[1-9]\d{0,7}", say("SHDon"), re.ASCII):
        yield "9216", "TTChung/SHDon"
    if _day(issued) is None:
        yield "9204", "TTChung/NLap"
    elif issued > today.isoformat():
        yield "9217", "TTChung/NLap"
    if not is_tax_code(say("MSTTCGP")) and (say("MSTTCGP") or kind != AT_TILL):
        yield "9218", "TTChung/MSTTCGP"
    issuer = [say(tag) for tag in ("MSTDVNUNLHDon", "TDVNUNLHDon", "DCDVNUNLHDon")]
    if any(issuer) and not (all(issuer) and is_tax_code(issuer[0])):
        yield "9219", "TTChung/MSTDVNUNLHDon"
    if say("DVTTe") not in ("VND", "") and not say("TGia"):
        yield "9220", "TTChung/TGia"


def _series(series: str, issued: str, kind: str) -> Iterator[Fault]:
    if not re.fullmatch(r"[CK]\d\d[TDLMNBGHXF][A-Z]{2}", series, re.ASCII):
        yield "9213", "TTChung/KHHDon"
    elif not re.fullmatch(_SYMBOLS[kind], series):
        yield "9214", "TTChung/KHHDon"
    elif series[1:3] != issued[2:4]:
        yield "9215", "TTChung/KHHDon"


def _parties(content: etree._Element) -> Iterator[Fault]:
    if not is_tax_code(content.findtext("NDHDon/NBan/MST") or ""):
        yield "9218", "NDHDon/NBan/MST"
    say = _reader(content, "NDHDon/NMua")
    if say("MST"):
        if not is_tax_code(say("MST")):
            yield "9218", "NDHDon/NMua/MST"
        if not (say("Ten") and say("DChi")):
            yield "9252", "NDHDon/NMua/Ten"
    if not (say("Ten") or say("HVTNMHang")):
        yield "9251", "NDHDon/NMua/HVTNMHang"
    if say("CCCDan") and not re.fullmatch(r"\d{12}", say("CCCDan"), re.ASCII):
        yield "9253", "NDHDon/NMua/CCCDan"


def _lines(content: etree._Element, form: str) -> Iterator[Fault]:
    issued = _day(content.findtext("TTChung/NLap") or "")
    adjusts = content.findtext("TTChung/TTHDLQuan/TCHDon") == "2"
    base = "NDHDon/DSHHDVu/HHDVu"
    for line in content.iterfind(base):
        kind, amount = line.findtext("TChat") or "", line.findtext("ThTien") or ""
        if kind not in ("1", "2", "3", "4", "5"):
            yield "9231", f"{base}/TChat"
            continue
        if kind == "4":
            if Decimal(amount or 0) or Decimal(line.findtext("DGia") or 0):
                yield "9236", f"{base}/ThTien"
            continue
        if not amount:
            yield "9239", f"{base}/ThTien"
            continue
        yield from _line_amount(line, base, adjusts=adjusts)
        if kind == "5" and line.find("TTHHDTrung/TTin") is None:
            yield "9238", f"{base}/TTHHDTrung"
        if form == "1" and (code := _rate_fault(line.findtext("TSuat") or "", issued)):
            yield code, f"{base}/TSuat"


def _rate_fault(rate: str, issued: dt.date | None) -> str:
    if not rate:
        return "9233"
    if percent_of(rate) is None:
        return "9232"
    is_over = rate == "8%" and issued and not _EIGHT_PERCENT[0] <= issued <= _EIGHT_PERCENT[1]
    return "9234" if is_over else ""


def _line_amount(line: etree._Element, base: str, *, adjusts: bool) -> Iterator[Fault]:
    amount = Decimal(line.findtext("ThTien") or 0)
    quantity, price = line.findtext("SLuong"), line.findtext("DGia")
    if amount != amount.to_integral_value():
        yield "9237", f"{base}/ThTien"
    if quantity and price:
        reckoned = Decimal(quantity) * Decimal(price) - Decimal(line.findtext("STCKhau") or 0)
        if _dong(reckoned) != _dong(amount):
            yield "9235", f"{base}/ThTien"
    if amount < 0 and not adjusts:
        yield "9249", f"{base}/ThTien"


def _totals(content: etree._Element, form: str) -> Iterator[Fault]:
    base = "NDHDon/TToan"
    say = _reader(content, base)
    per_rate, discounts = _sums(content)
    net = sum(per_rate.values(), Decimal(0))
    vat = Decimal(0)
    if form == "1":
        yield from _rates(content, per_rate)
        vat = sum(
            (Decimal(one.findtext("TThue") or 0) for one in content.iterfind(f"{base}/THTTLTSuat/LTSuat")),
            Decimal(0),
        )
        if Decimal(say("TgTCThue")) != net:
            yield "9243", f"{base}/TgTCThue"
        if Decimal(say("TgTThue")) != vat:
            yield "9244", f"{base}/TgTThue"
    fees = sum(
        (Decimal(fee.findtext("TPhi") or 0) for fee in content.iterfind(f"{base}/DSLPhi/LPhi")), Decimal(0)
    )
    less = Decimal(say("TGTKhac") or 0) + Decimal(say("TGTKCThue") or 0)
    total = Decimal(say("TgTTTBSo"))
    if total != net + vat + fees - less:
        yield "9245", f"{base}/TgTTTBSo"
    if total < 0 and content.findtext("TTChung/TTHDLQuan/TCHDon") != "2":
        yield "9249", f"{base}/TgTTTBSo"
    if say("TTCKTMai") and discounts and Decimal(say("TTCKTMai")) != discounts:
        yield "9246", f"{base}/TTCKTMai"
    words = value_of(say("TgTTTBChu"))
    if words is None or words != total:
        yield "9247", f"{base}/TgTTTBChu"


def _sums(content: etree._Element) -> tuple[dict[str, Decimal], Decimal]:
    """What the lines add up to by rate, and their discounts."""
    per_rate: dict[str, Decimal] = {}
    discounts = Decimal(0)
    for line in content.iterfind("NDHDon/DSHHDVu/HHDVu"):
        kind, amount = line.findtext("TChat") or "", Decimal(line.findtext("ThTien") or 0)
        if kind in ("1", "3", "5"):
            rate = line.findtext("TSuat") or ""
            per_rate[rate] = per_rate.get(rate, Decimal(0)) + _SIGNS[kind] * amount
        if kind == "3":
            discounts += amount
    return per_rate, discounts


def _rates(content: etree._Element, per_rate: dict[str, Decimal]) -> Iterator[Fault]:
    base = "NDHDon/TToan/THTTLTSuat/LTSuat"
    listed = [one.findtext("TSuat") or "" for one in content.iterfind(base)]
    if len(listed) != len(set(listed)) or set(listed) != set(per_rate):
        yield "9248", f"{base}/TSuat"
        return
    for one in content.iterfind(base):
        rate, net = one.findtext("TSuat") or "", Decimal(one.findtext("ThTien") or 0)
        if net != per_rate[rate]:
            yield "9241", f"{base}/ThTien"
        percent = percent_of(rate)
        vat = Decimal(one.findtext("TThue") or 0)
        if percent is not None and abs(vat - _dong(net * percent / 100)) > 1:
            yield "9242", f"{base}/TThue"


def _related(content: etree._Element) -> Iterator[Fault]:
    base = "TTChung/TTHDLQuan"
    if content.find(base) is None:
        return
    say = _reader(content, base)
    if say("TCHDon") not in ("1", "2"):
        yield "9261", f"{base}/TCHDon"
    one = [say(tag) for tag in ("KHMSHDCLQuan", "KHHDCLQuan", "SHDCLQuan", "NLHDCLQuan")]
    many = [say("SBKCLQuan"), say("NBKCLQuan")]
    if not (all(one) or all(many)):
        yield "9262", base


def _code(root: etree._Element, content: etree._Element, kind: str) -> Iterator[Fault]:
    """The code that is there before the authority gives one: a cash register's, and nowhere else any."""
    code = root.findtext("MCCQT")
    if kind != AT_TILL:
        if kind == UNCODED and code is not None:
            yield "9267", "MCCQT"
        return
    say = _reader(content, "TTChung")
    shape = re.fullmatch(r"M([1-9])-(\d\d)-[0-9A-Z]{5}-\d{11}", code or "", re.ASCII)
    if shape is None:
        yield "9265", "MCCQT"
    elif shape[1] != say("KHMSHDon") or shape[2] != say("KHHDon")[1:3]:
        yield "9266", "MCCQT"


def _qr(root: etree._Element, content: etree._Element) -> Iterator[Fault]:
    text = root.findtext("DLQRCode") or ""
    if not text:
        return
    if (
        not text.isascii()
        or text[-8:-4] != "6304"
        or f"{binascii.crc_hqx(text[:-4].encode(), 0xFFFF):04X}" != text[-4:]
    ):
        yield "9271", "DLQRCode"
        return
    named = _fields(_fields(text).get("99", ""))
    say = _reader(content, "")
    expected = {
        "01": say("NDHDon/NBan/MST").replace("-", ""),
        "02": say("TTChung/KHMSHDon"),
        "03": say("TTChung/KHHDon"),
        "04": say("TTChung/SHDon"),
        "05": say("TTChung/NLap").replace("-", ""),
        "06": say("NDHDon/TToan/TgTTTBSo"),
    }
    if any(named.get(name) != value for name, value in expected.items()):
        yield "9272", "DLQRCode"


def _fields(text: str) -> dict[str, str]:
    found = {}
    while len(text) >= 4 and text[2:4].isdigit():
        size = int(text[2:4])
        found[text[:2]], text = text[4 : 4 + size], text[4 + size :]
    return found


def percent_of(rate: str) -> Decimal | None:
    """The percentage of a rate code, None where there is none such."""
    if rate in _RATES:
        return Decimal(_RATES[rate])
    other = _OTHER_RATE.fullmatch(rate)
    return None if other is None else Decimal(other[2] or 0)


def _reader(content: etree._Element, base: str) -> Callable[[str], str]:
    return lambda tag: content.findtext(f"{base}/{tag}".lstrip("/")) or ""


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _dong(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), ROUND_HALF_UP)
