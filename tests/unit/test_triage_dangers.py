"""Danger to life is recognised however it is put; what is over, staged, told or only feared is none."""

from __future__ import annotations

import pytest

from routing.catalogue import Urgency
from routing.triage.decision import EvidenceKind, Ignore
from tests.unit.triage_fixture import packaged_triage


@pytest.mark.parametrize(
    "text",
    [
        "电梯停在14楼不动了，我跟我闺女在里头，手机快没电了",
        "货梯突然黑了，里面三个搬家工人，拍门没人听见",
        "有人在电梯里一直拍门喊",
        "电梯掉了两层停住了，门打不开，我在里面",
        "我老婆困9栋电梯里了",
        "我在电梯里出不去，谁联系下物业",
        "电梯门卡住一条缝，里面有两个小孩",
        "物业电话没人接，我卡在7楼和8楼之间",
        "坐电梯坐到一半灯灭了，不动了",
        "按警铃没人理 我被关了二十分钟了",
        "电梯又困人啦，2栋1单元，听声音是个老太太",
        "楼道里一大股煤气味",
        "闻到好浓的臭味像臭鸡蛋，是不是谁家煤气漏了",
        "家里煤气报警器一直叫",
        "进门一股瓦斯味 人有点晕",
        "煤气罐嘶嘶响",
        "煤气罐倒了在漏气",
        "燃气管被装修的打断了",
        "楼下饭店煤气罐漏了",
        "谁家忘关煤气了，整层楼都是味道",
        "12楼着火了",
        "3号楼冒黑烟",
        "电动车自燃了",
        "厨房起火了锅里油烧起来",
        "楼下垃圾桶烧起来了火很大",
        "隔壁家里窜出火苗",
        "配电间冒烟",
        "楼道都是烟 出不去",
        "窗户里有火光",
        "烟雾报警器响 走廊全是烟",
        "闻到烧焦味 墙上插座冒烟",
        "对面楼火好大",
        "消防车来了没，9楼火越烧越大，有人在阳台喊",
        "楼下有个老人摔倒了起不来",
        "有人晕倒在门口",
        "我爸突然胸口疼出冷汗",
        "小孩被果冻噎住了脸发紫",
        "有个阿姨从楼梯上滚下来满头血",
        "保安大叔倒在岗亭里口吐白沫",
        "我妈中风了说不了话",
        "邻居割腕了",
        "孕妇要生了",
        "有个男的躺在绿化带里叫不醒",
        "小孩从二楼掉下来了",
        "骑电动车撞了人，人躺着不动",
        "老人家里两天没人开门了，电话也不接",
        "我奶奶不见了 有老年痴呆",
        "孩子不见了 五岁 穿红衣服",
        "谁看到我家孩子了，放学到现在没回来",
        "被马蜂蛰了十几下 喘不过气",
        "有人喝了农药",
        "小孩掉进湖里了",
        "有人落水",
        "有人掉化粪池里了",
        "一家人煤气中毒了",
        "有人打架 动刀了",
        "楼上男的打老婆 女的喊救命",
        "有人持刀在小区里",
        "有人撬我家门",
        "一个男的尾随我到楼下，不敢回家",
        "有人抢小孩",
        "门口有人拿棍子打人",
        "有小偷在翻窗",
        "醉汉拿酒瓶砸人",
        "有人要砍保安",
        "有个陌生男人闯进我家了",
        "电线断了掉在地上冒火花",
        "电线杆倒了 电线在冒火",
        "变压器爆炸了",
        "电线搭在铁门上 有人被电了",
        "高压线断了掉下来滋滋响",
        "水里有电 一个孩子被电倒",
        "配电箱在冒火花",
        "有人要跳楼",
        "天台上有个人要往下跳",
        "小孩爬到窗户外面了",
        "广告牌掉下来砸到人了",
        "空调外机掉下来砸到一个人 流血",
        "树倒了压到人",
        "脚手架塌了有人埋在下面",
        "我楼上的老人好几天没动静了，屋里有怪味",
        "隔壁独居的老太太喊救命",
        "有人躺在楼道里不动，地上有血",
        "地下室淹了，有人困在里面",
        "小孩一个人锁在车里，热得直哭",
        "孩子的手卡在电梯门里了",
        "门口打起来了，好几个人，有人流血",
        "我家保姆突然抽搐，口吐白沫",
        "邻居说不想活了，把门反锁了",
        "我不想活了，就在天台",
        "老头从梯子上摔下来 头破了 血止不住",
        "有人在楼道里点火",
        "充电的时候电池炸了，屋里烧起来了",
        "对面阳台有个小娃娃翻栏杆",
        "邻居家传来惨叫声 还有砸东西的声音",
    ],
)
def test_somebody_is_in_danger(text: str) -> None:
    decision = packaged_triage().decide(text)
    assert not isinstance(decision, Ignore), packaged_triage().explain(text)
    assert decision.urgency is Urgency.EMERGENCY


@pytest.mark.parametrize(
    "text",
    [
        "这道题卡住我了，出不来",
        "电梯里碰到前男友，想死的心都有",
        "今天热死了，感觉要中暑晕倒",
        "股市一片绿，我要上天台了",
        "我家猫爬到窗台上看鸟",
        "孩子发烧了，晚上折腾半宿",
        "晚上吃火锅，辣得冒烟",
        "昨晚那个打架的视频谁有",
        "我妈炒菜锅里起火了，盖上锅盖就灭了",
        "隔壁老王家电饭煲冒烟，换了个新的",
        "消防队来学校讲课，教孩子怎么用灭火器",
        "谁有血压计借一下",
        "体检抽血真疼",
        "昨天摔了一跤，腿青了",
        "娃的手指甲卡了根刺",
        "电梯修好了，昨天被困的大姐也没事",
        "看到新闻说有人坠楼，唉",
        "烟花好漂亮，噼里啪啦",
        "家里蚊香冒烟，熏得头疼",
        "明天消防演习会放烟，大家别紧张",
        "抢红包抢到流血",
        "救命啊这个口红太好看了",
        "刀削面好吃",
        "这剧里女主被绑架了，好刺激",
        "最近老掉头发，头都快秃了",
        "血压高要少吃盐",
        "老公又出差，我一个人在家带娃",
        "今天跑步差点断气",
        "猫跳到桌子上把花瓶砸了",
        "羊水检查挂什么科",
        "打麻将打到没声了",
        "爷爷今天出院了",
        "我爸心脏病手术很成功",
        "孩子打疫苗哭得撕心裂肺",
        "在车里等了半天老婆还没出来",
        "孩子在家写作业写哭了",
        "楼下打牌的吵起来了，哈哈",
        "吃鱼卡了根刺，喝醋有用吗",
        "今天的晚霞像着火一样",
        "广场舞大妈跳得满头大汗",
        "公司电梯又关人了，迟到了",
        "这电影最后主角跳楼了",
        "拿刀切西瓜切到手了，贴个创可贴",
        "房价跌得想跳楼",
        "刚才闻到煤气味，原来是自己灶没关，已经关了",
    ],
)
def test_the_same_words_without_danger(text: str) -> None:
    assert isinstance(packaged_triage().decide(text), Ignore), packaged_triage().explain(text)


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        ("电动车着火了！", None),
        ("电动车着火了！上次隔壁小区的事，已经扑灭了", "over"),
        ("消防通道被车堵死了，万一着火了怎么办", "feared"),
        ("剧本里写的是电动车着火了", "unreal"),
        ("电动车着火了哈哈哈", "jest"),
    ],
)
def test_a_calm_cue_takes_the_danger_away(text: str, calm: str | None) -> None:
    decision = packaged_triage().decide(text)
    seen = {one.rule.partition(":")[0] for one in decision.evidence if one.kind is EvidenceKind.CALM}
    assert seen == ({calm} if calm else set())
    assert (not isinstance(decision, Ignore) and decision.urgency is Urgency.EMERGENCY) is (calm is None)


def test_a_call_for_help_now_outweighs_what_is_past() -> None:
    decision = packaged_triage().decide("上次就着火了，现在5栋又着火了，快来人！")
    assert not isinstance(decision, Ignore)
    assert decision.urgency is Urgency.EMERGENCY


def test_a_parcel_named_beside_it_does_not_make_a_danger_less() -> None:
    decision = packaged_triage().decide("拿外卖的时候看见有人晕倒在门口，快来人")
    assert not isinstance(decision, Ignore)
    assert decision.urgency is Urgency.EMERGENCY
