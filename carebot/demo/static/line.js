// The line above the panes: who wrote, where it went and why.

import { $, icon, make } from "./dom.js";
import { flash, isMine, panesOf, spot } from "./panes.js";

const TITLES = { agent: "Care agents", helpdesk: "Private queue", marketing: "Marketing review" };
const ZONES = { public: "in public", direct: "in direct messages" };
const OWN_QUEUES = ["care", "private", "triage"]; // the panes' titles say as much
const POINTER_FOR = 9000;
const FOLLOWS_WITHIN = 3000;

let newest = null;
let wasPointed = false;

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const plain = (name) => name.replaceAll("_", " ").toLowerCase();

/** The text as everybody may read it; what was taken out is set apart. */
function redacted(text) {
  return text.split(/<([A-Z_]{3,30})>/).map((piece, at) => (at % 2 ? make("span", "mask", plain(piece)) : piece));
}

function chip(pane, ...words) {
  const made = make("span", "zone", words.filter(Boolean).join(" · "));
  made.dataset.pane = pane;
  return made;
}

function chips(news) {
  if (news.went === "nothing to do") return [chip("none", "Nothing to do")];
  const queue = OWN_QUEUES.includes(news.queue) ? "" : plain(news.queue ?? "");
  const first = news.went === "answered"
    ? chip("bot", "Bot", ZONES[news.zone])
    : news.zone === "private" ? chip("helpdesk", TITLES.helpdesk, queue) : chip("agent", TITLES.agent, queue, ZONES[news.zone]);
  return news.flags?.length ? [first, make("span", "and", "and"), chip("marketing", TITLES.marketing)] : [first];
}

function said(news) {
  if (!news.text) return make("span", "said", news.is_direct ? "wrote in private" : "");
  return make("span", "said", "“", make("bdi", "", ...redacted(news.text)), "”"); // a text from right to left keeps its quotes
}

function fill(element, news) {
  element.replaceChildren();
  if (news.who) element.append(make("span", "who", isMine(news) ? `You, @${news.who}` : `@${news.who}`));
  if (news.went) element.append(said(news), icon("arrow"), ...chips(news));
  const why = make("span", "why");
  if (news.went && news.went !== "nothing to do") why.append(make("strong", "", capital(news.went)), ": ", news.why);
  else why.append(capital(news.why));
  for (const also of news.also ?? []) why.append(". ", make("span", "also", also));
  element.append(why);
}

/** What follows from a decision at once belongs to its line, so that the line is not gone before it was read. */
const followsAtOnce = (news) => !news.went && newest?.went && news.case === newest.case
  && Date.parse(news.at) - Date.parse(newest.at) < FOLLOWS_WITHIN;

function keepEarlier() {
  if (!newest) return;
  const item = make("li");
  fill(item, newest);
  $("past").prepend(item);
  while ($("past").children.length > 40) $("past").lastChild.remove();
}

/** One more; a quiet one was there before the page was. */
export function add(news, isQuiet, isBusy) {
  if (followsAtOnce(news)) {
    newest.also = [...(newest.also ?? []), news.why];
    fill($("line"), newest);
    return;
  }
  keepEarlier();
  newest = news;
  fill($("line"), news);
  $("line").classList.remove("is-new");
  if (!isMine(news)) $("pointer").hidden = true; // it was about another line
  if (isQuiet) return;
  requestAnimationFrame(() => $("line").classList.add("is-new"));
  $("said").textContent = [...$("line").children].map((part) => part.textContent).join(" ");
  if (news.went) show(news, isBusy);
}

function show(news, isBusy) {
  const names = panesOf(news);
  flash(names);
  if (!isMine(news) && isBusy) return; // lists that move by themselves are not moved further
  spot(names, news.case);
  if (isMine(news)) point();
}

/** The visitor's first message: say once where to look. */
function point() {
  $("hint").hidden = true;
  if (wasPointed) return;
  wasPointed = true;
  $("pointer").hidden = false;
  setTimeout(() => { $("pointer").hidden = true; }, POINTER_FOR);
}

export function forget() {
  newest = null;
  $("past").replaceChildren();
}
