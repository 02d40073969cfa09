// One's own name and picture.

import { html, useEffect, useState } from "../html.js";
import { put, Trouble } from "../api.js";
import { useLoaded } from "../loaded.js";
import { go } from "../router.js";
import { me, meet, signedIn } from "../session.js";
import { say, tell } from "../words.js";
import { Field } from "../parts/field.js";
import { Avatar } from "../parts/person.js";
import { SignIn } from "../parts/sign_in.js";
import { Title } from "../parts/title.js";
import { toast } from "../parts/toasts.js";
import { Skeleton, TroubleNote } from "../parts/trouble.js";

const LONGEST_NAME = 20;
const LONGEST_ADDRESS = 512;

export const Profile = () => (signedIn.value ? html`<${Form} />` : html`<${SignIn} title=${say("profile")} />`);

function Form() {
  const id = me.value;
  const { value: user, trouble, again } = useLoaded(`/v1/users/${id}`);
  const [given, setGiven] = useState(null);
  const [errors, setErrors] = useState({});
  useEffect(() => {
    if (user) setGiven({ nickname: user.nickname, avatar_url: user.avatar_url ?? "" });
  }, [user]);
  if (trouble) return html`<section class="column"><${TroubleNote} trouble=${trouble} again=${again} /></section>`;
  if (!given) return html`<section class="column narrow"><${Skeleton} kind="line" rows=${2} /></section>`;
  const save = async (event) => {
    event.preventDefault();
    try {
      const saved = await put("/v1/users/me", { nickname: given.nickname, avatar_url: given.avatar_url.trim() || null });
      meet(saved);
      toast(say("saved"));
      go(`/users/${id}`, { replace: true });
    } catch (failure) {
      if (!(failure instanceof Trouble)) throw failure;
      setErrors(failure.fields ?? {});
      toast(tell(failure), true);
    }
  };
  const field = (name) => ({ value: given[name], error: errors[name], change: (value) => setGiven({ ...given, [name]: value }) });
  return html`
    <section class="column narrow">
      <${Title} text=${say("profile")} />
      <form class="form" onSubmit=${save}>
        <p><${Avatar} key=${given.avatar_url} user=${{ id, ...given }} large /></p>
        <${Field} label=${say("nickname")} most=${LONGEST_NAME} required ...${field("nickname")} />
        <${Field} label=${say("avatar")} most=${LONGEST_ADDRESS} type="url" hint="https://…" ...${field("avatar_url")} />
        <div class="row"><button class="button first">${say("save")}</button></div>
      </form>
    </section>
  `;
}
