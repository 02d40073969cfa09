// What others have done, told together where it belongs together.

import { html } from "../html.js";
import { post, Trouble } from "../api.js";
import { notices, seen } from "../news.js";
import { signedIn } from "../session.js";
import { ago, languageOf, moment, say, yuan } from "../words.js";
import { Avatar, Name } from "../parts/person.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

export const Notifications = () => (signedIn.value ? html`<${List} />` : html`<${SignIn} title=${say("notifications")} />`);

/** A day's group of one kind about one article keeps its name however it grows. */
const idOf = ({ kind, article, at, users }) => [kind, article?.id, at, users[0]?.id].join(" ");

function List() {
  const walk = useWalk("/v1/notifications", { query: { grouped: true }, idOf, meet });
  return html`
    <section class="column">
      <${Title} text=${say("notifications")} />
      <${WalkList} walk=${walk} show=${(group) => html`<${Group} ...${group} />`} empty=${say("emptyNotifications")} ghost="line" label=${say("notifications")} />
    </section>
  `;
}

async function meet({ mark }) {
  try {
    await post("/v1/notifications/read", { mark });
    seen(notices);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // they stay unread until the next visit
  }
}

function Group({ kind, article, users, others, amount_fen: fen, at, unread }) {
  const names = users.map((user, index) => html`${index > 0 && say("and")}<${Name} user=${user} />`);
  const title = article && html`<a href=${`/articles/${article.id}`} lang=${languageOf(article.title)}>${article.title}</a>`;
  return html`
    <div class=${unread ? "notice unread" : "notice"}>
      <${Avatar} user=${users[0]} />
      <p>
        ${unread && html`<span class="unseen">${say("unread")}: </span>`}${say("told", kind, names, others, title, fen && yuan(fen))}
        <time datetime=${at} title=${moment(at)}>${ago(at)}</time>
      </p>
    </div>
  `;
}
