// The line to write in: text, photos, files, places, replies, edits, commands.
import { $, Refusal, call, icon, make, say, send, toast, words } from "./words.js";
import { snippet } from "./bubble.js";

const text = $("text");

// host: { me(), room(), onSent() }
export function composer(host) {
  let replyTo = null;
  let edited = null;
  let photos = [];
  let busy = false;

  function grow() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 168)}px`;
  }

  function showContext() {
    const about = edited ?? replyTo;
    $("context").hidden = !about;
    if (about) {
      $("context-title").textContent = edited ? words.editing : say(words.replying_to, { name: about.from.first_name });
      $("context-text").textContent = snippet(about);
      $("context").querySelector("use").setAttribute("href", edited ? "#i-edit" : "#i-reply");
    }
    $("send").querySelector("use").setAttribute("href", edited ? "#i-check" : "#i-send");
  }

  function showPhotos() {
    $("previews").hidden = !photos.length;
    text.placeholder = photos.length ? words.caption : words.message;
    $("previews").replaceChildren(...photos.map((file, index) => {
      const image = make("img");
      image.alt = file.name;
      image.src = URL.createObjectURL(file);
      image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
      const remove = make("button", "icon", icon("close"));
      remove.setAttribute("aria-label", say(words.remove_photo, { number: index + 1 }));
      remove.addEventListener("click", () => { photos.splice(index, 1); showPhotos(); text.focus(); });
      return make("div", "preview", image, remove);
    }));
  }

  function addPhotos(files) {
    photos = [...photos, ...[...files].filter((file) => file.type.startsWith("image/"))].slice(0, 10);
    showPhotos();
    text.focus();
  }

  function reset() {
    replyTo = edited = null;
    photos = [];
    text.value = "";
    showContext();
    showPhotos();
    closePopup();
    grow();
  }

  function form(extra = {}) {
    const body = new FormData();
    const fields = { as: host.me(), chat_id: host.room().chat_id, ...extra };
    if (replyTo) fields.reply_to = replyTo.message_id;
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    return body;
  }

  async function deliver(body) {
    if (busy) return false;
    busy = true;
    $("send").disabled = true;
    try {
      await call("/sandbox/messages", { method: "POST", body });
      host.onSent();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      toast(error.message);
      return false;
    } finally {
      busy = false;
      $("send").disabled = false;
      text.focus();
    }
  }

  async function submit() {
    const written = text.value.trim();
    if (!host.room() || (!written && !photos.length)) return;
    if (edited) {
      try {
        await send("/sandbox/edit", { as: host.me(), chat_id: host.room().chat_id, message_id: edited.message_id, text: written });
        reset();
      } catch (error) { toast(error.message); }
      return;
    }
    const body = form({ text: written });
    photos.forEach((file, index) => body.append(`photo${index}`, file));
    if (await deliver(body)) reset();
  }

  async function sendText(words_) {
    if (await deliver(form({ text: words_ }))) reset();
  }

  function closePopup() {
    $("popup").hidden = true;
    for (const id of ["attach", "commands"]) $(id).setAttribute("aria-expanded", "false");
  }

  function popup(opener, items) {
    const isOpen = opener.getAttribute("aria-expanded") === "true";
    closePopup();
    if (isOpen) return;
    $("popup").replaceChildren(...items.map(([content, deed]) => {
      const button = make("button", "", ...content);
      button.addEventListener("click", () => { closePopup(); deed(); });
      return button;
    }));
    $("popup").hidden = false;
    opener.setAttribute("aria-expanded", "true");
    $("popup").querySelector("button")?.focus();
  }

  let commands = [];
  async function loadCommands() {
    const room = host.room();
    commands = await call(`/sandbox/commands?as=${host.me()}&chat_id=${room.chat_id}`).catch(() => []);
    $("commands").hidden = !commands.length;
  }

  $("composer").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    // While an input method composes a word, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && (replyTo || edited)) {
      reset();
    }
  });
  text.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) addPhotos(event.clipboardData.files);
  });
  $("context-close").addEventListener("click", () => { if (edited) text.value = ""; replyTo = edited = null; showContext(); grow(); text.focus(); });
  $("attach").addEventListener("click", () => popup($("attach"), [
    [[icon("photo"), words.attach_photo], () => $("photos").click()],
    [[icon("file"), words.attach_document], () => $("file").click()],
    [[icon("place"), words.attach_location], () => $("place").showModal()],
  ]));
  $("commands").addEventListener("click", () => popup($("commands"), commands.map(({ command, description }) =>
    [[make("b", "", `/${command}`), make("span", "", description)], () => sendText(`/${command}`)])));
  $("photos").addEventListener("change", (event) => { addPhotos(event.target.files); event.target.value = ""; });
  $("file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const body = form({ text: text.value.trim() });
    body.append("document", file);
    if (await deliver(body)) reset();
  });
  $("place-form").addEventListener("submit", async () => {
    if (await deliver(form({ latitude: $("latitude").value, longitude: $("longitude").value }))) reset();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !$("popup").hidden) { closePopup(); text.focus(); } });
  document.addEventListener("click", (event) => { if (!event.target.closest("#popup, #attach, #commands")) closePopup(); });

  return {
    reset,
    loadCommands,
    sendText,
    fill(words_) { text.value = words_; grow(); text.focus(); },
    reply(message) { if (edited) text.value = ""; edited = null; replyTo = message; showContext(); text.focus(); },
    edit(message) { replyTo = null; edited = message; text.value = message.text ?? message.caption ?? ""; showContext(); grow(); text.focus(); },
    showKeyboard(rows, isForceReply) {
      $("keyboard").hidden = !rows?.length;
      $("keyboard").replaceChildren(...(rows ?? []).map((row) => make("div", "", ...row.map((label) => {
        const button = make("button", "", label);
        button.addEventListener("click", () => sendText(label));
        return button;
      }))));
      if (isForceReply) this.reply(isForceReply);
    },
  };
}
