// Whoever is looking: the way to what is theirs, and to being somebody else.

import { html } from "../html.js";
import { isDemo, person, signedIn } from "../session.js";
import { useLoaded } from "../loaded.js";
import { say } from "../words.js";
import { Icon } from "../parts/icons.js";
import { Avatar, choosing } from "../parts/person.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";

export const Me = () => (signedIn.value ? html`<${Mine} />` : html`<${SignIn} title=${say("me")} />`);

function Mine() {
  const { id } = person.value;
  const { value } = useLoaded(`/v1/users/${id}`);
  const user = value ?? { nickname: "…", ...person.value };
  const links = [
    [`/users/${id}`, say("myPage")],
    ["/collections", say("collections")],
    ["/account", say("account")],
    ["/profile", say("profile")],
    ["/blocks", say("blocks")],
  ];
  return html`
    <section class="column narrow">
      <header class="profile"><${Avatar} user=${user} large /><${Title} text=${user.nickname} /></header>
      <ul class="menu">
        ${links.map(([path, label]) => html`<li key=${path}><a href=${path}>${label}<${Icon} name="next" /></a></li>`)}
        ${isDemo.value && html`<li><button onClick=${() => (choosing.value = true)}>${say("choosePerson")}<${Icon} name="next" /></button></li>`}
      </ul>
    </section>
  `;
}
