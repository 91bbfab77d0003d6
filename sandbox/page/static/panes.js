// What stands side by side on the page. Parts register panes and the links that they can follow.

const panes = [];
const followers = [];

/**
 * Register a pane.
 * @param {{id: string, title: string, render: function({active: boolean}): any, order?: number, label?: function(): any, badge?: function(): any}} pane
 *   `id` is unique; `title` stands on its tab and toggle; `render` is a component; panes stand by `order`, then as
 *   they came; `label` is a component shown in place of the title on the toggle; `badge` one beside it, for a count or a dot.
 */
export function registerPane(pane) {
  if (panes.some((one) => one.id === pane.id)) throw new Error(`there is a pane ${pane.id} already`);
  panes.push({ order: 50, ...pane });
  panes.sort((one, other) => one.order - other.order);
}

export const allPanes = () => [...panes];

/**
 * Let a part follow links into what the sandbox itself has, such as an issue's address.
 * @param {function(URL, Event): (boolean|undefined)} follow returns true when it has shown what the link names;
 *   it may call `showPane` for that.
 */
export function registerLinks(follow) {
  followers.push(follow);
}

/** Offer a link to the parts; tells whether one of them has followed it. */
export const followInside = (url, event) => followers.some((follow) => follow(url, event) === true);

/** Show a pane that is hidden, or bring its tab to the front. */
export function showPane(id) {
  document.dispatchEvent(new CustomEvent("show-pane", { detail: id }));
}
