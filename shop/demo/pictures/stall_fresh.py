"""Fresh goods: roots, fruit, branches."""

from . import fruits, plants, vessels
from .cloth import tag
from .ink import Point, Sheet, at, heap, lathe
from .motifs import band
from .stall import good, resting


@good("p11", "fruit-leaf", 480)
def hawthorn_basket(s: Sheet) -> str:
    fruit = heap(
        s,
        lambda: fruits.hawthorn(s, s.rng.uniform(0.2, 0.95)),
        (500, 480, 300, 78),
        190,
        46,
        size=(0.58, 0.76),
        turn=18,
        gap=74,
    )
    greens = "".join(
        at(x, y, plants.leaf(s, 170, 66, "#55883c", 0.1, 6, True), turn=t)
        for x, y, t in ((300, 360, -150), (640, 300, -50), (720, 390, -16), (430, 300, -110))
    )
    return (
        at(500, 520, vessels.basket(s, 380, 290, at(-500, -520, greens + fruit)))
        + resting(s, 190, 838, fruits.hawthorn(s, 0.3), 0.82)
        + resting(s, 800, 850, fruits.hawthorn(s, 0.9), 0.86)
        + at(842, 800, plants.leaf(s, 130, 50, "#5d9440", 0.1, 6, True), turn=-30)
        + resting(s, 690, 880, fruits.hawthorn(s, 0.6), 0.7)
    )


@good("p22", "fruit", 430)
def plums(s: Sheet) -> str:
    fruit = heap(
        s,
        lambda: fruits.plum(s, s.rng.uniform(0.25, 0.95)),
        (490, 560, 330, 118),
        200,
        40,
        size=(0.7, 0.86),
        turn=20,
        gap=92,
    )
    greens = "".join(
        at(x, y, plants.leaf(s, 190, 70, "#4f8a3c", 0.12, 7, True), turn=t)
        for x, y, t in ((250, 450, -160), (600, 330, -60), (730, 470, -10), (380, 350, -120))
    )
    return (
        at(490, 600, vessels.tray(s, 440))
        + greens
        + fruit
        + resting(s, 740, 806, fruits.plum_half(s), 0.92)
        + resting(s, 872, 770, fruits.plum(s, 0.4), 0.84)
        + resting(s, 200, 806, fruits.plum(s, 0.8), 0.9)
    )


@good("p24", "fruit-leaf", 440)
def mangoes(s: Sheet) -> str:
    leaves = "".join(
        at(x, y, plants.leaf(s, 360, 92, "#3f7a3c", b, 9), turn=t)
        for x, y, t, b in (
            (480, 390, -160, 0.1),
            (540, 360, -62, -0.08),
            (560, 410, -18, 0.12),
            (470, 380, -108, 0.06),
        )
    )
    return (
        leaves
        + resting(s, 320, 500, fruits.mango(s, 0.55), 1.6)
        + resting(s, 610, 470, fruits.mango(s, 0.85), 1.7)
        + resting(s, 800, 640, fruits.mango(s, 0.4), 1.45)
        + resting(s, 440, 690, fruits.mango(s, 0.95), 1.65)
        + s.shadow(230, 850, 170, 40, 0.6)
        + at(220, 800, fruits.mango_cheek(s), 1.5, -6)
        + s.shadow(680, 870, 170, 40, 0.6)
        + at(680, 826, fruits.mango_cheek(s), 1.4, 5)
    )


@good("p27", "fruit", 420)
def longans(s: Sheet) -> str:
    leaves = "".join(
        at(x, y, plants.leaf(s, 260, 78, "#47813c", b, 8), turn=t)
        for x, y, t, b in (
            (480, 250, -160, 0.1),
            (500, 220, -40, -0.08),
            (520, 260, 0, 0.12),
            (460, 240, 160, 0.06),
            (500, 230, -100, 0.06),
        )
    )
    return (
        s.shadow(480, 770, 390, 90, 0.6)
        + leaves
        + at(310, 250, fruits.longan_bunch(s, 32, 250, 56), 1.05, 14)
        + at(640, 240, fruits.longan_bunch(s, 34, 250, 56), 1.08, -14)
        + at(480, 260, fruits.longan_bunch(s, 40, 280, 58), 1.15)
        + resting(s, 210, 830, fruits.longan_open(s), 0.84)
        + resting(s, 370, 862, fruits.longan(s), 0.66)
        + resting(s, 760, 836, fruits.longan_open(s), 0.9)
        + resting(s, 890, 800, fruits.longan(s), 0.68)
    )


@good("p29", "tea-pale", 440)
def custard_apples(s: Sheet) -> str:
    leaves = "".join(
        at(x, y, plants.leaf(s, 280, 104, "#4f8a45", b, 8), turn=t)
        for x, y, t, b in ((400, 370, -150, 0.1), (560, 340, -54, -0.08), (720, 430, -20, 0.12))
    )
    return (
        leaves
        + resting(s, 350, 470, fruits.custard_apple(s), 1.75)
        + resting(s, 668, 480, fruits.custard_apple(s), 1.85, 4)
        + resting(s, 250, 726, fruits.custard_open(s), 1.62)
        + resting(s, 560, 740, fruits.custard_apple(s), 1.6, -8)
        + resting(s, 828, 776, fruits.custard_open(s), 1.3)
    )


@good("p30", "spring", 440)
def strawberries(s: Sheet) -> str:
    fruit = heap(
        s, lambda: fruits.strawberry(s), (490, 480, 300, 84), 200, 38, size=(0.62, 0.82), turn=55, gap=84
    )
    leaf = "".join(
        at(
            x,
            y,
            "".join(
                at(0, 0, plants.leaf(s, 120, 84, "#4f8f3f", 0.04, 6, True), turn=a) for a in (-70, 0, 70)
            ),
            turn=t,
        )
        for x, y, t in ((760, 400, -30), (230, 410, -150))
    )
    flower = at(824, 770, plants.blossom(s, 5, "#fbf7ee", "#e8c23f", slim=1.0, size=62))
    return (
        leaf
        + at(490, 520, vessels.basket(s, 370, 290, at(-490, -520, fruit), "#d9b06a", 0.84))
        + resting(s, 190, 830, fruits.strawberry(s), 0.98, -40)
        + resting(s, 690, 856, fruits.strawberry(s), 0.92, 62)
        + flower
        + at(880, 820, plants.leaf(s, 110, 76, "#4f8f3f", 0.04, 6, True), turn=20)
    )


@good("p59", "spring", 600)
def peach_branch(s: Sheet) -> str:
    boughs: list[tuple[list[Point], float]] = [
        ([(500, 640), (470, 480), (520, 350), (430, 220), (460, 90)], 34),
        ([(490, 470), (360, 380), (250, 360), (130, 250)], 22),
        ([(515, 360), (640, 290), (720, 180), (860, 130)], 24),
        ([(500, 430), (640, 430), (760, 380), (900, 390)], 20),
        ([(440, 240), (330, 170), (280, 80)], 15),
        ([(680, 240), (700, 130), (660, 60)], 12),
    ]
    twigs = "".join(plants.branch(points, width, "#6b463a") for points, width in boughs)
    moss = "".join(
        f'<circle cx="{s.around(490, 30):.0f}" cy="{s.rng.uniform(380, 600):.0f}" r="{s.rng.uniform(4, 11):.0f}" fill="#9ab08a" opacity=".6"/>'
        for _ in range(14)
    )
    flowers = []
    for points, _ in boughs:
        for (ax, ay), (bx, by) in zip(
            points[1:-1] if len(points) > 4 else points[:-1],
            points[2:] if len(points) > 4 else points[1:],
            strict=True,
        ):
            for k in range(5):
                t = s.rng.random()
                x, y = ax + (bx - ax) * t + s.around(0, 22), ay + (by - ay) * t + s.around(0, 22)
                if k < 3:
                    flowers.append(
                        (
                            y,
                            at(
                                x,
                                y,
                                plants.blossom(
                                    s,
                                    5,
                                    s.rng.choice(("#ef9bb0", "#e5748f", "#f3b3c2")),
                                    "#c2384f",
                                    slim=1.0,
                                    size=s.rng.uniform(34, 54),
                                    notch=0.06,
                                ),
                            ),
                        )
                    )
                elif k == 3:
                    flowers.append((y, at(x, y, plants.bud(s, "#d9486b", 26), turn=s.around(0, 80))))
                else:
                    flowers.append(
                        (y - 20, at(x, y, plants.leaf(s, 64, 17, "#8ab04a", 0.1, 3), turn=s.around(-60, 90)))
                    )
    vase = ((-240, 74), (-220, 62), (-190, 60), (-120, 128), (-40, 150), (60, 128), (120, 92))
    pot = s.tone("#3a4f86", 0.5, 0.55)
    body = lathe(vase, 500)
    glaze = band(s, 300, -90, 400, "diamond", "indigo", 4.6) + s.gleam(436, -40, 26, 90, 0.7, 8)
    pot_drawing = at(0, 760, s.solid(body, pot, glaze, paint=s.tube(pot), line=3))
    label = at(690, 420, tag(s, 150, 220), 1.05, 8)
    petals = "".join(
        at(
            x,
            y,
            '<ellipse rx="17" ry="10" fill="#efa3b6" stroke="#b5566f" stroke-opacity=".5"/>',
            turn=s.around(0, 60),
        )
        for x, y in ((280, 850), (700, 868), (760, 800), (210, 790), (620, 900))
    )
    return (
        s.shadow(520, 884, 240, 46, 0.65)
        + twigs
        + moss
        + pot_drawing
        + "".join(d for _, d in sorted(flowers))
        + label
        + petals
    )
