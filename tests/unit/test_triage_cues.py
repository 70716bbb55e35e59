"""One table per cue: what a message becomes because of it."""

from __future__ import annotations

import pytest

from routing.catalogue import AppealType, Urgency
from routing.triage.decision import Ask, Ignore, OpenTicket
from routing.triage.lexicon import Effect
from tests.unit.triage_fixture import packaged_triage


def _outcome(text: str, *, has_media: bool = False) -> str:
    decision = packaged_triage().decide(text, has_media=has_media)
    return {Ignore: "ignore", Ask: "ask", OpenTicket: "open"}[type(decision)]


@pytest.mark.parametrize(
    "text",
    [
        # Denial reaches what follows it.
        "不是漏水，是我拖地洒的",
        "没有燃气泄漏，大家放心",
        "没停电呀，我这儿好好的",
        # Already put right.
        "电梯修好了，感谢师傅",
        "下水道疏通好了",
        # Only supposed, dreamt or feared.
        "要是电梯坏了就惨了",
        "万一着火了可咋办",
        "昨晚梦见家里漏水",
        # Notices and staff on the job.
        "【通知】明日检修管网，小区停水，请各位业主提前储水",
        "温馨提示：因线路检修，周五停电，敬请谅解",
        "抢修人员已到现场，请耐心等待",
        # Advertisements, trade, group buying, favours.
        "专业疏通下水道，上门快，加微信",
        "精装两室出租，暖气好，拎包入住",
        "转让二手电动车，九成新，自提",
        "草莓接龙 1.张姐两盒 2.小周一盒",
        "谁家有梯子借我用一下，换个灯泡",
        # Somewhere else.
        "公司停电了，提前下班",
        "酒店马桶堵了，真倒霉",
        "老家昨天停水",
        # Heard in the news or seen on a screen.
        "刷到个视频，外地小区飞线充电着火了",
        # Long ago.
        "小时候院里没路灯，摸黑捉迷藏",
        # Other senses of a service word, and words cut across.
        "手机没电了先不聊",
        "这游戏太垃圾了",
        "心里堵得慌",
        "今天天气真好",
        # Thanks without a matter.
        "谢谢保安大哥帮我抬箱子",
    ],
)
def test_silence(text: str) -> None:
    assert _outcome(text) == "ignore", packaged_triage().explain(text)


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("塞尔达那个下水道关卡堵了我一晚上", "played"),
        ("《电梯惊魂》里电梯坏了那段太吓人", "played"),
        ("我的钱包像停水的水龙头，一滴都没有", "likened"),
        ("甲方说电梯坏了的效果图要再暗一点", "desk"),
        ("去成都玩，住的那个小区电梯坏了", "faraway"),
        ("【物业提示】9栋停水，预计明早恢复", "announced"),
        ("明天我家师傅要钻孔，可能有点吵，先说声抱歉", "own_noise"),
        ("谁讲的停电，我这儿灯都开着", "unsaid"),
        ("等我有钱了给整栋楼换电梯，省得老坏", "wished"),
        ("小孙子问我下水道堵了老鼠怎么回家", "retold"),
        ("下水道疏通接单中，马桶堵了微信扫码", "sold"),
        ("妹妹那边下大雨，路边的树倒了两棵", "elsewhere"),
        ("晚辅托管还剩两个名额，接送到家，教室安静无噪音", "advert"),
        ("今晚八点物业在会议室讨论门禁坏了怎么办，欢迎旁听", "notice"),
        ("六十五岁以上免费体检，带身份证即可，地点在活动室", "notice"),
    ],
)
def test_talk_is_told_from_requests(text: str, cue: str) -> None:
    explanation = packaged_triage().explain(text)
    assert isinstance(explanation.decision, Ignore), explanation
    assert cue in {one.rule.partition(":")[0] for one in explanation.decision.evidence}, explanation


@pytest.mark.parametrize(
    "text",
    [
        "保安天天刷短视频打游戏，发传单的随便进单元门",
        "楼上半夜看电视剧声音开得巨大，吵得睡不着，物业管管",
        "我们小区电梯坏了三天，比以前公司那部还破，谁来修",
        "物业通知说停水两小时，现在六小时了还没来，怎么回事",
    ],
)
def test_words_of_talk_do_not_silence_a_complaint(text: str) -> None:
    assert isinstance(packaged_triage().decide(text), OpenTicket), packaged_triage().explain(text)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("不知道哪家漏水，我家天花板都湿了", "housing.leak"),  # 不知道 denies nothing.
        ("路灯没人管，黑了一个月了", "traffic.streetlight"),  # Nor does 没人管.
        ("电梯修好没两天又坏了", "property.elevator"),  # A relapse cancels the repair.
        ("5栋门口垃圾三天没人清运了", "environment.garbage"),  # A repair that nobody made is none.
        ("残疾人补贴还没到账，社区管不管", "service.disability"),
        ("外墙瓷砖松了，万一掉下来砸到人谁负责", "safety.falling"),  # The supposition comes after the fact.
        ("电梯坏了，麻烦来修一下，谢谢", "property.elevator"),  # Thanks in advance.
        ("楼道墙上贴满开锁的小广告，撕都撕不完", "order.vendor"),  # A complaint about advertisements is none.
        ("路灯坏了三天了，物业能不能来看看", "traffic.streetlight"),
        ("纺织厂老宿舍的化粪池满了，粪水流到路上", "housing.drainage"),  # Old quarters of a factory are homes.
        ("幸福家园5栋楼下烧烤摊的烟直往家里灌", "environment.odor"),  # A name is no delight.
        ("中午那会儿3栋就停水了，到现在都没来", "utility.water"),  # 那会儿 was only some hours ago.
        ("那条路的路灯全不亮，走着像鬼片", "traffic.streetlight"),
        ("谁家装修的石膏板半夜分批扔到绿化带", "environment.garbage"),
        ("3栋三楼走廊那盏灯闪了一个礼拜", "property.facility"),
    ],
)
def test_a_matter_all_the_same(text: str, service: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, OpenTicket), packaged_triage().explain(text)
    assert decision.service_code == service


@pytest.mark.parametrize("text", ["楼上在蹦迪吗哈哈", "又停电了？", "你们家暖气热不热"])
def test_doubt_never_opens(text: str) -> None:
    assert _outcome(text) != "open"


@pytest.mark.parametrize(
    ("plain", "pushed"),
    [
        ("停电了", "停电了，三栋全黑"),  # A place.
        ("停电了", "停电了，麻烦派人看看"),  # A request.
        ("停电了", "停电了，没人管吗"),  # Neglect.
        ("没水", "@物业 没水"),  # Address.
    ],
)
def test_push_turns_asking_into_opening(plain: str, pushed: str) -> None:
    assert (_outcome(plain), _outcome(pushed)) == ("ask", "open")


def test_a_photo_makes_talk_a_report() -> None:
    assert (_outcome("停电了"), _outcome("停电了", has_media=True)) == ("ask", "open")


@pytest.mark.parametrize(
    ("text", "service", "danger"),
    [
        ("我妈困在电梯里了，快来人", "property.elevator", "elevator"),
        ("楼道里好大的煤气味", "utility.gas", "gas"),
        ("对门厨房着火了，冒黑烟", "safety.fire", "fire"),
        ("有人晕倒在单元门口，叫不醒", "service.health", "medical"),
        ("楼下有人拿刀砍人，快报警", "safety.crime", "violence"),
        ("电线断了掉在路上冒火花", "utility.power", "electric"),
        ("广告牌砸到人了，流了好多血", "safety.falling", "fall"),
    ],
)
def test_emergencies_say_what_threatens(text: str, service: str, danger: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, OpenTicket), packaged_triage().explain(text)
    assert (decision.service_code, decision.urgency) == (service, Urgency.EMERGENCY)
    assert danger in decision.dangers
    assert decision.appeal_type is AppealType.HELP


@pytest.mark.parametrize("text", ["消防通道被堵，真着火了消防车咋个进来", "明天消防演练，听到警报不要慌"])
def test_danger_only_spoken_of_is_no_emergency(text: str) -> None:
    decision = packaged_triage().decide(text)
    assert isinstance(decision, Ignore) or decision.urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("電梯又壞了，等了半個鐘頭", "property.elevator"),
        ("电题坏了半个月", "property.elevator"),
        ("dt又坏了，爬楼爬死了", "property.elevator"),
        ("消房栓没水，物业看看", "safety.fire"),
        ("楼下鹿灯不亮", "traffic.streetlight"),
        ("家里莫得水，咋个办嘛", "utility.water"),
        ("ＤＴ又坏了，爬楼爬死了", "property.elevator"),
    ],
)
def test_spellings(typed: str, meant: str) -> None:
    decision = packaged_triage().decide(typed)
    assert not isinstance(decision, Ignore), packaged_triage().explain(typed)
    assert decision.service_code == meant


def test_who_speaks_to_the_bot_is_always_registered() -> None:
    decision = packaged_triage().decide("晚上好", addressed=True)
    assert isinstance(decision, OpenTicket)
    assert decision.service_code == "other"


def test_evidence_points_into_the_original_text() -> None:
    text = "①樓的電梯又壞了，沒人管"
    decision = packaged_triage().decide(text)
    assert not isinstance(decision, Ignore)
    assert all(one.text == text[one.start : one.end] for one in decision.evidence)
    assert any("電梯" in one.text for one in decision.evidence)


def test_every_cue_has_rules_and_every_service_too() -> None:
    triage = packaged_triage()
    targets = {rule.target for rule in triage.lexicon.rules}
    assert targets == {f"cue:{name}" for name in triage.lexicon.cues} | set(triage.catalogue.services)
    assert {cue.effect for cue in triage.lexicon.cues.values()} == set(Effect)


@pytest.mark.parametrize(
    ("text", "appeal"),
    [
        ("夸一夸3栋保洁王阿姨，天天擦扶手，麻烦物业转达", AppealType.PRAISE),
        ("建议在北门加个减速带，麻烦社区考虑一下", AppealType.SUGGESTION),
        ("楼上半夜蹦迪，求物业管管", AppealType.COMPLAINT),
        ("物业电话没人接，报修三次不理，麻烦处理一下", AppealType.COMPLAINT),
        ("业委会换届要什么材料，请问找谁", AppealType.CONSULT),
        ("电梯坏了，麻烦来修一下", AppealType.HELP),
        ("楼道灯换成感应的吧，省得白天亮着费电", AppealType.SUGGESTION),
        ("要是北门口画条斑马线就好了，孩子们过街放心", AppealType.SUGGESTION),
        ("垃圾桶能不能挪到东边，免得一开窗就是味", AppealType.SUGGESTION),
        ("夜班的保安大哥背我妈上了六楼，请公司给他记一功", AppealType.PRAISE),
        ("有人往雨水口倒泔水，我拍了视频，请执法来查", AppealType.REPORT),
        ("对面那户隔成了八间，住了十几个人，请查一查", AppealType.REPORT),
    ],
)
def test_the_kind_of_appeal(text: str, appeal: AppealType) -> None:
    decision = packaged_triage().decide(text)
    assert not isinstance(decision, Ignore)
    assert decision.appeal_type is appeal, packaged_triage().explain(text)
