// The frame of the lists of articles: the tabs between them, and beside them whom one might follow.

import { html, signal, useEffect } from "../html.js";
import { get, Trouble } from "../api.js";
import { person } from "../session.js";
import { say } from "../words.js";
import { reasonOf } from "./article_card.js";
import { FollowButton, PersonRow } from "./person.js";
import { GuestNote } from "./shell.js";
import { Tabs } from "./tabs.js";
import { Title } from "./title.js";

const AUTHORS = 5;
/** Kept while somebody goes from list to list. */
const authors = signal({ of: undefined, items: [] });

export const Feed = ({ title, children }) => html`
  <div class="columns">
    <section class="column"><${Title} text=${title} unseen /><${Tabs} /><${GuestNote} />${children}</section>
    <${AuthorsForYou} />
  </div>
`;

const whyFollow = (because) => (["fresh", "hot"].includes(because.kind) ? say(`whom_${because.kind}`) : reasonOf(because));

function AuthorsForYou() {
  const me = person.value?.id ?? 0;
  useEffect(() => {
    if (authors.value.of === me) return;
    get("/v1/recommendations/authors", { size: AUTHORS }).then(
      (page) => (authors.value = { of: me, items: page.items }),
      (trouble) => {
        if (!(trouble instanceof Trouble)) throw trouble; // a page is whole without what it would like to add
      },
    );
  }, [me]);
  const { of, items } = authors.value;
  if (of !== me || !items.length) return null;
  return html`
    <aside class="aside" aria-labelledby="authors">
      <h2 id="authors">${say("authorsForYou")}</h2>
      <ul>
        ${items.map(({ user, because }) => html`
          <li key=${user.id}><${PersonRow} user=${user}><span class="reason">${whyFollow(because)}</span><//><${FollowButton} user=${user} known=${{ status: 0 }} /></li>
        `)}
      </ul>
    </aside>
  `;
}
