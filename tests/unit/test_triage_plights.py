"""Danger told by somebody's plight, rule by rule; and the calm that talk of goods, chores and hospitals brings."""

from __future__ import annotations

from functools import lru_cache

import pytest

from routing.catalogue import Urgency
from routing.triage.decision import Decision, EvidenceKind, Ignore, OpenTicket
from routing.triage.engine import Triage
from tests.unit.triage_fixture import packaged_triage

PLIGHTS = {
    "gas": [
        "灶台总阀那里摸着有风，一股怪味",
        "谁家没关煤气，走廊里闻得到",
        "我奶洗着澡没动静了，喊她也不应",
        "他抱着煤气罐说大家同归于尽",
        "屋里煤烟子呛人，我们喊他喊不答应",
        "他们一家三口一氧化碳中毒，救人",
        "昨晚生的炭炉子，今早一家人头晕想吐",
    ],
    "fire": [
        "衣柜的烟扑出来了",
        "哪个打119",
        "我爸抽烟，床单着了",
        "火引到隔壁柴房了",
        "不晓得哪个点燃了沙发，火在烧",
        "楼道呛得不行，我们出不去",
        "管道井那边灰白色的一团往外涌，七楼都拿毛巾捂着往下跑",
        "配电间门缝往外挤黑色的东西",
        "顶楼失火啦",
        "门被风带上了，锅还在火上",
        "电井的门缝往外飘烟",
        "充电宝在床上滋滋冒白烟，我把它丢出去了",
        "轰隆一声，窗子震碎了，有黑烟",
        "火舌窜到三楼了",
        "他要往自己身上浇酒精，打火机都拿了，说一起死",
    ],
    "electric": [
        "路灯杆漏电，有个娃滑倒在那",
        "我妈摸了一下冰箱就倒地了",
        "配电箱泡在水里，还有电",
        "天花板的水滴到插座上，摸着就麻",
        "电工师傅触电晕了",
    ],
    "elevator": [
        "lift坏咗，入面有人出唔到",
        "滚梯把孩子的鞋卷进去了",
        "有个大爷踩空，掉到电梯的夹缝里",
        "升降机困住两个工人",
        "维保师傅被夹在轿厢和墙中间",
    ],
    "medical": [
        "涨水了，两个人抱着桥墩",
        "船翻了，两个娃在塘里",
        "他留了条去河边了，叫我别劝",
        "好几个孩子在吐",
        "洪水把我们楼围住了",
        "水齐膝了还在涨，三楼以下的老人都在屋里",
        "胳膊划了条口子，按都按不住",
        "大黄狗正追着放学的孩子，裤子都扯烂了",
        "我爸打牌打着身子一歪，手也垂了",
        "我怀孕七个月，摔了一跤，流血",
        "我过敏了，嗓子肿，喘不上来",
        "她从台阶上摔下来，胳膊变形了",
        "孩子被秋千绳缠住脖子",
        "有人被鞭炮炸伤眼睛",
        "一个大爷卷到车轮下了",
        "娃哭得背过气去了",
        "娃吃了个果冻，脸憋紫了",
        "快救人！！",
        "室友留了封信，说不拖累大家，走了",
        "我哥有抑郁症，跑出去联系不上",
        "五岁的娃把自己锁在书房了",
        "检修的师傅下井没上来，绳子拉不动",
        "大棚塌下来，里头还有卖菜的人",
        "有个大姐卷进公交的轮子下面",
        "产妇羊水破了，还在楼道",
        "我妈在厕所昏了",
        "一条狼狗撕着一个学生",
        "额头磕破了，血止不住",
        "面包车倒车把我爸顶在墙上",
        "他突然端不住碗，说话也说不清",
        "娃把漂白水当饮料喝了",
        "这边有人晕了，谁是医生",
        "老头快不行了，谁有车",
        "佢食咗成排药",
        "奶奶让年糕噎了，脸都青了",
        "我对象昏在浴室",
        "阿公冇呼吸喇",
        "快来，出人命了",
        "哪个帮忙打120",
        "绿化带里躺着个人，推他没动静",
        "机器绞断了师傅的手指",
        "师傅手指被机器轧断",
        "腿让铁板压断了",
        "一壶开水浇在娃身上",
        "她吞了一大把药片",
        "爷爷被枣核卡住，咳不出来，脸发紫",
        "宝宝吞下一个纽扣电池",
        "柜子压住我奶的腿",
        "钢筋扎进工人大腿",
        "有个大叔骑车翻沟里了",
        "摩托把我妈撞翻了",
        "外公跌了一跤，胯骨断起了",
        "保洁大姐滑倒在大厅，爬不起来",
        "我心口疼得厉害，一个人在家，起不来",
        "眼前发黑，浑身出冷汗，我有糖尿病",
        "割断动脉了，血喷出来",
        "黑背追着小学生扑",
        "罗威纳咬着人不松，拉不开",
        "三条野狗围着个老太太，扑倒了",
        "那条疯狗已经咬了两个人",
        "黄蜂蜇了我爸，他呼吸困难",
        "草丛里的蛇咬了我弟",
        "飘来一股黄雾，人人流眼泪",
        "作坊的硫酸打翻了，大家睁不开眼",
        "氯气味，整栋都在咳",
        "一股白雾刺鼻得很，好几个孩子吐了",
        "洪水进屋了，老两口困在里屋",
        "水到大腿了，我们出不来",
        "洪水进屋了，租户还没出来",
        "大水来了，房顶上站着三个人",
        "车库进水，还有人在里面",
        "卷帘门压住一个老人的腿",
        "奶奶在门里呻吟，门打不开",
        "我妈摔在厨房，半天了没人",
        "她说再过来就跳",
        "有个姑娘在大桥上翻护栏",
        "有个男的抱着娃往河中间走",
        "他真跳了",
        "几个娃踩冰掉下去了",
        "来人啊，我爸倒了",
        "室友留下遗书，电话关机",
        "活不下去了，药我吃了，对不起",
        "有个女的在护栏外面站着",
        "有个男的在塔吊上讨薪不下来",
        "女儿拿碎玻璃划手腕",
        "女儿把自己锁在房间，说吃了药要死",
        "有个人脸朝下漂在水里",
        "她喊了一声救我就没声了",
        "娃的脚卡在排水口",
        "滑坡把后山的土冲进人家里",
        "大树压住一辆车，车里有人",
        "棚子塌了，底下压着卖菜的",
    ],
    "violence": [
        "我听见客厅有人翻抽屉，我一个人躲着",
        "有人把一个女孩拖进小轿车",
        "他手里有刀",
        "楼下斩人呀",
        "有个疯子见人就砍",
        "几个人把他往面包车塞",
        "有个女的被往车上拽",
        "他在门外踹门，说要弄死我",
        "保安被人打晕了",
        "有人用钥匙试我家门，还在试",
        "我妈被捆起来了，偷着打的电话，在求救",
        "我被关在出租屋，他们打我，求救",
        "有个黑影顺着爬水管，已经到三楼",
        "现在有人一直在拧我家门锁",
        "对门没人住，里面有人翻箱倒柜翻东西",
        "他踢那个娃，不停地踢，哭得惨",
        "卖床垫的哄我妈掏钱，人还在棋牌室，快来人拦住",
        "两伙人吵着吵着，有人抡铁锹",
    ],
    "fall": [
        "晾衣架砸倒一个大妈",
        "检查井里有人喊救命",
        "一个大爷跌进窨井了",
        "有个女的踩空了盖板",
        "连人带车栽坑里了",
        "充气城堡侧翻，压住好几个娃",
        "小崽爬到空调外机上面去了，家里没大人",
        "楼上丢下来的瓶子打中一个老头",
        "擦窗的师傅悬在半空，绳子卡住了",
        "脚手架歪了，上面的工人抓着不敢动",
        "楼板往下沉，咔咔在响，人都跑出来了",
    ],
    "missing": [
        "娃被陌生人牵走了",
        "春游回来少了一个孩子",
        "聋哑老人家里灯没亮，饭没拿",
        "他门口牛奶放了四天，有怪味",
        "九岁的闺女说去买笔，到现在两小时没回",
        "老师说孩子被领走了，我们家没去人接，不是我",
        "外甥女离家出走，一晚上联系不上",
        "闺女放学没到家，电话手表关机",
        "孩子被不认识的人接走，我们家没人去接",
        "我家崽刚才还在广场，一晃没影了",
        "癌症病人一个人住，一整天没动静，门没开",
        "舅舅高血压，一个人在家，电话没接",
        "姑妈家敲门没人理",
        "我爹失智，走失了",
    ],
}


@lru_cache(maxsize=1)
def _rules() -> Triage:
    """The triage without anything learned: what its rules say is the same whatever examples there are."""
    packaged = packaged_triage()
    return Triage(packaged.lexicon, packaged.catalogue)


def _urgency(decision: Decision) -> Urgency | None:
    return None if isinstance(decision, Ignore) else decision.urgency


@pytest.mark.parametrize(("danger", "text"), [(danger, text) for danger, texts in PLIGHTS.items() for text in texts])
def test_a_plight_is_an_emergency_whoever_is_in_it(danger: str, text: str) -> None:
    decision = _rules().decide(text)
    assert not isinstance(decision, Ignore)
    assert decision.urgency is Urgency.EMERGENCY
    assert danger in decision.dangers


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("燃气报警器在哪里领", "goods"),
        ("燃气泄漏报警器团购，满二十户七折", "goods"),
        ("有没有人知道治烫伤的药膏哪个牌子好", "goods"),
        ("燃气泄漏往哪报", "goods"),
        ("建议在湖边装个护栏，怕孩子掉下去", "proposed"),
        ("医院里急诊排队，有个人头破血流", "among_helpers"),
        ("拿刀砍了半天排骨", "chores"),
        ("新换的煤气灶火苗好看，厨房亮堂", "chores"),
        ("剁椒鱼头辣得我妈喘不过气", "chores"),
        ("插座的火花没有了，电工换过", "over"),
        ("电梯停在五楼不动，里面没人", "over"),
        ("有人落水，已经捞上来了", "over"),
        ("楼上吵死人了，救命", "chores"),
        ("值班的打呼，叫都叫不醒", "chores"),
        ("燃气灶点火要点好几次", "chores"),
        ("燃气费又涨，气得我头晕", "chores"),
        ("抢菜抢得头破血流", "unreal"),
        ("我妈上月在楼梯口摔断了腿", "over"),
        ("儿子看奥特曼喊救命", "unreal"),
        ("娃喊了一句，我听成着火了", "unreal"),
        ("楼上熏香肠，浓烟往我家阳台飘", "chores"),
        ("喜欢的主播翻车了，群里都炸了", "unreal"),
        ("机器人卡在沙发下喊救命", "unreal"),
        ("钱包大出血，谁帮我打个120", "unreal"),
        ("骑车的连人带车摔进坑里，自己爬起来了", "over"),
        ("油烧到冒烟再下辣椒，火莫关小", "chores"),
        ("爷爷又讲火烧赤壁，讲到着火了那段直拍腿", "unreal"),
        ("接连几晚有人试我家门把手，监控能查吗", "nightly_tries"),
    ],
)
def test_what_is_bought_cooked_proposed_or_over_endangers_nobody(text: str, cue: str) -> None:
    decision = _rules().decide(text)
    assert _urgency(decision) is not Urgency.EMERGENCY
    assert any(one.kind is EvidenceKind.CALM and one.rule.startswith(f"{cue}: ") for one in decision.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "楼下对讲按了没反应，快递进不来",
        "对讲机按了没反应，我上不去",
        "可视门铃按半天没人应",
        "单元门遥控没反应",
    ],
)
def test_a_bell_that_nobody_answers_is_a_fault(text: str) -> None:
    assert _urgency(packaged_triage().decide(text)) is Urgency.NORMAL


@pytest.mark.parametrize(
    "text", ["电梯坏了老人下不来，都三天了", "货梯不动，我妈坐轮椅下不来楼", "我爸膝盖积水抽了两管，人舒服多了"]
)
def test_who_cannot_come_down_is_not_shut_in(text: str) -> None:
    assert _urgency(_rules().decide(text)) is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "燃气泄漏了往哪报，厨房一股味",
        "家里燃气报警器一直响，在哪里关",
        "医院里躺着没用，快来3号楼，我妈晕倒了",
        "奶奶在屋里按了对讲没反应，一个人在家晕倒了",
        "昨天说胸口不舒服，我爸一个人在家，今天电话没人接",
        "孩子昨天放学没回家，到现在找不到",
        "加班回来发现有人在楼道喊救命",
        "孩子写作业突然口吐白沫抽搐",
        "熏腊肉把阳台点着了，火窜上去了",
        "粉丝见面会的架子塌了压到人",
        "股票亏了有人要跳楼，人在9栋楼顶",
        "机器人餐厅有人喊救命",
        "我总结一下，3栋着火了有人喊救命",
        "地库进水到膝盖，人能走车走不了，有人触电倒了",
        "狗见人就咬，我腿上咬了个口子，还在小区里",
        "有人在拧我家门把手还在外面，能查一下监控吗",
        "前两天有人拧我家门把手，现在又有人在拧",
        "油锅冒烟倒菜下去着火了，火苗窜到油烟机",
        "电梯门打不开，里面老人下不来",
        "弟弟那边房子着火了，人困在里面",
    ],
)
def test_calm_yields_to_a_danger_that_is_there_now(text: str) -> None:
    assert _urgency(_rules().decide(text)) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "楼下火锅店后厨着火了，浓烟滚滚",
        "培训班里冒烟了，孩子还没出来",
        "小广场的舞台塌了，压到好几个老人",
        "外墙掉下来一大片，砸倒两个人",
        "加湿器短路冒烟，床单烧着了",
        "没跟你开玩笑，有人要跳楼",
        "水都要到腰了，奶奶还困在屋里",
        "老人快要不行了，喘不上气",
    ],
)
def test_a_word_of_play_or_fear_inside_another_calms_nobody(text: str) -> None:
    assert _urgency(_rules().decide(text)) is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "我在公司赶不回去，我闺女一个人困在电梯里",
        "我在深圳，摄像头里看到我妈倒在厨房起不来",
        "我在外省，我爸晕倒在屋里，谁离得近帮我敲门",
        "救人啊，货梯门夹着我同事的腿",
    ],
)
def test_who_calls_for_somebody_from_afar_is_heard(text: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, OpenTicket)
    assert decision.urgency is Urgency.EMERGENCY
