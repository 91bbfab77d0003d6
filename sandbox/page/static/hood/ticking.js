// Seconds that run between two looks at the sandbox.
import { useEffect, useRef, useState } from "../vendor/preact-htm.js";

/** Return how many seconds ago `data` came; drawn again five times a second while `on`. */
export function useSince(data, on) {
  const came = useRef({ data, at: performance.now() });
  if (came.current.data !== data) came.current = { data, at: performance.now() };
  const [, draw] = useState(0);
  useEffect(() => {
    if (!on) return undefined;
    const timer = setInterval(() => draw((was) => was + 1), 200);
    return () => clearInterval(timer);
  }, [on]);
  return (performance.now() - came.current.at) / 1000;
}

export const milliseconds = (seconds) =>
  seconds === null || seconds === undefined
    ? "–"
    : seconds < 0.0095
      ? `${(seconds * 1000).toFixed(1)} ms`
      : seconds < 1
        ? `${Math.round(seconds * 1000)} ms`
        : `${seconds.toFixed(2)} s`;
