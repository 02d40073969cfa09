// What a guest finds where somebody must be signed in.

import { html } from "../html.js";
import { isDemo } from "../session.js";
import { say } from "../words.js";
import { choosing } from "./person.js";
import { Title } from "./title.js";

export const SignIn = ({ title }) => html`
  <section class="column missing">
    <${Title} text=${title} />
    <p class="quiet">${say("signInHint")}</p>
    ${isDemo.value && html`<p><button class="button first" onClick=${() => (choosing.value = true)}>${say("choosePerson")}</button></p>`}
  </section>
`;
