// What is hot, what is rising, and what suits whoever is looking.

import { html } from "../html.js";
import { say } from "../words.js";
import { ArticleCard, reasonOf } from "../parts/article_card.js";
import { Feed } from "../parts/feed.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

const List = ({ name, walk, show }) => html`
  <${Feed} title=${say(name)}><${WalkList} walk=${walk} show=${show} empty=${say("emptyList")} label=${say(name)} /><//>
`;

const showCard = (article) => html`<${ArticleCard} article=${article} />`;

export const Hot = () => html`<${List} name="hot" walk=${useWalk("/v1/hot", { query: { order: "hot" } })} show=${showCard} />`;
export const Trending = () => html`<${List} name="trending" walk=${useWalk("/v1/hot", { query: { order: "trending" } })} show=${showCard} />`;

export function Recommended() {
  const walk = useWalk("/v1/recommendations", { idOf: (item) => item.article.id });
  const show = ({ article, because }) => html`<${ArticleCard} article=${article} reason=${reasonOf(because)} />`;
  return html`<${List} name="recommended" walk=${walk} show=${show} />`;
}
