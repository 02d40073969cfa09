// The lists of articles that everybody may walk through.

import { html } from "../html.js";
import { place } from "../router.js";
import { signedIn } from "../session.js";
import { say } from "../words.js";

export function Tabs() {
  const tabs = [
    ["/", signedIn.value ? say("following") : say("home")],
    ["/recommended", say("recommended")],
    ["/hot", say("hot")],
    ["/trending", say("trending")],
  ];
  return html`
    <nav class="tabs" aria-label=${say("lists")}>
      ${tabs.map(([path, label]) => html`<a key=${path} href=${path} aria-current=${place.value.path === path ? "page" : undefined}>${label}</a>`)}
    </nav>
  `;
}
