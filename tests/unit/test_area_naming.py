"""Which areas a text names, in the sample district."""

from __future__ import annotations

import pytest

from routing.area_naming import areas_named
from routing.areas import Area, AreaTree
from tests.unit.district import TREE


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("锦绣花园3栋楼道灯不亮", ["TD101-X1"]),
        ("錦繡花園3棟樓道燈不亮", ["TD101-X1"]),
        ("锦 绣 小 区 3栋", ["TD101-X1"]),  # an alias, with blanks
        ("桂花园社区锦绣花园3栋", ["TD101-X1"]),  # the inner one is meant
        ("桂花园这边半夜施工", ["TD101"]),
        ("锦绣花园和棉纺厂宿舍都停水了", ["TD101-X1", "TD101-X2"]),
        ("桂花园第一网格有人占道", ["TD101-01"]),
        ("楼道灯不亮", []),
        ("3栋2单元", []),
    ],
)
def test_areas_named(text: str, codes: list[str]) -> None:
    assert [area.code for area in areas_named(text, TREE)] == codes


def test_a_name_that_several_have_means_all_of_them() -> None:
    communities = [Area(code, name, "community") for code, name in (("A", "河滨社区"), ("B", "西林社区"))]
    grids = [Area(f"{area.code}1", "第一网格", "grid", area.code) for area in communities]
    tree = AreaTree([*communities, *grids])
    assert areas_named("第一网格有人占道", tree) == tuple(grids)
    assert areas_named("西林社区第一网格有人占道", tree) == (grids[1],)
