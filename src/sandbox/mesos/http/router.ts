/**
 * Paths to handlers the way libprocess does it: the first part of a path may name a process (`/master/state`), otherwise the
 * main process is meant (`/state`), and a path below a handler's belongs to that handler. No socket.
 */
import { type Answer, type HttpRequest, plain } from "./answer.js";

/** Which check of credentials a path stands under; `open` = none. */
export type Realm = "readonly" | "readwrite" | "scheduler" | "open";

export interface Route {
  readonly realm: Realm;
  /** `rest` is what follows the handler's own path, without the slash. */
  readonly handle: (request: HttpRequest, rest: string) => Answer | Promise<Answer>;
  /** Whether `path/more` is answered too. */
  readonly below?: boolean;
}

/** By path without the leading slash, e.g. `master/state`, `metrics/snapshot`. */
export type Routes = ReadonlyMap<string, Route>;

/** The check of credentials: an answer that refuses, or who it is. */
export type Authenticate = (
  realm: Realm,
  request: HttpRequest,
) => Answer | { readonly principal: string | null };

/** @param main name of the process whose paths may leave its name out: `master`, `slave(1)` */
export function router(routes: Routes, main: string, authenticate: Authenticate) {
  return async (request: HttpRequest): Promise<Answer> => {
    const found = find(routes, main, request.path.replace(/^\//, ""));
    if (found === null) return plain(404);
    const who = authenticate(found.route.realm, request);
    if ("status" in who) return who;
    return found.route.handle({ ...request, principal: who.principal }, found.rest);
  };
}

function find(routes: Routes, main: string, path: string): { route: Route; rest: string } | null {
  return exact(routes, path) ?? exact(routes, `${main}/${path}`);
}

function exact(routes: Routes, path: string): { route: Route; rest: string } | null {
  const direct = routes.get(path);
  if (direct !== undefined) return { route: direct, rest: "" };
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const route = routes.get(path.slice(0, slash));
    if (route?.below === true) return { route, rest: path.slice(slash + 1) };
  }
  return null;
}
