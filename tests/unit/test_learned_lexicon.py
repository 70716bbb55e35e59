"""Learning from labelled texts: what is learned, that it explains itself, and that its files keep it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigError
from config.learned import load_learned, read_learned, write_learned
from config.overlay import PACKAGED
from routing.triage.judge import Judge
from routing.triage.keywords import HALF, Keyword, KeywordTable, keywords_of
from routing.triage.learned import LearnedLexicon
from routing.triage.learning import Corpus, Example
from routing.triage.teaching import answered_right

TEXTS = {
    "water": ["没有水了", "家里没水", "水管漏水", "自来水停了", "水压太小", "热水不出来"],
    "light": ["灯不亮了", "路灯坏了", "灯泡碎了", "楼道灯灭了", "灯一直闪", "换个灯吧"],
    "noise": ["太吵了", "吵得睡不着", "半夜很吵", "楼上吵闹", "吵死人了", "音响吵人"],
}


def _examples() -> list[Example]:
    labels = frozenset(TEXTS)
    return [
        Example(keywords_of(text), frozenset({label}), labels - {label})
        for label, texts in TEXTS.items()
        for text in texts
    ]


def _learned(seed: int = 1) -> LearnedLexicon:
    return Corpus(_examples(), seed=seed).learn(version="try")


def _best(judge: Judge, text: str) -> str:
    scores = judge.scores(keywords_of(text))
    return max(scores, key=scores.__getitem__)


def test_what_can_be_told_apart_is_told_apart() -> None:
    judge = Judge(_learned())
    shares = answered_right(judge, _examples(), {"label": judge.labels})
    assert shares["label"].value == 1.0
    assert [_best(judge, text) for text in ("停水", "灯丝断了", "好吵")] == ["water", "light", "noise"]


def test_the_same_texts_and_seed_give_the_same_lexicon() -> None:
    assert _learned() == _learned()


def test_labels_that_nothing_contradicts_are_not_learned() -> None:
    alone = [Example(keywords_of(text), frozenset({"water"})) for text in TEXTS["water"]]
    assert Corpus(alone).labels == ()


def test_emphasis_makes_misses_rarer() -> None:
    examples = [Example(keywords_of(text), frozenset({"water"}), frozenset()) for text in ("水", "水灯", "灯")]
    examples += [Example(keywords_of(text), frozenset(), frozenset({"water"})) for text in ("灯", "灯", "水")]
    plain, strict = (Judge(Corpus(examples, seen=1).learn(emphasis={"water": much})) for much in (1.0, 20.0))
    assert strict.scores(keywords_of("灯"))["water"] > plain.scores(keywords_of("灯"))["water"]


def test_a_score_is_the_sum_that_the_keywords_tell() -> None:
    lexicon = LearnedLexicon({"漏": Keyword(3.0, {"leak": 2.0}), "水": Keyword(4.0, {"leak": -1.0})}, {"leak": 0.5})
    reading = Judge(lexicon).read("漏水")
    assert reading.score("leak") == pytest.approx(0.5 + (2.0 - 1.0) / 5.0)
    told = reading.contributions("leak", 5)
    assert [(one.keyword, one.start, one.end) for one in told] == [("漏", 0, 1), ("水", 1, 2)]
    assert [one.weight for one in told] == pytest.approx([0.4, -0.2])


def test_what_was_never_learned_is_a_clear_no() -> None:
    reading = Judge(LearnedLexicon({"漏": Keyword(3.0, {"leak": 2.0})}, {"leak": 0.5})).read("漏")
    assert reading.score("fire") == -1.0
    assert reading.contributions("fire", 5) == ()


def test_word_classes_are_keywords_but_their_names_are_not_searched_for() -> None:
    judge = Judge(LearnedLexicon({"@lift": Keyword(2.0, {"lift": 3.0})}, {"lift": -1.0}))
    number = judge.class_number("lift")
    assert number is not None
    assert judge.read("梯子", [number]).score("lift") == pytest.approx(0.5)
    assert judge.read("@lift").score("lift") == -1.0
    assert judge.class_number("door") is None


def test_a_layer_adds_to_the_one_below() -> None:
    base = LearnedLexicon({"漏": Keyword(3.0, {"leak": 2.0})}, {"leak": -1.0}, "base")
    district = LearnedLexicon(
        {"漏": Keyword(9.0, {"leak": 0.5}), "滴": Keyword(5.0, {"leak": 1.0})}, {"leak": 0.0}, "own"
    )
    both = base.under(district)
    assert both.keywords == {"漏": Keyword(3.0, {"leak": 2.5}), "滴": Keyword(5.0, {"leak": 1.0})}
    assert (both.bias, both.version) == ({"leak": -1.0}, "base own")


def test_a_file_keeps_a_lexicon(tmp_path: Path) -> None:
    path = tmp_path / "learned" / "own.txt"
    write_learned(_learned(), path, ["Made for a test."])
    assert read_learned(path) == _learned()
    assert path.read_text("utf-8").startswith("# Made for a test.\nversion\ttry\nlabel\tlight\t")
    assert load_learned([tmp_path / "learned"]) == _learned()


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.text("漏水灯#@^$=:", min_size=1, max_size=3),
        st.tuples(st.integers(1, 999), st.integers(-99999, 99999).filter(bool)),
        max_size=20,
    )
)
def test_any_keyword_survives_a_file(
    tmp_path_factory: pytest.TempPathFactory, words: dict[str, tuple[int, int]]
) -> None:
    keywords = {word: Keyword(idf / 100, {"x:y": weight / 100}) for word, (idf, weight) in words.items()}
    lexicon = LearnedLexicon(keywords, {"x:y": -0.25}, "1")
    path = tmp_path_factory.mktemp("learned") / "a.txt"
    write_learned(lexicon, path)
    assert read_learned(path) == lexicon


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("漏\tmany", "is no line"),
        ("漏", "is no line"),
        ("漏\t3\tleak", "no weight of a label"),
        ("漏\t3\tfire=1", "no weight of a label"),
        ("漏\t3\tleak=much", "is no line"),
        ("label\ta b\t1", "space or an equals sign"),
        ("label\tleak", "is no line"),
        ("一二三四五六七八九十一二三\t3", "characters"),
        ("水\t3\tleak=1", "written twice"),
    ],
)
def test_bad_lines_are_refused_with_their_number(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(f"# comment\nlabel\tleak\t0\n水\t2\tleak=1\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=reason) as refused:
        read_learned(path)
    assert refused.value.line == 4


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_learned(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_learned(tmp_path / "none.txt")


def test_the_shipped_lexicon_answers_every_question_of_triage() -> None:
    lexicon = load_learned([PACKAGED / "learned"])
    assert lexicon.version
    families = {label.partition(":")[0] for label in lexicon.labels}
    assert families == {"request", "emergency", "urgent", "service", "appeal"}


def test_a_weight_that_would_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("label\tleak\t0\n水\t2\tleak=1000\n漏\t2\tleak=-1000.1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="heavier than 1000") as refused:
        read_learned(path)
    assert refused.value.line == 3


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=2),
        st.dictionaries(st.sampled_from("abcde"), st.integers(-100_000, 100_000), max_size=5),
        max_size=30,
    )
)
def test_rows_are_added_up_for_all_labels_at_once(weights: dict[str, dict[str, int]]) -> None:
    keywords = {word: Keyword(1.0, {label: one / 100 for label, one in of.items()}) for word, of in weights.items()}
    table = KeywordTable.of(keywords, tuple("abcde"))
    sums = {label: one - HALF for label, one in zip(table.labels, table.fields(sum(table.rows)), strict=True)}
    assert sums == {label: sum(of.get(label, 0) for of in weights.values()) for label in "abcde"}
    assert {word: {label: one for label, one in of.items() if one} for word, of in weights.items()} == {
        word: {label: round(one * 100) for label, one in keyword.weights.items()} for word, keyword in table.items()
    }


def test_a_layer_may_bring_labels_of_its_own() -> None:
    base = LearnedLexicon({"漏": Keyword(3.0, {"leak": 2.0})}, {"leak": -1.0})
    both = base.under(LearnedLexicon({"漏": Keyword(9.0, {"drip": 0.5})}, {"drip": 0.25}))
    assert both.keywords["漏"] == Keyword(3.0, {"leak": 2.0, "drip": 0.5})
    assert Judge(both).scores(["漏"]) == pytest.approx({"leak": -1.0 + 2.0 / 3.0, "drip": 0.25 + 0.5 / 3.0})


def test_loudness_is_what_loud_keywords_say_for_the_length_of_a_text() -> None:
    keywords = {
        "漏水": Keyword(3.0, {"leak": 6.0}),
        "水": Keyword(1.0, {"leak": 1.9}),
        "不漏": Keyword(2.0, {"leak": -5.0}),
    }
    judge = Judge(LearnedLexicon(keywords, {"leak": -1.0}), "leak")
    assert judge.loudness("又漏水，漏水") == pytest.approx(6.0 / 8**0.5)
    assert judge.loudness("水不漏") == 0.0
    assert Judge(LearnedLexicon(keywords, {"leak": -1.0})).loudness("漏水") == 0.0
