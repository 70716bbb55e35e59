"""Commands of everybody: /start, /help, /report, /mine, and private messages."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.types import Message

from bot.services.care_visits import EXPECTS_VISIT
from bot.services.desk import Answer
from bot.services.dispute_desk import EXPECTS_DISPUTE
from bot.services.guide_cards import START_ITEM
from bot.services.handling import EXPECTS_RESULT
from bot.services.joint import EXPECTS_TASK
from bot.services.motions import EXPECTS_ANSWER
from bot.services.progress import EXPECTS_PROGRESS
from bot.telegram.routers.commands import AddressedCommand, Command, Said
from bot.telegram.routers.replies import Reply, in_private, in_same_chat, sentence
from bot.telegram.talking import Talking
from routing.conversation import asks_to_register
from routing.outgoing import Content
from routing.permissions import RANK
from routing.staff import Actor, Role

IS_PRIVATE = F.chat.type == "private"


def residents_router() -> Router:
    """Handlers that need no post. The private chat comes last, since it takes every message."""
    router = Router(name="residents")
    router.message.register(start, Command("start"))
    router.message.register(show_help, Command("help"))
    router.message.register(report, Command("report"))
    router.message.register(mine, Command("mine"))
    return router


def private_router() -> Router:
    """What is said to the bot alone, and commands to it that nothing above knows."""
    router = Router(name="private")
    router.message.register(misspelt, AddressedCommand())
    router.message.register(private_message, IS_PRIVATE)
    router.edited_message.register(private_edit, IS_PRIVATE)
    return router


async def start(message: Message, command: Said, talking: Talking) -> Reply:
    """Greets; with the token of an invitation it makes the person a post."""
    wording, organisation = talking.services.rules.wording, talking.services.organisation
    if command.args.startswith(START_ITEM):
        code = command.args.removeprefix(START_ITEM)
        return in_private(await talking.services.guide.whole(talking.work, code, await talking.script()))
    if command.args:
        begin = talking.services.whereabouts.begin
        linked = await begin(talking.work, talking.platform, talking.actor, command.args)
        joined = linked or await talking.services.disputes.join(
            talking.work, talking.platform, talking.actor, command.args
        )
        if joined is not None:
            return in_private(joined)
        name = talking.actor.name
        post, area = await organisation.accept_invitation(talking.work, command.args, talking.actor.account, name)
        role = wording.say(f"role.{post.role}")
        return in_private(sentence("start.invited", name=name, role=role, area=area.name))
    if not talking.actor.posts:
        return in_same_chat(sentence("start.resident"))
    await talking.work.staff.set_reachable(talking.actor.account, reachable=True)
    tree = await talking.work.areas.tree()
    posts = "、".join(
        f"{tree.get(post.area_code).name}{wording.say(f'role.{post.role}')}" for post in talking.actor.posts
    )
    return in_private(sentence("start.staff", name=talking.actor.posts[0].name, posts=posts))


async def show_help(message: Message, talking: Talking) -> Reply:
    """The commands that the person can use."""
    script = await talking.script()
    say = talking.services.rules.wording.say
    lines = [say(f"help.{audience}", script) for audience in _audiences(talking.actor)]
    if message.chat.type != "private":
        link = await talking.services.whereabouts.link_of(
            talking.work, talking.platform, message.chat.id, talking.identity.username
        )
        lines += [say("help.in_private", script, link=link)] if link is not None else []
    return in_same_chat(Content(lines=tuple(lines)))


async def report(message: Message, command: Said, talking: Talking) -> Reply:
    """Registers what stands behind the command, or the message that the command answers."""
    said = talking.message
    if said is None:
        return None
    text = command.args
    registration = talking.services.registration
    if not text and not said.attachments and said.reply_to is not None:
        await registration.register_reply(talking.work, said)
        return None
    if text and not said.attachments and talking.services.rules.addressed.aside_of(text) is not None:
        return in_same_chat(sentence("intake.empty_report"))
    if said.chat_kind == "private":
        await talking.services.whereabouts.register(talking.work, talking.with_text(text), via="command")
    else:
        await registration.register(talking.work, talking.with_text(text), via="command")
    return None


async def mine(message: Message, talking: Talking) -> Reply:
    """What the person reported; without rooms, and in a group only what was reported there."""
    mine = talking.services.lists.mine
    group = message.chat.id if message.chat.type != "private" else None
    return in_same_chat(await mine(talking.work, talking.actor, talking.platform, await talking.script(), group))


async def misspelt(message: Message, talking: Talking) -> Reply:
    """A command that is none. Only one with the bot's name is meant for it: a group may have other bots."""
    return in_same_chat(sentence("help.unknown"))


async def private_message(message: Message, talking: Talking) -> Reply:
    """The answer that the bot waits for, else a report."""
    said = talking.message
    if said is None:
        return None
    dialogue = await talking.work.prompts.dialogue(said.platform, said.chat_id, talking.actor.account)
    if dialogue is not None and dialogue.expects == EXPECTS_DISPUTE:
        settled = await talking.services.dispute_talk.take(talking.work, talking.actor, said)
        if settled is not None:
            return in_same_chat(settled)
    if dialogue is not None and dialogue.expects == EXPECTS_RESULT:
        answer = await talking.services.handling.take_result(talking.work, talking.actor, said)
        return in_same_chat(answer)
    if dialogue is not None and dialogue.expects == EXPECTS_PROGRESS:
        return in_same_chat(await talking.services.progress.take(talking.work, talking.actor, said))
    if dialogue is not None and dialogue.expects == EXPECTS_VISIT:
        kept = await talking.services.visits.take_report(talking.work, talking.actor, said)
        if kept is not None:
            return in_same_chat(kept)
    if dialogue is not None and dialogue.expects == EXPECTS_ANSWER:
        published = await talking.services.civic.motions.take_answer(talking.work, talking.actor, said)
        if published is not None:
            return in_same_chat(published)
    if dialogue is not None and dialogue.expects == EXPECTS_TASK:
        given = await talking.services.joint.take_task(talking.work, talking.actor, said)
        if given is not None:
            return in_same_chat(given)
    if talking.actor.posts and not said.text.strip():
        added = await talking.services.patrol.add(talking.work, talking.actor, said)
        if added is None and await talking.services.joining.give_point(talking.work, said):
            return None
        return in_same_chat(added or Answer("help.staff"))
    if not said.text.strip() and await talking.services.joining.give_point(talking.work, said):
        return None
    if await talking.services.whereabouts.take(talking.work, said):
        return None
    if said.text.startswith("/") or asks_to_register(said.text):
        return in_same_chat(*(sentence(f"help.{audience}") for audience in _audiences(talking.actor)))
    services = talking.services
    if await services.own_words.heard(talking.work, talking.actor, said):
        return None
    if await services.courtesies.heard(talking.work, said):
        return None
    if await services.whereabouts.stay_unknown(talking.work, said):
        return None
    if await services.whereabouts.awaits_nameless(talking.work, said):
        # It is joined to nothing that stands under a name.
        await services.whereabouts.register(talking.work, said, via="private")
        return None
    heard = await services.callback.heard(talking.work, said) or await services.private_talk.heard(talking.work, said)
    if not heard and not await services.guide.heard(talking.work, said):
        if services.registration.says_too_little(said):
            return in_same_chat(sentence("intake.too_little"))
        await services.whereabouts.register(talking.work, said, via="private")
        await services.guide.wondered(talking.work, said)
    return None


async def private_edit(message: Message, talking: Talking) -> None:
    """What an edit changed is added to the ticket of the message, as in a group; commands are not given twice."""
    said = talking.message
    if said is not None and not said.text.startswith("/"):
        await talking.services.private_talk.edited(talking.work, said)


def _audiences(actor: Actor) -> tuple[str, ...]:
    if not actor.posts:
        return ("resident", "neighbours")
    rank = max(RANK[post.role] for post in actor.posts)
    found = ["staff"]
    if rank >= RANK[Role.GRID_LEAD]:
        found.append("supervisor")
    if rank >= RANK[Role.COMMUNITY]:
        found += ["admin", "neighbours", "council"]
    return tuple(found)
