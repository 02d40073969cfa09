// The only door to the server: JSON below api/, and what went wrong as a sentence.
import { useEffect, useRef, useState } from "./base.js";

export async function ask(method, name, query = {}, body = undefined) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  const asked = new URLSearchParams(given).toString();
  const answer = await fetch(`api/${name}${asked && `?${asked}`}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch(() => {
    throw new Error("The emulator does not answer.");
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error || `The emulator answered ${answer.status}.`);
  return said;
}

export const get = (name, query) => ask("GET", name, query);

// {data, error, again}: asks when `key` changes, again when asked to, and every `every` ms while the page is seen
export function useAsked(name, query = {}, every = 0) {
  const [state, setState] = useState({ data: null, error: "" });
  const key = JSON.stringify([name, query]);
  const newest = useRef(0);
  const again = async () => {
    const mine = ++newest.current;
    try {
      const data = await get(name, query);
      if (mine === newest.current) setState({ data, error: "" });
    } catch (error) {
      if (mine === newest.current) setState((was) => ({ data: was.data, error: error.message }));
    }
  };
  useEffect(() => {
    again();
    const timer = every && setInterval(() => document.hidden || again(), every);
    return () => {
      newest.current += 1;
      clearInterval(timer);
    };
  }, [key, every]);
  return { ...state, again };
}
