// One thing that a page needs: asked for when the page opens, and again when a reader wants to.

import { useCallback, useEffect, useState } from "./html.js";
import { get, Trouble } from "./api.js";

/** {value, trouble, again, set}; `path` may be null while there is nothing to ask for. */
export function useLoaded(path, query) {
  const [state, setState] = useState({});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (path === null) return undefined;
    const leaving = new AbortController();
    get(path, query, leaving.signal).then(
      (value) => setState({ value }),
      (trouble) => {
        if (trouble instanceof Trouble) setState({ trouble });
        else if (!leaving.signal.aborted) throw trouble;
      },
    );
    return () => leaving.abort();
  }, [path, turn]);
  const again = useCallback(() => {
    setState({});
    setTurn((before) => before + 1);
  }, []);
  const set = useCallback((value) => setState({ value }), []);
  return { ...state, again, set };
}
