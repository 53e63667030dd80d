/** GET of apps, their tasks and versions (facts 1.3). */
import type { Json } from "../../../value/json.js";
import { textOf } from "../definition/fields.js";
import { absoluteId } from "../definition/path-id.js";
import { noSuchApp, notFound } from "../definition/refusal.js";
import { childSpecs, specOf, specsWithin } from "../definition/root.js";
import { labelsOf, type RunSpec } from "../definition/run-spec.js";
import { type AppEmbed, appInfo, appShown, tasksOf } from "../view/app-view.js";
import type { ApiContext } from "./context.js";
import { appEmbeds } from "./embed.js";
import { type Answer, type HttpRequest, json } from "./message.js";
import { labelSelector } from "./selector.js";

const WHOLE: readonly AppEmbed[] = ["counts", "tasks", "lastTaskFailure", "deployments"];

export function listApps(request: HttpRequest, { engine }: ApiContext): Answer {
  const embed = new Set<AppEmbed>([...appEmbeds(request), "counts", "deployments"]);
  const apps = [...engine.groups.root.specs.values()]
    .filter(({ kind }) => kind === "app")
    .filter(filterOf(request));
  return json({ apps: apps.map((spec) => appInfo(engine, spec, embed)) });
}

function filterOf(request: HttpRequest): (spec: RunSpec) => boolean {
  const part = (name: string) => request.query.get(name)?.toLowerCase() ?? null;
  const [cmd, id, label] = [part("cmd"), part("id"), request.query.get("label")];
  const select = label === null ? () => true : labelSelector(label);
  return (spec) => {
    const command = textOf(spec.definition["cmd"]);
    if (cmd !== null && command?.toLowerCase().includes(cmd) !== true) return false;
    return (id === null || spec.id.toLowerCase().includes(id)) && select(labelsOf(spec));
  };
}

/** Throws a Refusal (404). */
export function appAt({ engine }: ApiContext, id: string): RunSpec {
  const spec = specOf(engine.groups.root, absoluteId(id), "app");
  if (spec === null) throw noSuchApp(absoluteId(id));
  return spec;
}

/** The group's id when the path ends in `/*`. */
export function wildcardOf(path: string): string | null {
  return path === "*" || path.endsWith("/*") ? absoluteId(path.slice(0, -1)) : null;
}

function appsBelow({ engine }: ApiContext, group: string): RunSpec[] {
  const { root } = engine.groups;
  if (!root.groups.has(group)) return childSpecs(root, group, "app");
  return specsWithin(root, group).filter(({ kind }) => kind === "app");
}

export function showApp(path: string, request: HttpRequest, context: ApiContext): Answer {
  const embed = new Set<AppEmbed>([...appEmbeds(request), ...WHOLE]);
  const group = wildcardOf(path);
  if (group === null) return json({ app: appInfo(context.engine, appAt(context, path), embed) });
  return json({ "*": appsBelow(context, group).map((spec) => appInfo(context.engine, spec, embed)) });
}

export function showAppTasks(path: string, context: ApiContext): Answer {
  const group = wildcardOf(path);
  const specs = group === null ? [appAt(context, path)] : appsBelow(context, group);
  if (group !== null && !context.engine.groups.root.groups.has(group))
    throw notFound(`Group '${group}' does not exist`);
  return json({ tasks: specs.flatMap(({ id }) => tasksOf(context.engine, context.engine.tracker.of(id))) });
}

export async function listVersions(path: string, context: ApiContext): Promise<Answer> {
  const { id } = appAt(context, path);
  const versions: Json = [...(await context.engine.groups.history.specVersions("app", id))].reverse();
  return json({ versions });
}

export async function showVersion(path: string, version: string, context: ApiContext): Promise<Answer> {
  const id = absoluteId(path);
  const spec = await context.engine.groups.history.spec("app", id, version);
  if (spec === null) throw notFound(`App '${id}' does not exist in version ${version}`);
  return json(appShown(spec));
}
