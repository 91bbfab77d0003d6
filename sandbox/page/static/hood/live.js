// What is under the hood, fetched once for all who show a part of it.
import { useEffect, useState } from "../vendor/preact-htm.js";
import { onChange } from "../store.js";

let known = { data: null, error: "" };
const drawing = new Set();
let busy = false;
let again = false;

async function reload() {
  if (busy) return void (again = true);
  busy = true;
  do {
    again = false;
    try {
      const response = await fetch("/_/hood");
      known = response.ok ? { data: await response.json(), error: "" } : { ...known, error: response.statusText };
    } catch {
      known = { ...known, error: "The sandbox does not answer." };
    }
    drawing.forEach((draw) => draw((was) => was + 1));
  } while (again);
  busy = false;
}
onChange("hood", reload);

/** What is under the hood now: `{data, error}`; `data` is null until it is known. */
export function useHood() {
  const [, draw] = useState(0);
  useEffect(() => {
    drawing.add(draw);
    if (!known.data) reload();
    return () => drawing.delete(draw);
  }, []);
  return known;
}
