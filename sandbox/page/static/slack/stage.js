// Where blocks stand, and how what is done in them reaches Slack: in a message, or in a modal or Home.
import { toldIfRefused } from "../ui/toast.js";
import { plain } from "./text.js";

const same = (key) => (state) => state.block_id === key.block_id && state.action_id === key.action_id;
const asOptions = (answer) =>
  (answer.options || []).map((option) => ({
    value: option.value,
    text: plain(option.text),
    hint: plain(option.description),
  }));

/** The stage of a message's blocks. */
export function stageOfMessage(desk, channel, message) {
  const where = { channel: channel.id, ts: message.ts };
  return {
    names: desk.names,
    confirm: desk.confirm,
    state: (key) => message.values.find(same(key)),
    press: (key) => desk.act({ do: "press", ...where, ...key }),
    choose: (key, value) => desk.act({ do: "choose", ...where, ...key, value }),
    suggest: async (key, typed) => asOptions(await desk.act({ do: "suggest", ...where, ...key, typed })),
  };
}

/**
 * The stage of a view's blocks.
 * @param {function(): object} held what the view's inputs hold, as `{block_id: {action_id: value}}`
 */
export function stageOfView(desk, view, held = () => ({})) {
  const where = { view: view.id };
  return {
    // A modal lies over what a mention would open.
    names: view.type === "modal" ? { ...desk.names, open: undefined } : desk.names,
    confirm: desk.confirm,
    state: (key) => view.state.values[key.block_id]?.[key.action_id],
    press: async (key) => tell(await desk.quietly({ do: "press", ...where, ...key, values: held() })),
    choose: async (key, value) =>
      tell(await desk.quietly({ do: "choose", ...where, ...key, value, values: held() })),
    suggest: async (key, typed) => asOptions(await desk.quietly({ do: "suggest", ...where, ...key, typed })),
    attach: (key, files) => desk.quietly({ do: "attach", ...where, ...key, files }),
    detach: async (key, file) => tell(await desk.quietly({ do: "detach", ...where, ...key, file })),
  };
}

function tell(answer) {
  toldIfRefused(answer);
  return answer;
}
