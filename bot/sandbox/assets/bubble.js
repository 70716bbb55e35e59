// One message as an element. Everything people or the bot wrote goes in as text, never as markup.
import { $, avatar, dayOf, icon, make, say, timeOf, words } from "./words.js";

const PHOTO_WIDTH = 320;
const PHOTO_HEIGHT = 340;
const PHOTO_LEAST = 120;
const WRAPPERS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

function wrapper(entity, piece, onCommand) {
  if (entity.type === "text_link" || entity.type === "url") {
    const link = make("a");
    const address = entity.type === "url" ? piece : entity.url;
    if (/^(https?|mailto|tel):/.test(address)) link.href = address;
    link.rel = "noopener noreferrer";
    link.target = "_blank";
    return link;
  }
  if (entity.type === "bot_command") {
    const button = make("button", "command");
    button.addEventListener("click", () => onCommand(piece));
    return button;
  }
  if (entity.type === "spoiler") {
    const span = make("span", "spoiler");
    span.addEventListener("click", () => span.classList.add("shown"));
    return span;
  }
  if (entity.type in WRAPPERS) return make(WRAPPERS[entity.type]);
  return make("span", ["mention", "text_mention", "hashtag"].includes(entity.type) ? "link" : "");
}

function formatted(text, entities, start, end, onCommand) {
  const nodes = [];
  let at = start;
  entities.forEach((entity, index) => {
    const until = entity.offset + entity.length;
    if (entity.offset < at || until > end) return;
    nodes.push(text.slice(at, entity.offset));
    const element = wrapper(entity, text.slice(entity.offset, until), onCommand);
    const inner = entities.slice(index + 1).filter((one) => one.offset + one.length <= until);
    element.append(...formatted(text, inner, entity.offset, until, onCommand));
    nodes.push(element);
    at = until;
  });
  nodes.push(text.slice(at, end));
  return nodes.filter((node) => node !== "");
}

export function snippet(message) {
  if (message.text) return message.text.replace(/\s+/g, " ");
  const kind = message.photo ? words.photo : message.video ? words.video : message.location ? words.location : message.document ? `${words.document} ${message.document.file_name ?? ""}` : "";
  if (kind) return `[${kind.trim()}]${message.caption ? ` ${message.caption}` : ""}`;
  return serviceText(message) ?? "";
}

export function serviceText(message) {
  const { service } = words;
  if (message.new_chat_members) return say(service.joined, { name: message.new_chat_members[0].first_name });
  if (message.left_chat_member) return say(service.left, { name: message.left_chat_member.first_name });
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return service.moved;
  if (message.forum_topic_created) return say(service.topic, { name: message.forum_topic_created.name });
  if (message.pinned_message) return say(service.pinned, { name: message.from.first_name });
  return null;
}

const fileUrl = (file) => `/sandbox/files/${encodeURIComponent(file.file_id)}`;

function media(message) {
  if (message.photo) {
    const largest = message.photo.at(-1);
    const image = make("img");
    image.src = fileUrl(largest);
    image.alt = say(words.photo_of, { name: message.from.first_name });
    // The size is known before the picture is, so that nothing moves when it comes.
    const scale = Math.min(1, PHOTO_WIDTH / largest.width, PHOTO_HEIGHT / largest.height);
    image.style.width = `${Math.max(PHOTO_LEAST, Math.round(largest.width * scale))}px`;
    image.style.aspectRatio = `${largest.width} / ${largest.height}`;
    const button = make("button", "photo", image);
    button.setAttribute("aria-label", `${words.view_photo} · ${image.alt}`);
    button.addEventListener("click", () => {
      $("light-image").src = image.src;
      $("light-image").alt = image.alt;
      $("light").showModal();
    });
    return button;
  }
  if (message.video) {
    const video = make("video");
    video.src = fileUrl(message.video);
    video.controls = true;
    video.preload = "metadata";
    return video;
  }
  if (message.document) {
    const link = make("a", "attachment", icon("file"), message.document.file_name || words.document);
    link.href = fileUrl(message.document);
    link.download = message.document.file_name || "";
    return link;
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    return make("div", "attachment", icon("place"), `${words.location} ${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
  }
  return null;
}

function quote(original, onJump) {
  const button = make("button", "quote", make("b", "", original.from.first_name), make("span", "", snippet(original)));
  button.addEventListener("click", () => onJump(original.message_id));
  return button;
}

function keyboard(message, onPress) {
  const grid = make("div", "buttons");
  for (const row of message.reply_markup.inline_keyboard) {
    const line = make("div", "row");
    for (const button of row) {
      if (button.url) {
        const link = make("a", "", button.text);
        if (/^https?:/.test(button.url)) link.href = button.url;
        link.target = "_blank";
        link.rel = "noopener noreferrer";
        line.append(link);
        continue;
      }
      const element = make("button", "", button.text);
      element.dataset.data = button.callback_data ?? "";
      element.addEventListener("click", () => onPress(message, button, element));
      line.append(element);
    }
    grid.append(line);
  }
  return grid;
}

function actions(message, isMine, deeds) {
  const box = make("div", "actions");
  const add = (name, label, deed) => {
    const button = make("button", "icon", icon(name));
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", () => deed(message));
    box.append(button);
  };
  add("reply", words.reply, deeds.reply);
  if (isMine && (message.text || message.caption || message.photo)) add("edit", words.edit, deeds.edit);
  return box;
}

// deeds: { reply, edit, press, jump, command }
export function bubble(message, me, personas, deeds) {
  const article = make("article", "message");
  article.dataset.id = message.message_id;
  article.dataset.sender = message.from.id;
  article.dataset.date = message.date;
  article.tabIndex = -1;
  article.append(make("div", "day", make("span", "", dayOf(message.date))));
  const service = serviceText(message);
  if (service !== null) {
    article.classList.add("is-service");
    article.append(make("div", "service", make("span", "", service)));
    return article;
  }
  const isMine = message.from.id === me;
  article.classList.toggle("mine", isMine);
  const sender = make("div", "sender", make("b", "", message.from.first_name));
  if (message.from.is_bot) sender.append(make("span", "tag", words.bot_tag));
  else sender.append(make("span", "", personas.get(message.from.id)?.title ?? ""));

  const box = make("div", "bubble");
  if (message.forward_origin) sender.append(make("span", "", say(words.forwarded, { name: message.forward_origin.sender_user?.first_name })));
  if (message.reply_to_message) box.append(quote(message.reply_to_message, deeds.jump));
  const shown = media(message);
  if (shown) box.append(shown);
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities ?? [];
  if (text) box.append(make("div", "text", ...formatted(text, entities, 0, text.length, deeds.command)));
  else if (message.photo) box.classList.add("bare");
  box.append(make("time", "meta", (message.edit_date ? `${words.edited} ` : "") + timeOf(message.date)));

  const column = make("div", "column", sender, box);
  if (message.reply_markup?.inline_keyboard?.length) {
    column.classList.add("card");
    column.append(keyboard(message, deeds.press));
  }
  if (message._reactions?.length) column.append(make("div", "reactions", make("span", "", message._reactions.join(" "))));
  const face = avatar({ id: message.from.id, name: message.from.first_name, kind: message.from.is_bot ? "bot" : "person" });
  article.append(make("div", "body", face, column, actions(message, isMine, deeds)));
  return article;
}
