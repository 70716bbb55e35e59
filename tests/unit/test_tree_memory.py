"""What was worked out of a tree of areas is kept until there is another tree."""

from functools import partial

from routing.areas import COMMUNITY, Area, AreaTree
from routing.tree_memory import TreeMemory


def test_worked_out_once_for_each_tree() -> None:
    memory = TreeMemory[int]()
    made: list[str] = []

    def work_out(key: str) -> int:
        made.append(key)
        return len(made)

    def ask(tree: AreaTree, key: str) -> int:
        return memory.get(tree, key, partial(work_out, key))

    one, other = (AreaTree([Area("C", "社区", COMMUNITY)]) for _ in range(2))
    assert [ask(one, "a"), ask(one, "b"), ask(one, "a")] == [1, 2, 1]
    assert [ask(other, "a"), ask(other, "a"), ask(one, "a")] == [3, 3, 4], "another tree may say something else"


def test_it_does_not_grow_beyond_its_bound() -> None:
    memory, tree = TreeMemory[int](most=3), AreaTree([Area("C", "社区", COMMUNITY)])
    for number in range(100):
        assert memory.get(tree, number, partial(int, number)) == number
    assert len(memory._kept) <= 3
