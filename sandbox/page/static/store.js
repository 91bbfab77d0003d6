// The page's memory: what the server says has changed, the states fetched from it, and what people do.
import { useCallback, useEffect, useRef, useState } from "./vendor/preact-htm.js";

const listeners = new Set();
const lineListeners = new Set();
let run = null;
let online = true;

function setOnline(now) {
  if (now === online) return;
  online = now;
  lineListeners.forEach((hear) => hear(online));
}

function listen() {
  const source = new EventSource("/_/events");
  source.onmessage = (message) => {
    const told = JSON.parse(message.data);
    if (told.run && run && told.run !== run) return location.reload();
    const again = told.run && run;
    run = told.run || run;
    setOnline(true);
    // After a broken line nobody knows what was missed.
    listeners.forEach(({ kind, hear }) => (again || told.kinds?.includes(kind)) && hear());
  };
  source.onerror = () => setOnline(false);
  addEventListener("pagehide", () => source.close());
}
listen();

/** Call `hear` at each change of a kind (`slack`, `linear`, `hood`); returns what ends it. */
export function onChange(kind, hear) {
  const one = { kind, hear };
  listeners.add(one);
  return () => listeners.delete(one);
}

/** Tell whether the line to the sandbox stands. */
export function useOnline() {
  const [now, set] = useState(online);
  useEffect(() => {
    lineListeners.add(set);
    return () => lineListeners.delete(set);
  }, []);
  return now;
}

/**
 * Fetch a state as JSON, now and after each change of its kind. One request at a time; the last answer stays while
 * the next is fetched.
 * @returns {{data: any, error: string, reload: function(): void}}
 */
export function useLive(kind, url) {
  const [state, setState] = useState({ data: null, error: "", url: null });
  const busy = useRef({ running: false, again: false, url: null });
  busy.current.url = url;
  const reload = useCallback(async () => {
    const job = busy.current;
    if (job.running) return void (job.again = true);
    job.running = true;
    do {
      job.again = false;
      const asked = job.url;
      if (asked) {
        const answer = await getJson(asked);
        if (asked === job.url)
          setState((was) => ({ data: answer.data ?? was.data, error: answer.error, url: asked }));
        else job.again = true;
      }
    } while (job.again);
    job.running = false;
  }, []);
  useEffect(() => {
    reload();
  }, [url]);
  useEffect(() => onChange(kind, reload), [kind]);
  return { data: state.data, error: state.error, fresh: state.url === url, reload };
}

async function getJson(url) {
  try {
    const response = await fetch(url);
    const data = await response.json();
    return response.ok ? { data, error: "" } : { data: null, error: data.error || response.statusText };
  } catch {
    return { data: null, error: "The sandbox does not answer." };
  }
}

/**
 * Do something: POST JSON. Never throws.
 * @returns {Promise<{ok: boolean, error: string}>} with whatever else was answered.
 */
export async function act(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return { ok: response.ok, error: "", ...answer };
  } catch {
    return { ok: false, error: "The sandbox does not answer. Is it still running?" };
  }
}

/** Remember a small value in this browser, by name. */
export function useKept(name, initial) {
  const [value, setValue] = useState(() => {
    try {
      const kept = localStorage.getItem(name);
      return kept === null ? initial : JSON.parse(kept);
    } catch {
      return initial;
    }
  });
  const keep = useCallback(
    (next) =>
      setValue((was) => {
        const now = typeof next === "function" ? next(was) : next;
        localStorage.setItem(name, JSON.stringify(now));
        return now;
      }),
    [name],
  );
  return [value, keep];
}
