"""Files: how Vietnamese computers write them, and how hostile ones are refused. Nothing here needs the database."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import time
import tracemalloc
import unicodedata
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from catalog.importing.cells import MOST_BYTES, MOST_ROWS
from catalog.importing.problems import FileRefused, Trouble
from catalog.importing.rows import read_rows
from catalog.importing.tables import read_table
from tests.support.mutants import mutants
from tests.support.spreadsheets import changed_part, csv_of, good, xlsx_of, xlsx_of_lines

SHEET = "xl/worksheets/sheet1.xml"


def refusal(content: bytes) -> Trouble:
    with pytest.raises(FileRefused) as caught:
        read_rows(read_table(content))
    return caught.value.trouble


def fields(content: bytes):
    (row,) = read_rows(read_table(content)).rows
    assert row.problems == ()
    return {"sku": row.sku, **row.fields}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_every_way_vietnamese_computers_write_csv_reads_the_same(separator, encoding):
    content = csv_of([good()], separator=separator)
    if encoding == "cp1258":
        text = content.decode()
        content = b"".join(_in_windows_1258(letter) for letter in text.replace(" ₫", ""))
    elif encoding == "utf-16-le":
        content = b"\xff\xfe" + content.decode().encode("utf-16-le")
    else:
        content = content.decode().encode(encoding)
    assert fields(content) == fields(xlsx_of([good()]))


def _in_windows_1258(letter: str) -> bytes:
    """Base letter first, tone after it, as Windows writes Vietnamese."""
    try:
        return letter.encode("cp1258")
    except UnicodeEncodeError:
        base, *marks = unicodedata.normalize("NFD", letter)
        tone = next(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        rest = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark != tone))
        return rest.encode("cp1258") + tone.encode("cp1258")


def test_excel_may_name_the_separator_and_a_title_may_stand_above():
    content = "sep=;\r\nGian hàng Tà Xùa\r\n\r\nMã hàng;Tên\r\nKS-01;Khoai sọ\r\n".encode()
    (row,) = read_rows(read_table(content)).rows
    assert (row.number, row.sku, row.fields) == (5, "KS-01", {"title": "Khoai sọ"})


def test_headings_are_known_without_marks_and_in_english_and_others_are_named():
    content = b"CODE;gia ban;Product name *;Ghi chu\nKS-01;55.000;Khoai;x\n"
    sheet = read_rows(read_table(content))
    assert sheet.columns == ("sku", "price_amount", "title")
    assert sheet.unknown_headings == ("Ghi chu",)
    assert sheet.rows[0].fields == {"price_amount": 55_000, "title": "Khoai"}


def test_numbers_of_xlsx_keep_their_value_and_their_zeros():
    lines = [["Mã hàng", "Giá", "Xã", "Tồn kho"], [7.0, 55_000.0, 3868, 12]]
    assert fields(xlsx_of_lines(lines)) == {
        "sku": "7",
        "price_amount": 55_000,
        "commune": "03868",
        "stock": 12,
    }


def test_formulas_dates_and_errors_are_not_read():
    lines = [["Mã", "Giá", "Mùa vụ", "Tên"], ["1", "=1000*55", dt.date(2026, 1, 9), "#N/A"]]
    book = Workbook()
    for line in lines:
        book.active.append(line)
    book.active["D2"].data_type = "e"
    file = io.BytesIO()
    book.save(file)
    (row,) = read_rows(read_table(file.getvalue())).rows
    assert [(each.field, each.trouble) for each in row.problems] == [
        ("price_amount", Trouble.FORMULA),
        ("season_months", Trouble.DATE),
        ("title", Trouble.CELL_ERROR),
    ]


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"", Trouble.NO_ROWS),
        (b"\n\n,,\n", Trouble.NO_ROWS),
        (csv_of([good()]).splitlines()[0], Trouble.NO_ROWS),
        (b"a,b\n1,2\n", Trouble.NO_HEADINGS),
        ("Mã hàng,Tên,Giá,Đơn giá\n1,a,2,3\n".encode(), Trouble.SAME_HEADING),
        ("Mã hàng,Tên\n1,a\0b\n".encode(), Trouble.NUL),
        ("Mã hàng,Tên\n1,a\n".encode("utf-16-le"), Trouble.NUL),
        ('Mã hàng,Tên\n1,"a\n'.encode(), Trouble.BROKEN),
        ("Mã hàng,Tên\n1,".encode() + b"x" * 40_000 + b"\n", Trouble.BROKEN),
        ("Mã hàng,Tên\n".encode() + b"1,S\xb6n La\n", Trouble.ENCODING),  # TCVN3
        (b"\xff\xfeM", Trouble.ENCODING),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, Trouble.OLD_EXCEL),
        (b"x" * (MOST_BYTES + 1), Trouble.FILE_TOO_BIG),
        ("Mã hàng,Tên\n".encode() + b"1,a\n" * (MOST_ROWS + 1), Trouble.TOO_MANY_ROWS),
        ("Mã hàng,Tên".encode() + b",x" * 59 + b"\n", Trouble.TOO_MANY_COLUMNS),
        (b"PK\x03\x04" + b"\0" * 200, Trouble.BROKEN),
    ],
)
def test_files_that_are_no_table_are_refused_by_what_is_wrong(content, trouble):
    assert refusal(content) is trouble


def test_merged_cells_are_refused_by_their_place():
    book = Workbook()
    book.active.append(["Mã", "Tên"])
    book.active.append(["1", "Khoai"])
    book.active.merge_cells("A2:B2")
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(FileRefused) as caught:
        read_table(file.getvalue())
    assert (caught.value.trouble, caught.value.values) == (Trouble.MERGED, {"cells": "A2:B2"})


def bomb() -> bytes:
    return changed_part(xlsx_of([good()]), SHEET, lambda text: text + b" " * 40_000_000)


def claims_a_gigabyte() -> bytes:
    """A directory entry that says one gigabyte; nothing is unpacked to find out."""
    content = xlsx_of([good()])
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    return content[: at + 24] + (1 << 30).to_bytes(4, "little") + content[at + 28 :]


def claims_a_million_rows() -> bytes:
    return changed_part(
        xlsx_of([good()]), SHEET, lambda text: text.replace(b'<row r="2"', b'<row r="999999999"')
    )


def with_entities() -> bytes:
    head = b'<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return changed_part(xlsx_of([good()]), SHEET, lambda text: head + text)


def without_a_book() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "trouble"),
    [
        (bomb, Trouble.BOMB),
        (claims_a_gigabyte, Trouble.BOMB),
        (claims_a_million_rows, Trouble.TOO_MANY_ROWS),
        (with_entities, Trouble.BOMB),
        (without_a_book, Trouble.NOT_A_TABLE),
    ],
)
def test_bombs_are_not_opened(make, trouble):
    content = make()
    tracemalloc.start()
    started = time.process_time()
    assert refusal(content) is trouble
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - started < 2
    assert peak < 100_000_000


def test_a_claimed_size_is_not_filled_up_with_empty_cells():
    content = changed_part(
        xlsx_of([good()]),
        SHEET,
        lambda text: text.replace(b'ref="A1:L2"', b'ref="A1:XFD1048576"'),
    )
    started = time.process_time()
    assert fields(content)["sku"] == "KS-01"
    assert time.process_time() - started < 2


def test_a_code_that_comes_twice_and_cells_without_a_heading_are_faults_of_their_rows():
    content = "Mã hàng,Tên\n1,a\n2,b,c\n1,d\n".encode()
    rows = read_rows(read_table(content)).rows
    assert [[each.trouble for each in row.problems] for row in rows] == [
        [],
        [Trouble.EXTRA_CELLS],
        [Trouble.SAME_CODE],
    ]


@pytest.mark.parametrize("make", [xlsx_of, csv_of])
def test_no_mutant_of_a_file_breaks_the_reader(make):
    for content in mutants(make([good(), good(Mã_hàng="KS-02")]), seed=20261127):
        started = time.process_time()
        with contextlib.suppress(FileRefused):
            read_rows(read_table(content))
        assert time.process_time() - started < 2


def test_no_mutant_inside_the_sheet_breaks_the_reader():
    content = xlsx_of([good()])
    for part in (SHEET, "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = archive.read(part)
        for changed in list(mutants(text, seed=7))[:40]:
            with contextlib.suppress(FileRefused):
                read_rows(read_table(changed_part(content, part, lambda _text, changed=changed: changed)))


@settings(deadline=2_000, max_examples=150)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content):
    for bytes_ in (content, "Mã hàng;Tên\n".encode() + content):
        try:
            read_rows(read_table(bytes_))
        except FileRefused:
            continue
