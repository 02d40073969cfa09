// Where the client begins: who is looking, which page an address means, and the focus where a reader expects it.

import { html, render, useEffect, useLayoutEffect, useRef } from "./html.js";
import { watch } from "./news.js";
import { Shell } from "./parts/shell.js";
import { height, match, place } from "./router.js";
import { me, start } from "./session.js";
import { say } from "./words.js";
import { Account } from "./pages/account.js";
import { ArticlePage } from "./pages/article.js";
import { AuthorPage } from "./pages/author.js";
import { Collections } from "./pages/collections.js";
import { Home } from "./pages/home.js";
import { Hot, Recommended, Trending } from "./pages/lists.js";
import { Me } from "./pages/me.js";
import { Missing } from "./pages/missing.js";
import { Notifications } from "./pages/notifications.js";
import { Blocks, Followers, Following, Likers } from "./pages/people.js";
import { Profile } from "./pages/profile.js";
import { Search } from "./pages/search.js";
import { TipPage } from "./pages/tip.js";
import { EditPage, WritePage } from "./pages/write.js";

const ROUTES = [
  ["/", Home],
  ["/recommended", Recommended],
  ["/hot", Hot],
  ["/trending", Trending],
  ["/search", Search],
  ["/write", WritePage],
  ["/articles/:id", ArticlePage],
  ["/articles/:id/edit", EditPage],
  ["/articles/:id/likers", Likers],
  ["/users/:id", AuthorPage],
  ["/users/:id/followers", Followers],
  ["/users/:id/following", Following],
  ["/tips/:id", TipPage],
  ["/notifications", Notifications],
  ["/collections", Collections],
  ["/account", Account],
  ["/profile", Profile],
  ["/blocks", Blocks],
  ["/me", Me],
];

function App() {
  const { path, key } = place.value;
  const first = useRef(true);
  const { page: Page, parameters } = match(ROUTES, path) ?? { page: Missing, parameters: {} };
  useLayoutEffect(() => {
    if (height() === 0) scrollTo(0, 0);
  }, [key]);
  useEffect(() => {
    if (!first.current) document.querySelector("main").focus({ preventScroll: true });
    first.current = false;
  }, [key]);
  return html`<${Shell}><${Page} key=${`${key} ${me.value}`} ...${parameters} /><//>`;
}

await start().catch(() => {}); // without its configuration it still shows what guests may see, or says what is wrong
watch();
document.title = say("home");
render(html`<${App} />`, document.querySelector("#app"));
