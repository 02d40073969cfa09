// Lists of people: who follows, who is followed, who liked, who is blocked.

import { html } from "../html.js";
import { remove } from "../api.js";
import { useLoaded } from "../loaded.js";
import { signedIn } from "../session.js";
import { ago, say } from "../words.js";
import { PersonRow } from "../parts/person.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";
import { attempt } from "../parts/toasts.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

const idOf = (item) => item.user.id;

function People({ title, path, at, beside }) {
  const walk = useWalk(path, { idOf });
  const show = (item) => html`
    <${PersonRow} user=${item.user}><time class="quiet" datetime=${item[at]}>${ago(item[at])}</time><//>${beside?.(item, walk)}
  `;
  return html`
    <section class="column">
      <${Title} text=${title} />
      <${WalkList} walk=${walk} show=${(item) => html`<div class="people">${show(item)}</div>`} empty=${say("emptyPeople")} ghost="line" label=${title} />
    </section>
  `;
}

const useName = (id) => useLoaded(`/v1/users/${id}`).value?.nickname ?? "…";

export const Followers = ({ id }) => html`<${People} title=${say("followersOf", useName(id))} path=${`/v1/users/${id}/followers`} at="followed_at" />`;
export const Following = ({ id }) => html`<${People} title=${say("followingOf", useName(id))} path=${`/v1/users/${id}/following`} at="followed_at" />`;
export const Likers = ({ id }) => html`<${People} title=${say("likers")} path=${`/v1/articles/${id}/likers`} at="liked_at" />`;

export const Blocks = () => (signedIn.value ? html`<${Blocked} />` : html`<${SignIn} title=${say("blocks")} />`);

function Blocked() {
  const lift = (user, walk) => async () => {
    if (await attempt(() => remove(`/v1/blocks/${user.id}`), say("unblocked", user.nickname))) walk.drop(user.id);
  };
  const beside = ({ user }, walk) => html`<button class="button small" onClick=${lift(user, walk)}>${say("unblock")}</button>`;
  return html`<${People} title=${say("blocks")} path="/v1/blocks" at="blocked_at" beside=${beside} />`;
}
