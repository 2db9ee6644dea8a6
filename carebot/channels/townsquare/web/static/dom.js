// Small helpers. Data reaches the page as text nodes and attributes only, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

export function button(label, { icon: picture, ...props }, onclick) {
  return el("button", { type: "button", ...props, onclick }, picture ? icon(picture) : null, el("span", {}, label));
}

const HUES = 8;
const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function avatar(account, node = el("span", { class: "avatar", "aria-hidden": "true" })) {
  const sum = [...account.handle].reduce((total, letter) => (total * 31 + letter.codePointAt(0)) % 9973, 7);
  node.dataset.hue = account.is_brand ? "brand" : sum % HUES;
  const first = letters.segment(account.name.trim() || account.handle)[Symbol.iterator]().next().value;
  node.textContent = (first?.segment ?? "?").toUpperCase();
  return node;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function followers({ followers: reach }) {
  return `${compact.format(reach)} ${reach === 1 ? "follower" : "followers"}`;
}

const full = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });

function ago(date) {
  const seconds = (Date.now() - date) / 1000;
  if (seconds < 45) return "now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 86400) return `${Math.round(seconds / 3600)} h`;
  return day.format(date);
}

export function when(at) {
  const date = new Date(at);
  return el("time", { datetime: at, title: full.format(date) }, ago(date));
}

export function keepTimesFresh() {
  setInterval(() => {
    for (const time of document.querySelectorAll("time")) {
      const now = ago(new Date(time.dateTime));
      if (time.textContent !== now) time.textContent = now;
    }
  }, 20000);
}

// A web address that does not end in punctuation.
const ADDRESS = String.raw`https?:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)]`;
// A mention: an @ that no word stands before, and a handle, which begins and ends with a letter, digit or underscore.
const WORD = String.raw`[\p{L}\p{N}_]`;
const MENTION = String.raw`(?<![\p{L}\p{N}_@])@${WORD}(?:[\p{L}\p{N}_.@\-]*${WORD})?`;
const PARTS = new RegExp(`(${ADDRESS})|(${MENTION})`, "gu");

/** A post's text as nodes: addresses become links, mentions are marked, the rest stays text. */
export function prose(text) {
  const node = el("p", { class: "text", dir: "auto" });
  const tidy = text.replace(/\n{3,}/g, "\n\n");
  let end = 0;
  for (const found of tidy.matchAll(PARTS)) {
    node.append(tidy.slice(end, found.index));
    node.append(found[1]
      ? el("a", { href: found[1], target: "_blank", rel: "noopener noreferrer nofollow" }, found[1])
      : el("bdi", { class: "mention" }, found[2]));
    end = found.index + found[0].length;
  }
  node.append(tidy.slice(end));
  return node;
}

/** A button that asks once more before it does something that cannot be undone. */
export function sureButton(label, question, props, doIt) {
  let timer = 0;
  const calm = () => {
    clearTimeout(timer);
    timer = 0;
    node.classList.remove("asking");
    node.lastChild.textContent = label;
  };
  const node = button(label, props, () => {
    if (timer) {
      calm();
      doIt();
      return;
    }
    node.classList.add("asking");
    node.lastChild.textContent = question;
    timer = setTimeout(calm, 4000);
  });
  return node;
}

let saying = 0;

/** Tell those who listen instead of looking; a burst of news is told once. */
export function announce(text) {
  clearTimeout(saying);
  saying = setTimeout(() => {
    byId("news").textContent = text;
  }, 600);
}
