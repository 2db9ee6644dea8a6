// The place to write in: a new post, a reply, an edit and a direct message use the same one.

import { button, el, icon } from "./dom.js";

const lengthOf = (text) => [...text].length; // the network counts code points
let made = 0;

/**
 * options: label, placeholder, submit, limit, text, rows, send(text) -> Promise, cancel(), and
 * mention: a handle to offer, null for none yet, left out where nobody is ever mentioned.
 * Returns {node, fill(text), focus(), mention(handle)}.
 */
export function makeComposer(options) {
  const id = `write-${(made += 1)}`;
  const limit = options.limit ?? 500;
  const state = { handle: options.mention ?? null, isMentioned: Boolean(options.mention), isSending: false };

  const chips = el("div", { class: "chips" });
  const field = el("textarea", {
    id,
    rows: options.rows ?? 2,
    dir: "auto",
    placeholder: options.placeholder,
    "aria-describedby": `${id}-count ${id}-fault`,
  });
  const count = el("span", { class: "count", id: `${id}-count` });
  const fault = el("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  const submit = el("button", { type: "submit", class: "strong" }, options.submit);
  const node = el("form", { class: "composer", novalidate: true },
    el("label", { class: "unseen", for: id }, options.label),
    chips, field, fault,
    el("div", { class: "composer-foot" },
      count,
      el("span", { class: "quiet small keys", "aria-hidden": "true" }, "Ctrl + Enter"),
      options.cancel ? button("Cancel", { class: "plain" }, options.cancel) : null,
      submit));

  const lead = () => (state.isMentioned && !says(field.value, state.handle) ? `@${state.handle} ` : "");
  const whole = () => `${lead()}${field.value.trim()}`;

  function update() {
    const left = limit - lengthOf(field.value.trim() ? whole() : lead());
    const said = left < 0 ? " characters too many" : " characters left";
    count.replaceChildren(`${Math.abs(left)}`, left < 0 ? el("span", { "aria-hidden": "true" }, " too many") : "",
      el("span", { class: "unseen" }, said));
    count.classList.toggle("roomy", left > 500);
    count.classList.toggle("over", left < 0);
    submit.disabled = state.isSending || left < 0 || !field.value.trim();
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  function showChips() {
    const handle = state.handle;
    chips.hidden = options.mention === undefined;
    if (!handle) return chips.replaceChildren();
    const toggle = (isMentioned) => () => {
      state.isMentioned = isMentioned;
      showChips();
      update();
      field.focus();
    };
    return chips.replaceChildren(state.isMentioned
      ? el("span", { class: "chip on" }, el("bdi", {}, `@${handle}`),
        el("button", { type: "button", "aria-label": `Do not mention @${handle}`, onclick: toggle(false) }, icon("x")))
      : button(`Mention @${handle}`, { class: "chip", icon: "plus" }, toggle(true)));
  }

  async function send(event) {
    event.preventDefault();
    if (submit.disabled) return;
    const text = whole();
    state.isSending = true;
    field.readOnly = true;
    fault.textContent = "";
    update();
    try {
      await options.send(text);
      field.value = "";
    } catch (error) {
      fault.textContent = `Not sent. ${error.message} Your text is still here.`;
    } finally {
      state.isSending = false;
      field.readOnly = false;
      update();
    }
  }

  field.addEventListener("input", update);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event);
    if (event.key === "Escape" && options.cancel) options.cancel();
  });
  node.addEventListener("submit", send);

  field.value = options.text ?? "";
  showChips();
  requestAnimationFrame(update);
  return {
    node,
    update,
    focus: () => field.focus(),
    isEmpty: () => !field.value.trim(),
    /** Put a text in, as if it was typed; a leading mention of the brand becomes the chip. */
    fill(text) {
      const start = state.handle ? `@${state.handle} ` : null;
      const isLed = start && text.toLowerCase().startsWith(start.toLowerCase());
      if (state.handle) state.isMentioned = true;
      field.value = isLed ? text.slice(start.length) : text;
      showChips();
      update();
    },
    mention(handle) {
      if (state.handle === handle) return;
      state.handle = handle;
      state.isMentioned = Boolean(handle);
      showChips();
      update();
    },
  };
}

/** Does the text mention this account already? A longer handle that begins alike is another account. */
function says(text, handle) {
  const wanted = `@${handle.toLowerCase()}`;
  return text.toLowerCase().split(/[^\w@.-]+/).some((word) => word.replace(/[.-]+$/, "") === wanted);
}
