// Home: the timeline, what has come since, and past its end what may suit.

import { html, useState } from "../html.js";
import { post, Trouble } from "../api.js";
import { articles, seen } from "../news.js";
import { signedIn } from "../session.js";
import { say } from "../words.js";
import { ArticleCard } from "../parts/article_card.js";
import { Feed } from "../parts/feed.js";
import { Empty } from "../parts/trouble.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

export function Home() {
  const [rebuilding, setRebuilding] = useState(false);
  const meet = (page) => {
    setRebuilding(page.rebuilding ?? false);
    if (page.mark && signedIn.value) markRead(page.mark);
  };
  const empty = html`<${Empty} text=${say("emptyHome")}><a class="button" href="/hot">${say("hot")}</a><//>`;
  const walk = useWalk("/v1/timeline", { idOf: (item) => item.article.id, meet });
  return html`
    <${Feed} title=${say("home")}>
      <${NewArticles} walk=${walk} />
      ${rebuilding && html`<p class="banner" role="status">${say("rebuilding")}</p>`}
      <${WalkList} walk=${walk} show=${show} empty=${empty} label=${say("home")} />
    <//>
  `;
}

async function markRead(mark) {
  try {
    await post("/v1/timeline/read", { mark });
    seen(articles);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble; // they count as unread until the next visit
  }
}

function show(item, before) {
  const begins = item.reason !== "follow" && item.reason !== before?.reason;
  return html`
    ${begins && signedIn.value && html`<p class="divider">${say(`beyond_${item.reason}`)}</p>`}
    <${ArticleCard} article=${item.article} unread=${item.unread} reason=${item.reason === "follow" ? null : say(`reason_${item.reason}`)} />
  `;
}

/** The live region stands before there is anything to say, so that it is heard. */
function NewArticles({ walk }) {
  const { unread = 0, more } = articles.value ?? {};
  const open = async () => {
    articles.value = null;
    scrollTo(0, 0);
    await walk.restart();
    document.querySelector("main").focus({ preventScroll: true });
  };
  return html`
    <div class="arrivals" aria-live="polite">
      ${unread > 0 && html`<button class="pill" onClick=${open}>${say("newArticles", more ? `${unread}+` : unread)}</button>`}
    </div>
  `;
}
