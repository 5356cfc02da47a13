"""Fresh goods: roots, fruit, branches."""

from . import fruits, plants, vessels
from .cloth import tag
from .ink import Sheet, at, heap, lathe, rounded, smooth
from .motifs import band
from .stall import good


def _corms(sheet: Sheet, spot: tuple[float, float, float, float], rise: float, count: int, size: float, colour: str = "#8a5f3f") -> str:
    return heap(sheet, lambda: fruits.taro(sheet, colour=colour), spot, rise, count, size=(size * 0.86, size * 1.12), turn=60, gap=size * 104)


def _resting(sheet: Sheet, x: float, y: float, drawing: str, size: float, turn: float = 0) -> str:
    """One fruit lying on the table, with its shade."""
    return sheet.shadow(x + size * 14, y + size * 82, size * 112, size * 34, 0.62) + at(x, y, drawing, size, turn)


@good("p01", "roots", 470)
def taro_net(s: Sheet) -> str:
    d = smooth([(250, 250), (150, 360), (110, 560), (150, 760), (300, 832), (470, 838), (620, 770), (670, 570), (620, 370), (520, 256), (420, 226), (340, 226)])
    bag = s.shadow(420, 815, 350, 70, 0.7)
    bag += s.within(d, f'<path d="{d}" fill="#5a3a28"/>' + "".join(_corms(s, (390, cy, 235, 60), 30, 11, 0.92) for cy in (380, 520, 640, 760)))
    bag += vessels.net(s, d, (100, 220, 600, 630), "#d8452f", 50)
    bag += f'<path d="{d}" fill="none" stroke="#b5331f" stroke-width="5"/>'
    neck = smooth([(330, 240), (350, 190), (318, 120), (372, 148), (392, 104), (420, 148), (470, 124), (434, 192), (452, 240)], True, 0.7)
    tone = s.tone("#d8452f")
    bag += s.solid(neck, tone, "".join(f'<path d="M{330 + k * 14} 250L{318 + k * 20} 90" stroke="{tone.line}" stroke-width="3" opacity=".4"/>' for k in range(10)), paint=s.fall(tone))
    bag += at(391, 212, '<path d="M-58 0Q0 22 58 0" stroke="#26356f" stroke-width="22" fill="none" stroke-linecap="round"/><path d="M-50 -2Q0 16 50 -2" stroke="#7f9bd0" stroke-width="5" fill="none"/>')
    return (
        at(640, 160, plants.taro_leaf(s), 1.25, -24)
        + at(800, 310, plants.taro_leaf(s, "#578f4a"), 0.95, 14)
        + bag
        + _resting(s, 716, 760, fruits.taro(s), 0.98, 34)
        + _resting(s, 852, 800, fruits.taro(s, "#f3ece8"), 1.08, 10)
    )


@good("p02", "roots-dusk", 500)
def taro_box(s: Sheet) -> str:
    kraft = s.tone("#c79a62")
    inner = smooth([(170, 470), (300, 396), (840, 396), (780, 470)], True, 0)
    flaps = s.solid(smooth([(300, 398), (270, 318), (800, 306), (840, 398)], True, 0), kraft, paint=s.fall(kraft))
    flaps += s.solid(smooth([(170, 470), (86, 400), (226, 330), (302, 398)], True, 0), kraft, paint=s.fall(kraft))
    side = smooth([(780, 470), (842, 396), (842, 700), (780, 830)], True, 0)
    front = smooth([(160, 470), (782, 470), (774, 834), (174, 834)], True, 0)
    marks = band(s, 150, 690, 700, "hook", "indigo", 5.6) + at(330, 580, plants.taro_leaf(s), 0.34, -20) + at(470, 580, fruits.taro(s), 0.74) + at(620, 590, fruits.taro(s, "#f3ece8"), 0.66)
    marks += '<path d="M160 470h620v22h-620z" fill="#2a1622" opacity=".22"/>'
    fill = _corms(s, (490, 462, 270, 44), 96, 22, 0.84)
    return (
        at(690, 110, plants.taro_leaf(s), 1.05, 16) + s.shadow(520, 828, 420, 62, 0.7) + flaps + f'<path d="{inner}" fill="#4a2e20"/>' + fill
        + s.solid(side, kraft, f'<path d="{side}" fill="#2a1622" opacity=".36"/>', paint=kraft.base)
        + s.solid(front, kraft, marks, paint=s.fall(kraft), line=3)
        + at(782, 470, s.solid(smooth([(0, 0), (62, -74), (150, -20), (84, 62)], True, 0), kraft, paint=s.fall(kraft)))
        + _resting(s, 130, 850, fruits.taro(s), 0.84, -24)
    )


@good("p03", "roots", 430)
def taro_vacuum(s: Sheet) -> str:
    bag = rounded(-300, -250, 600, 500, 34)
    inner = "".join(at(x, y, fruits.peeled(s), k, t) for x, y, k, t in ((-170, -96, 1.02, 12), (30, -112, 1.08, -8), (196, -66, 0.94, 16), (-150, 112, 1.04, -18), (66, 96, 1.12, 24), (214, 116, 0.9, -12)))
    film = "".join(
        f'<path d="M{x} {y}q{dx} {dy} {dx * 2} {dy * 0.4}" fill="none" stroke="#ffffff" stroke-width="{w}" opacity="{o}" stroke-linecap="round"/>'
        for x, y, dx, dy, w, o in ((s.around(0, 280), s.around(0, 220), s.around(0, 60), s.around(0, 50), s.rng.uniform(2, 8), s.rng.uniform(0.25, 0.75)) for _ in range(64))
    )
    shine = '<path d="M-280 -120L-120 -250H-20L-290 60Z" fill="#fff" opacity=".26"/><path d="M40 250L290 -10V60L130 250Z" fill="#fff" opacity=".2"/>'
    seal = "".join(f'<path d="M-300 {y}h600" stroke="#8a9aa8" stroke-width="2.5" opacity=".6"/>' for y in (-244, -234, -224, 226, 236, 244))
    film_tone = s.tone("#cfd8d6", 0.3, 0.4)
    pack = s.solid(bag, film_tone, '<rect x="-300" y="-250" width="600" height="500" fill="#b7c3c2" opacity=".8"/>' + inner + '<rect x="-300" y="-250" width="600" height="500" fill="#dfeaf0" opacity=".14"/>' + band(s, -300, -206, 600, "comb", "indigo", 4.6) + film + shine + seal, paint=film_tone.base, line=3)
    return (
        at(830, 150, plants.taro_leaf(s), 1.1, 24)
        + s.shadow(480, 800, 380, 66, 0.65)
        + at(450, 530, '<path d="M-286 -226h600v500h-600z" fill="#2a1622" opacity=".34" filter="url(#soft20)"/>' + pack, 1.22, -6)
        + _resting(s, 800, 800, fruits.taro(s), 1.1, 24)
        + _resting(s, 640, 872, fruits.peeled(s), 0.72, 74)
    )


@good("p58", "roots-dusk", 480)
def purple_taro(s: Sheet) -> str:
    corms = _corms(s, (480, 470, 290, 74), 150, 22, 1.0, "#6f4350")
    return (
        at(730, 120, plants.taro_leaf(s, "#4a6b4a"), 1.1, 20)
        + at(480, 500, vessels.basket(s, 370, 300, at(-480, -500, corms), "#b98750"))
        + _resting(s, 270, 830, fruits.taro(s, "#a77bb5", "#6b4048"), 1.12, -12)
        + _resting(s, 800, 840, fruits.taro(s, "#9a6bab", "#6b4048"), 1.0, 24)
    )


@good("p11", "fruit-leaf", 480)
def hawthorn_basket(s: Sheet) -> str:
    fruit = heap(s, lambda: fruits.hawthorn(s, s.rng.uniform(0.2, 0.95)), (500, 480, 300, 78), 190, 46, size=(0.58, 0.76), turn=18, gap=74)
    greens = "".join(at(x, y, plants.leaf(s, 170, 66, "#55883c", 0.1, 6, True), turn=t) for x, y, t in ((300, 360, -150), (640, 300, -50), (720, 390, -16), (430, 300, -110)))
    return (
        at(500, 520, vessels.basket(s, 380, 290, at(-500, -520, greens + fruit)))
        + _resting(s, 190, 838, fruits.hawthorn(s, 0.3), 0.82)
        + _resting(s, 800, 850, fruits.hawthorn(s, 0.9), 0.86)
        + at(842, 800, plants.leaf(s, 130, 50, "#5d9440", 0.1, 6, True), turn=-30)
        + _resting(s, 690, 880, fruits.hawthorn(s, 0.6), 0.7)
    )


@good("p22", "fruit", 430)
def plums(s: Sheet) -> str:
    fruit = heap(s, lambda: fruits.plum(s, s.rng.uniform(0.25, 0.95)), (490, 560, 330, 118), 200, 40, size=(0.7, 0.86), turn=20, gap=92)
    greens = "".join(at(x, y, plants.leaf(s, 190, 70, "#4f8a3c", 0.12, 7, True), turn=t) for x, y, t in ((250, 450, -160), (600, 330, -60), (730, 470, -10), (380, 350, -120)))
    return (
        at(490, 600, vessels.tray(s, 440))
        + greens + fruit
        + _resting(s, 740, 806, fruits.plum_half(s), 0.92)
        + _resting(s, 872, 770, fruits.plum(s, 0.4), 0.84)
        + _resting(s, 200, 806, fruits.plum(s, 0.8), 0.9)
    )


@good("p24", "fruit-leaf", 440)
def mangoes(s: Sheet) -> str:
    leaves = "".join(at(x, y, plants.leaf(s, 360, 92, "#3f7a3c", b, 9), turn=t) for x, y, t, b in ((480, 390, -160, 0.1), (540, 360, -62, -0.08), (560, 410, -18, 0.12), (470, 380, -108, 0.06)))
    return (
        leaves
        + _resting(s, 320, 500, fruits.mango(s, 0.55), 1.6)
        + _resting(s, 610, 470, fruits.mango(s, 0.85), 1.7)
        + _resting(s, 800, 640, fruits.mango(s, 0.4), 1.45)
        + _resting(s, 440, 690, fruits.mango(s, 0.95), 1.65)
        + s.shadow(230, 850, 170, 40, 0.6) + at(220, 800, fruits.mango_cheek(s), 1.5, -6)
        + s.shadow(680, 870, 170, 40, 0.6) + at(680, 826, fruits.mango_cheek(s), 1.4, 5)
    )


@good("p27", "fruit", 420)
def longans(s: Sheet) -> str:
    leaves = "".join(at(x, y, plants.leaf(s, 260, 78, "#47813c", b, 8), turn=t) for x, y, t, b in ((480, 250, -160, 0.1), (500, 220, -40, -0.08), (520, 260, 0, 0.12), (460, 240, 160, 0.06), (500, 230, -100, 0.06)))
    return (
        s.shadow(480, 770, 390, 90, 0.6)
        + leaves
        + at(310, 250, fruits.longan_bunch(s, 32, 250, 56), 1.05, 14)
        + at(640, 240, fruits.longan_bunch(s, 34, 250, 56), 1.08, -14)
        + at(480, 260, fruits.longan_bunch(s, 40, 280, 58), 1.15)
        + _resting(s, 210, 830, fruits.longan_open(s), 0.84)
        + _resting(s, 370, 862, fruits.longan(s), 0.66)
        + _resting(s, 760, 836, fruits.longan_open(s), 0.9)
        + _resting(s, 890, 800, fruits.longan(s), 0.68)
    )


@good("p29", "tea-pale", 440)
def custard_apples(s: Sheet) -> str:
    leaves = "".join(at(x, y, plants.leaf(s, 280, 104, "#4f8a45", b, 8), turn=t) for x, y, t, b in ((400, 370, -150, 0.1), (560, 340, -54, -0.08), (720, 430, -20, 0.12)))
    return (
        leaves
        + _resting(s, 350, 470, fruits.custard_apple(s), 1.75)
        + _resting(s, 668, 480, fruits.custard_apple(s), 1.85, 4)
        + _resting(s, 250, 726, fruits.custard_open(s), 1.62)
        + _resting(s, 560, 740, fruits.custard_apple(s), 1.6, -8)
        + _resting(s, 828, 776, fruits.custard_open(s), 1.3)
    )


@good("p30", "spring", 440)
def strawberries(s: Sheet) -> str:
    fruit = heap(s, lambda: fruits.strawberry(s), (490, 480, 300, 84), 200, 38, size=(0.62, 0.82), turn=55, gap=84)
    leaf = "".join(at(x, y, "".join(at(0, 0, plants.leaf(s, 120, 84, "#4f8f3f", 0.04, 6, True), turn=a) for a in (-70, 0, 70)), turn=t) for x, y, t in ((760, 400, -30), (230, 410, -150)))
    flower = at(824, 770, plants.blossom(s, 5, "#fbf7ee", "#e8c23f", slim=1.0, size=62))
    return (
        leaf
        + at(490, 520, vessels.basket(s, 370, 290, at(-490, -520, fruit), "#d9b06a", 0.84))
        + _resting(s, 190, 830, fruits.strawberry(s), 0.98, -40)
        + _resting(s, 690, 856, fruits.strawberry(s), 0.92, 62)
        + flower
        + at(880, 820, plants.leaf(s, 110, 76, "#4f8f3f", 0.04, 6, True), turn=20)
    )


@good("p59", "spring", 600)
def peach_branch(s: Sheet) -> str:
    boughs = [
        ([(500, 640), (470, 480), (520, 350), (430, 220), (460, 90)], 34),
        ([(490, 470), (360, 380), (250, 360), (130, 250)], 22),
        ([(515, 360), (640, 290), (720, 180), (860, 130)], 24),
        ([(500, 430), (640, 430), (760, 380), (900, 390)], 20),
        ([(440, 240), (330, 170), (280, 80)], 15),
        ([(680, 240), (700, 130), (660, 60)], 12),
    ]
    twigs = "".join(plants.branch(points, width, "#6b463a") for points, width in boughs)
    moss = "".join(f'<circle cx="{s.around(490, 30):.0f}" cy="{s.rng.uniform(380, 600):.0f}" r="{s.rng.uniform(4, 11):.0f}" fill="#9ab08a" opacity=".6"/>' for _ in range(14))
    flowers = []
    for points, _ in boughs:
        for (ax, ay), (bx, by) in zip(points[1:-1] if len(points) > 4 else points[:-1], points[2:] if len(points) > 4 else points[1:], strict=True):
            for k in range(5):
                t = s.rng.random()
                x, y = ax + (bx - ax) * t + s.around(0, 22), ay + (by - ay) * t + s.around(0, 22)
                if k < 3:
                    flowers.append((y, at(x, y, plants.blossom(s, 5, s.rng.choice(("#ef9bb0", "#e5748f", "#f3b3c2")), "#c2384f", slim=1.0, size=s.rng.uniform(34, 54), notch=0.06))))
                elif k == 3:
                    flowers.append((y, at(x, y, plants.bud(s, "#d9486b", 26), turn=s.around(0, 80))))
                else:
                    flowers.append((y - 20, at(x, y, plants.leaf(s, 64, 17, "#8ab04a", 0.1, 3), turn=s.around(-60, 90))))
    vase = ((-240, 74), (-220, 62), (-190, 60), (-120, 128), (-40, 150), (60, 128), (120, 92))
    pot = s.tone("#3a4f86", 0.5, 0.55)
    body = lathe(vase, 500)
    glaze = band(s, 300, -90, 400, "diamond", "indigo", 4.6) + s.gleam(436, -40, 26, 90, 0.7, 8)
    pot_drawing = at(0, 760, s.solid(body, pot, glaze, paint=s.tube(pot), line=3))
    label = at(690, 420, tag(s, 150, 220), 1.05, 8)
    petals = "".join(at(x, y, f'<ellipse rx="17" ry="10" fill="#efa3b6" stroke="#b5566f" stroke-opacity=".5"/>', turn=s.around(0, 60)) for x, y in ((280, 850), (700, 868), (760, 800), (210, 790), (620, 900)))
    return s.shadow(520, 884, 240, 46, 0.65) + twigs + moss + pot_drawing + "".join(d for _, d in sorted(flowers)) + label + petals


