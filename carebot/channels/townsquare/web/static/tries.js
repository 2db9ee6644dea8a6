// Example messages to try: from the address (?suggest=...), from the network (api/v1/suggestions), or our own.

const OWN = [
  { text: "how long does the battery take to charge?" },
  { text: "my order has not come, who can help me?" },
  { text: "I was charged twice. My card is 4111 1111 1111 1111" },
  { text: "thank you, that was quick!" },
  { text: "Hello, I would rather ask this in private.", kind: "direct" },
];
const MOST = 8;

const tidy = (list) => (Array.isArray(list) ? list : list?.items ?? list?.suggestions ?? [])
  .map((one) => (typeof one === "string" ? { text: one } : one))
  .filter((one) => typeof one?.text === "string" && one.text.trim())
  .map(({ text, kind, label }) => (
    { text, kind: kind === "direct" ? "direct" : "post", label: typeof label === "string" ? label : text }
  ))
  .slice(0, MOST);

export async function suggestions() {
  const given = new URLSearchParams(location.search).getAll("suggest");
  if (given.length) return tidy(given);
  try {
    const answer = await fetch("api/v1/suggestions");
    if (answer.ok) {
      const found = tidy(await answer.json());
      if (found.length) return found;
    }
  } catch {
    // The square is away: our own examples do as well.
  }
  return tidy(OWN);
}
