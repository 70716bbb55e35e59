// The open chat's messages on the screen: grouped, added, replaced and removed without moving what is being read.
import { $, dayKey } from "./words.js";

const GROUP_SECONDS = 300;
const NEAR_END_PIXELS = 120;
const log = $("log");

// build(message) makes the element of a message.
export function messageLog(build) {
  let messages = new Map();
  let missed = 0;
  let sticks = true;

  const isNearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PIXELS;
  const find = (messageId) => log.querySelector(`[data-id="${messageId}"]`);

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

  function showNewer() {
    sticks = isNearEnd();
    if (sticks) missed = 0;
    $("newer").hidden = sticks;
    $("newer-count").hidden = !missed;
    $("newer-count").textContent = missed;
  }

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    showNewer();
  }

  log.addEventListener("scroll", showNewer);
  $("newer").addEventListener("click", toEnd);
  // The line to write in grows and keyboards open: who was at the end stays there.
  new ResizeObserver(() => { if (sticks) toEnd(); }).observe(log);

  return {
    toEnd,
    get size() { return messages.size; },
    get oldest() { return Math.min(...messages.keys()); },
    get isAtTop() { return log.scrollTop < 80; },
    clear(...shown) {
      messages = new Map();
      log.replaceChildren(...shown);
      showNewer();
    },
    fill(found, empty) {
      messages = new Map(found.map((one) => [one.message_id, one]));
      log.replaceChildren(...(found.length ? found.map(build) : [empty]));
      regroup();
      toEnd();
    },
    prepend(found) {
      const height = log.scrollHeight;
      messages = new Map([...found.map((one) => [one.message_id, one]), ...messages]);
      log.prepend(...found.map(build));
      regroup();
      log.scrollTop += log.scrollHeight - height;
    },
    append(message, isOwn) {
      if (messages.has(message.message_id)) return;
      const stays = !isNearEnd() && !isOwn;
      if (!messages.size) log.replaceChildren();
      messages.set(message.message_id, message);
      log.append(build(message));
      regroup();
      if (stays) missed += 1;
      if (stays) showNewer();
      else toEnd();
    },
    replace(message) {
      const old = find(message.message_id);
      if (!old) return;
      const wasAtEnd = isNearEnd();
      const hadFocus = old.contains(document.activeElement);
      messages.set(message.message_id, message);
      const fresh = build(message);
      fresh.classList.add("changed");
      old.replaceWith(fresh);
      regroup();
      if (hadFocus) (fresh.querySelector(".buttons button") ?? fresh).focus({ preventScroll: true });
      if (wasAtEnd) toEnd();
    },
    remove(messageId) {
      messages.delete(messageId);
      find(messageId)?.remove();
      regroup();
    },
    jump(messageId) {
      const element = find(messageId);
      if (!element) return;
      element.scrollIntoView({ block: "center" });
      element.classList.remove("flash");
      void element.offsetWidth;
      element.classList.add("flash");
    },
  };
}
