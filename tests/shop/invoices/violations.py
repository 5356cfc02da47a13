"""One invoice for every rule, with just that rule broken: what is changed, the code to be found, and where.

A change is a pair (old text, new text) in the XML of the named example; each old text has to occur.
"""

from __future__ import annotations

GENERAL = "HDon/DLHDon/TTChung"
CONTENT = "HDon/DLHDon/NDHDon"
SELLER, BUYER, TOTALS = f"{CONTENT}/NBan", f"{CONTENT}/NMua", f"{CONTENT}/TToan"
LINE = f"{CONTENT}/DSHHDVu/HHDVu[1]"
RELATED = f"{GENERAL}/TTHDLQuan"

_NAMED = (
    "<LHDCLQuan>1</LHDCLQuan><KHMSHDCLQuan>1</KHMSHDCLQuan><KHHDCLQuan>C26TAA</KHHDCLQuan>"
    "<SHDCLQuan>41</SHDCLQuan><NLHDCLQuan>2026-11-20</NLHDCLQuan>"
)
_NOTE = "<GChu>Thay thế cho hóa đơn Mẫu số 1 ký hiệu C26TAA số 41 ngày 20 tháng 11 năm 2026</GChu>"
_BLOCK = f"<TTHDLQuan><TCHDon>1</TCHDon>{_NAMED}{_NOTE}</TTHDLQuan>"


def after(tag: str, text: str, end: str = "</MSTTCGP>") -> tuple[str, str]:
    return end, f"{end}<{tag}>{text}</{tag}>"


def related(old: str, new: str) -> tuple[str, str]:
    """The example as a replacement with one thing wrong in its related block."""
    assert old in _BLOCK
    return "</MSTTCGP>", "</MSTTCGP>" + _BLOCK.replace(old, new, 1)


MISSING = [
    (("<THDon>Hóa đơn giá trị gia tăng</THDon>", ""), f"{GENERAL}/THDon"),
    (("<KHHDon>C26TAA</KHHDon>", ""), f"{GENERAL}/KHHDon"),
    (("<SHDon>42</SHDon>", ""), f"{GENERAL}/SHDon"),
    (("<NLap>2026-11-23</NLap>", ""), f"{GENERAL}/NLap"),
    (("<HDCTTChinh>0</HDCTTChinh>", ""), f"{GENERAL}/HDCTTChinh"),
    (("<DVTTe>VND</DVTTe>", ""), f"{GENERAL}/DVTTe"),
    (("<HTTToan>Chuyển khoản</HTTToan>", ""), f"{GENERAL}/HTTToan"),
    (("<MSTTCGP>0109999037</MSTTCGP>", ""), f"{GENERAL}/MSTTCGP"),
    (("<Ten>HỢP TÁC XÃ NÔNG NGHIỆP VÍ DỤ</Ten>", ""), f"{SELLER}/Ten"),
    (("<MST>5699999011</MST>", ""), f"{SELLER}/MST"),
    (("<DChi>Thôn 1, xã Ví Dụ, tỉnh Ví Dụ</DChi>", ""), f"{SELLER}/DChi"),
    (("<TChat>1</TChat>", ""), f"{LINE}/TChat"),
    (("<THHDVu>Cà phê rang xay OCOP 4 sao, gói 250 g</THHDVu>", ""), f"{LINE}/THHDVu"),
    (("<ThTien>2400000</ThTien>", ""), f"{LINE}/ThTien"),
    (("<TgTCThue>3800000</TgTCThue>", ""), f"{TOTALS}/TgTCThue"),
    (("<TgTThue>184000</TgTThue>", ""), f"{TOTALS}/TgTThue"),
    (("<TgTTTBSo>3984000</TgTTTBSo>", ""), f"{TOTALS}/TgTTTBSo"),
    (("<TgTTTBChu>Ba triệu chín trăm tám mươi bốn nghìn đồng.</TgTTTBChu>", ""), f"{TOTALS}/TgTTTBChu"),
    (("<LTSuat><TSuat>8%</TSuat>", "<LTSuat>"), f"{TOTALS}/THTTLTSuat/LTSuat[1]/TSuat"),
    (("<ThTien>2300000</ThTien>", ""), f"{TOTALS}/THTTLTSuat/LTSuat[1]/ThTien"),
    (related("<TCHDon>1</TCHDon>", ""), f"{RELATED}/TCHDon"),
]

_TOO_LONG = [
    ("PBan", 6, ("<PBan>2.1.0", "<PBan>2.1.0000"), "unknown_version", f"{GENERAL}/PBan"),
    ("THDon", 100, ("<THDon>Hóa", f"<THDon>{'x' * 100}Hóa"), "too_long", f"{GENERAL}/THDon"),
    ("HTTToan", 50, ("<HTTToan>Chuyển", f"<HTTToan>{'x' * 50}"), "too_long", f"{GENERAL}/HTTToan"),
    ("Ten", 400, ("<Ten>HỢP", f"<Ten>{'x' * 400}"), "too_long", f"{SELLER}/Ten"),
    ("MST", 14, ("<MST>5699999011", "<MST>5699999011-00199"), "too_long", f"{SELLER}/MST"),
    ("DChi", 400, ("<DChi>Thôn", f"<DChi>{'x' * 400}"), "too_long", f"{SELLER}/DChi"),
    ("SDThoai", 20, ("<SDThoai>0200000000", "<SDThoai>020000000012345678901"), "too_long", f"{SELLER}/SDThoai"),
    ("STKNHang", 30, ("<STKNHang>000", f"<STKNHang>{'1' * 30}"), "too_long", f"{SELLER}/STKNHang"),
    ("TNHang", 400, ("<TNHang>Ngân", f"<TNHang>{'x' * 400}"), "too_long", f"{SELLER}/TNHang"),
    ("buyer Ten", 400, ("<Ten>CÔNG", f"<Ten>{'x' * 400}"), "too_long", f"{BUYER}/Ten"),
    ("buyer DCTDTu", 50, ("<DCTDTu>", f"<DCTDTu>{'x' * 50}"), "too_long", f"{BUYER}/DCTDTu"),
    ("HVTNMHang", 100, ("<HVTNMHang>", f"<HVTNMHang>{'x' * 100}"), "too_long", f"{BUYER}/HVTNMHang"),
    ("STT", 4, ("<STT>1<", "<STT>10000<"), "too_long", f"{LINE}/STT"),
    ("MHHDVu", 50, ("<MHHDVu>", f"<MHHDVu>{'x' * 50}"), "too_long", f"{LINE}/MHHDVu"),
    ("THHDVu", 500, ("<THHDVu>", f"<THHDVu>{'x' * 500}"), "too_long", f"{LINE}/THHDVu"),
    ("DVTinh", 50, ("<DVTinh>", f"<DVTinh>{'x' * 50}"), "too_long", f"{LINE}/DVTinh"),
    ("TgTTTBChu", 255, ("<TgTTTBChu>", f"<TgTTTBChu>{'x' * 255}"), "too_long", f"{TOTALS}/TgTTTBChu"),
    ("SBKe", 50, ("<DVTTe>", f"<SBKe>{'x' * 51}</SBKe><DVTTe>"), "too_long", f"{GENERAL}/SBKe"),
    ("TDVNUNLHDon", 400, after("TDVNUNLHDon", "x" * 401), "too_long", f"{GENERAL}/TDVNUNLHDon"),
    ("DCDVNUNLHDon", 400, after("DCDVNUNLHDon", "x" * 401), "too_long", f"{GENERAL}/DCDVNUNLHDon"),
    ("MCHang", 50, ("<SDThoai>", f"<MCHang>{'x' * 51}</MCHang><SDThoai>"), "too_long", f"{SELLER}/MCHang"),
    ("TCHang", 400, ("<SDThoai>", f"<TCHang>{'x' * 401}</TCHang><SDThoai>"), "too_long", f"{SELLER}/TCHang"),
    ("Website", 100, after("Website", "x" * 101, "</TNHang>"), "too_long", f"{SELLER}/Website"),
    ("Fax", 20, after("Fax", "1" * 21, "</TNHang>"), "too_long", f"{SELLER}/Fax"),
    ("MKHang", 50, ("<DCTDTu>", f"<MKHang>{'x' * 51}</MKHang><DCTDTu>"), "too_long", f"{BUYER}/MKHang"),
    ("SHChieu", 20, ("<DCTDTu>", f"<SHChieu>{'x' * 21}</SHChieu><DCTDTu>"), "too_long", f"{BUYER}/SHChieu"),
    ("MDVQHNSach", 7, after("MDVQHNSach", "12345678", "0199999021</MST>"), "too_long", f"{BUYER}/MDVQHNSach"),
    ("GChu", 255, related("<GChu>", f"<GChu>{'x' * 255}"), "too_long", f"{RELATED}/GChu"),
    ("KHMSHDCLQuan", 11, related("<KHMSHDCLQuan>1", f"<KHMSHDCLQuan>{'1' * 12}"),
     "too_long", f"{RELATED}/KHMSHDCLQuan"),
    ("TLPhi", 100,
     ("<TTCKTMai>", f"<DSLPhi><LPhi><TLPhi>{'x' * 101}</TLPhi><TPhi>0</TPhi></LPhi></DSLPhi><TTCKTMai>"),
     "too_long", f"{TOTALS}/DSLPhi/LPhi[1]/TLPhi"),
]  # fmt: skip
TOO_LONG = [(change, code, path) for _tag, _most, change, code, path in _TOO_LONG]

_QR = "00020101021299720010A00000077501105699999011020110306C26TAA040242050820261123060739840006304D258"

SHAPES = [
    (("<KHHDon>C26TAA", "<KHHDon>C26TaA"), "bad_value", f"{GENERAL}/KHHDon"),
    (("<DVTTe>VND", "<DVTTe>vnd"), "bad_value", f"{GENERAL}/DVTTe"),
    (("<SHDon>42", "<SHDon>4a"), "bad_number", f"{GENERAL}/SHDon"),
    (("<NLap>2026-11-23", "<NLap>23/11/2026"), "bad_date", f"{GENERAL}/NLap"),
    (("<NLap>2026-11-23", "<NLap>2026-02-29"), "bad_date", f"{GENERAL}/NLap"),
    (("<SLuong>20", "<SLuong>1e3"), "bad_number", f"{LINE}/SLuong"),
    (("<SLuong>20", "<SLuong>20,5"), "bad_number", f"{LINE}/SLuong"),
    (("<DGia>120000", "<DGia>120000.1234567"), "too_long", f"{LINE}/DGia"),
    (("<ThTien>2400000", "<ThTien>2400000.5"), "not_whole", f"{LINE}/ThTien"),
    (("<TSuat>8%", "<TSuat>7%"), "bad_value", f"{LINE}/TSuat"),
    (("<TgTTTBSo>3984000", "<TgTTTBSo>3984000.5"), "not_whole", f"{TOTALS}/TgTTTBSo"),
    (("<DCTDTu>", "<CCCDan>1234</CCCDan><DCTDTu>"), "bad_value", f"{BUYER}/CCCDan"),
    (("Nguyễn Thị Mẫu", "Nguye\u0302\u0303n"), "not_nfc", f"{BUYER}/HVTNMHang"),
    (("<THDon>", "<La>1</La><THDon>"), "unknown_tag", f"{GENERAL}/La"),
    (("<KHHDon>C26TAA</KHHDon>", "<KHHDon>C26TAA</KHHDon>" * 2), "tag_repeated", f"{GENERAL}/KHHDon"),
    (("<THDon>Hóa đơn giá trị gia tăng</THDon><KHMSHDon>1</KHMSHDon>",
      "<KHMSHDon>1</KHMSHDon><THDon>Hóa đơn giá trị gia tăng</THDon>"), "wrong_order", f"{GENERAL}/THDon"),
    (("<NBan>", "<NBan> "), "white_space", SELLER),
    (("<NBan>", "<NBan>x"), "stray_text", SELLER),
    (("<NBan>", '<NBan a="b">'), "attribute", SELLER),
    (("<KHMSHDon>1", "<KHMSHDon>6"), "unknown_form", f"{GENERAL}/KHMSHDon"),
    (("<PBan>2.1.0", "<PBan>9.9.9"), "unknown_version", f"{GENERAL}/PBan"),
]  # fmt: skip

RULES = [
    # general
    (('<DLHDon Id="HD1C26TAA42">', "<DLHDon>"), "id_missing", "HDon/DLHDon"),
    (("<KHHDon>C26TAA", "<KHHDon>C25TAA"), "series_year", f"{GENERAL}/KHHDon"),
    (("<KHHDon>C26TAA", "<KHHDon>C26NAA"), "series_letter", f"{GENERAL}/KHHDon"),
    (("<SHDon>42", "<SHDon>042"), "series_number", f"{GENERAL}/SHDon"),
    (("<THDon>Hóa đơn giá trị gia tăng", "<THDon>Hóa đơn bán hàng"), "title_differs", f"{GENERAL}/THDon"),
    (("</SHDon>", "</SHDon><MHSo>1</MHSo>"), "file_code", f"{GENERAL}/MHSo"),
    (("<NLap>2026-11-23", "<NLap>2026-11-24"), "date_in_future", f"{GENERAL}/NLap"),
    (("<NLap>2026-11-23", "<NLap>2025-05-29"), "version_of_day", f"{GENERAL}/PBan"),
    (("<DVTTe>", "<SBKe>1</SBKe><NBKe>2026-11-24</NBKe><DVTTe>"), "list_date", f"{GENERAL}/NBKe"),
    (("<DVTTe>", "<SBKe>1</SBKe><DVTTe>"), "list_half", f"{GENERAL}/SBKe"),
    (("<DVTTe>VND", "<DVTTe>USD"), "currency", f"{GENERAL}/DVTTe"),
    (("<DVTTe>VND", "<DVTTe>USD"), "exchange_rate_missing", f"{GENERAL}/TGia"),
    (("</DVTTe>", "</DVTTe><TGia>1</TGia>"), "exchange_rate", f"{GENERAL}/TGia"),
    (("<HTTToan>Chuyển khoản", "<HTTToan>Vàng"), "payment_unusual", f"{GENERAL}/HTTToan"),
    (("<HDCTTChinh>0", "<HDCTTChinh>2"), "flag", f"{GENERAL}/HDCTTChinh"),
    (after("TTKhac", "<TTin><TTruong>a</TTruong><KDLieu>int</KDLieu></TTin>"), "extra_kind",
     f"{GENERAL}/TTKhac/TTin/KDLieu"),
    (after("TTKhac", "<TTin><TTruong>a</TTruong><KDLieu>date</KDLieu><DLieu>mai</DLieu></TTin>"),
     "extra_value", f"{GENERAL}/TTKhac/TTin/DLieu"),
    # parties
    (("<MST>5699999011", "<MST>5699999012"), "tax_code", f"{SELLER}/MST"),
    (("<MST>0199999021", "<MST>0199999022"), "tax_code", f"{BUYER}/MST"),
    (("<MSTTCGP>0109999037", "<MSTTCGP>0109999038"), "tax_code", f"{GENERAL}/MSTTCGP"),
    (("<SDThoai>0200000000", "<SDThoai>gọi tôi"), "phone", f"{SELLER}/SDThoai"),
    (("ketoan@example.vn", "ketoan.example.vn"), "email", f"{BUYER}/DCTDTu"),
    (("<STKNHang>000111222333</STKNHang>", ""), "bank_half", f"{SELLER}/STKNHang"),
    (("<Ten>CÔNG TY TNHH THỰC PHẨM MẪU</Ten>", ""), "buyer_unit", BUYER),
    (("<DChi>Số 2 đường Mẫu, phường Mẫu, thành phố Mẫu</DChi>", ""), "buyer_unit", BUYER),
    (("Nguyễn Thị Mẫu", "Bán cho người tiêu dùng"), "consumer_with_tax_code", f"{BUYER}/MST"),
    (("<MST>0199999021", "<MST>5699999011"), "sold_to_oneself", f"{BUYER}/MST"),
    (("<DCTDTu>", "<CCCDan>012345678901</CCCDan><SHChieu>C1</SHChieu><DCTDTu>"), "two_identities",
     f"{BUYER}/SHChieu"),
    (after("MDVQHNSach", "12345", "0199999021</MST>"), "budget_code", f"{BUYER}/MDVQHNSach"),
    (after("MSTDVNUNLHDon", "0109999037"), "issuer", GENERAL),
    (("</MSTTCGP>", "</MSTTCGP><MSTDVNUNLHDon>5699999011</MSTDVNUNLHDon><TDVNUNLHDon>A</TDVNUNLHDon>"
      "<DCDVNUNLHDon>B</DCDVNUNLHDon>"), "issuer_is_seller", f"{GENERAL}/MSTDVNUNLHDon"),
    # related invoice
    (related("<TCHDon>1", "<TCHDon>3"), "related_kind", f"{RELATED}/TCHDon"),
    (related("<SHDCLQuan>41</SHDCLQuan>", ""), "related", RELATED),
    (related("<GChu>", "<SBKCLQuan>1</SBKCLQuan><NBKCLQuan>2026-11-20</NBKCLQuan><GChu>"), "related_twice", RELATED),
    (related("<LHDCLQuan>1", "<LHDCLQuan>5"), "related_law", f"{RELATED}/LHDCLQuan"),
    (related("<KHMSHDCLQuan>1", "<KHMSHDCLQuan>01GTKT0/001"), "related_form", f"{RELATED}/KHMSHDCLQuan"),
    (related("<KHHDCLQuan>C26TAA", "<KHHDCLQuan>AA/26E"), "related_series", f"{RELATED}/KHHDCLQuan"),
    (related("<SHDCLQuan>41", "<SHDCLQuan>0041"), "related_number", f"{RELATED}/SHDCLQuan"),
    (related("<SHDCLQuan>41", "<SHDCLQuan>42"), "related_itself", f"{RELATED}/SHDCLQuan"),
    (related("<NLHDCLQuan>2026-11-20", "<NLHDCLQuan>2026-11-24"), "related_later", f"{RELATED}/NLHDCLQuan"),
    (related("<NLHDCLQuan>2026-11-20", "<NLHDCLQuan>2025-11-20"), "related_year", f"{RELATED}/KHHDCLQuan"),
    (related("Thay thế", "Điều chỉnh"), "related_sentence", f"{RELATED}/GChu"),
    (related("số 41 ngày", "số 40 ngày"), "related_note_number", f"{RELATED}/GChu"),
    # lines
    (("<TChat>1", "<TChat>6"), "line_kind", f"{LINE}/TChat"),
    (("<STT>2", "<STT>1"), "line_position", f"{CONTENT}/DSHHDVu/HHDVu[2]/STT"),
    (("OC-100237</THHDVu></HHDVu>", "OC-100237</THHDVu><ThTien>5</ThTien></HHDVu>"), "note_with_amount",
     f"{CONTENT}/DSHHDVu/HHDVu[4]/ThTien"),
    (("OC-100237</THHDVu></HHDVu>", "OC-100237</THHDVu><TSuat>8%</TSuat></HHDVu>"), "note_with_rate",
     f"{CONTENT}/DSHHDVu/HHDVu[4]/TSuat"),
    (("OC-100237</THHDVu></HHDVu>", "OC-100237</THHDVu><SLuong>1</SLuong></HHDVu>"), "note_with_quantity",
     f"{CONTENT}/DSHHDVu/HHDVu[4]/SLuong"),
    (("<TSuat>8%</TSuat>", ""), "rate_missing", f"{LINE}/TSuat"),
    (("<TSuat>8%", "<TSuat>KHAC"), "rate_unnamed", f"{LINE}/TSuat"),
    (("<TChat>1", "<TChat>2"), "gift_with_amount", f"{LINE}/ThTien"),
    (("<SLuong>20", "<SLuong>21"), "line_amount", f"{LINE}/ThTien"),
    (("<SLuong>20", "<SLuong>0"), "quantity_zero", f"{LINE}/SLuong"),
    (("<SLuong>20", "<SLuong>-20"), "quantity_negative", f"{LINE}/SLuong"),
    (("<SLuong>20", "<SLuong>-20"), "signs_differ", f"{LINE}/ThTien"),
    (("<DGia>120000", "<DGia>-120000"), "price_negative", f"{LINE}/DGia"),
    (("<SLuong>20</SLuong>", ""), "price_alone", f"{LINE}/DGia"),
    (("</DGia>", "</DGia><TLCKhau>101</TLCKhau>"), "discount_percent", f"{LINE}/TLCKhau"),
    (("</DGia>", "</DGia><TLCKhau>10</TLCKhau><STCKhau>1</STCKhau>"), "line_discount", f"{LINE}/STCKhau"),
    (("</DGia>", "</DGia><STCKhau>2400001</STCKhau>"), "discount_too_big", f"{LINE}/STCKhau"),
    (("<TChat>1", "<TChat>5"), "traits_missing", f"{LINE}/TTHHDTrung"),
    (("</TSuat></HHDVu>", "</TSuat><TTHHDTrung><TTin><LHHDTrung>1</LHHDTrung><TTruong>SMay</TTruong>"
      "<DLieu>1</DLieu></TTin></TTHHDTrung></HHDVu>"), "traits_unexpected", f"{LINE}/TTHHDTrung"),
    (("</TSuat></HHDVu>", "</TSuat><TTHHDTrung><TTin><LHHDTrung>5</LHHDTrung><TTruong>SMay</TTruong>"
      "<DLieu>1</DLieu></TTin></TTHHDTrung></HHDVu>"), "trait_kind", f"{LINE}/TTHHDTrung/TTin[1]/LHHDTrung"),
    # totals
    (("<ThTien>2300000", "<ThTien>2300001"), "rate_sum", f"{TOTALS}/THTTLTSuat/LTSuat[1]/ThTien"),
    (("<TThue>184000", "<TThue>184002"), "rate_vat", f"{TOTALS}/THTTLTSuat/LTSuat[1]/TThue"),
    (("<TThue>184000</TThue>", ""), "rate_vat_missing", f"{TOTALS}/THTTLTSuat/LTSuat[1]/TThue"),
    (("<LTSuat><TSuat>KCT", "<LTSuat><TSuat>8%"), "rate_repeated", f"{TOTALS}/THTTLTSuat/LTSuat[2]"),
    (("<TgTCThue>3800000", "<TgTCThue>3800001"), "net_sum", f"{TOTALS}/TgTCThue"),
    (("<TgTThue>184000", "<TgTThue>184001"), "vat_sum", f"{TOTALS}/TgTThue"),
    (("<TgTTTBSo>3984000", "<TgTTTBSo>3984001"), "total_sum", f"{TOTALS}/TgTTTBSo"),
    (("<TTCKTMai>100000", "<TTCKTMai>90000"), "discount_sum", f"{TOTALS}/TTCKTMai"),
    (("<TTCKTMai>100000", "<TTCKTMai>-100000"), "deduction_negative", f"{TOTALS}/TTCKTMai"),
    (("<TTCKTMai>", "<DSLPhi><LPhi><TLPhi>Phí</TLPhi><TPhi>-1</TPhi></LPhi></DSLPhi><TTCKTMai>"),
     "fee_negative", f"{TOTALS}/DSLPhi/LPhi[1]/TPhi"),
    (("Ba triệu chín", "Ba triệu tám"), "words", f"{TOTALS}/TgTTTBChu"),
    (("Ba triệu chín", "Three million"), "words_unread", f"{TOTALS}/TgTTTBChu"),
    (("nghìn đồng.", "nghìn."), "words_currency", f"{TOTALS}/TgTTTBChu"),
    (("<ThTien>1500000", "<ThTien>-1500000"), "negative", TOTALS),
    # codes
    (("</DLHDon>", f"</DLHDon><MCCQT>{'0' * 34}</MCCQT>"), "code_without_id", "HDon/MCCQT"),
    (("</DLHDon>", '</DLHDon><MCCQT Id="m">0</MCCQT>'), "code_shape", "HDon/MCCQT"),
    (("</DLHDon>", f"</DLHDon><DLQRCode>{_QR[:-1]}9</DLQRCode>"), "qr_broken", "HDon/DLQRCode"),
    (("</DLHDon>", f"</DLHDon><DLQRCode>{_QR[:-8]}</DLQRCode>"), "qr_unchecked", "HDon/DLQRCode"),
    (("</DLHDon>", f"</DLHDon><DLQRCode>{'1' * 513}</DLQRCode>"), "too_long", "HDon/DLQRCode"),
    (("</HDon>", "<La/></HDon>"), "unknown_tag", "HDon/La"),
]  # fmt: skip

TILL_RULES = [
    (("</DLHDon>", '</DLHDon><MCCQT Id="m">M1-26-A1B2C-00000000007</MCCQT>'), "code_form", "HDon/MCCQT"),
    (("</DLHDon>", '</DLHDon><MCCQT Id="m">M2-25-A1B2C-00000000007</MCCQT>'), "code_year", "HDon/MCCQT"),
    (("<HVTNMHang>Bán cho người tiêu dùng</HVTNMHang>", ""), "buyer_unnamed", BUYER),
    (("<TChat>1</TChat>", "<TChat>4</TChat>"), "no_goods", f"{CONTENT}/DSHHDVu"),
    (("</NLap>", "</NLap><HDDCKPTQuan>7</HDDCKPTQuan>"), "flag", f"{GENERAL}/HDDCKPTQuan"),
    (("</HHDVu>", "<TSuat>8%</TSuat></HHDVu>"), "unknown_tag", f"{LINE}/TSuat"),
]
