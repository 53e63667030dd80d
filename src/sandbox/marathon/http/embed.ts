/** `?embed=` of apps and groups (facts 1.3, 1.6). Unknown values are ignored. Pure. */
import type { AppEmbed } from "../view/app-view.js";
import type { GroupEmbed } from "../view/group-view.js";
import type { HttpRequest } from "./message.js";

const APP_EMBEDS: Readonly<Record<string, readonly AppEmbed[]>> = {
  tasks: ["tasks", "deployments"],
  counts: ["counts"],
  deployments: ["deployments"],
  readiness: ["readiness"],
  lastTaskFailure: ["lastTaskFailure"],
  failures: ["tasks", "deployments", "lastTaskFailure"],
  taskStats: ["taskStats"],
};

function embeds(request: HttpRequest): string[] {
  return request.query.getAll("embed");
}

/** What the request asks for; the prefixes `apps.`, `app.` and `group.apps.` are the same. */
export function appEmbeds(request: HttpRequest): ReadonlySet<AppEmbed> {
  const names = embeds(request).map((name) => name.replace(/^(group\.apps\.|apps\.|app\.)/, ""));
  return new Set(names.flatMap((name) => APP_EMBEDS[name] ?? []));
}

export function groupEmbeds(request: HttpRequest): GroupEmbed {
  const given = embeds(request);
  const has = (name: string) => given.length === 0 || given.includes(`group.${name}`);
  return { groups: has("groups"), apps: has("apps"), pods: has("pods"), app: appEmbeds(request) };
}
