// Says when something may have changed: the network's event stream, and every two seconds while that is silent.

const POLL = 2000;
const SAFETY_NET = 10000; // a proxy may hold a stream back: look now and then all the same
const NAMES = ["changed", "change", "post", "direct", "edited", "deleted", "hidden", "account"];

export function watch(onChange) {
  let stream = null;
  let heard = 0;
  const hear = () => {
    heard = Date.now();
    onChange();
  };
  const open = () => {
    stream = new EventSource("events");
    stream.onmessage = hear;
    stream.onopen = hear;
    for (const name of NAMES) stream.addEventListener(name, hear);
  };
  open();
  setInterval(() => {
    // After some answers (a proxy's 502) a stream never tries again by itself.
    if (stream.readyState === EventSource.CLOSED) open();
    const isOpen = stream.readyState === EventSource.OPEN;
    if (!isOpen || Date.now() - heard > SAFETY_NET) {
      heard = Date.now();
      onChange();
    }
  }, POLL);
  // A hidden tab's timers sleep.
  document.addEventListener("visibilitychange", () => document.hidden || onChange());
}
