// Puts the page together.

import { announce, avatar, byId, button, el, keepTimesFresh } from "./dom.js";
import { makeComposer } from "./composer.js";
import { Feed } from "./feed.js";
import { People } from "./people.js";
import { Square } from "./square.js";
import { Talk } from "./talk.js";
import { suggestions } from "./tries.js";
import { watch } from "./live.js";

const square = new Square();
const face = el("span", { class: "avatar", "aria-hidden": "true" });
const composer = makeComposer({
  label: "New public post", placeholder: "What’s happening?", submit: "Post", mention: null,
  send: async (text) => {
    await square.post(text);
    byId("square-scroll").scrollTo({ top: 0 });
    announce("Posted");
  },
});
byId("write").append(face, composer.node);

const talk = new Talk(square);
new People(square);
new Feed(square, {
  write() {
    show("direct");
    talk.focus();
  },
});

function show(view) {
  document.body.dataset.view = view;
  for (const one of document.querySelectorAll("[data-show]")) {
    if (one.dataset.show === view) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  talk.draw();
}
for (const one of document.querySelectorAll("[data-show]")) {
  one.addEventListener("click", () => {
    show(one.dataset.show);
    byId("talk").scrollTop = byId("talk").scrollHeight;
  });
}

function fill(text, kind) {
  if (kind === "direct") {
    show("direct");
    talk.fill(text);
    return;
  }
  show("square");
  byId("square-scroll").scrollTo({ top: 0 });
  composer.fill(text);
  composer.focus();
  composer.node.classList.add("is-filled"); // only "Post" is missing: it stands out
  setTimeout(() => composer.node.classList.remove("is-filled"), 2500);
}

const tries = byId("tries");
const next = byId("tries-next");

/** For those with a mouse: one page further along the examples, and at the end back to the first. */
next.addEventListener("click", () => {
  const isAtEnd = tries.scrollLeft + tries.clientWidth >= tries.scrollWidth - 4;
  tries.scrollTo({ left: isAtEnd ? 0 : tries.scrollLeft + tries.clientWidth * 0.7, behavior: "smooth" });
});

function drawTries(list) {
  const chips = list.map(({ text, label, kind }) => (
    button(label, { class: "chip try", title: text, icon: kind === "direct" ? "mail" : null }, () => fill(text, kind))
  ));
  tries.replaceChildren(el("span", { class: "quiet small tries-title" }, "Try"), ...chips);
  next.hidden = tries.scrollWidth <= tries.clientWidth;
}

square.addEventListener("accounts", () => {
  if (square.acting) avatar(square.acting, face);
  composer.mention(square.onPhone ? null : square.brand?.handle ?? null);
});
square.addEventListener("away", () => {
  byId("away").hidden = !square.isAway;
});

// The page that shows this one in a frame may hand over a text to try.
addEventListener("message", ({ origin, data }) => {
  if (origin !== location.origin || data?.type !== "carebot-demo:fill" || typeof data.text !== "string") return;
  fill(data.text, data.kind);
});

suggestions().then(drawTries);
keepTimesFresh();
watch(() => square.look());
square.look();
