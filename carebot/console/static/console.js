// What HTMX does not do: keep open forms when a card changes, keep the order of the cards, say what is new.
// Cards are swapped one by one by the server's answer to #news; see carebot/console/lists.py.

const news = document.getElementById("news");
const announce = document.getElementById("announce");
const down = document.getElementById("down");
const cards = () => [...document.querySelectorAll("[data-group] > [data-card]")];
let pulse = "";
let known = cards().map((card) => card.dataset.card);
const ahead = Date.parse(document.getElementById("main").dataset.now) - Date.now(); // of the server's clock

/** Whether somebody is at work in this card: an open form, an opened seal, or a field with the focus. */
function isBusy(card) {
  return Boolean(card.querySelector(".slot > *, .keep") || card.querySelector("input:focus, textarea:focus"));
}

/** Whether the card can be seen at this moment: then nobody needs to be told where it is. */
function isSeen(id) {
  const place = document.getElementById(`card-${id}`)?.getBoundingClientRect();
  return Boolean(place?.height) && place.top >= 0 && place.top < innerHeight - 60;
}

/** Say something to everybody, in words; it goes away by itself. */
function say(text, link) {
  announce.classList.remove("hidden");
  announce.textContent = text;
  if (link) {
    const jump = document.createElement("a");
    jump.href = link;
    jump.textContent = "Show";
    announce.append(" ", jump);
  }
  clearTimeout(say.timer);
  say.timer = setTimeout(() => announce.replaceChildren(), 8000);
}

/** Put the cards where the server has them, moving as few as possible; the focus stays where it is. */
function arrange(groups) {
  const focused = document.activeElement;
  for (const [name, ids] of Object.entries(groups)) {
    const place = document.getElementById(`cards-${name}`);
    if (!place) continue;
    let next = place.firstElementChild;
    for (const id of ids) {
      const card = document.getElementById(`card-${id}`);
      if (!card) continue;
      if (card === next) next = next.nextElementSibling;
      else place.insertBefore(card, next);
    }
    const section = place.closest("section");
    section.hidden = place.childElementCount === 0;
    section.querySelector("h2 .count").textContent = ids.length;
  }
  document.getElementById("empty").hidden = cards().length > 0;
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

/** Count the ages on, in the words of render.age. */
function age() {
  for (const time of document.querySelectorAll("time[data-age]")) {
    const minutes = Math.floor((Date.now() + ahead - Date.parse(time.dateTime)) / 60000);
    const hours = Math.floor(minutes / 60);
    const text = minutes < 1 ? "just now" : minutes < 60 ? `${minutes} min` : hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
    if (time.textContent !== text) time.textContent = text;
  }
}

document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt !== news) return;
  const have = cards().map((card) => `${card.parentElement.dataset.group}~${card.dataset.card}~${card.dataset.version}`);
  Object.assign(event.detail.parameters, {
    have: have.join(","),
    pulse,
    bar: document.getElementById("bar").dataset.version,
  });
});

document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  const fresh = fragment.querySelector?.("[data-version]") ?? fragment;
  if (target.id === "bar" && target.querySelector("details[open]")) event.detail.shouldSwap = false;
  if (!target.dataset.card) return;
  if (isBusy(target)) {
    event.detail.shouldSwap = false;
    target.querySelector(".hint").hidden = false;
    if (fresh.dataset?.version) target.dataset.version = fresh.dataset.version;
    return;
  }
  for (const open of target.querySelectorAll("details[data-keep][open]")) {
    fragment.querySelector?.(`details[data-keep="${open.dataset.keep}"]`)?.setAttribute("open", "");
  }
});

document.body.addEventListener("carebot:list", (event) => {
  const before = new Set(known);
  const ids = Object.values(event.detail.groups).flat();
  pulse = event.detail.pulse;
  arrange(event.detail.groups);
  const fresh = ids.filter((id) => !before.has(id));
  known = ids;
  if (fresh.length) {
    const areSeen = fresh.every(isSeen);
    say(fresh.length === 1 ? `${fresh[0]} is new.` : `${fresh.length} cases are new.`, areSeen ? null : `#card-${fresh[0]}`);
    announce.classList.toggle("hidden", areSeen);
    for (const id of fresh) document.getElementById(`card-${id}`)?.classList.add("fresh");
  }
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.elt === news && event.detail.xhr.status !== 200) event.detail.shouldSwap = false;
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  // The button that was pressed is gone with its card: who has only keys goes on in the new one, not at the top.
  const card = event.target.closest?.("[data-card]");
  if (!card || event.detail.requestConfig?.elt === news || document.activeElement !== document.body) return;
  card.querySelector(".actions :is(button, .button)")?.focus({ preventScroll: true });
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, successful } = event.detail;
  const isUp = Boolean(successful) || (xhr?.status > 0 && xhr.status < 500);
  if (elt === news) down.hidden = isUp;
  else if (!isUp) say("That did not arrive: nothing was done. Try again in a moment.");
});

// Escape closes the form that stands open; Ctrl+Enter sends it on to its preview.
document.body.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".slot, .keep");
  if (!form) return;
  if (event.key === "Escape") form.querySelector(".closes")?.click();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});

// Links that act as buttons answer to the space bar, too.
document.body.addEventListener("keyup", (event) => {
  if (event.key === " " && event.target.matches?.('a[role="button"]')) event.target.click();
});
document.body.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches?.('a[role="button"]')) event.preventDefault();
});

age();
setInterval(age, 10000);
