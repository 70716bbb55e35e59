// The page: who I am, my rooms, the open chat, and the stream that keeps them current.
import { $, alertBox, avatar, call, fillAvatar, icon, make, say, send, toast, whenOf, words } from "./words.js";
import { bubble, snippet } from "./bubble.js";
import { composer } from "./composer.js";
import { messageLog } from "./log.js";
import { badge, people, personas } from "./people.js";

let me = null;
let rooms = [];
let room = null;
let hasMore = false;
// While a chat is being loaded, what happens in it waits here, so that an older answer cannot cover it.
let waiting = null;
let stream = null;
let typingTimer;

const deeds = { reply: (one) => write.reply(one), edit: (one) => write.edit(one), press, jump: (id) => log.jump(id), command: (text) => write.sendText(text) };
const log = messageLog((message) => bubble(message, me, personas, deeds));
const write = composer({ me: () => me, room: () => room, onSent: () => log.toEnd() });
const who = people({ me: () => me, become });
const isWide = () => matchMedia("(min-width: 721px)").matches;
const key = () => (room ? `${me}:${room.chat_id}` : "");
const quietly = () => undefined;

function remember() {
  const place = new URLSearchParams({ as: me });
  if (room && $("app").dataset.view === "chat") place.set("room", room.chat_id);
  history.replaceState(null, "", `?${place}`);
}

function failed(error, retry) {
  const again = make("button", "main", words.retry);
  again.addEventListener("click", retry);
  log.clear(make("div", "hint", make("p", "", error.message), again));
}

async function become(userId, roomId = null) {
  me = userId;
  const person = personas.get(me);
  fillAvatar($("me-avatar"), { id: me, name: person.name, kind: "person" });
  $("me-name").textContent = person.name;
  $("me-title").textContent = person.title;
  document.title = `${person.name} · ${words.title}`;
  who.show();
  // Whoever has word from the bot sees that first; otherwise the same room through other eyes.
  const same = room && room.kind !== "private" ? room.chat_id : null;
  const wanted = roomId ?? (isWide() ? (person.unread ? me : same) : null);
  room = null;
  await connect();
  if (me !== userId) return;
  await loadRooms();
  const next = rooms.find((one) => one.chat_id === wanted) ?? (isWide() ? rooms.find((one) => one.unread) ?? rooms[0] : null);
  if (next) await enter(next);
  else leave();
}

/* Rooms */
async function loadRooms() {
  const asked = me;
  const found = await call(`/sandbox/rooms?as=${asked}`);
  if (asked !== me) return;
  rooms = found;
  if (room) room = rooms.find((one) => one.chat_id === room.chat_id) ?? null;
  showRooms();
}

const avatarOf = (one) => ({ id: one.chat_id, name: one.title, kind: { private: "private", staff: "staff_room" }[one.kind] ?? "room" });

function roomRow(one) {
  const last = one.last;
  const speaker = !last || one.kind === "private" ? "" : `${last.from.id === me ? words.you : last.from.first_name}: `;
  const note = last ? `${speaker}${snippet(last)}` : words[`kind_${one.kind}`];
  const top = make("span", "top", make("span", "name", one.title), make("time", "time", last ? whenOf(last.date) : ""));
  const bottom = make("span", "bottom", make("span", "last", note));
  if (one.unread) bottom.append(badge(one.unread));
  const button = make("button", "room", avatar(avatarOf(one)), make("span", "lines", top, bottom));
  button.dataset.chat = one.chat_id;
  if (room?.chat_id === one.chat_id) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => enter(one));
  return button;
}

function showRooms() {
  const sorted = [...rooms].sort((one, other) => (other.last?.date ?? 0) - (one.last?.date ?? 0));
  const focused = document.activeElement?.dataset?.chat;
  $("rooms").replaceChildren(...sorted.map(roomRow));
  if (!rooms.length) $("rooms").replaceChildren(make("p", "hint", words.search_none));
  if (focused) $("rooms").querySelector(`[data-chat="${focused}"]`)?.focus();
  const elsewhere = rooms.filter((one) => one !== room).reduce((sum, one) => sum + one.unread, 0);
  $("elsewhere").hidden = !elsewhere;
  $("elsewhere").textContent = elsewhere > 99 ? "99+" : elsewhere;
}

async function enter(one) {
  room = one;
  write.reset();
  $("app").dataset.view = "chat";
  $("head").hidden = $("composer").hidden = false;
  fillAvatar($("room-avatar"), avatarOf(room));
  $("room-title").textContent = room.title;
  showNote();
  remember();
  showRooms();
  log.clear(make("div", "hint", words.loading));
  write.showKeyboard([]);
  await Promise.all([loadHistory(), write.loadCommands()]);
  if (isWide()) $("text").focus();
}

function leave() {
  room = null;
  $("app").dataset.view = "rooms";
  $("head").hidden = $("composer").hidden = true;
  log.clear(hint(words.open_room, words.open_room_hint));
  remember();
  showRooms();
}

function showNote() {
  const count = say(words.members, { count: room.members });
  const people_ = room.bot_present ? count : `${count} · ${words.bot_absent}`;
  $("room-note").textContent = room.kind === "private" ? words.bot_private : `${words[`kind_${room.kind}`]} · ${people_}`;
  $("block").hidden = room.kind !== "private";
  $("block").textContent = room.blocked ? words.unblock : words.block;
  showBanner();
}

function showBanner(isOffline = stream?.readyState === EventSource.CONNECTING && stream.wasOpen) {
  const text = isOffline ? words.offline : room?.blocked ? words.blocked : "";
  $("banner").textContent = text;
  $("banner").hidden = !text;
}

/* Messages */
async function loadHistory() {
  const asked = key();
  const arrived = [];
  waiting = arrived;
  let page;
  try {
    page = await call(`/sandbox/history?as=${me}&chat_id=${room.chat_id}`);
  } catch (error) {
    if (asked !== key()) return;
    waiting = null;
    failed(error, () => enter(room));
    return;
  }
  if (asked !== key()) return;
  hasMore = page.more;
  log.fill(page.messages, emptyRoom());
  offerKeyboard(page.messages);
  waiting = null;
  arrived.forEach((deed) => deed());
  markRead();
}

function inRoom(chatId, deed) {
  if (room?.chat_id !== chatId) return;
  if (waiting) waiting.push(deed);
  else deed();
}

function hint(title, text, ...more) {
  const mark = make("span", "mark", icon(room?.kind === "private" ? "bot" : "people"));
  return make("div", "hint", mark, make("b", "", title), make("p", "", text), ...more);
}

function emptyRoom() {
  const chips = make("div", "chips", ...(words.suggestions[room.kind] ?? []).map((text) => {
    const chip = make("button", "chip", text);
    chip.addEventListener("click", () => (text.startsWith("/") ? write.sendText(text) : write.fill(text)));
    return chip;
  }));
  return hint(words.empty, words[`empty_${room.kind}`], chips);
}

function offerKeyboard(found) {
  const last = found.findLast((one) => one.from.is_bot && (one._keyboard || one._force_reply));
  if (last) write.showKeyboard(last._keyboard, last._force_reply && found.at(-1) === last ? last : null);
}

async function press(message, button, element) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    const answer = await send("/sandbox/press", { as: me, chat_id: message.chat.id, message_id: message.message_id, data: button.callback_data, label: button.text });
    if (!answer.answered) toast(words.no_answer);
    else if (answer.url) await follow(answer.url);
    else if (answer.text && answer.show_alert) alertBox(answer.text);
    else if (answer.text) toast(answer.text);
  } catch (error) {
    toast(error.message);
  } finally {
    element.removeAttribute("aria-busy");
  }
}

// A link to the bot's own private chat: opened, and begun with what the link carries, as the messenger's app does.
async function follow(url) {
  const payload = /[?&]start=([\w-]+)/.exec(url)?.[1];
  const own = rooms.find((one) => one.kind === "private");
  if (!payload || !own) return;
  await enter(own);
  await write.sendText(`/start ${payload}`);
}

async function loadOlder() {
  if (!hasMore || !log.size) return;
  hasMore = false;
  const asked = key();
  const page = await call(`/sandbox/history?as=${me}&chat_id=${room.chat_id}&before=${log.oldest}`).catch(quietly);
  if (!page || asked !== key()) return;
  log.prepend(page.messages);
  hasMore = page.more;
}

function markRead() {
  if (!room || document.hidden) return;
  const known = rooms.find((one) => one.chat_id === room.chat_id);
  if (!known?.unread) return;
  known.unread = 0;
  showRooms();
  send("/sandbox/read", { as: me, chat_id: room.chat_id }).catch(quietly);
}

/* The stream */
// Fulfilled once the stream is open, so that nothing falls between what is loaded and what is told.
function connect() {
  stream?.close();
  const current = new EventSource(`/sandbox/stream?as=${me}`);
  stream = current;
  return new Promise((opened) => {
    listen(current, opened);
    current.onerror = () => { opened(); if (current === stream) showBanner(current.wasOpen); };
  });
}

function listen(current, opened) {
  const on = (name, deed) => current.addEventListener(name, (event) => { if (current === stream) deed(JSON.parse(event.data)); });
  on("ready", async () => {
    opened();
    showBanner(false);
    const isAgain = current.wasOpen;
    current.wasOpen = true;
    if (!isAgain) return;
    await Promise.all([loadRooms(), who.load()]).catch(quietly);
    if (room) await loadHistory();
  });
  on("message", ({ chat_id, message }) => {
    const known = rooms.find((one) => one.chat_id === chat_id);
    if (!known) { loadRooms().catch(quietly); return; }
    known.last = message;
    if (message.from.id !== me) known.unread += 1;
    showRooms();
    inRoom(chat_id, () => {
      clearTimeout(typingTimer);
      showNote();
      log.append(message, message.from.id === me);
      offerKeyboard([message]);
      markRead();
    });
  });
  on("edited", ({ chat_id, message }) => {
    const known = rooms.find((one) => one.chat_id === chat_id);
    if (known?.last?.message_id === message.message_id) { known.last = message; showRooms(); }
    inRoom(chat_id, () => log.replace(message));
  });
  on("deleted", ({ chat_id, message_id }) => inRoom(chat_id, () => log.remove(message_id)));
  on("rooms", async () => {
    const wasOpen = room;
    await loadRooms().catch(quietly);
    if (room) showNote();
    else if (wasOpen) leave();
  });
  on("personas", () => who.load().catch(quietly));
  on("action", ({ chat_id }) => inRoom(chat_id, () => {
    $("room-note").textContent = words.typing;
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => room && showNote(), 5000);
  }));
}

/* Wiring */
$("me").addEventListener("click", () => $("people").showModal());
$("back").addEventListener("click", () => { leave(); $("rooms").querySelector("button")?.focus(); });
$("block").addEventListener("click", () => send("/sandbox/block", { as: me, blocked: !room.blocked }).catch((error) => toast(error.message)));
$("log").addEventListener("scroll", () => { if (log.isAtTop) loadOlder(); });
document.addEventListener("visibilitychange", markRead);
document.addEventListener("click", (event) => {
  const dialog = event.target.closest?.("[data-close]")?.closest("dialog") ?? (event.target.nodeName === "DIALOG" ? event.target : null);
  dialog?.close();
});

async function start() {
  const place = new URLSearchParams(location.search);
  try {
    await who.load();
    const wanted = Number(place.get("as"));
    const first = personas.has(wanted) ? wanted : personas.keys().next().value;
    await become(first, Number(place.get("room")) || null);
  } catch (error) {
    $("app").dataset.view = "chat";
    failed(error, () => location.reload());
  }
}

start();
