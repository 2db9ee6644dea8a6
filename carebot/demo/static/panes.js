// The four panes: which one is seen on a phone, which one something came to, and the examples to try.

import { $, all, isCalm, phone } from "./dom.js";

const FLASH_FOR = 2600;
const SPOT_FOR = 6000;
const SCROLL_FOR = 3000;
const LOOK_EVERY = 200;

const CONSOLES = ["agent", "helpdesk", "marketing"];
const timers = {};
const frame = (name) => document.querySelector(`[data-name="${name}"] iframe`);

export function showPane(name) {
  document.body.dataset.pane = name;
  for (const tab of all("[data-show]")) {
    const isThis = tab.dataset.show === name;
    tab.toggleAttribute("aria-current", isThis);
    if (isThis) {
      tab.setAttribute("aria-current", "true");
      tab.classList.remove("has-news");
    }
  }
}
for (const tab of all("[data-show]")) tab.addEventListener("click", () => showPane(tab.dataset.show));

const fold = () => { for (const part of all(".fold")) part.open = !phone.matches; };
phone.addEventListener("change", fold);
fold();

/** On a phone the controls cover what they do. */
export const foldControls = () => { if (phone.matches) $("controls").open = false; };

// --- where a message went -------------------------------------------------------------------------------------

/** The panes in which the case lies now. */
export function panesOf(news) {
  const names = [];
  if (news.case) names.push(news.zone === "private" ? "helpdesk" : "agent");
  if (news.flags?.length) names.push("marketing");
  return names;
}

/** The public side of the square: what happens next happens there. */
export const showSquare = () => frame("square").contentDocument?.querySelector('[data-show="square"]')?.click();

export function flash(names) {
  for (const name of names) {
    const pane = document.querySelector(`.pane[data-name="${name}"]`);
    pane.classList.remove("is-hit");
    requestAnimationFrame(() => pane.classList.add("is-hit"));
    clearTimeout(timers[`flash ${name}`]);
    timers[`flash ${name}`] = setTimeout(() => pane.classList.remove("is-hit"), FLASH_FOR);
    if (document.body.dataset.pane !== name) document.querySelector(`[data-show="${name}"]`).classList.add("has-news");
  }
}

/** Bring a case's card up in its panes, and outline it for a moment; a pane draws it as soon as it has it. */
export function spot(names, id) {
  const began = Date.now();
  const wanted = new Map(names.map((name) => [frame(name), `card-${id}`]));
  clearInterval(timers.spot);
  timers.spot = setInterval(() => {
    const since = Date.now() - began;
    if (since > SPOT_FOR) {
      clearInterval(timers.spot);
      wanted.clear();
    }
    for (const pane of CONSOLES.map(frame)) outline(pane, wanted.get(pane), since < SCROLL_FOR);
  }, LOOK_EVERY);
}

/** Again and again: a card that changes is drawn afresh, and may move. */
function outline({ contentDocument, contentWindow }, id, mayScroll) {
  for (const card of contentDocument?.querySelectorAll(".card.spot") ?? []) card.classList.toggle("spot", card.id === id);
  const card = id && contentDocument?.getElementById(id);
  if (!card) return;
  if (!card.matches(".spot")) card.querySelector("details.talk")?.setAttribute("open", "");
  card.classList.add("spot");
  if (!mayScroll || contentDocument.querySelector(".slot > *, .keep")) return; // somebody writes here: stay
  const { top } = card.getBoundingClientRect();
  const bar = contentDocument.getElementById("bar")?.offsetHeight ?? 0;
  if (top >= bar && top < contentWindow.innerHeight / 3) return;
  contentWindow.scrollTo({ top: top + contentWindow.scrollY - bar - 34, behavior: isCalm.matches ? "auto" : "smooth" });
}

// --- who you are in the square, and the examples --------------------------------------------------------------

const WHO = "townsquare.who"; // where the square's page keeps who you are
const EXAMPLES = all(".chip[data-as]").map((example) => example.dataset.as);
let usual = null; // who you were before an example made you somebody else

export const isMine = (news) => Boolean(news.who) && news.who === (sessionStorage.getItem(WHO) ?? "visitor");

/** Be the example's account in the square; the square's page reads that when it is loaded. */
async function become(handle) {
  const now = sessionStorage.getItem(WHO);
  if (!EXAMPLES.includes(now)) usual = now;
  const wanted = handle ?? (EXAMPLES.includes(now) ? usual : now);
  if (wanted === now) return;
  if (wanted) sessionStorage.setItem(WHO, wanted);
  else sessionStorage.removeItem(WHO);
  const loaded = new Promise((done) => $("square").addEventListener("load", done, { once: true }));
  $("square").contentWindow.location.reload();
  await loaded;
  for (let tries = 0; tries < 40 && !isSomebody(); tries += 1) await new Promise((done) => setTimeout(done, 50));
}
const isSomebody = () => /[^…\s]/.test($("square").contentDocument?.getElementById("who-name")?.textContent ?? "");

for (const example of all(".chip")) {
  example.addEventListener("click", async () => {
    const { text, kind, as } = example.dataset;
    foldControls();
    showPane("square");
    await become(as);
    $("square").contentWindow.postMessage({ type: "carebot-demo:fill", text, kind }, location.origin);
  });
}
