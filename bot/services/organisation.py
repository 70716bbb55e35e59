"""Groups and posts as they change in chat: the bot joins and leaves, groups are bound, people are invited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.services.ports import Clock, UnitOfWork
from bot.services.rules import Rules
from routing.areas import Area, AreaTree
from routing.errors import NotAllowed, QunbanError
from routing.groups import Group, GroupKind, GroupState, Invitation
from routing.outgoing import Content, Outgoing
from routing.permissions import RANK
from routing.staff import Actor, Role, Staff

INVITATION_DAYS = 7

_MAY_BIND = frozenset({Role.ADMIN, Role.COMMUNITY, Role.STREET, Role.SUPERVISOR})
"""Who stands for the groups of an area; a grid worker's groups are bound by the community."""


_STAFF_TITLES = ("工作群", "工作组", "网格员群")
"""What groups of staff are called before anybody has bound them; it chooses the words of the greeting alone."""


class InvitationInvalid(QunbanError):
    """The link was used already, has expired, or never existed."""

    code = "invitation_invalid"


class UnknownRole(QunbanError):
    """No role has this name."""

    code = "unknown_role"

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


class OrganisationService:
    """Use cases of administrators, and what happens to the bot's membership of groups."""

    def __init__(self, rules: Rules, clock: Clock, new_token: Callable[[], str]) -> None:
        self._rules = rules
        self._clock = clock
        self._new_token = new_token

    async def bind(self, work: UnitOfWork, actor: Actor, group: Group, area_code: str) -> Content:
        """Ties the group to an area; its residents' talk is taken as coming from there.

        A group that stands for an area already is given away only by somebody who may bind it there as well.
        """
        tree = await work.areas.tree()
        area = tree.get(area_code)
        self._require(actor, _MAY_BIND, tree, area, "bind")
        known = await work.groups.get(group.platform, group.chat_id)
        if known is not None and known.area_code is not None and known.area_code in tree:
            self._require(actor, _MAY_BIND, tree, tree.get(known.area_code), "bind")
        await work.groups.put(replace(group, area_code=area.code, state=GroupState.ACTIVE))
        key = "admin.bound_staff" if group.kind is GroupKind.STAFF else "admin.bound"
        return Content(lines=(self._rules.wording.say(key, area=area.name, code=area.code),))

    async def invite(self, work: UnitOfWork, actor: Actor, role_word: str, area_code: str) -> tuple[str, Role, Area]:
        """A one-time token for a post; only its hash is kept. Nobody invites to a rank above their own."""
        tree = await work.areas.tree()
        area = tree.get(area_code)
        role = self.role_named(role_word)
        self._require(actor, _MAY_BIND, tree, area, "invite")
        if RANK[role] > max(RANK[post.role] for post in actor.posts):
            raise NotAllowed("invite")
        token = self._new_token()
        expires_at = self._clock() + timedelta(days=INVITATION_DAYS)
        await work.staff.add_invitation(Invitation(_hash(token), role, area.code, actor.account, expires_at))
        return token, role, area

    async def accept_invitation(self, work: UnitOfWork, token: str, account: int, name: str) -> tuple[Staff, Area]:
        """Makes the person the post of the invitation; raises ``InvitationInvalid``."""
        invitation = await work.staff.use_invitation(_hash(token), account, self._clock())
        if invitation is None:
            raise InvitationInvalid
        tree = await work.areas.tree()
        post = await work.staff.add(Staff(0, name, Role(invitation.role), invitation.area_code, account=account))
        return post, tree.get(invitation.area_code)

    async def groups(self, work: UnitOfWork, actor: Actor) -> Content:
        """Every group of the person's areas that the bot is or was in, with its area and state.

        What nobody has bound yet belongs to no area; administrators see it.
        """
        posts = actor.with_role(*_MAY_BIND)
        if not posts:
            raise NotAllowed("groups")
        tree, say = await work.areas.tree(), self._rules.wording.say
        own = {area.code for post in posts if post.area_code in tree for area in tree.below(post.area_code)}
        sees_unbound = bool(actor.with_role(Role.ADMIN))
        groups = [
            group
            for group in await work.groups.all()
            if (group.area_code in own if group.area_code in tree.by_code() else sees_unbound)
        ]
        if not groups:
            return Content(lines=(say("admin.groups_empty"),))
        lines = tuple(
            say(
                "admin.groups_line",
                title=group.title,
                area=self._area_name(tree, group),
                state=say(f"admin.state.{group.state}"),
            )
            for group in groups
        )
        return Content(say("admin.groups_title", count=len(groups)), lines)

    async def joined(self, work: UnitOfWork, group: Group, *, is_new: bool, can_write: bool) -> None:
        """The bot was added or its rights changed; where it can speak for the first time, it introduces itself."""
        known = await work.groups.get(group.platform, group.chat_id)
        state = GroupState.ACTIVE if can_write else GroupState.RESTRICTED
        was_silent = known is None or known.state is not GroupState.ACTIVE
        await work.groups.put(replace(known or group, title=group.title, state=state))
        if not can_write:
            await self._tell_admins(work, known or group)
        elif is_new or was_silent:
            await self.introduce(work, known or group)

    async def introduce(self, work: UnitOfWork, group: Group) -> None:
        """The bot's introduction, and how to bind the group where nobody has; a group of staff gets one of its own."""
        say = self._rules.wording.say
        is_named_so = group.area_code is None and any(word in group.title for word in _STAFF_TITLES)
        if group.kind is GroupKind.STAFF or is_named_so:
            staff_keys = ["membership.welcome_staff"]
            if group.area_code is None:
                staff_keys.append("membership.welcome_bind_staff")
            content = Content(say("membership.welcome_title"), tuple(say(key) for key in staff_keys))
            await work.outbox.add(Outgoing(group.platform, group.chat_id, content, thread_id=group.thread_id))
            return
        keys = ["membership.welcome_what", "membership.welcome_keep", "membership.welcome_how"]
        if group.area_code is None:
            keys.append("membership.welcome_bind")
        content = Content(say("membership.welcome_title"), tuple(say(key) for key in keys))
        await work.outbox.add(Outgoing(group.platform, group.chat_id, content))

    async def left(self, work: UnitOfWork, platform: str, chat_id: int) -> None:
        """The bot was removed; what was said there stays with its tickets, nothing more is sent."""
        await work.groups.set_state(platform, chat_id, GroupState.LEFT)

    async def migrated(self, work: UnitOfWork, platform: str, old_chat_id: int, new_chat_id: int) -> None:
        """The group became a supergroup with another id; everything follows it."""
        await work.groups.migrate(platform, old_chat_id, new_chat_id)

    async def set_duty(self, work: UnitOfWork, actor: Actor) -> bool:
        """Turns the person's duty on or off for all posts; returns whether they are on duty now."""
        if not actor.posts:
            raise NotAllowed("duty")
        on_duty = not all(post.on_duty for post in actor.posts)
        await work.staff.set_on_duty(actor.account, on_duty)
        return on_duty

    def role_named(self, word: str) -> Role:
        """The role of a Chinese name or a code; raises ``UnknownRole``."""
        for role in Role:
            if word in {role.value, self._rules.wording.say(f"role.{role}")}:
                return role
        raise UnknownRole(word)

    async def _tell_admins(self, work: UnitOfWork, group: Group) -> None:
        """Tells the administrators around the group's area; all of them where nobody has bound it, or none is there."""
        tree = await work.areas.tree()
        admins = [post for post in await work.staff.all() if post.role is Role.ADMIN]
        code = group.area_code
        around = [post for post in admins if code is not None and code in tree and tree.within(code, post.area_code)]
        content = Content(lines=(self._rules.wording.say("membership.cannot_write", title=group.title),))
        for account in dict.fromkeys(post.account for post in around or admins):
            if account is not None:
                await work.outbox.add(Outgoing(group.platform, account, content))

    @staticmethod
    def _require(actor: Actor, roles: frozenset[Role], tree: AreaTree, area: Area, action: str) -> None:
        """Somebody binds and invites only within the own area."""
        if not any(post.role in roles and tree.within(area.code, post.area_code) for post in actor.posts):
            raise NotAllowed(action)

    def _area_name(self, tree: AreaTree, group: Group) -> str:
        if group.area_code is None or group.area_code not in tree:
            return self._rules.wording.say("admin.groups_unbound")
        return tree.get(group.area_code).name


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
