"""The 26 sets of products of the programme (Decision 26/2026/QĐ-TTg, annex I), named in the languages of the shop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OcopSet:
    """One of the 26 sets of products (*bộ sản phẩm*) of annex I."""

    number: int
    vi: str
    en: str
    ja: str

    def name_in(self, language: str | None) -> str:
        """Vietnamese in every language that has no name of its own."""
        return {"en": self.en, "ja": self.ja}.get(language or "", self.vi)


SETS = {
    number: OcopSet(number, vi, en, ja)
    for number, vi, en, ja in (
        (
            1,
            "Rau, củ, quả, hạt tươi",
            "Fresh vegetables, tubers, fruit, seeds",
            "生鮮の野菜・いも・果物・種実",
        ),
        (2, "Thịt, thủy sản, trứng, sữa tươi", "Fresh meat, fish, eggs, milk", "生鮮の肉・水産物・卵・乳"),
        (
            3,
            "Gạo, ngũ cốc, hạt sơ chế khác",
            "Rice, cereals, other primary grains",
            "米・雑穀・その他の一次加工穀物",
        ),
        (
            4,
            "Mật ong, mật khác và nông sản thực phẩm khác",
            "Honey, other nectars, other farm food",
            "はちみつ・その他の蜜・農産食品",
        ),
        (5, "Đồ ăn nhanh", "Fast food", "即席食品"),
        (6, "Chế biến từ gạo, ngũ cốc", "Processed rice and cereals", "米・雑穀の加工品"),
        (
            7,
            "Chế biến từ rau, củ, quả, hạt",
            "Processed vegetables, tubers, fruit, nuts",
            "野菜・いも・果物・種実の加工品",
        ),
        (
            8,
            "Chế biến từ thịt, trứng, sữa, thủy sản, mật ong",
            "Processed meat, eggs, milk, fish, honey products",
            "肉・卵・乳・水産物・はちみつの加工品",
        ),
        (
            9,
            "Tương, nước mắm, gia vị dạng lỏng khác",
            "Sauces, liquid condiments",
            "たれ・魚醤・その他の液体調味料",
        ),
        (10, "Gia vị khác", "Other spices", "その他の調味料"),
        (11, "Chè tươi, chè chế biến", "Tea, fresh or processed", "茶（生葉・加工茶）"),
        (12, "Sản phẩm trà từ thực vật khác", "Infusions of other plants", "その他の植物の茶"),
        (13, "Cà phê, ca cao", "Coffee, cocoa", "コーヒー・カカオ"),
        (14, "Rượu trắng", "White spirit", "白酒（蒸留酒）"),
        (15, "Đồ uống có cồn khác", "Other alcoholic drinks", "その他の酒類"),
        (
            16,
            "Nước khoáng thiên nhiên, nước uống đóng chai",
            "Mineral and bottled water",
            "天然ミネラルウォーター・飲料水",
        ),
        (17, "Đồ uống không cồn khác", "Other soft drinks", "その他の清涼飲料"),
        (
            18,
            "Thực phẩm chức năng, thuốc dược liệu, thuốc cổ truyền",
            "Functional food, herbal and traditional medicine",
            "健康食品・生薬・伝統薬",
        ),
        (19, "Mỹ phẩm có thành phần từ dược liệu", "Herbal cosmetics", "生薬由来の化粧品"),
        (20, "Tinh dầu và dược liệu khác", "Essential oils, other herbs", "精油・その他の生薬"),
        (
            21,
            "Thủ công mỹ nghệ gia dụng, trang trí",
            "Handicraft, household and decor",
            "工芸品（日用・装飾）",
        ),
        (22, "Vải, may mặc", "Fabric, garments", "織物・衣類"),
        (23, "Hoa", "Flowers", "花"),
        (24, "Cây cảnh", "Ornamental plants", "観賞植物"),
        (25, "Động vật cảnh", "Ornamental animals", "観賞動物"),
        (
            26,
            "Dịch vụ du lịch cộng đồng, du lịch sinh thái và điểm du lịch",
            "Community and eco-tourism",
            "地域観光・エコツーリズム・観光地",
        ),
    )
}
