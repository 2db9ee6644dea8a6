// Direct messages, as bubbles.

import { announce, avatar, button, byId, el, icon, prose, sureButton, when } from "./dom.js";
import { makeComposer } from "./composer.js";

const LIMIT = 10000;

export class Talk {
  #square;
  #log = byId("talk");
  #head = byId("talk-head");
  #dock = byId("dock");
  #unread = byId("unread");
  #open = null; // the conversation shown, when a brand has several
  #composer = null;
  #dockFor = "";
  #drawn = "";
  #known = null; // ids seen already; null until the first look

  constructor(square) {
    this.#square = square;
    square.addEventListener("accounts", () => this.#turn());
    square.addEventListener("directs", () => this.draw());
  }

  #turn() {
    const who = this.#square.acting?.handle ?? "";
    if (this.#dockFor.split(" ")[0] === who) return;
    this.#open = null;
    this.#known = null;
    this.#drawn = "";
    this.draw();
  }

  get #isSeen() {
    return this.#log.offsetParent !== null && !document.hidden;
  }

  draw() {
    const talks = this.#square.acting ? this.#square.talks() : [];
    const talk = talks.find((one) => one.id === this.#open) ?? talks[0] ?? null;
    if (talk) this.#open ??= talk.id;
    this.#drawHead(talks, talk);
    this.#drawLog(talk);
    this.#drawDock(talk);
    if (talk && this.#isSeen) this.#square.markRead(talk);
    this.#sayUnread(talks.filter((one) => one.isUnread && !(one === talk && this.#isSeen)));
  }

  #sayUnread(unread) {
    this.#unread.hidden = unread.length === 0;
    this.#unread.replaceChildren(el("span", { class: "unseen" }, ", new messages"));
  }

  #drawHead(talks, talk) {
    const { brand, onPhone } = this.#square;
    if (!onPhone) {
      this.#head.replaceChildren(...(brand ? [avatar(brand), privacyNote(brand)] : []));
      return;
    }
    if (this.#head.contains(document.activeElement) && this.#head.childElementCount === talks.length) return;
    this.#head.replaceChildren(...talks.map((one) => this.#tab(one, one === talk)));
  }

  #tab(one, isOpen) {
    const name = one.with?.name ?? "Conversation";
    return el("button", {
      type: "button", class: "talk-tab", "aria-pressed": String(isOpen),
      onclick: () => {
        this.#open = one.id;
        this.draw();
      },
    }, one.with ? avatar(one.with) : null, el("bdi", {}, name),
    one.isUnread && !isOpen ? el("span", { class: "dot" }, el("span", { class: "unseen" }, ", new messages")) : null);
  }

  #drawLog(talk) {
    const wanted = JSON.stringify([talk?.id, talk?.messages, this.#square.acting?.handle]);
    if (wanted === this.#drawn || this.#log.querySelector("form")) return;
    this.#drawn = wanted;
    const messages = talk?.messages ?? [];
    const isAtEnd = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 80;
    const fresh = messages.filter((post) => this.#known && !this.#known.has(post.id));
    const bubbles = messages.map((post) => this.#bubble(post, fresh.includes(post)));
    this.#log.replaceChildren(...(bubbles.length ? bubbles : [this.#emptyNote()]));
    const isToEnd = isAtEnd || !this.#known || fresh.some((post) => this.#square.isMine(post));
    if (isToEnd) this.#log.scrollTop = this.#log.scrollHeight;
    const others = fresh.filter((post) => !this.#square.isMine(post));
    if (others.length && !this.#isSeen) announce(`New direct message from ${others.at(-1).author.name}`);
    this.#known = new Set([...this.#square.directs.keys()]);
  }

  #emptyNote() {
    const { brand, onPhone } = this.#square;
    const said = onPhone
      ? "Nobody wrote to you in private yet."
      : `Write to ${brand?.name ?? "the brand"} in private. Nobody else in the square sees it.`;
    return el("div", { class: "empty" }, icon("mail"), el("p", {}, said));
  }

  #bubble(post, isFresh) {
    const isMine = this.#square.isMine(post);
    const node = el("div", { class: `bubble ${isMine ? "mine" : "theirs"}${isFresh ? " fresh" : ""}` });
    const facts = el("div", { class: "bubble-foot quiet small" },
      el("span", { class: "unseen" }, isMine ? "You, " : `${post.author.name}, `),
      el("span", {}, when(post.at), post.edited_at ? " · edited" : ""));
    if (post.deleted_at) {
      node.classList.add("gone");
      node.append(el("p", { class: "gone-text" }, "Deleted"), facts);
      return node;
    }
    node.append(el("div", { class: "bubble-text" }, prose(post.text ?? "")), facts);
    if (isMine) facts.append(...this.#tools(node, post, facts));
    return node;
  }

  #tools(node, post, facts) {
    const remove = () => this.#square.remove(post).catch((error) => {
      facts.append(el("span", { class: "fault", role: "alert" }, error.message));
    });
    return [
      button("Edit", { class: "plain tiny" }, () => this.#edit(node, post)),
      sureButton("Delete", "Really delete?", { class: "plain tiny" }, remove),
    ];
  }

  #edit(node, post) {
    const done = () => {
      composer.node.remove();
      this.#drawn = "";
      this.draw();
    };
    const composer = makeComposer({
      label: "Your message", submit: "Save", text: post.text, limit: LIMIT, cancel: done,
      send: async (text) => {
        await this.#square.edit(post, text);
        done();
      },
    });
    node.replaceChildren(composer.node);
    composer.focus();
  }

  /** The place to write stays as it is while the same two speak: what is typed there is not lost. */
  #drawDock(talk) {
    const { acting, brand, onPhone } = this.#square;
    const other = onPhone ? talk?.with ?? null : brand;
    const wanted = `${acting?.handle} ${other?.handle ?? ""} ${onPhone ? talk?.id : ""}`;
    if (wanted === this.#dockFor) return;
    this.#dockFor = wanted;
    this.#dock.replaceChildren();
    this.#composer = null;
    if (!acting || (!other && !talk)) return;
    this.#composer = makeComposer({
      label: `Message to ${other?.name ?? "them"}`,
      placeholder: `Message ${other?.name ?? ""} in private`,
      submit: "Send",
      limit: LIMIT,
      rows: 1,
      send: (text) => this.#send(text, other),
    });
    this.#dock.append(this.#composer.node);
  }

  #send(text, other) {
    const talk = this.#square.talks().find((one) => one.id === this.#open);
    const last = talk?.messages.findLast((post) => !this.#square.isMine(post) && !post.deleted_at);
    this.#open ??= this.#square.onPhone ? null : "brand";
    return this.#square.direct(text, { to: other?.handle, inReplyTo: last?.id });
  }

  fill(text) {
    this.#composer?.fill(text);
    this.#composer?.focus();
  }

  focus() {
    this.#composer?.update();
    this.#composer?.focus();
  }
}

function privacyNote(brand) {
  return el("div", {},
    el("bdi", { class: "post-name" }, brand.name),
    el("span", { class: "quiet small block" },
      icon("lock"), "Only you and ", el("bdi", {}, `@${brand.handle}`), " can read this"));
}
