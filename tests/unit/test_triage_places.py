"""The place grammar: what counts as building, unit, floor, room and spot, and what does not."""

from __future__ import annotations

import pytest

from routing.place import Place
from routing.triage.normalise import normalise
from routing.triage.places import place_in


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3号楼2单元502漏水", Place(building="3", unit="2", room="502")),
        ("3-2-502 没电", Place(building="3", unit="2", room="502")),
        ("3#502的水管", Place(building="3", room="502")),
        ("8-602 狗叫", Place(building="8", room="602")),
        ("五栋三单元", Place(building="5", unit="3")),
        ("十二栋一百零二室", Place(building="12", room="102")),
        ("2动3楼的灯", Place(building="2", floor="3")),
        ("A座1702", Place(building="A", room="1702")),
        ("四单元六楼", Place(unit="4", floor="6")),
        ("14层左右", Place(floor="14")),
        ("5栋2单元电梯", Place(building="5", unit="2")),
        ("告知：5栋检修", Place(building="5")),
        ("4楼到5楼那截", Place(floor="4")),
        ("３号楼２单元", Place(building="3", unit="2")),
        ("9号楼东户501", Place(building="9", room="501")),
        ("楼上1804拖桌子", Place(room="1804")),
        ("@1102 你家水没关", Place(room="1102")),
        ("一楼都淹了", Place(floor="1")),
        ("3栋漏水，说错了，是5栋", Place(building="5")),
        ("北门路灯不亮", Place(spot="北门")),
        ("大门口的栏杆断了", Place(spot="大门口")),
        ("另外北门路灯也不亮", Place(spot="北门")),
        ("顺便说下天门路积水", Place(spot="天门路")),
        ("地库积水", Place(spot="地库")),
        ("文昌街路面塌了", Place(spot="文昌街")),
        ("3号楼门口堆垃圾", Place(building="3")),
    ],
)
def test_says_where(text: str, place: Place) -> None:
    assert place_in(normalise(text).text) == place


@pytest.mark.parametrize(
    "text",
    [
        "12:30停水",
        "9:00-17:00停电",
        "电话13812345678",
        "物业费2800元",
        "一共3-500元",
        "爬了20层",
        "三层楼高",
        "一层灰",
        "两栋楼之间",
        "豫A12345的车挡道",
        "5-6个人",
        "2026-11-22开会",
        "排队等了二十分钟",
        "比分3-2",
    ],
)
def test_says_nothing(text: str) -> None:
    assert place_in(normalise(text).text) is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # Chains of numbers, however they are joined.
        ("3#2-502没电", "3 2 · 502"),
        ("3号楼-2-502没电", "3 2 · 502"),
        ("3号楼1-502没电", "3 1 · 502"),
        ("1#-2-301", "1 2 · 301"),
        ("9.2.502", "9 2 · 502"),
        ("9/502没水", "9 · · 502"),
        ("9号楼/2单元/502", "9 2 · 502"),
        ("9栋（2单元）502", "9 2 · 502"),
        ("9~2~502漏水", "9 2 · 502"),
        ("3-1的电梯停了", "3 1 · ·"),
        ("2-1三楼灯坏了", "2 1 3 ·"),
        ("11-101一楼反水", "11 · 1 101"),
        ("单元门坏球了响一夜，7-3", "7 3 · ·"),
        ("十一楼的楼道没人扫", "· · 11 ·"),
        ("我租的1803水管爆了", "· · · 1803"),
        ("晚上谁收下衣服，404", "· · · 404"),
        ("楼栋号12，房号1501", "12 · · 1501"),
        # Units that are called doors, and what hurried thumbs make of the words.
        ("3号楼2门502", "3 2 · 502"),
        ("5号楼三门", "5 3 · ·"),
        ("五号楼二门七楼", "5 2 7 ·"),
        ("3门602漏水", "· 3 · 602"),
        ("3楼2门502的", "3 2 · 502"),
        ("8号楼2单1201", "8 2 · 1201"),
        ("4号搂2单元", "4 2 · ·"),
        ("四冻二单元", "4 2 · ·"),
        ("8号2单元", "8 2 · ·"),
        # The first of a list or a range.
        ("3号、5号楼停水", "3 · · ·"),
        ("一至五号楼停电", "1 · · ·"),
        ("5-8栋停电", "5 · · ·"),
        ("十一二层之间", "· · 11 ·"),
        ("七八楼中间", "· · 7 ·"),
        ("我家902，5栋", "5 · · 902"),
        # Which building, and how many.
        ("一栋的水黄得很", "1 · · ·"),
        ("三栋楼都停电", "· · · ·"),
        ("12栋楼都没水", "· · · ·"),
        ("1栋楼没水", "1 · · ·"),
        ("A2号楼502", "A2 · · 502"),
        ("b3幢", "B3 · · ·"),
        # Rooms alone.
        ("五〇二漏水", "· · · 502"),
        ("我家幺零二", "· · · 102"),
        ("住5号楼的1203", "5 · · 1203"),
        ("厕所顶上滴水，谁来看看？1803", "· · · 1803"),
        ("举报：402在砸墙", "· · · 402"),
        ("1805，厕所顶湿了一片", "· · · 1805"),
        ("俺家803吊顶滴水", "· · · 803"),
        ("走得飞快，1503就我一个人住", "· · · 1503"),
        ("2003漏水", "· · · 2003"),
        # Houses on a lane, and rows of bungalows.
        ("阴沟堵了，28弄6号", "6 · · ·"),
        ("西坊三巷9号水表坏了", "9 · · ·"),
        ("六巷7号二楼停水", "7 · 2 ·"),
        # On a street with a name the number is the town's; with a unit behind it people mean their own house.
        ("金鱼巷15号三楼，水表箱坏了", "· · 3 ·"),
        ("南大街8号6楼漏水", "· · 6 ·"),
        ("新华路21号2单元401漏水", "21 2 · 401"),
        ("4单元那个老伯，就是601那户，三天没出门", "· 4 · 601"),
        ("C座3F306灯坏", "C · 3 306"),
        ("老人摔倒了 6号102", "6 · · 102"),
        ("我住19号嘛", "19 · · ·"),
        ("12号南面的树没人修", "12 · · ·"),
        ("9号3门四楼灯坏了", "9 3 4 ·"),
        ("三排五号没暖气", "3 · · 5"),
        ("4排12号房顶漏", "4 · · 12"),
        ("平房3排把头那家", "3 · · ·"),
        # Doors with a number or a letter of their own.
        ("8幢2单元22-3漏水", "8 2 22 3"),
        ("2栋7楼3号的厕所漏", "2 · 7 3"),
        ("三座七樓C室露台", "3 · 7 C"),
        ("5座12A没水", "5 · · 12A"),
        ("14樓D有人打架", "· · 14 D"),
        ("九座B室装修", "9 · · B"),
        # Words and numerals that are rarer in addresses.
        ("六座靠路的墙砖掉了", "6 · · ·"),
        ("丙座大堂没人", "丙 · · ·"),
        ("贰栋叁单元门禁坏了", "2 3 · ·"),
        ("7零2那户太吵", "· · · 702"),
        ("谁有9幢六楼的电话", "9 · 6 ·"),
        ("三门四层到五层的灯", "· 3 4 ·"),
        ("一层到六层没人扫", "· · 1 ·"),
        ("8号楼底楼进水", "8 · 1 ·"),
        ("9号楼17层楼道里有烟", "9 · 17 ·"),
        ("人脸机不认我，26-1", "26 1 · ·"),
        # Corrections without a verb.
        ("3栋，不对，5栋", "5 · · ·"),
        ("电梯一到九楼就抖", "· · 9 ·"),
        ("3栋，哦不是，5栋", "5 · · ·"),
        ("3栋2单元502（不好意思是503）", "3 2 · 503"),
        # Blocks with a letter, and what stands before a chain.
        ("A3-2-502没电", "A3 2 · 502"),
        ("B-2-1203漏水", "B 2 · 1203"),
        ("A1203没水", "A · · 1203"),
        ("C-1203漏水", "C · · 1203"),
        ("地址：12-1-1802", "12 1 · 1802"),
        ("锦绣苑16-2-1101", "16 2 · 1101"),
        ("二期5栋2单元", "5 2 · ·"),
        ("3#2#502", "3 2 · 502"),
        ("3 2 502漏水了", "3 2 · 502"),
        ("楼栋：5 单元：2 室：502", "5 2 · 502"),
        ("5号楼#502", "5 · · 502"),
        ("16栋1702-1703", "16 · · 1702"),
        # Units by letter, as staircases, in lists, and as voice input hears them.
        ("6栋B单元1203", "6 B · 1203"),
        ("7栋二梯15楼", "7 2 15 ·"),
        ("3栋1单位502", "3 1 · 502"),
        ("六栋二丹元", "6 2 · ·"),
        ("5栋1，2单元", "5 1 · ·"),
        ("5/6单元没电", "· 5 · ·"),
        ("3楼2单元502", "3 2 · 502"),
        ("8号楼中单元302", "8 · · 302"),
        # Numerals for tens, hundreds and doors.
        ("廿三栋五楼", "23 · 5 ·"),
        ("卅二栋", "32 · · ·"),
        ("五号楼二单元三百零二", "5 2 · 302"),
        ("十二栋一单元十五零二", "12 1 · 1502"),
        ("五六栋之间", "5 · · ·"),
        ("五六七楼没水", "· · 5 ·"),
        ("3️⃣栋2️⃣单元", "3 2 · ·"),
        # Storeys.
        ("12/F 有煙", "· · 12 ·"),
        ("第12层没灯", "· · 12 ·"),
        ("5、6、7楼没水", "· · 5 ·"),
        ("5栋2单元1-3层没灯", "5 2 1 ·"),
        ("5號7樓之2漏水", "5 · 7 2"),
        ("9栋11层02户", "9 · 11 02"),
        ("22楼 C座", "C · 22 ·"),
        ("第二座18樓", "2 · 18 ·"),
        ("一栋楼下有垃圾", "1 · · ·"),
        # As heard or typed, and in lists.
        ("5好楼2们3楼着火", "5 2 3 ·"),
        ("三号楼三门楼道没人扫", "3 3 · ·"),
        ("3门从1楼到6楼堆满了", "· 3 1 ·"),
        ("流好多血 3梯2楼", "· 3 2 ·"),
        ("四洞楼下了", "4 · · ·"),
        ("①7号楼203 冻梨", "7 · · 203"),
        ("15-3的可视门铃", "15 3 · ·"),
        ("B室，12樓，1座", "1 · 12 B"),
        ("25樓08室", "· · 25 08"),
        ("我是12號的住戶", "12 · · ·"),
        ("撬1502嘅门", "· · · 1502"),
        ("堵在7号门洞", "· 7 · ·"),
        ("5-1的二楼楼梯口", "5 1 2 ·"),
        ("6-2有人把车推进家", "6 2 · ·"),
        ("三排六号门口", "3 · · 6"),
        ("2号院1至4栋安检", "1 · · ·"),
        ("住顶层二零零一", "· · · 2001"),
        ("我妈坐地上了，18-2，别叫它再跑了", "18 2 · ·"),
        ("四座2门楼梯口有蛇", "4 2 · ·"),
        # Below the ground behind a building; where a lift is; where somebody else lives.
        ("21栋地下一层进水", "21 · -1 ·"),
        ("F座B1车库", "F · -1 ·"),
        ("地下一层进水", "· · · ·"),
        ("停在7跟8中间", "· · 7 ·"),
        ("我是8号楼的，看到对面11号楼6楼有烟", "11 · 6 ·"),
        # Storeys one goes to, and storeys that are counted.
        ("B座上到25层门不开", "B · 25 ·"),
        ("顺着水管爬到三楼", "· · 3 ·"),
        ("爬了三楼", "· · · ·"),
        ("娃包了三层", "· · · ·"),
        # Rooms of others.
        ("楼上的702在吵", "· · · 702"),
        ("隔壁单元502装修", "· · · 502"),
        ("水从1702漏下来", "· · · 1702"),
        ("702天天半夜剁肉", "· · · 702"),
        ("702、703都没水", "· · · 702"),
    ],
)
def test_reads_addresses_as_people_write_them(text: str, numbers: str) -> None:
    place = place_in(normalise(text).text) or Place()
    assert " ".join(part or "·" for part in (place.building, place.unit, place.floor, place.room)) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "2003年的事了",
        "等305路公交",
        "交了1200元",
        "3.5元一度",
        "2.1.2024",
        "取件码8-2-1203",
        "提货码贴错群了，撤回 5-12-408",
        "沪B2F15这车谁的",
        "下个月10号",
        "工资15号",
        "2号窗口办理",
        "三座桥都修好了",
        "黑色七座车",
        "我排第七",
        "看完《十三号楼》了",
        "球赛赢了 3-1",
        "1号电梯坏了",
        "2号门岗没人",
        "共5栋",
        "六年级三班",
        "有502人报名",
        "味道不对，换一家",
        "订了票，9车7F",
        "请走1号门，给您添麻烦了",
        "一下掉三层",
        "改到我们前一栋停了",
        "下头就是一排平房",
        "出一台洗衣机，排水正常，220，东门自提",
        "车牌A1203",
        "高铁E1203次",
        "陕A·3F217的车主挪一下",
        "晋B3F508占了我的位",
        "门牌掉了，东大街31号",
        "柳树巷18号门口塌了个洞",
        "第三层意思",
        "三层小洋楼",
        "买了一栋别墅",
        "从1203涨到1505元",
        "楼下302路公交",
        "11 22 2026",
        "不是，我没说",
    ],
)
def test_reads_no_address_into_other_numbers(text: str) -> None:
    place = place_in(normalise(text).text) or Place()
    assert (place.building, place.unit, place.floor, place.room) == (None, None, None, None)


def test_aliases_complete_what_is_said() -> None:
    aliases = {"老楼": Place(building="3"), "后院": Place(spot="后院")}
    assert place_in("老楼二单元漏水", aliases) == Place(building="3", unit="2")
    assert place_in("5栋不是老楼", {"老楼": Place(building="3")}) == Place(building="5")


def test_merging_keeps_what_is_known_and_forgets_another_building() -> None:
    assert Place(unit="2").merged_with(Place(building="3", unit="1")) == Place(building="3", unit="2")
    assert Place(building="5").merged_with(Place(building="3", unit="1", spot="北门")) == Place(
        building="5", spot="北门"
    )


def test_the_public_place_has_no_room() -> None:
    assert Place(building="3", room="502").public() == Place(building="3")
    assert Place().is_empty


@pytest.mark.parametrize(
    ("text", "building", "unit", "floor", "room"),
    [
        ("1203隔成好几间，天天进出人", None, None, None, "1203"),
        ("马桶堵了没人来，801", None, None, None, "801"),
        ("我在1904 有人砸门", None, None, None, "1904"),
        ("楼上702漏水，我602的", None, None, None, "602"),
        ("厨房返水，302，谁来看看", None, None, None, "302"),
        ("5号楼中门601没暖气", "5", None, None, "601"),
        ("11号一楼把院子占了", "11", None, "1", None),
        ("11#外墙掉砖", "11", None, None, None),
        ("4-2单元门坏了", "4", "2", None, None),
        ("5、6、7号楼没水", "5", None, None, None),
        ("3号院2号楼门禁坏了", "2", None, None, None),
        ("楼上八楼的天天蹦", None, None, "8", None),
        ("七楼住户都没水", None, None, "7", None),
        ("b座二十一层停电", "B", None, "21", None),
        ("14-2-302 人不在家能报停暖吗", "14", "2", None, "302"),
        # Numbers that are no place.
        ("取件码6-2-3018 帮我拿下", None, None, None, None),
        ("加装电梯一楼不同意怎么办", None, None, None, None),
        ("公摊三十八 楼道灯还坏", None, None, None, None),
        ("已有213户签名", None, None, None, None),
        ("7座别克包车", None, None, None, None),
        ("110来了没有", None, None, None, None),
        ("2016年交的房", None, None, None, None),
        ("301路公交又改线", None, None, None, None),
    ],
)
def test_rooms_said_without_a_word_for_them(
    text: str, building: str | None, unit: str | None, floor: str | None, room: str | None
) -> None:
    place = place_in(text) or Place()
    assert (place.building, place.unit, place.floor, place.room) == (building, unit, floor, room)


def test_a_building_number_is_no_street() -> None:
    place = place_in("5栋路灯也不亮")
    assert place == Place(building="5")


_SPOTS = """
东门 西北门口 负一层车库 地下2层 b2 地库 车库入口 停车场 a区 顶楼 顶层 楼顶 天台 屋顶 大厅
大堂 门卫室 保安亭 岗亭 凉亭 亭子 中心花园 广场 充电棚 车棚 健身器材 健身区 游乐场 滑梯 儿童乐园
沙坑 喷泉 池塘 人工湖 步道 连廊 篮球场 垃圾站 垃圾房 小区外 河边 水泵房 配电房 活动室 快递柜
驿站 长安大道 长安胡同 长安小学 长安中学 长安高中 长安幼儿园 长安卫生院 长安医院 长安银行 长安书店
长安超市 长安市场 长安商场 长安公园 长安体育馆 长安药房 长安饭店 长安公交站 长安派出所 长安街 长安路
长安巷 长安桥
"""


@pytest.mark.parametrize("spot", _SPOTS.split())
def test_every_kind_of_spot_is_seen_by_the_first_look(spot: str) -> None:
    found = place_in(f"{spot}坏")
    assert found is not None
    assert found.spot == spot


@pytest.mark.parametrize(
    ("text", "room"),
    [("215栋漏水", None), ("215栋302漏水", "302"), ("302漏水，215栋的", "302")],
)
def test_the_number_of_a_house_is_no_room(text: str, room: str | None) -> None:
    found = place_in(text)
    assert found is not None
    assert found.room == room


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("下班路上好堵", None),
        ("今天路上堵车", None),
        ("回家路上买了束花", None),
        ("放学路上有人跟着", None),
        ("大雨天路上成河", None),
        ("大学路上有个坑", "大学路"),
        ("迎宾路上有个坑", "迎宾路"),
    ],
)
def test_on_the_way_is_no_street(text: str, spot: str | None) -> None:
    assert (place_in(text) or Place()).spot == spot
