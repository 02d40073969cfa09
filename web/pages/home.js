// Home: the timeline, what has come since, and past its end what may suit.

import { html, useEffect, useState } from "../html.js";
import { get, post, Trouble } from "../api.js";
import { articles, seen } from "../news.js";
import { person, signedIn } from "../session.js";
import { say } from "../words.js";
import { ArticleCard, reasonOf } from "../parts/article_card.js";
import { FollowButton, PersonRow } from "../parts/person.js";
import { GuestNote } from "../parts/shell.js";
import { Tabs } from "../parts/tabs.js";
import { Title } from "../parts/title.js";
import { Empty } from "../parts/trouble.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

export function Home() {
  const [rebuilding, setRebuilding] = useState(false);
  const meet = (page) => {
    setRebuilding(page.rebuilding ?? false);
    if (page.mark && signedIn.value) markRead(page.mark);
  };
  const walk = useWalk("/v1/timeline", { idOf: (item) => item.article.id, meet });
  return html`
    <div class="columns">
      <section class="column">
        <${Title} text=${say("home")} unseen />
        <${Tabs} />
        <${GuestNote} />
        <${NewArticles} walk=${walk} />
        ${rebuilding && html`<p class="banner" role="status">${say("rebuilding")}</p>`}
        <${WalkList} walk=${walk} show=${show} empty=${html`<${Empty} text=${say("emptyHome")} />`} label=${say("home")} />
      </section>
      ${signedIn.value && html`<${AuthorsForYou} />`}
    </div>
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

function AuthorsForYou() {
  const [items, setItems] = useState([]);
  useEffect(() => {
    get("/v1/recommendations/authors", { size: 5 }).then(
      (page) => setItems(page.items),
      (trouble) => {
        if (!(trouble instanceof Trouble)) throw trouble; // a page is whole without what it would like to add
      },
    );
  }, [person.value?.id]);
  if (!items.length) return null;
  return html`
    <aside class="aside" aria-labelledby="authors">
      <h2 id="authors">${say("authorsForYou")}</h2>
      <ul>
        ${items.map(({ user, because }) => html`
          <li key=${user.id}><${PersonRow} user=${user}><span class="reason">${reasonOf(because)}</span><//><${FollowButton} user=${user} known=${{ status: 0 }} /></li>
        `)}
      </ul>
    </aside>
  `;
}
