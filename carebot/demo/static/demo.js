// The demo's page: it shows what the supervisor tells, and sends what is pressed.

import { $, all } from "./dom.js";
import { add, forget } from "./line.js";
import { foldControls, showSquare } from "./panes.js";
import { showPlug } from "./plug.js";

const FAST = 20; // from this speed on the lists move too fast to be moved for somebody

let state = null;
let speed = 100;

// --- controls -------------------------------------------------------------------------------------------------

async function press(path, body) {
  try {
    const answer = await fetch(`/demo/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}),
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.detail ?? "That did not work.");
    if (said.counters !== undefined) show(said);
  } catch (error) {
    toast(error.message.split("\n")[0]);
  }
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 5000);
}

$("play").addEventListener("click", () => {
  $("hint").hidden = true;
  showSquare();
  press("play", { speed: state?.player.speed ? 0 : speed });
});
for (const button of all("[data-speed]")) {
  button.addEventListener("click", () => {
    speed = Number(button.dataset.speed);
    showSpeed();
    if (state?.player.speed) press("play", { speed });
  });
}
$("plug").addEventListener("click", () => {
  $("hint").hidden = true;
  foldControls();
  showSquare();
  press("plug");
});
for (const button of all("[data-fault]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.fault;
    press(`faults/${name}`, { on: button.getAttribute("aria-checked") !== "true" });
    if (name === "down") toast("The town square is down for 10 seconds. Nothing is lost: look at the counters.");
  });
}
$("bot").addEventListener("click", () => press("bot", { on: $("bot").getAttribute("aria-checked") !== "true" }));

const HINT = "carebot-demo-hint";
const remembered = () => { try { return localStorage.getItem(HINT); } catch { return null; } };
$("hint").hidden = remembered() === "closed";
$("hint-close").addEventListener("click", () => {
  $("hint").hidden = true;
  try { localStorage.setItem(HINT, "closed"); } catch { /* a browser that keeps nothing shows it again */ }
});

// --- what the supervisor tells --------------------------------------------------------------------------------

function show(now) {
  state = now;
  document.body.dataset.carebot = now.carebot;
  showCounters(now);
  showSpeed();
  showPlayer(now.player);
  for (const [name, isOn] of Object.entries(now.faults)) {
    document.querySelector(`[data-fault="${name}"]`).setAttribute("aria-checked", String(isOn));
  }
  $("bot").setAttribute("aria-checked", String(now.botIsAwake));
  $("bot").textContent = now.botIsAwake ? "Bot on" : "Bot off";
  showPlug(now.plug, now.counters);
}

function showPlayer(player) {
  const isBegun = player.played > 0 && player.played < player.total;
  $("play-word").textContent = player.speed ? "Pause" : isBegun ? "Go on" : "Play the morning";
  $("play").querySelector("use").setAttribute("href", `/demo/static/icons.svg#${player.speed ? "pause" : "play"}`);
  $("played").textContent = player.played ? `${player.played} of ${player.total}` : "";
}

function showSpeed() {
  const current = state?.player.speed || speed;
  for (const button of all("[data-speed]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === current));
  }
}

function showCounters({ counters, plug }) {
  $("c-pulled").textContent = plug.pulled;
  if (!counters) return;
  for (const name of ["messages", "takenIn", "decided", "repliesDecided", "replies", "lost", "doubled"]) {
    $(`c-${name}`).textContent = counters[name].toLocaleString("en");
  }
  for (const name of ["lost", "doubled"]) {
    $(`c-${name}`).closest(".proof").classList.toggle("is-bad", counters[name] > 0);
  }
  $("sum").textContent = `${counters.messages} in · ${counters.lost} lost · ${counters.doubled} doubled`;
}

const stream = new EventSource("/demo/events");
let began = 0;
stream.addEventListener("again", () => {
  began = Date.now();
  forget();
});
stream.addEventListener("state", (event) => show(JSON.parse(event.data)));
stream.addEventListener("news", (event) => {
  add(JSON.parse(event.data), Date.now() - began < 300, state?.player.speed >= FAST);
});
