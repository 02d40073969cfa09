// An address that means nothing here.

import { html } from "../html.js";
import { say } from "../words.js";
import { Title } from "../parts/title.js";

/** Of articles and people too that are not there, or not for whoever is looking. */
export const Missing = ({ title = say("notFound"), hint = say("notFoundHint") }) => html`
  <section class="column missing"><${Title} text=${title} /><p class="quiet">${hint}</p><p><a class="button" href="/">${say("goHome")}</a></p></section>
`;
