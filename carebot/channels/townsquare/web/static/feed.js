// The public square: threads under their first post, newest first.

import { announce, byId, button, el } from "./dom.js";
import { makeComposer } from "./composer.js";
import { PostView } from "./post.js";
import { byAge } from "./square.js";

const PAGE = 40; // threads shown at first, and more with each press
const OPEN_REPLIES = 3; // the newest replies stay unfolded

class ThreadView {
  node = el("li", { class: "card thread" });
  views = new Map();
  #replies = el("div", { class: "replies" });
  #more = button("", { class: "plain more", "aria-expanded": "false" }, () => this.#unfold());
  #isOpen = false;
  #posts = [];
  #square;
  #actions;
  #composer = null;

  constructor(square, actions) {
    this.#square = square;
    this.#actions = { write: actions.write, reply: (post) => this.#reply(post) };
  }

  get isBusy() {
    return Boolean(this.node.querySelector("form"));
  }

  /** Returns the posts that were not here before. */
  show(posts) {
    this.#posts = posts;
    const fresh = posts.filter((post) => !this.views.has(post.id));
    for (const post of fresh) this.views.set(post.id, new PostView(this.#square, this.#actions));
    for (const post of posts) this.views.get(post.id).show(post);
    this.#place();
    return fresh;
  }

  #place() {
    const [first, ...replies] = this.#posts;
    const folded = this.#isOpen ? 0 : Math.max(0, replies.length - OPEN_REPLIES);
    const isFoldable = replies.length > OPEN_REPLIES;
    const earlier = `Show ${folded} earlier ${folded === 1 ? "reply" : "replies"}`;
    this.#more.lastChild.textContent = this.#isOpen ? "Fold replies" : earlier;
    this.#more.setAttribute("aria-expanded", String(this.#isOpen));
    setChildren(this.#replies, [
      ...(isFoldable ? [this.#more] : []), ...replies.slice(folded).map((post) => this.views.get(post.id).node),
    ]);
    setChildren(this.node, [
      this.views.get(first.id).node,
      ...(replies.length ? [this.#replies] : []),
      ...(this.#composer ? [this.#composer.node] : []),
    ]);
  }

  #unfold() {
    this.#isOpen = !this.#isOpen;
    this.#place();
  }

  #reply(post) {
    const writer = this.#square.acting;
    const close = () => {
      this.#composer = null;
      this.#place();
      this.views.get(post.id)?.node.querySelector(".post-foot button")?.focus();
    };
    this.#composer = makeComposer({
      label: `Your reply to ${post.author.name}`, placeholder: `Reply to @${post.author.handle} as ${writer.name}`,
      submit: "Reply", mention: post.author.handle === writer.handle ? undefined : post.author.handle, cancel: close,
      send: async (text) => {
        await this.#square.post(text, post.id);
        close();
      },
    });
    this.#place();
    this.#composer.focus();
    requestAnimationFrame(() => this.#composer?.node.scrollIntoView({ block: "nearest" }));
  }

  glow(post) {
    this.views.get(post.id).glow();
  }
}

/** Put these children in this order, moving only what is not in its place: focus and selection survive. */
function setChildren(node, children) {
  const wanted = new Set(children);
  for (const child of [...node.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    if (node.children[index] !== child) node.insertBefore(child, node.children[index] ?? null);
  });
}

export class Feed {
  #square;
  #actions;
  #threads = new Map();
  #list = byId("feed");
  #scroll = byId("square-scroll");
  #newer = byId("newer");
  #older = byId("older");
  #shown = PAGE;
  #last = null; // the youngest post ever shown to this account
  #acting = null;
  #newest = null; // the youngest thread shown: what is younger may be held back, older ones are asked for

  constructor(square, actions) {
    this.#square = square;
    this.#actions = actions;
    square.addEventListener("posts", () => this.draw());
    this.#newer.addEventListener("click", () => {
      this.#scroll.scrollTo({ top: 0 });
      this.draw({ all: true });
    });
    this.#older.addEventListener("click", () => {
      this.#shown += PAGE;
      if (this.#square.hasOlder) this.#square.lookFurtherBack();
      this.draw();
    });
    this.#scroll.addEventListener("scroll", () => {
      if (this.#scroll.scrollTop < 8 && !this.#newer.hidden) this.draw();
    });
  }

  /** Somebody who reads further down, or writes in a thread, is not pushed about by new posts. */
  get #isReading() {
    return this.#scroll.scrollTop > 60 || [...this.#threads.values()].some((thread) => thread.isBusy);
  }

  draw({ all = false } = {}) {
    if (!this.#square.hasPosts) return;
    if (this.#acting !== this.#square.acting?.handle) this.#forget();
    const groups = threadsOf(this.#square.posts.values());
    const held = all || !this.#isReading ? [] : groups.filter(([, [first]]) => this.#isNews(first, this.#newest));
    const shown = groups.filter((group) => !held.includes(group)).slice(0, this.#shown);
    const added = shown.flatMap(([id, posts]) => this.#thread(id).show(posts));
    setChildren(this.#list, shown.length ? shown.map(([id]) => this.#thread(id).node) : [emptyNote()]);
    this.#drop(new Set(shown.map(([id]) => id)));
    this.#older.hidden = groups.length <= this.#shown && !this.#square.hasOlder;
    this.#sayHowMany(held.length);
    this.#list.setAttribute("aria-busy", "false");
    this.#welcome(added);
    this.#newest = shown[0]?.[1][0] ?? null;
  }

  /** Younger than this post, and somebody else's. */
  #isNews(post, than) {
    return than !== null && byAge(post, than) > 0 && !this.#square.isMine(post);
  }

  #thread(id) {
    if (!this.#threads.has(id)) this.#threads.set(id, new ThreadView(this.#square, this.#actions));
    return this.#threads.get(id);
  }

  #drop(kept) {
    for (const id of this.#threads.keys()) if (!kept.has(id)) this.#threads.delete(id);
  }

  /** Mark and tell what came just now; not what was fetched from further back, nor what stood here at first. */
  #welcome(added) {
    const last = this.#last;
    this.#last = added.reduce((one, post) => (one === null || byAge(post, one) > 0 ? post : one), last);
    if (last === null) return;
    const fresh = added.filter((post) => byAge(post, last) > 0);
    for (const post of fresh) this.#thread(post.thread_id ?? post.id).glow(post);
    this.#tell(fresh.filter((post) => !this.#square.isMine(post)));
  }

  /** Somebody else acts now: open forms belonged to the one before. */
  #forget() {
    this.#acting = this.#square.acting?.handle;
    this.#threads.clear();
    this.#newest = null;
    this.#last = null;
  }

  #sayHowMany(held) {
    this.#newer.hidden = held === 0;
    this.#newer.textContent = `${held} new ${held === 1 ? "post" : "posts"}`;
  }

  #tell(others) {
    if (others.length === 1) announce(`New ${others[0].in_reply_to ? "reply" : "post"} by ${others[0].author.name}`);
    if (others.length > 1) announce(`${others.length} new posts in the square`);
  }
}

function emptyNote() {
  return el("li", { class: "card empty" }, "The square is quiet. Write the first post.");
}

/** [id, posts oldest first] of each thread, the thread with the newest first post first. */
function threadsOf(posts) {
  const threads = new Map();
  for (const post of [...posts].sort(byAge)) {
    const id = post.thread_id ?? post.id;
    if (!threads.has(id)) threads.set(id, []);
    threads.get(id).push(post);
  }
  return [...threads].reverse();
}
