// The page's words and small pieces every part builds with.
export const words = JSON.parse(document.getElementById("words").textContent);

export const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const $ = (id) => document.getElementById(id);

export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  if (tag === "button") element.type = "button";
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

// A circle with the end of a Chinese given name, or a sign for bots and groups.
export function fillAvatar(element, { id, name, kind }) {
  const tone = kind === "bot" || kind === "private" ? "bot" : Math.abs(id * 31 + 7) % 8;
  element.className = element.className.replace(/\s*tone-\w+/g, "") + ` tone-${tone}`;
  const sign = { bot: "bot", private: "bot", staff_room: "work" }[kind];
  element.replaceChildren(sign ? icon(sign) : [...name].slice(kind === "room" ? 0 : -2).slice(0, 2).join(""));
  return element;
}

export const avatar = (about) => {
  const element = fillAvatar(make("span", "avatar"), about);
  element.setAttribute("aria-hidden", "true");
  return element;
};

// The bot writes times of the district, so the page tells them in the same zone, wherever its visitor sits.
const timeZone = document.documentElement.dataset.timeZone || undefined;
const clock = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
const shortDay = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", timeZone });
const longDay = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", weekday: "long", timeZone });
const date = new Intl.DateTimeFormat("en", { year: "numeric", month: "numeric", day: "numeric", timeZone });

export const timeOf = (seconds) => clock.format(seconds * 1000);

function dayNumber(milliseconds) {
  const parts = Object.fromEntries(date.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year, parts.month - 1, parts.day) / 86400000;
}

export const dayKey = (seconds) => dayNumber(seconds * 1000);

export function dayOf(seconds) {
  const ago = dayNumber(Date.now()) - dayKey(seconds);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  return longDay.format(seconds * 1000);
}

export function whenOf(seconds) {
  const ago = dayNumber(Date.now()) - dayKey(seconds);
  if (ago === 0) return timeOf(seconds);
  return ago === 1 ? words.yesterday : shortDay.format(seconds * 1000);
}

export class Refusal extends Error {}

// Calls the people's interface; a refusal becomes its text.
export async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refusal(words.load_failed);
  }
  if (response.ok) return response.json();
  const code = await response.json().then((body) => body.code, () => "unknown");
  throw new Refusal(words.errors[code] ?? words.errors.unknown);
}

export const send = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

let toastTimer;
export function toast(text) {
  const element = $("toast");
  element.hidden = true;
  element.textContent = text;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { element.hidden = true; }, Math.max(3500, text.length * 130));
}

export function alertBox(text) {
  $("alert-text").textContent = text;
  $("alert").showModal();
}
