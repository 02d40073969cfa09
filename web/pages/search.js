// Search: articles by what they say, with what was looked for marked.

import { html } from "../html.js";
import { place } from "../router.js";
import { say, tidy } from "../words.js";
import { ArticleCard } from "../parts/article_card.js";
import { Title } from "../parts/title.js";
import { Empty } from "../parts/trouble.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

export function Search() {
  const q = place.value.query.get("q")?.trim();
  return html`
    <section class="column">
      <${Title} text=${q ? say("results", q) : say("search")} />
      ${q ? html`<${Results} q=${q} />` : html`<p class="quiet">${say("searchHint")}</p>`}
    </section>
  `;
}

function Results({ q }) {
  const walk = useWalk("/v1/search", { query: { q }, idOf: (item) => item.article.id });
  const show = ({ article, highlight }) => html`
    <${ArticleCard} article=${article} title=${highlight.title.length ? marked(highlight.title) : undefined} summary=${highlight.text.length ? marked(highlight.text) : undefined} />
  `;
  return html`<${WalkList} walk=${walk} show=${show} empty=${html`<${Empty} text=${say("emptySearch", q)} />`} label=${say("results", q)} />`;
}

const ESCAPED = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&#39;": "'" };

/** Fragments of HTML in which nothing but `<em>` is an element, without trusting that. */
function marked(fragments) {
  const plain = (text) => text.replace(/&(amp|lt|gt|quot|#x27|#39);/g, (entity) => ESCAPED[entity]);
  return fragments.map((fragment, index) => [
    index > 0 && " … ",
    tidy(fragment).split(/<em>|<\/em>/).map((part, at) => (at % 2 ? html`<mark>${plain(part)}</mark>` : plain(part))),
  ]);
}
