// One public post, as an element that is redrawn only when the post changed.

import { avatar, button, el, followers, prose, sureButton, when } from "./dom.js";
import { makeComposer } from "./composer.js";

/** actions: {reply(post), write()}; square: who acts and what can be done. */
export class PostView {
  node = el("article", { class: "post" });
  #square;
  #actions;
  #post = null;
  #drawn = "";
  #isEditing = false;

  constructor(square, actions) {
    this.#square = square;
    this.#actions = actions;
  }

  show(post) {
    const wanted = JSON.stringify([post, this.#square.acting?.handle]);
    if (wanted === this.#drawn || this.#isEditing) return;
    this.#drawn = wanted;
    this.#post = post;
    this.#draw();
  }

  glow() {
    this.node.classList.add("fresh");
    setTimeout(() => this.node.classList.remove("fresh"), 4000);
  }

  #draw() {
    const post = this.#post;
    const gone = goneText(post, this.#square);
    this.node.classList.toggle("gone", Boolean(gone));
    this.node.classList.toggle("mine", this.#square.isMine(post));
    this.node.setAttribute("aria-label", `${post.author.name}, ${post.in_reply_to ? "reply" : "post"}`);
    this.node.replaceChildren(
      avatar(post.author),
      el("div", { class: "post-body" },
        this.#head(),
        gone ? el("p", { class: "gone-text" }, gone) : prose(post.text ?? ""),
        gone ? null : this.#foot()));
  }

  #head() {
    const { author, at, edited_at: edited } = this.#post;
    return el("header", { class: "post-head" },
      el("bdi", { class: "post-name" }, author.name),
      author.is_brand ? el("span", { class: "badge", title: "A brand's account" }, "Brand") : null,
      el("span", { class: "quiet small post-facts" },
        el("bdi", { class: "handle" }, `@${author.handle}`),
        author.is_brand ? null : el("span", { class: "reach" }, followers(author)),
        el("span", { class: "post-time" }, when(at), edited ? " · edited" : "")));
  }

  #foot() {
    const square = this.#square;
    const post = this.#post;
    const isMine = square.isMine(post);
    const foot = el("footer", { class: "post-foot" });
    if (square.acting) foot.append(button("Reply", { icon: "reply", class: "plain" }, () => this.#actions.reply(post)));
    if (!square.onPhone && post.author.is_brand) {
      foot.append(button("Message", { icon: "mail", class: "plain" }, () => this.#actions.write()));
    }
    if (isMine) {
      foot.append(button("Edit", { icon: "edit", class: "plain" }, () => this.#edit()),
        sureButton("Delete", "Really delete?", { icon: "bin", class: "plain" }, () => this.#do(square.remove(post))));
    } else if (square.onPhone) {
      const hide = () => this.#do(square.hide(post));
      foot.append(sureButton("Hide", "Really hide?", { icon: "hide", class: "plain" }, hide));
    }
    return foot;
  }

  #edit() {
    const post = this.#post;
    const done = () => {
      this.#isEditing = false;
      this.#drawn = "";
      this.show(this.#square.posts.get(post.id) ?? post);
      this.node.querySelector(".post-foot button")?.focus();
    };
    const composer = makeComposer({
      label: "Your post", submit: "Save", text: post.text, cancel: done,
      send: async (text) => {
        await this.#square.edit(post, text);
        done();
      },
    });
    this.#isEditing = true;
    this.node.querySelector(".post-foot").remove();
    this.node.querySelector(".text").replaceWith(composer.node);
    composer.focus();
  }

  async #do(promise) {
    try {
      await promise;
    } catch (error) {
      const fault = el("p", { class: "fault", role: "alert" }, `That did not work. ${error.message}`);
      this.node.querySelector(".post-foot")?.append(fault);
    }
  }
}

/** What stands in the place of a text that is gone; null when it is not. */
export function goneText(post, square) {
  if (post.deleted_at) return "Deleted by its author";
  if (!post.hidden_at) return null;
  const by = post.hidden_by?.handle ?? post.hidden_by ?? square.brand?.handle;
  return by ? `Hidden by @${by}` : "Hidden";
}
