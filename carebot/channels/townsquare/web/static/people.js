// Who you are: the accounts to choose from, a new person, and the brand's own phone.

import { avatar, button, byId, el, followers, icon } from "./dom.js";

export class People {
  #square;
  #button = byId("who-button");
  #panel = byId("who-panel");
  #phone = byId("phone");
  #holding = byId("holding");

  constructor(square) {
    this.#square = square;
    square.addEventListener("accounts", () => this.draw());
    this.#button.addEventListener("click", () => this.#open(this.#panel.hidden));
    this.#phone.addEventListener("click", () => square.holdPhone(!square.onPhone));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#panel.hidden) this.#close();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".who")) this.#open(false);
    });
    byId("who-panel").addEventListener("focusout", (event) => {
      if (event.relatedTarget && !event.relatedTarget.closest(".who")) this.#open(false);
    });
  }

  draw() {
    const { acting, brand, onPhone } = this.#square;
    document.body.classList.toggle("on-phone", onPhone);
    this.#phone.disabled = !brand;
    this.#phone.setAttribute("aria-checked", String(onPhone));
    this.#holding.hidden = !onPhone;
    if (onPhone) {
      this.#holding.replaceChildren(icon("phone"), el("span", {},
        "You hold ", el("strong", {}, el("bdi", {}, `${brand.name}’s`)),
        " phone: what you write goes out as ", el("bdi", {}, `@${brand.handle}`), "."));
    }
    if (!acting) return;
    avatar(acting, byId("who-avatar"));
    byId("who-name").textContent = acting.name;
  }

  async #open(isOpen) {
    if (isOpen === !this.#panel.hidden) return;
    this.#panel.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) return;
    this.#offer();
    const known = this.#square.people.length;
    await this.#square.loadAccounts().catch(() => {}); // the square is away: those known already will do
    const isJoining = this.#panel.querySelector("form:not([hidden])");
    if (this.#square.people.length !== known && !this.#panel.hidden && !isJoining) this.#offer();
  }

  #offer() {
    this.#fill();
    (this.#panel.querySelector("[aria-current]") ?? this.#panel.querySelector("button"))?.focus();
  }

  #close() {
    this.#open(false);
    this.#button.focus();
  }

  #fill() {
    const { me, people, onPhone } = this.#square;
    this.#panel.replaceChildren(
      el("p", { class: "panel-title", id: "who-title" }, "Who do you want to be?"),
      el("ul", { class: "people", "aria-labelledby": "who-title" },
        ...people.map((account) => this.#person(account, account.handle === me?.handle && !onPhone))),
      this.#newPerson());
  }

  #person(account, isMe) {
    return el("li", {}, el("button", {
      type: "button", class: "person", "aria-current": isMe ? "true" : null,
      onclick: () => {
        this.#square.become(account);
        this.#close();
      },
    }, avatar(account), el("span", { class: "person-text" },
      el("bdi", { class: "person-name" }, account.name),
      el("span", { class: "quiet small" }, el("bdi", {}, `@${account.handle}`), ` · ${followers(account)}`)),
    isMe ? icon("tick") : null));
  }

  #newPerson() {
    const name = el("input", { id: "new-name", name: "name", maxlength: 40, autocomplete: "off", required: true });
    const reach = el("input", {
      id: "new-reach", name: "followers", type: "number", min: 0, max: 500000000, value: 120, required: true,
    });
    const fault = el("p", { class: "fault", role: "alert" });
    const form = el("form", { class: "new-person", hidden: true },
      el("label", { for: "new-name" }, "Name", name),
      el("label", { for: "new-reach" }, "Followers", reach),
      el("button", { type: "submit", class: "strong" }, "Join"),
      fault);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await this.#square.join(name.value.trim() || "Guest", Number(reach.value) || 0);
        this.#close();
      } catch (error) {
        fault.textContent = `That did not work. ${error.message}`;
      }
    });
    const opener = button("New person", { class: "plain join", icon: "plus" }, () => {
      opener.hidden = true;
      form.hidden = false;
      name.focus();
    });
    return el("div", { class: "join-box" }, opener, form);
  }
}
