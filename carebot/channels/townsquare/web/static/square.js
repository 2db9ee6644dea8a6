// What this page knows of the square: who you are, the public posts, your direct messages.

import { Network, Refused } from "./net.js";

const WHO = "townsquare.who";
const READ = "townsquare.read.";
const MOST = 1000;
const CALM = 300; // ms between two looks, so that a busy morning does not become a flood of requests

const listOf = (said) => (Array.isArray(said) ? said : said?.items ?? []);

/** Ids grow with time, but may be numbers of different length in text. */
export function byAge(a, b) {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return a.id.length - b.id.length || Number(a.id > b.id) - Number(a.id < b.id);
}

export class Square extends EventTarget {
  network = new Network();
  accounts = [];
  posts = new Map();
  directs = new Map();
  me = null; // the customer you play
  onPhone = false; // you hold the brand's own phone
  isAway = false;
  hasPosts = false;
  reach = 200; // posts asked for; at most MOST
  #looking = null;
  #lookAgain = false;
  #generation = 0;

  get brand() {
    return this.accounts.find((account) => account.is_brand) ?? null;
  }

  get people() {
    return this.accounts.filter((account) => !account.is_brand);
  }

  /** The account that writes now. */
  get acting() {
    return this.onPhone ? this.brand : this.me;
  }

  #say(what) {
    this.dispatchEvent(new Event(what));
  }

  // --- looking ---

  /** Look for what is new. Calls while one look is under way become one more look. */
  look() {
    if (this.#looking) {
      this.#lookAgain = true;
      return this.#looking;
    }
    this.#looking = this.#lookOnce().finally(() => {
      setTimeout(() => {
        this.#looking = null;
        if (this.#lookAgain) {
          this.#lookAgain = false;
          this.look();
        }
      }, CALM);
    });
    return this.#looking;
  }

  async #lookOnce() {
    try {
      if (!this.acting || !this.brand) await this.loadAccounts();
      const posts = listOf(await this.network.read(`timeline?limit=${this.reach}`));
      this.posts = new Map(posts.map((post) => [post.id, post]));
      this.hasPosts = true;
      this.#away(false);
      this.#say("posts");
      if (this.acting) await this.#lookAtDirects();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#away(error.status >= 500); // another refusal is an answer: the square is there
    }
  }

  async #lookAtDirects() {
    const generation = this.#generation;
    const said = await this.network.readAs(this.acting.handle, "direct?limit=500");
    if (generation !== this.#generation) return; // somebody else acts by now
    this.directs = new Map(listOf(said).map((post) => [post.id, post]));
    this.#say("directs");
  }

  /** Whether there may be older posts than those asked for. */
  get hasOlder() {
    return this.posts.size >= this.reach && this.reach < MOST;
  }

  lookFurtherBack() {
    this.reach = Math.min(this.reach + 200, MOST);
    return this.look();
  }

  #away(isAway) {
    if (this.isAway === isAway) return;
    this.isAway = isAway;
    this.#say("away");
  }

  async loadAccounts() {
    this.accounts = listOf(await this.network.read("accounts"));
    const asked = new URLSearchParams(location.search).get("as");
    const handle = this.me?.handle ?? sessionStorage.getItem(WHO) ?? asked;
    const me = this.people.find((account) => account.handle === handle) ?? this.people[0] ?? null;
    if (me?.handle !== this.me?.handle) this.#forgetDirects();
    this.me = me;
    this.#say("accounts");
  }

  // --- who you are ---

  become(account) {
    sessionStorage.setItem(WHO, account.handle);
    this.me = account;
    this.onPhone = false;
    this.#turn();
  }

  holdPhone(isHeld) {
    this.onPhone = isHeld && this.brand !== null;
    this.#turn();
  }

  /** Open an account for a new person. Its handle is made of the name, and made longer while it is taken. */
  async join(name, reach) {
    const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const stem = plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 24) || "guest";
    for (let number = 1; ; number += 1) {
      const handle = number === 1 ? stem : `${stem}_${number}`;
      if (this.accounts.some((account) => account.handle === handle)) continue;
      const made = await this.network.open({ handle, name, followers: reach, is_brand: false });
      this.accounts = [...this.accounts, made];
      this.become(made);
      return;
    }
  }

  #turn() {
    this.#forgetDirects();
    this.#say("accounts");
    this.#say("posts");
    this.#say("directs");
    this.look();
  }

  #forgetDirects() {
    this.#generation += 1;
    this.directs = new Map();
  }

  // --- doing ---

  async post(text, inReplyTo = null) {
    this.#take(await this.#act("POST", "posts", inReplyTo ? { text, in_reply_to: inReplyTo } : { text }));
  }

  async direct(text, { to, inReplyTo }) {
    const body = { text, ...(to && { to }), ...(inReplyTo && { in_reply_to: inReplyTo }) };
    this.#take(await this.#act("POST", "direct", body));
  }

  edit(post, text) {
    return this.#change(post, "PUT", "", { text });
  }

  remove(post) {
    return this.#change(post, "DELETE", "");
  }

  hide(post) {
    return this.#change(post, "POST", "/hide");
  }

  async #change(post, method, end, body) {
    const folder = post.kind === "direct" ? "direct" : "posts";
    const changed = await this.#act(method, `${folder}/${encodeURIComponent(post.id)}${end}`, body);
    if (changed?.id) this.#take(changed);
    this.look();
  }

  #act(method, path, body) {
    return this.network.act(this.acting.handle, method, path, body);
  }

  #take(post) {
    if (post.kind === "direct") {
      this.directs.set(post.id, post);
      this.#say("directs");
    } else {
      this.posts.set(post.id, post);
      this.#say("posts");
    }
    this.look();
  }

  // --- direct messages ---

  /** Conversations, the one with the newest message first: {id, with, messages, isUnread}. */
  talks() {
    const threads = this.#threads();
    const talks = [...threads].map(([id, messages]) => (
      { id, messages, with: this.#other(messages), isUnread: this.#isUnread(messages) }
    ));
    return talks.sort((a, b) => byAge(b.messages.at(-1), a.messages.at(-1)));
  }

  /** A customer speaks with one brand, in however many threads the network keeps that; a brand with many. */
  #threads() {
    const threads = new Map();
    for (const post of [...this.directs.values()].sort(byAge)) {
      const id = this.onPhone ? post.thread_id : "brand";
      threads.set(id, [...(threads.get(id) ?? []), post]);
    }
    return threads;
  }

  #other(messages) {
    return messages.find((post) => !this.isMine(post))?.author ?? (this.onPhone ? null : this.brand);
  }

  #isUnread(messages) {
    const last = messages.findLast((post) => !this.isMine(post));
    return Boolean(last && last.at > (sessionStorage.getItem(this.#readKey(last)) ?? ""));
  }

  #readKey(post) {
    return `${READ}${this.acting.handle}.${post.author.handle}`;
  }

  markRead(talk) {
    const last = talk.messages.findLast((post) => !this.isMine(post));
    if (last) sessionStorage.setItem(this.#readKey(last), last.at);
  }

  isMine(post) {
    return post.author.handle === this.acting?.handle;
  }
}
