"""What a check found: a code, where, and a sentence for people in Vietnamese and English."""

from __future__ import annotations

from dataclasses import dataclass

TEXTS: dict[str, tuple[str, str]] = {
    # reading
    "too_big": ("Tệp lớn hơn 2 MB.", "The file is larger than 2 MB."),
    "not_xml": ("Không phải XML đúng chuẩn: {detail}", "Not well-formed XML: {detail}"),
    "dtd": ("XML có khai báo DTD, không được nhận.", "The XML declares a DTD, which is refused."),
    "encoding": ("XML phải dùng mã UTF-8.", "The XML must be UTF-8."),
    "comment": ("XML có chú thích hoặc chỉ thị xử lý.", "The XML holds a comment or processing instruction."),
    "not_an_invoice": ("Tệp này không phải hóa đơn (HDon).", "This file is not an invoice (HDon)."),
    "unknown_version": ("Không biết phiên bản {detail}.", "Version {detail} is not known."),
    "unknown_form": ("Không biết mẫu số {detail}.", "Form {detail} is not known."),
    # structure
    "unknown_tag": ("Thẻ này không có trong định dạng.", "The format has no such tag."),
    "tag_repeated": ("Thẻ lặp lại.", "The tag is repeated."),
    "wrong_order": ("Thẻ đứng sai thứ tự.", "The tag stands in the wrong place."),
    "missing": ("Thiếu thông tin bắt buộc.", "A mandatory value is missing."),
    "too_long": ("Giá trị dài quá mức cho phép.", "The value is longer than allowed."),
    "bad_value": ("Giá trị “{detail}” không hợp lệ.", "The value “{detail}” is not valid."),
    "bad_number": ("“{detail}” không phải là số.", "“{detail}” is not a number."),
    "not_whole": ("Số tiền phải tròn đồng: {detail}.", "An amount must be in whole đồng: {detail}."),
    "bad_date": ("“{detail}” không phải ngày dạng năm-tháng-ngày.", "“{detail}” is not a date like 2026-11-23."),
    "white_space": ("Có khoảng trắng giữa các thẻ.", "There is white space between tags."),
    "stray_text": ("Có chữ nằm ngoài thẻ.", "There is text outside of tags."),
    "attribute": ("Thuộc tính không được phép: {detail}.", "Attribute not allowed: {detail}."),
    "not_nfc": ("Chữ có dấu phải ở dạng dựng sẵn (NFC).", "Marked letters must be precomposed (NFC)."),
    # rules
    "tax_code": ("Mã số thuế {detail} sai.", "Tax code {detail} is wrong."),
    "series_year": ("Năm trong ký hiệu khác năm lập hóa đơn.", "The year of the series is not that of the invoice."),
    "series_number": ("Số hóa đơn phải từ 1 đến 99999999, không có số 0 ở đầu.",
                      "The number must be 1 to 99999999 without leading zeros."),
    "date_in_future": ("Ngày lập ở tương lai.", "The issue date lies in the future."),
    "date_before_last": ("Ngày lập sớm hơn hóa đơn trước trong cùng ký hiệu.",
                         "The issue date lies before that of the last invoice in the series."),
    "currency": ("Chỉ kiểm tra được hóa đơn bằng VND.", "Only invoices in VND are checked."),
    "rate_missing": ("Dòng hàng thiếu thuế suất.", "The line has no VAT rate."),
    "rate_over": ("Thuế suất {detail} không còn áp dụng vào ngày lập.", "Rate {detail} no longer applied that day."),
    "line_kind": ("Tính chất dòng hàng phải từ 1 đến 5.", "The nature of a line must be 1 to 5."),
    "note_with_amount": ("Dòng ghi chú không được có số tiền.", "A note must not have an amount."),
    "line_amount": ("Thành tiền khác số lượng × đơn giá − chiết khấu ({detail}).",
                    "The amount is not quantity × price − discount ({detail})."),
    "rate_sum": ("Tổng tiền của thuế suất {detail}.", "Sum of the rate: {detail}."),
    "rate_vat": ("Tiền thuế lệch quá 1 đồng ({detail}).", "VAT is off by more than one đồng ({detail})."),
    "rate_repeated": ("Thuế suất {detail} có hai dòng tổng hợp.", "Rate {detail} is summed up twice."),
    "net_sum": ("Tổng tiền chưa thuế sai ({detail}).", "The net total is wrong ({detail})."),
    "vat_sum": ("Tổng tiền thuế sai ({detail}).", "The VAT total is wrong ({detail})."),
    "total_sum": ("Tổng tiền thanh toán sai ({detail}).", "The grand total is wrong ({detail})."),
    "discount_sum": ("Tổng chiết khấu khác các dòng chiết khấu ({detail}).",
                     "The discount total is not that of its lines ({detail})."),
    "words": ("Số tiền bằng chữ khác bằng số ({detail}).", "The words say another amount ({detail})."),
    "words_unread": ("Không đọc được số tiền bằng chữ.", "The amount in words could not be read."),
    "negative": ("Chỉ hóa đơn điều chỉnh mới được ghi số âm.", "Only an adjustment may be negative."),
    "related": ("Thông tin hóa đơn liên quan chưa đủ.", "The related invoice is not fully named."),
    "buyer_unnamed": ("Thiếu tên người mua; khách lẻ ghi “Bán cho người tiêu dùng”.",
                      "The buyer is not named; for a consumer write “Bán cho người tiêu dùng”."),
    "buyer_unit": ("Người mua có mã số thuế phải có tên và địa chỉ.",
                   "A buyer with a tax code needs name and address."),
    "issuer": ("Thông tin bên nhận ủy nhiệm lập hóa đơn chưa đủ.", "The authorised issuer is not fully named."),
    "qr_broken": ("Mã QR sai.", "The QR code is broken."),
    "qr_differs": ("Mã QR nói khác hóa đơn.", "The QR code disagrees with the invoice."),
    "code_shape": ("Mã của cơ quan thuế sai dạng.", "The authority code has the wrong shape."),
    "code_unexpected": ("Hóa đơn không mã lại có mã của cơ quan thuế.", "An uncoded invoice carries a code."),
    "answer_differs": ("Cơ quan thuế trả về một hóa đơn khác hóa đơn đã gửi.",
                       "The authority returned another invoice than was sent."),
    # before numbering
    "not_registered": ("Người bán chưa đăng ký ký hiệu hóa đơn cho mẫu số và kênh bán này.",
                       "The seller has no registered series for this form and channel."),
    "numbers_unchecked": ("Dữ liệu mới phục hồi: phải đối chiếu số của ký hiệu {detail} trước khi lập tiếp.",
                          "The data was restored: compare the numbers of {detail} before issuing on."),
    "series_full": ("Ký hiệu {detail} đã hết số.", "Series {detail} has no numbers left."),
    "road_closed": ("Nhà cung cấp hóa đơn này chưa chuyển được hóa đơn ký hiệu {detail} qua chợ. Lập ở trang của họ.",
                    "This provider does not carry invoices of series {detail} from here. Issue them at its site."),
    "list_closed": ("Nhà cung cấp hóa đơn này chưa nhận bảng kê 01/BK-ĐCTT qua chợ. Sửa từng hóa đơn một.",
                    "This provider takes no list 01/BK-ĐCTT from here. Correct the invoices one by one."),
    # before signing
    "no_account": ("Người bán chưa có tài khoản ở nhà cung cấp hóa đơn ({detail}).",
                   "The seller has no account at the invoice provider ({detail})."),
    "signer_away": ("Chưa ký được: {detail}. Kiểm tra token, HSM hoặc dịch vụ ký số rồi lập lại.",
                    "Not signed: {detail}. Check the token, HSM or signing service, then issue again."),
    "certificate_ended": ("Chứng thư số của người bán đã hết hạn lúc {detail}. Gia hạn rồi lập lại.",
                          "The seller's certificate ended at {detail}. Renew it, then issue again."),
    "certificate_not_begun": ("Chứng thư số của người bán chỉ có hiệu lực từ {detail}.",
                              "The seller's certificate is valid only from {detail}."),
    "series_busy": ("Ký hiệu này đang có nhiều người lập cùng lúc. Lập lại sau ít phút.",
                    "Many people are issuing in this series. Issue again in a few minutes."),
    # rules of the general part
    "id_missing": ("Phần nội dung không có Id để ký.", "The content has no Id to be signed under."),
    "series_letter": ("Chữ {detail} trong ký hiệu không dùng cho mẫu số 1, 2.",
                      "Letter {detail} of the series is not for forms 1 and 2."),
    "title_differs": ("Tên hóa đơn không đúng với mẫu số.", "The title is not that of the form."),
    "file_code": ("Mã hồ sơ chỉ có, và phải có, ở hóa đơn theo từng lần phát sinh.",
                  "A file code belongs to invoices per occurrence, and only to them."),
    "version_of_day": ("Phiên bản {detail} không áp dụng vào ngày lập.", "Version {detail} did not apply that day."),
    "list_date": ("Ngày bảng kê sau ngày lập.", "The list is dated after the invoice."),
    "list_half": ("Bảng kê phải có cả số và ngày.", "A list needs number and date."),
    "exchange_rate": ("Hóa đơn bằng VND không ghi tỷ giá.", "An invoice in VND has no exchange rate."),
    "exchange_rate_missing": ("Thiếu tỷ giá.", "The exchange rate is missing."),
    "payment_unusual": ("Hình thức thanh toán “{detail}” không thông dụng.", "Payment “{detail}” is unusual."),
    "flag": ("Giá trị “{detail}” phải là 0 hoặc 1.", "The value “{detail}” must be 0 or 1."),
    "extra_kind": ("Không có kiểu dữ liệu “{detail}”.", "There is no data type “{detail}”."),
    "extra_value": ("Giá trị không đúng kiểu {detail}.", "The value is not of type {detail}."),
    # rules of the parties
    "phone": ("Số điện thoại “{detail}” lạ.", "The phone number “{detail}” looks odd."),
    "email": ("Thư điện tử “{detail}” lạ.", "The e-mail address “{detail}” looks odd."),
    "bank_half": ("Có tên ngân hàng mà không có số tài khoản.", "A bank is named without an account."),
    "consumer_with_tax_code": ("Người tiêu dùng không ghi mã số thuế.", "A consumer has no tax code."),
    "identity_differs": ("Số định danh khác mã số thuế 12 số.", "The personal ID differs from the 12-digit tax code."),
    "two_identities": ("Vừa có số định danh vừa có hộ chiếu.", "Both a personal ID and a passport are given."),
    "budget_code": ("Mã quan hệ ngân sách “{detail}” phải có 7 chữ số.", "Budget code “{detail}” must have 7 digits."),
    "sold_to_oneself": ("Người mua trùng người bán.", "Buyer and seller are the same."),
    "issuer_is_seller": ("Bên nhận ủy nhiệm trùng người bán.", "The authorised issuer is the seller."),
    # rules of the related invoice
    "related_kind": ("Tính chất “{detail}” phải là 1 (thay thế) hoặc 2 (điều chỉnh).",
                     "Kind “{detail}” must be 1 (replaces) or 2 (adjusts)."),
    "related_twice": ("Chỉ nêu một hóa đơn hoặc một bảng kê, không nêu cả hai.",
                      "Name one invoice or one list, not both."),
    "related_law": ("Loại hóa đơn liên quan “{detail}” phải từ 1 đến 4.", "Law “{detail}” must be 1 to 4."),
    "related_form": ("Mẫu số hóa đơn liên quan “{detail}” sai.", "Form “{detail}” of the related invoice is wrong."),
    "related_series": ("Ký hiệu hóa đơn liên quan “{detail}” sai.",
                       "Series “{detail}” of the related invoice is wrong."),
    "related_number": ("Số hóa đơn liên quan “{detail}” sai.", "Number “{detail}” of the related invoice is wrong."),
    "related_itself": ("Hóa đơn không thể sửa chính nó.", "An invoice cannot correct itself."),
    "related_later": ("Hóa đơn được sửa có ngày sau hóa đơn này.", "The corrected invoice is dated after this one."),
    "related_year": ("Năm trong ký hiệu khác năm của hóa đơn liên quan.",
                     "The year of its series is not that of the related invoice."),
    "related_sentence": ("Câu ghi chú không nói đúng việc thay thế hay điều chỉnh.",
                         "The note does not say whether it replaces or adjusts."),
    "related_note_number": ("Câu ghi chú nêu số {detail}, khác số hóa đơn liên quan.",
                            "The note names number {detail}, another than the related invoice."),
    # rules of the lines
    "line_position": ("Số thứ tự {detail} trùng hoặc nhỏ hơn 1.", "Position {detail} is repeated or below 1."),
    "note_with_rate": ("Dòng ghi chú không có thuế suất.", "A note has no VAT rate."),
    "note_with_quantity": ("Dòng ghi chú không có số lượng, đơn giá.", "A note has no quantity or price."),
    "rate_unnamed": ("Thuế suất KHAC nên ghi rõ phần trăm.", "Rate KHAC should name its percentage."),
    "gift_with_amount": ("Hàng khuyến mại không được tính tiền.", "A gift must not cost anything."),
    "quantity_zero": ("Số lượng bằng 0 mà có thành tiền.", "The quantity is 0 but there is an amount."),
    "quantity_negative": ("Chỉ hóa đơn điều chỉnh mới có số lượng âm.", "Only an adjustment has negative quantities."),
    "price_negative": ("Đơn giá âm.", "The unit price is negative."),
    "price_alone": ("Có đơn giá mà không có số lượng.", "There is a price without a quantity."),
    "signs_differ": ("Số lượng và thành tiền trái dấu.", "Quantity and amount have different signs."),
    "discount_percent": ("Chiết khấu {detail} % phải từ 0 đến 100.", "A discount of {detail} % must be 0 to 100."),
    "line_discount": ("Tiền chiết khấu khác số tính theo tỷ lệ ({detail}).",
                      "The discount is not that of its percentage ({detail})."),
    "discount_too_big": ("Chiết khấu lớn hơn tiền hàng.", "The discount is larger than the goods."),
    "traits_missing": ("Hàng hóa đặc trưng thiếu thông tin riêng.", "Special goods lack their particulars."),
    "traits_unexpected": ("Hàng thường không có thông tin hàng đặc trưng.", "Ordinary goods have no particulars."),
    "trait_kind": ("Loại hàng đặc trưng “{detail}” phải từ 1 đến 4.", "Special goods “{detail}” must be 1 to 4."),
    "no_goods": ("Hóa đơn không có hàng hóa, dịch vụ nào.", "The invoice has no goods or services."),
    # rules of the totals and codes
    "rate_vat_missing": ("Thiếu tiền thuế của thuế suất {detail}.", "VAT of rate {detail} is missing."),
    "words_currency": ("Số tiền bằng chữ không ghi “đồng”.", "The amount in words does not say “đồng”."),
    "fee_negative": ("Phí âm.", "A fee is negative."),
    "deduction_negative": ("Khoản giảm trừ ghi số âm.", "A deduction is negative."),
    "code_without_id": ("Mã của cơ quan thuế không có Id.", "The authority code has no Id."),
    "code_form": ("Mã {detail} của mẫu số khác.", "Code {detail} is of another form."),
    "code_year": ("Mã {detail} của năm khác.", "Code {detail} is of another year."),
    "qr_unchecked": ("Mã QR không có số kiểm tra.", "The QR code has no check field."),
    # signatures
    "unsigned": ("Thiếu chữ ký số.", "A digital signature is missing."),
    "signature_misplaced": ("Chữ ký nằm sai chỗ.", "A signature stands in the wrong place."),
    "signature_broken": ("Nội dung đã bị sửa sau khi ký, hoặc chữ ký sai.",
                         "The content was changed after signing, or the signature is wrong."),
    "id_twice": ("Hai phần cùng một Id.", "Two parts share an Id."),
    "algorithm_refused": ("Thuật toán ký không được chấp nhận.", "The signature uses a refused algorithm."),
    "reference_unresolved": ("Chữ ký tham chiếu phần không có trong tệp.", "The signature refers to nothing here."),
    "part_not_signed": ("Chữ ký không bao gồm nội dung phải ký.", "The signature does not cover what it must."),
    "time_not_signed": ("Thời điểm ký chưa được ký.", "The signing time is not signed."),
    "time_unreadable": ("Không đọc được thời điểm ký.", "The signing time cannot be read."),
    "certificate_missing": ("Chữ ký không kèm chứng thư số.", "The signature has no certificate."),
    "certificate_not_valid_then": ("Chứng thư số không có hiệu lực khi ký.",
                                   "The certificate was not valid when signing."),
    "certificate_not_trusted": ("Chứng thư số không do nơi tin cậy cấp.", "The certificate is not trusted."),
    "certificate_of_another": ("Chứng thư số thuộc mã số thuế khác.", "The certificate is of another tax code."),
    "key_too_small": ("Khóa ký quá ngắn.", "The signing key is too small."),
    "signed_before_issue": ("Ký trước ngày lập.", "Signed before the issue date."),
    "signed_late": ("Ký muộn hơn ngày làm việc tiếp theo.", "Signed later than the next working day."),
}  # fmt: skip

WARNINGS = frozenset(
    {
        "white_space", "words_unread", "signed_late", "discount_sum", "not_nfc", "title_differs", "payment_unusual",
        "phone", "email", "bank_half", "two_identities", "rate_unnamed", "price_alone", "related_sentence",
        "related_note_number", "words_currency", "qr_unchecked",
    }
)  # fmt: skip
"""Faults that people should look at although the invoice may stand."""


@dataclass(frozen=True)
class Finding:
    """One fault. ``path`` counts repeated tags from 1, as XPath does."""

    code: str
    path: str
    message_vi: str
    message_en: str

    @property
    def is_error(self) -> bool:
        """Whether the invoice cannot stand with it."""
        return self.code not in WARNINGS


def finding(code: str, path: str, detail: object = "") -> Finding:
    """A finding with its sentences; ``detail`` fills the blank in them."""
    vietnamese, english = TEXTS[code]
    return Finding(code, path, vietnamese.format(detail=detail), english.format(detail=detail))
