// Pull the plug: the card that shows how far it is. It stays until somebody closes it.

import { $, all } from "./dom.js";

const STAGES = ["killed", "restarting", "reading_back", "right"];
const BUSY = ["armed", "killed", "restarting", "reading_back"];
let wasBusy = false;

$("plug-close").addEventListener("click", () => { $("plug-card").hidden = true; });

export function showPlug(plug, counters) {
  const isBusy = BUSY.includes(plug.stage);
  document.body.dataset.plug = plug.stage;
  $("plug").disabled = isBusy;
  if (isBusy && !wasBusy) $("plug-card").hidden = false;
  wasBusy = isBusy;
  const isBad = plug.stage === "wrong" || plug.stage === "failed";
  const at = plug.stage === "armed" ? 0 : STAGES.indexOf(isBad ? "right" : plug.stage);
  for (const item of all(".plug-card li")) {
    const place = STAGES.indexOf(item.dataset.stage);
    item.classList.toggle("is-done", place < at || (place === at && plug.stage === "right"));
    item.classList.toggle("is-now", place === at);
    item.classList.toggle("is-wrong", place === at && isBad);
  }
  document.querySelector('[data-stage="killed"]').textContent = killedWords(plug);
  document.querySelector('[data-stage="right"]').textContent =
    plug.stage === "wrong" ? "Something is not right" : plug.stage === "failed" ? "It did not come back" : "Nothing lost, nothing doubled";
  const words = plugWords(plug, counters);
  if ($("plug-said").textContent !== words) $("plug-said").textContent = words;
}

function killedWords(plug) {
  if (plug.stage === "armed") return "Waiting for a reply to interrupt";
  return plug.stage === "idle" || plug.inTheMiddle ? "Killed in the middle of a reply" : "Killed between two replies";
}

function plugWords(plug, counters) {
  switch (plug.stage) {
    case "armed": return "The moment the bot posts its next reply, carebot is killed.";
    case "killed": return "Killed without a warning: carebot could not finish, save or say anything.";
    case "restarting": return "The same program again, with the same database. The square goes on meanwhile: customers keep writing.";
    case "reading_back": return "Did the interrupted reply reach the square? carebot looks there first, and sends again only what is missing.";
    case "right": return counters
      ? `${counters.messages} messages written, ${counters.decided} decided. ${counters.repliesDecided} replies due, ${counters.replies} in the square, each once.` : "";
    case "wrong": return counters ? `${counters.lost} lost, ${counters.doubled} doubled. That should not be: look at the log.` : "";
    case "failed": return "carebot did not come back within 30 seconds: look at its log.";
    default: return "";
  }
}
