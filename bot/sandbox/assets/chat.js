// The page: who I am, my rooms, the open chat, and the stream that keeps them current.
import { $, alertBox, avatar, call, dayKey, fillAvatar, icon, make, say, send, toast, whenOf, words } from "./words.js";
import { bubble, snippet } from "./bubble.js";
import { composer } from "./composer.js";

const GROUP_SECONDS = 300;
const NEAR_END_PIXELS = 120;

let personas = new Map();
let me = null;
let rooms = [];
let room = null;
let messages = new Map();
let hasMore = false;
let missed = 0;
let stream = null;
// While a chat is being loaded, what happens in it waits here, so that an older answer cannot cover it.
let waiting = null;
let typingTimer;

const log = $("log");
const write = composer({ me: () => me, room: () => room, onSent: () => toEnd() });
const isWide = () => matchMedia("(min-width: 721px)").matches;
const key = () => (room ? `${me}:${room.chat_id}` : "");

function remember() {
  const place = new URLSearchParams({ as: me });
  if (room && $("app").dataset.view === "chat") place.set("room", room.chat_id);
  history.replaceState(null, "", `?${place}`);
}

/* People */
async function loadPersonas() {
  personas = new Map((await call("/sandbox/personas")).map((one) => [one.user_id, one]));
  showPeople();
}

function showPeople() {
  const groups = [["resident", words.residents], ["staff", words.staff]];
  const list = [...personas.values()];
  const parts = groups.map(([kind, label]) => [label, list.filter((one) => (kind === "resident") === (one.kind === "resident"))]);
  $("people-list").replaceChildren(...parts.flatMap(([label, people]) =>
    people.length ? [make("h3", "", label), ...people.map(personRow)] : []));
}

function personRow(person) {
  const choose = make("button", "", avatar({ id: person.user_id, name: person.name, kind: "person" }),
    make("span", "lines", make("span", "name", person.name), make("span", "title", person.title)));
  if (person.unread) choose.append(badge(person.unread));
  choose.addEventListener("click", () => { $("people").close(); become(person.user_id); });
  if (person.user_id === me) choose.setAttribute("aria-current", "true");
  const open = make("a", "icon", icon("window"));
  open.href = `?as=${person.user_id}`;
  open.target = "_blank";
  open.title = say(words.as_new_window, { name: person.name });
  open.setAttribute("aria-label", open.title);
  return make("div", `person${person.user_id === me ? " current" : ""}`, choose, open);
}

function badge(count) {
  const element = make("span", "badge", count > 99 ? "99+" : String(count));
  element.setAttribute("aria-label", say(words.unread, { count }));
  return element;
}

async function become(userId, roomId = null) {
  me = userId;
  const person = personas.get(me);
  fillAvatar($("me-avatar"), { id: me, name: person.name, kind: "person" });
  $("me-name").textContent = person.name;
  $("me-title").textContent = person.title;
  document.title = `${person.name} · ${words.title}`;
  showPeople();
  const wanted = roomId ?? (room && room.kind !== "private" && isWide() ? room.chat_id : null);
  room = null;
  messages = new Map();
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

function showRooms() {
  const sorted = [...rooms].sort((one, other) => (other.last?.date ?? 0) - (one.last?.date ?? 0));
  const focused = document.activeElement?.dataset?.chat;
  $("rooms").replaceChildren(...sorted.map((one) => {
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
  }));
  if (!rooms.length) $("rooms").replaceChildren(make("p", "hint", words.search_none));
  if (focused) $("rooms").querySelector(`[data-chat="${focused}"]`)?.focus();
  const elsewhere = rooms.filter((one) => one !== room).reduce((sum, one) => sum + one.unread, 0);
  $("elsewhere").hidden = !elsewhere;
  $("elsewhere").textContent = elsewhere > 99 ? "99+" : elsewhere;
}

async function enter(one) {
  room = one;
  messages = new Map();
  write.reset();
  $("app").dataset.view = "chat";
  $("head").hidden = $("composer").hidden = false;
  fillAvatar($("room-avatar"), avatarOf(room));
  $("room-title").textContent = room.title;
  showNote();
  remember();
  showRooms();
  log.replaceChildren(make("div", "hint", words.loading));
  write.showKeyboard([]);
  await Promise.all([loadHistory(), write.loadCommands()]);
  if (isWide()) $("text").focus();
}

function leave() {
  room = null;
  $("app").dataset.view = "rooms";
  $("head").hidden = $("composer").hidden = true;
  log.replaceChildren(hint(words.open_room, words.open_room_hint));
  remember();
  showRooms();
}

function showNote() {
  const people = room.bot_present ? say(words.members, { count: room.members }) : `${say(words.members, { count: room.members })} · ${words.bot_absent}`;
  $("room-note").textContent = room.kind === "private" ? words.bot_private : `${words[`kind_${room.kind}`]} · ${people}`;
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
const deeds = { reply: (one) => write.reply(one), edit: (one) => write.edit(one), press, jump, command: (text) => write.sendText(text) };
const build = (message) => bubble(message, me, personas, deeds);

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
    const again = make("button", "main", words.retry);
    again.addEventListener("click", () => enter(room));
    log.replaceChildren(make("div", "hint", make("p", "", error.message), again));
    return;
  }
  if (asked !== key()) return;
  messages = new Map(page.messages.map((one) => [one.message_id, one]));
  hasMore = page.more;
  log.replaceChildren(...page.messages.map(build));
  if (!page.messages.length) log.replaceChildren(emptyRoom());
  regroup();
  toEnd();
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

function regroup() {
  let before = null;
  for (const element of log.querySelectorAll(".message")) {
    const { sender, date } = element.dataset;
    const isNewDay = !before || dayKey(before.dataset.date) !== dayKey(date);
    const follows = before && !isNewDay && before.dataset.sender === sender && date - before.dataset.date < GROUP_SECONDS
      && !before.classList.contains("is-service") && !before.querySelector(".buttons");
    element.classList.toggle("new-day", isNewDay);
    element.classList.toggle("first", !follows);
    element.classList.add("last");
    if (follows) before.classList.remove("last");
    before = element;
  }
}

const isNearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PIXELS;

function toEnd() {
  log.scrollTop = log.scrollHeight;
  missed = 0;
  showNewer();
}

function showNewer() {
  $("newer").hidden = isNearEnd();
  $("newer-count").hidden = !missed;
  $("newer-count").textContent = missed;
}

function append(message) {
  if (messages.has(message.message_id)) return;
  const stay = !isNearEnd() && message.from.id !== me;
  if (!messages.size) log.replaceChildren();
  messages.set(message.message_id, message);
  log.append(build(message));
  regroup();
  offerKeyboard([message]);
  if (stay) { missed += 1; showNewer(); } else toEnd();
}

function replace(message) {
  const old = log.querySelector(`[data-id="${message.message_id}"]`);
  if (!old) return;
  const stick = isNearEnd();
  const hadFocus = old.contains(document.activeElement);
  messages.set(message.message_id, message);
  const fresh = build(message);
  fresh.classList.add("changed");
  old.replaceWith(fresh);
  regroup();
  if (hadFocus) (fresh.querySelector(".buttons button") ?? fresh).focus({ preventScroll: true });
  if (stick) toEnd();
}

function remove(messageId) {
  messages.delete(messageId);
  log.querySelector(`[data-id="${messageId}"]`)?.remove();
  regroup();
}

function offerKeyboard(found) {
  const last = found.findLast((one) => one.from.is_bot && (one._keyboard || one._force_reply));
  if (last) write.showKeyboard(last._keyboard, last._force_reply && found.at(-1) === last ? last : null);
}

async function jump(messageId) {
  const element = log.querySelector(`[data-id="${messageId}"]`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.classList.remove("flash");
  void element.offsetWidth;
  element.classList.add("flash");
}

async function press(message, button, element) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    const answer = await send("/sandbox/press", { as: me, chat_id: message.chat.id, message_id: message.message_id, data: button.callback_data, label: button.text });
    if (!answer.answered) toast(words.no_answer);
    else if (answer.text && answer.show_alert) alertBox(answer.text);
    else if (answer.text) toast(answer.text);
  } catch (error) {
    toast(error.message);
  } finally {
    element.removeAttribute("aria-busy");
  }
}

async function loadOlder() {
  if (!hasMore || !messages.size) return;
  hasMore = false;
  const asked = key();
  const page = await call(`/sandbox/history?as=${me}&chat_id=${room.chat_id}&before=${Math.min(...messages.keys())}`).catch(() => null);
  if (!page || asked !== key()) return;
  const height = log.scrollHeight;
  messages = new Map([...page.messages.map((one) => [one.message_id, one]), ...messages]);
  log.prepend(...page.messages.map(build));
  regroup();
  log.scrollTop += log.scrollHeight - height;
  hasMore = page.more;
}

function markRead() {
  if (!room || document.hidden) return;
  const known = rooms.find((one) => one.chat_id === room.chat_id);
  if (!known?.unread) return;
  known.unread = 0;
  showRooms();
  send("/sandbox/read", { as: me, chat_id: room.chat_id }).catch(() => undefined);
}

/* The stream */
// Fulfilled once the stream is open, so that nothing falls between what is loaded and what is told.
function connect() {
  stream?.close();
  let opened;
  const open = new Promise((resolve) => { opened = resolve; });
  const current = new EventSource(`/sandbox/stream?as=${me}`);
  stream = current;
  const on = (name, deed) => current.addEventListener(name, (event) => { if (current === stream) deed(JSON.parse(event.data)); });
  on("ready", async () => {
    opened();
    showBanner(false);
    if (current.wasOpen) {
      await loadRooms().catch(() => undefined);
      if (room) await loadHistory();
    }
    current.wasOpen = true;
  });
  on("message", ({ chat_id, message }) => {
    const known = rooms.find((one) => one.chat_id === chat_id);
    if (!known) { loadRooms(); return; }
    known.last = message;
    if (message.from.id !== me) known.unread += 1;
    showRooms();
    inRoom(chat_id, () => { clearTimeout(typingTimer); showNote(); append(message); markRead(); });
  });
  on("edited", ({ chat_id, message }) => {
    const known = rooms.find((one) => one.chat_id === chat_id);
    if (known?.last?.message_id === message.message_id) { known.last = message; showRooms(); }
    inRoom(chat_id, () => replace(message));
  });
  on("deleted", ({ chat_id, message_id }) => { inRoom(chat_id, () => remove(message_id)); });
  on("rooms", async () => {
    await loadRooms().catch(() => undefined);
    if (room) showNote();
    else if (messages.size) leave();
  });
  on("personas", () => loadPersonas().catch(() => undefined));
  on("action", ({ chat_id }) => {
    if (room?.chat_id !== chat_id) return;
    $("room-note").textContent = words.typing;
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => room && showNote(), 5000);
  });
  current.onerror = () => { opened(); if (current === stream) showBanner(current.wasOpen); };
  return open;
}

/* Wiring */
$("me").addEventListener("click", () => $("people").showModal());
$("back").addEventListener("click", () => { leave(); $("rooms").querySelector("button")?.focus(); });
$("newer").addEventListener("click", toEnd);
$("block").addEventListener("click", () => send("/sandbox/block", { as: me, blocked: !room.blocked }).catch((error) => toast(error.message)));
log.addEventListener("scroll", () => { if (isNearEnd()) missed = 0; showNewer(); if (log.scrollTop < 80) loadOlder(); });
document.addEventListener("visibilitychange", markRead);
document.addEventListener("click", (event) => {
  const dialog = event.target.closest?.("[data-close]")?.closest("dialog") ?? (event.target.nodeName === "DIALOG" ? event.target : null);
  dialog?.close();
});

async function start() {
  const place = new URLSearchParams(location.search);
  try {
    await loadPersonas();
    const wanted = Number(place.get("as"));
    const first = personas.has(wanted) ? wanted : personas.keys().next().value;
    await become(first, Number(place.get("room")) || null);
  } catch (error) {
    const again = make("button", "main", words.retry);
    again.addEventListener("click", () => location.reload());
    log.replaceChildren(make("div", "hint", make("p", "", error.message), again));
    $("app").dataset.view = "chat";
  }
}

start();
