// The network's HTTP API. All addresses are relative to the page, which may be served under any prefix.

const FIRST_WAIT = 400; // ms; doubled after each try
const TRIES = 4;

export class Refused extends Error {
  constructor(status, code, detail) {
    super(detail || (status >= 500 ? "The square does not answer." : "The square did not take it."));
    this.status = status;
    this.code = code;
  }
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const isPassing = (error) => error.status === 429 || error.status >= 500;
const NO_ANSWER = 503;

// Not every address the square is reached at is a secure one, and only those have crypto.randomUUID.
const newKey = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");

async function call(method, path, { token, body, key } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(`api/v1/${path}`, {
    method, headers, body: body && JSON.stringify(body), cache: "no-store", signal: AbortSignal.timeout(15000),
  }).catch(() => {
    throw new Refused(NO_ANSWER, "no_answer");
  });
  const said = await answer.json().catch(() => null);
  if (answer.ok) return said;
  throw new Refused(answer.status, said?.error ?? "", typeof said?.detail === "string" ? said.detail : "");
}

export class Network {
  #tokens = new Map();

  /** Anybody may read this; fails at once when the square is away. */
  read(path) {
    return call("GET", path);
  }

  /** What only this account may read. */
  readAs(handle, path) {
    return this.#acting(handle, (token) => call("GET", path, { token }));
  }

  /** Do something as this account. A passing failure is tried again with the same key, so nothing is done twice. */
  async act(handle, method, path, body) {
    const key = newKey();
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.#acting(handle, (token) => call(method, path, { token, body, key }));
      } catch (error) {
        if (tried === TRIES || !isPassing(error)) throw error;
        await pause(FIRST_WAIT * 2 ** (tried - 1));
      }
    }
  }

  async open(account) {
    const made = await call("POST", "accounts", { body: account });
    this.#tokens.set(made.handle, made.token);
    return made;
  }

  async #acting(handle, doIt) {
    try {
      return await doIt(await this.#token(handle));
    } catch (error) {
      if (error.status !== 401) throw error;
      this.#tokens.delete(handle); // The square began anew: ask for another one.
      return doIt(await this.#token(handle));
    }
  }

  async #token(handle) {
    if (!this.#tokens.has(handle)) {
      const given = await call("POST", `accounts/${encodeURIComponent(handle)}/token`);
      this.#tokens.set(handle, given.token);
    }
    return this.#tokens.get(handle);
  }
}
