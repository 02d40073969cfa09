// An article in a list: what it says, whose it is, and why it is here.

import { html } from "../html.js";
import { ago, languageOf, moment, say, tidy } from "../words.js";
import { Icon } from "./icons.js";
import { Avatar, Name } from "./person.js";
import { Count } from "./walk_list.js";

/** Titles that this visit has shown, for reasons that name an article by its id. */
const titles = new Map();

/** `title` and `summary` may be given as fragments with what was searched for. */
export function ArticleCard({ article, reason, unread, title, summary }) {
  titles.set(article.id, article.title);
  const address = `/articles/${article.id}`;
  return html`
    <article class=${article.cover_url ? "card covered" : "card"} lang=${languageOf(article.title + article.summary)}>
      <div>
        <h2><a href=${address}>${title ?? article.title}</a>${unread && html`<span class="fresh" title=${say("unread")}><span class="unseen">${say("unread")}</span></span>`}</h2>
        ${(summary ?? article.summary) && html`<p class="summary">${summary ?? tidy(article.summary)}</p>`}
      </div>
      ${article.cover_url && html`<img class="cover" src=${article.cover_url} alt="" loading="lazy" referrerpolicy="no-referrer" />`}
      <footer lang=${document.documentElement.lang}>
        <${Avatar} user=${article.author} /><${Name} user=${article.author} />
        <${When} article=${article} />
        ${reason && html`<span class="reason">${reason}</span>`}
        <span class="counts">
          <${Count} icon=${html`<${Icon} name="like" />`} number=${article.counts.like} label=${say("likes", article.counts.like)} />
          <${Count} icon=${html`<${Icon} name="tip" />`} number=${article.counts.reward} label=${say("rewards", article.counts.reward)} />
        </span>
      </footer>
    </article>
  `;
}

export function When({ article }) {
  if (article.state === "scheduled") return html`<span class="state">${say("scheduledFor", moment(article.publish_at))}</span>`;
  if (article.state === "private") return html`<span class="state">${say("state_private")}</span>`;
  return html`<time datetime=${article.published_at} title=${moment(article.published_at)}>${ago(article.published_at)}</time>`;
}

/** Why it is recommended, in words. */
export function reasonOf({ kind, article_id: id, author_id: author }) {
  if (kind === "fresh" || kind === "hot") return say(`because_${kind}`);
  return author && !id ? say("because_author", kind) : say("because", kind, titles.get(id));
}
