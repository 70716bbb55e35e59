"""Whom needs, projects, suggestions and votes concern, and how these people are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from bot.services.ports import Clock, UnitOfWork
from bot.services.rota import there_now
from bot.services.rules import Rules
from routing.areas import COMMUNITY, STREET, AreaTree
from routing.catalogue import OwnerKind
from routing.duty import chain_above
from routing.errors import UnknownArea
from routing.groups import Group, GroupKind, GroupState
from routing.organisation import Step
from routing.outgoing import Content, Outgoing
from routing.permissions import RANK
from routing.promise import Promise, next_look
from routing.promise import PromiseRules as Patience
from routing.staff import Actor, Role, Staff


class CivicBoard:
    """Finds the community of an area and those above it, and puts messages and cards into the outbox."""

    def __init__(self, rules: Rules, clock: Clock, *, platform: str) -> None:
        self.rules = rules
        self.clock = clock
        self.platform = platform

    def ladder(self, area_code: str, tree: AreaTree) -> tuple[Step, ...]:
        """The community of an area and everybody above it, the community first; never empty."""
        code = area_code if area_code in tree else tree.roots()[0].code
        return chain_above(OwnerKind.COMMUNITY, (code,), tree, self.rules.duties)

    async def at_level(self, work: UnitOfWork, area_code: str, level: int) -> tuple[int, tuple[Staff, ...]]:
        """Who stands at a level of the ladder, or at the first one above it that anybody fills; and that level.

        Whoever is off duty is meant only where nobody of the step is on duty.
        """
        tree = await work.areas.tree()
        steps = self.ladder(area_code, tree)
        roles = {role for step in steps for role in step.roles}
        register = await work.staff.posts(roles, {code for step in steps for code in step.area_codes})
        posts = there_now(self.rules, register, self.clock())
        for reached in range(level, len(steps)):
            there = _standing(steps[reached], posts)
            if there:
                return reached, tuple(post for post in there if post.on_duty) or there
        return level, ()

    async def community(self, work: UnitOfWork, area_code: str) -> tuple[Staff, ...]:
        """Who answers for an area: its community, or the first level above that has anybody."""
        _, posts = await self.at_level(work, area_code, 0)
        return posts

    def next_look(self, promise: Promise, patience: Patience, area_code: str, tree: AreaTree) -> datetime | None:
        """When the clock has to look at a promise that lies in an area."""
        top = self.top(area_code, tree)
        return next_look(promise, patience, self.rules.clocks.calendar, self.clock(), top=top)

    def top(self, area_code: str, tree: AreaTree) -> int:
        """The highest level of the ladder of an area."""
        return len(self.ladder(area_code, tree)) - 1

    async def tell(
        self, work: UnitOfWork, accounts: Collection[int | None], content: Content, *, silent: bool = False
    ) -> None:
        """A message to the private chat of each of these people; an unknown account is left out."""
        known = dict.fromkeys(account for account in accounts if account is not None)
        await work.outbox.add(
            *(Outgoing(platform=self.platform, chat_id=account, content=content, silent=silent) for account in known)
        )

    def is_quiet(self) -> bool:
        """Whether what the clock says makes no sound now."""
        return self.rules.clocks.policy.quiet_hours.contains(self.clock(), self.rules.clocks.calendar.timezone)

    async def show(
        self, work: UnitOfWork, topic: str, contents: Mapping[int, Content], *, silent: bool = False
    ) -> None:
        """Sends or edits the private cards of a topic, one for each account."""
        await work.outbox.add(
            *(
                Outgoing(self.platform, account, content, card=True, topic=topic, silent=silent)
                for account, content in contents.items()
            )
        )

    async def groups_of(self, work: UnitOfWork, area_code: str) -> tuple[Group, ...]:
        """The residents' groups of the area itself and of those around it up to the community, the nearest first."""
        tree = await work.areas.tree()
        codes = [area.code for area in tree.path(area_code) if area.level not in {STREET, "district", "city"}]
        found = await work.groups.of_areas(GroupKind.RESIDENTS, codes)
        active = [one for one in found if one.state is GroupState.ACTIVE and one.platform == self.platform]
        return tuple(sorted(active, key=lambda one: codes.index(one.area_code or "")))

    async def scopes(self, work: UnitOfWork, actor: Actor, chat_id: int, *, around: bool = False) -> tuple[str, ...]:
        """The paths of the areas whose lists a person sees: those of the group, of the own posts, of the own partners.

        A resident sees in private nothing, as a private chat lies in no area. ``around`` widens a group to its
        community: what is given to one complex may serve the next.
        """
        tree = await work.areas.tree()
        group = await work.groups.get(self.platform, chat_id)
        if group is not None:
            codes = [group.area_code] if group.area_code is not None else []
            codes = [community_of(code, tree) for code in codes] if around else codes
        else:
            partners = await work.civic.partners.of_account(actor.account)
            codes = [post.area_code for post in actor.posts if RANK[post.role] >= RANK[Role.GRID_WORKER]]
            codes += [community_of(partner.area_code, tree) for partner in partners]
        known = sorted({path(tree, code) for code in codes if code in tree}, key=len)
        return tuple(one for at, one in enumerate(known) if not any(one.startswith(wider) for wider in known[:at]))


def community_of(area_code: str, tree: AreaTree) -> str:
    """The community that an area lies in; the area itself where there is none above it."""
    if area_code not in tree:
        return area_code
    community = tree.nearest(area_code, COMMUNITY)
    return community.code if community is not None else area_code


def path(tree: AreaTree, area_code: str) -> str:
    """The codes from the root down to the area, each followed by "/"; raises ``UnknownArea``."""
    if area_code not in tree:
        raise UnknownArea(area_code)
    return "".join(f"{area.code}/" for area in reversed(tree.path(area_code)))


def _standing(step: Step, posts: Collection[Staff]) -> tuple[Staff, ...]:
    return tuple(
        post
        for post in posts
        if post.role in step.roles and post.area_code in step.area_codes and post.account is not None and post.reachable
    )
