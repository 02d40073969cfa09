// What tips have brought: the balance, and every movement.

import { html } from "../html.js";
import { useLoaded } from "../loaded.js";
import { signedIn } from "../session.js";
import { moment, say, yuan } from "../words.js";
import { PersonRow } from "../parts/person.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";
import { TroubleNote } from "../parts/trouble.js";
import { WalkList } from "../parts/walk_list.js";
import { useWalk } from "../walk.js";

export const Account = () => (signedIn.value ? html`<${Mine} />` : html`<${SignIn} title=${say("account")} />`);

const idOf = ({ kind, at, reader, article_id: article }) => [kind, at, reader.id, article].join(" ");

function Mine() {
  const { value, trouble, again } = useLoaded("/v1/account");
  const walk = useWalk("/v1/account/ledger", { idOf });
  return html`
    <section class="column">
      <${Title} text=${say("account")} />
      ${trouble
        ? html`<${TroubleNote} trouble=${trouble} again=${again} />`
        : html`<p class="balance"><span>${say("balance")}</span><strong>${value ? yuan(value.balance_fen) : "…"}</strong></p>`}
      <h2>${say("ledger")}</h2>
      <${WalkList} walk=${walk} show=${(entry) => html`<${Entry} ...${entry} />`} empty=${say("emptyLedger")} ghost="line" label=${say("ledger")} />
    </section>
  `;
}

const Entry = ({ kind, amount_fen: fen, at, article_id: article, reader, message }) => html`
  <div class="people entry">
    <${PersonRow} user=${reader}>
      <a class="quiet" href=${`/articles/${article}`}>${say(`entry_${kind}`)} · <time datetime=${at}>${moment(at)}</time></a>
      ${message && html`<q>${message}</q>`}
    <//>
    <strong class=${kind}>${fen > 0 ? "+" : ""}${yuan(fen)}</strong>
  </div>
`;
