// What somebody has kept for later.

import { html } from "../html.js";
import { signedIn } from "../session.js";
import { say } from "../words.js";
import { ArticleCard } from "../parts/article_card.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

export const Collections = () => (signedIn.value ? html`<${List} />` : html`<${SignIn} title=${say("collections")} />`);

function List() {
  const walk = useWalk("/v1/users/me/collections", { idOf: (item) => item.article.id });
  return html`
    <section class="column">
      <${Title} text=${say("collections")} />
      <${WalkList} walk=${walk} show=${({ article }) => html`<${ArticleCard} article=${article} />`} empty=${say("emptyCollections")} label=${say("collections")} />
    </section>
  `;
}
