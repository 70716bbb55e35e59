"""Terms, and how an item is found by them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from routing.guide.items import Certificate, GuideRules, ServiceItem, guide_of, unchecked
from routing.guide.matching import Consultation, GuideMatcher
from routing.guide.terms import BadTerm, parse_term
from tests.unit.triage_fixture import packaged_triage

CLASSES = {"old": frozenset({"老人", "爷爷"})}
RULES = GuideRules(
    classes=CLASSES,
    asks=("怎么>办|补|换", "哪里"),
    blocks=("办好了",),
    promise=timedelta(minutes=8),
    recheck=timedelta(days=180),
    answer_lifetime=timedelta(hours=24),
    appointment_days=3,
)


def consult(text: str, *items: ServiceItem | Certificate) -> Consultation:
    certificates = [one for one in items if isinstance(one, Certificate)]
    guide = guide_of([one for one in items if isinstance(one, ServiceItem)], certificates)
    return GuideMatcher(guide, RULES, packaged_triage().segmenter).consult(text)


def item(code: str, *words: str, topics: tuple[str, ...] = ()) -> ServiceItem:
    return ServiceItem(code, code, "service.insurance", words, topics)


@pytest.mark.parametrize("written", ["", "+补", "身份证+", "a||b", "身份证+>补", "@young+卡", "|"])
def test_a_term_that_makes_no_sense_is_refused(written: str) -> None:
    with pytest.raises(BadTerm):
        parse_term(written, CLASSES)


def test_a_term_is_read_with_its_classes() -> None:
    term = parse_term("@old|长者+体检>预约", CLASSES)
    assert [part.words for part in term.parts] == [{"老人", "爷爷", "长者"}, {"体检"}, {"预约"}]
    assert [part.follows for part in term.parts] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("身份证丢了怎么补", ("id",)),
        ("怎么补身份证", ("id",)),  # Parts joined by + stand in any order.
        ("老人的体检怎么办", ("checkup",)),
        ("身份证怎么用", ()),
        ("补贴单和身份证怎么办", ()),  # 补 in 补贴 is no word of its own.
    ],
)
def test_all_parts_have_to_be_there(text: str, named: tuple[str, ...]) -> None:
    assert consult(text, item("id", "身份证+补|丢"), item("checkup", "@old+体检")).named == named


def test_a_longer_name_hides_the_shorter_one_inside() -> None:
    permit = item("permit", "居住证")
    proof = Certificate("proof", "居住证明", ("居住证明",), "", "")
    assert consult("居住证明怎么办", permit, proof).answer == "proof"
    assert consult("居住证怎么办", permit, proof).answer == "permit"


def test_what_names_two_things_is_narrower_than_what_names_one() -> None:
    assert consult("社保卡密码怎么换", item("new", "社保卡"), item("code", "社保卡+密码")).answer == "code"


def test_two_that_fit_alike_are_asked_about() -> None:
    found = consult("社保卡和老年卡怎么办", item("social", "社保卡"), item("old", "老年卡"))
    assert found.answer is None
    assert set(found.choices) == {"social", "old"}


def test_a_topic_leads_to_a_question_back_only() -> None:
    found = consult("医保怎么办", item("pay", "医保+缴", topics=("医保",)), item("claim", "报销", topics=("医保",)))
    assert (found.answer, found.choices) == (None, ("pay", "claim"))


def test_too_many_choices_are_no_help() -> None:
    many = [item(f"i{number}", "无此词", topics=("医保",)) for number in range(5)]
    assert consult("医保怎么办", *many).choices == ()


def test_the_form_of_a_question_and_what_speaks_against_it_are_told() -> None:
    permit = item("permit", "居住证")
    assert consult("居住证怎么给老人办", permit).asks
    assert not consult("居住证照片好看", permit).asks
    assert consult("居住证办好了，在哪里拿", permit).blocked
    assert consult("随便聊聊", permit) == Consultation()


def test_the_gates_are_rough_but_miss_nothing() -> None:
    matcher = GuideMatcher(guide_of([item("permit", "居住证")], ()), RULES, packaged_triage().segmenter)
    assert matcher.may_name("居住證怎麼辦")
    assert matcher.may_ask("居住证在哪里")
    assert not matcher.may_name("今天天气好")
    assert not matcher.may_ask("今天天气好")


def test_an_item_holds_in_its_area_and_the_smaller_one_goes_first() -> None:
    everywhere = ServiceItem("meal", "助餐", "service.elderly", ("助餐",))
    own = ServiceItem("meal_own", "助餐", "service.elderly", ("助餐",), area_code="C1")
    elsewhere = ServiceItem("pool", "游泳", "service.elderly", ("游泳",), area_code="C2")
    proof = Certificate("proof", "居住证明", ("居住证明",), "", "")
    guide = guide_of([everywhere, own, elsewhere], [proof])
    assert guide.has_local_items
    assert guide.holding_in(["G1", "C1", "D"]) == {"meal_own", "proof"}
    assert guide.holding_in(["C2", "D"]) == {"meal", "pool", "proof"}
    assert guide.holding_in(["D"]) == {"meal", "proof"}
    matcher = GuideMatcher(guide, RULES, packaged_triage().segmenter)
    assert matcher.consult("助餐哪里", guide.holding_in(["C1", "D"])).answer == "meal_own"
    assert matcher.consult("助餐哪里", guide.holding_in(["C2", "D"])).answer == "meal"
    assert matcher.consult("游泳哪里", guide.holding_in(["C1", "D"])).answer is None
    assert len(matcher.consult("助餐哪里").choices) == 2


def test_items_are_unchecked_after_the_time_the_oldest_first() -> None:
    def checked(code: str, day: date | None) -> ServiceItem:
        return ServiceItem(code, code, "service.insurance", (code,), checked=day)

    items = [checked("fresh", date(2026, 11, 1)), checked("old", date(2026, 1, 1)), checked("never", None)]
    found = unchecked(items, date(2026, 11, 22), timedelta(days=180))
    assert [one.code for one in found] == ["never", "old"]
