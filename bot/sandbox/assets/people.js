// Who one can be: the list behind the own name, with a count of what waits for each.
import { $, avatar, call, icon, make, say, words } from "./words.js";

export let personas = new Map();

export function badge(count) {
  const element = make("span", "badge", count > 99 ? "99+" : String(count));
  element.setAttribute("aria-label", say(words.unread, { count }));
  return element;
}

// host: { me(), become(userId) }
export function people(host) {
  function row(person) {
    const choose = make("button", "", avatar({ id: person.user_id, name: person.name, kind: "person" }),
      make("span", "lines", make("span", "name", person.name), make("span", "title", person.title)));
    if (person.unread) choose.append(badge(person.unread));
    choose.addEventListener("click", () => { $("people").close(); host.become(person.user_id); });
    if (person.user_id === host.me()) choose.setAttribute("aria-current", "true");
    const open = make("a", "icon", icon("window"));
    open.href = `?as=${person.user_id}`;
    open.target = "_blank";
    open.title = say(words.as_new_window, { name: person.name });
    open.setAttribute("aria-label", open.title);
    return make("div", `person${person.user_id === host.me() ? " current" : ""}`, choose, open);
  }

  function show() {
    const list = [...personas.values()];
    const residents = list.filter((one) => one.kind === "resident");
    const parts = [[words.residents, residents], [words.staff, list.filter((one) => !residents.includes(one))]];
    $("people-list").replaceChildren(...parts.flatMap(([label, found]) =>
      found.length ? [make("h3", "", label), ...found.map(row)] : []));
    // Work that waits for somebody else is the hint whose place to take next.
    const expected = list.filter((one) => one.user_id !== host.me() && one.unread).length;
    $("expected").hidden = !expected;
    $("expected").textContent = expected;
    $("expected").title = say(words.expected, { count: expected });
  }

  async function load() {
    personas = new Map((await call("/sandbox/personas")).map((one) => [one.user_id, one]));
    show();
  }

  return { load, show };
}
