// Times as people read them, in the browser's own zone and 24 or 12 hours as its language has it.

const LOCALE = undefined;
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "numeric", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });
const DAY_OF_YEAR = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric" });
const SHORT = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });

/** A moment from Slack's `ts`, or from seconds since the epoch. */
export const momentOf = (seconds) => new Date(Number(seconds) * 1000);
export const clockTime = (moment) => CLOCK.format(moment);
export const fullTime = (moment) => FULL.format(moment);
const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
const daysAgo = (moment) => Math.round((midnight(new Date()) - midnight(moment)) / 86400000);
export const sameDay = (one, other) => midnight(one).getTime() === midnight(other).getTime();

/** "Today", "Yesterday", "Monday, 3 March", or with the year when it was long ago. */
export function dayName(moment) {
  const days = daysAgo(moment);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return days > 0 && days < 180 ? DAY.format(moment) : DAY_OF_YEAR.format(moment);
}

/** "just now", "5 min ago", "3 h ago", "Yesterday", "3 Mar". */
export function ago(moment) {
  const seconds = (Date.now() - moment.getTime()) / 1000;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (daysAgo(moment) === 0) return `${Math.floor(seconds / 3600)} h ago`;
  return daysAgo(moment) === 1 ? "yesterday" : SHORT.format(moment);
}
