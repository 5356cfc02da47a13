"""Couriers' lists are read line by line; what is wrong is named, and nothing of it taken."""

from __future__ import annotations

import pytest

from shop.payments.remittances import Collected, UnreadableList, read_sheet, read_typed


def test_typed_lines_are_read() -> None:
    assert read_typed("ht2345678x-1; 150.000; 12.000\n\nHT2345678X-2;0") == [
        Collected("HT2345678X-1", 150_000, 12_000), Collected("HT2345678X-2", 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["HT2345678X-1; -5", "HT2345678X-1; 12,5", "HT2345678X-1", "; 5000", "A; 1; x", "A; 600000000"],
)
def test_a_wrong_line_is_named_and_nothing_taken(line: str) -> None:
    with pytest.raises(UnreadableList) as caught:
        read_typed(f"HT2345678X-9; 1000\n{line}")
    assert [number for number, _text in caught.value.lines] == [2]


def test_a_parcel_twice_in_a_list_is_a_fault() -> None:
    with pytest.raises(UnreadableList):
        read_typed("A-1; 1000\nA-1; 1000")


def test_a_couriers_file_is_read_by_its_head() -> None:
    head = "GHN đối soát\n\nSTT,Mã đơn khách hàng,Tổng phí,Tiền thu hộ\n"
    table = f"{head}1,HT2345678X-1,12000,150000\n,,12000,150000\n"
    assert read_sheet(table.encode()) == [Collected("HT2345678X-1", 150_000, 12_000)]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"PK\x03\x04", "Mã kiện,Ghi chú\nA-1,x\n".encode()])
def test_a_file_without_such_columns_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableList):
        read_sheet(content)
