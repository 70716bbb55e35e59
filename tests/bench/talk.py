"""Group talk for measuring: nine parts chatter, one part reports, from patterns or from labelled messages.

A "+1" is no chatter: where something was reported a while ago, it puts its writer behind that. So it is one in five of
what is no chatter.
"""

from __future__ import annotations

from random import Random

from tests.labelled import DATA, read_labelled

BUILDINGS = 400
SEED = 20261122
"""The same talk in every run, so that two runs differ by the code and the machine only."""

_CHATTER = (
    "早上好，{who}",
    "今天{weather}，出门记得带伞",
    "哈哈哈哈笑死我了",
    "收到，谢谢{who}",
    "{who}家的娃都这么高啦",
    "有人一起去{place}散步吗",
    "{food}多少钱一斤啊",
    "晚上{food}真香",
    "谁家的快递放我门口了",
    "周末去{place}吗，拼车",
    "祝{who}生日快乐🎂",
    "这个视频太好笑了[捂脸]",
    "孩子作业好多，{who}你家写完没",
    "明天还要上班，早点睡了",
    "群里有人卖{food}吗",
    "好的好的",
    "接龙：1. {who} 两份{food}",
    "刚在{place}看到{who}了，喊你没听见",
    "转发：{place}周六有活动，欢迎参加",
    "求推荐好吃的{food}",
    "我妈问{food}怎么做",
    "哎，{weather}，衣服又干不了",
    "下班路上好堵",
    "昨晚球赛看了吗，太可惜了",
    "{who}，你上次说的那家{food}店在哪",
    "手机没电了，回头聊",
    "出一张婴儿床，九成新，自提",
    "谁有{place}的停车票多一张",
    "[图片]",
)
_REPORTS = (
    "{building}栋{unit}单元电梯又停了，快来修一下",
    "{building}号楼{unit}单元楼道灯不亮了，晚上看不见",
    "{building}栋{room}家里漏水了，楼下都湿了",
    "{building}栋门口垃圾两天没人清运了，臭死了",
    "{building}栋门口的路灯坏了一个星期了",
    "{building}号楼下水道堵了，污水往外冒",
    "{building}栋前面消防通道又被车堵了，物业管管",
    "{building}栋楼下晚上十二点还在施工，太吵了",
    "{building}栋{unit}单元单元门坏了关不上",
    "{building}号楼旁边井盖不见了，很危险",
)
_WORDS = {
    "who": ("李姐", "王叔", "小陈妈妈", "张老师", "大刘", "楼上阿姨"),
    "weather": ("下雨", "太热了", "降温了", "刮大风", "雾好大"),
    "place": ("河边", "公园", "万达", "菜市场", "体育馆"),
    "food": ("红烧肉", "枇杷", "土鸡蛋", "火锅", "凉面", "粽子"),
}


def chatter(random: Random) -> str:
    """A line that no ticket should come of."""
    return random.choice(_CHATTER).format(**{name: random.choice(words) for name, words in _WORDS.items()})


def report(random: Random) -> str:
    """A line that a ticket should come of."""
    return _report(random, random.choice(_REPORTS), random.randint(1, BUILDINGS))


def _report(random: Random, pattern: str, building: int) -> str:
    return pattern.format(building=building, unit=random.randint(1, 9), room=random.randint(101, 3306))


def talk(count: int) -> list[str]:
    """``count`` lines of a group, one in ten a report or a neighbour's agreement with one."""
    random = Random(SEED)
    return [_matter(random) if random.random() < 0.1 else chatter(random) for _ in range(count)]


def _matter(random: Random) -> str:
    return "+1" if random.random() < 0.2 else report(random)


def labelled_talk(count: int) -> list[str]:
    """``count`` lines of people's own wording: chatter is what must be ignored, reports what must be opened."""
    random = Random(SEED + 2)
    rows = [row for file in (DATA / "messages_b.jsonl", DATA / "messages_c.jsonl") for row in read_labelled(file)]
    ordinary = [row.text for row in read_labelled(DATA / "talk.jsonl")]
    ordinary += [row.text for row in rows if row.expect == "ignore"]
    wanted = [row.text for row in rows if row.expect == "open"]
    return [random.choice(wanted if random.random() < 0.1 else ordinary) for _ in range(count)]


def reports(count: int) -> list[str]:
    """``count`` reports, no two of one trouble in one building: those would join the ticket of the first."""
    random = Random(SEED + 1)
    each = [(pattern, building) for pattern in _REPORTS for building in range(1, BUILDINGS + 1)]
    return [_report(random, pattern, building) for pattern, building in random.sample(each, count)]
