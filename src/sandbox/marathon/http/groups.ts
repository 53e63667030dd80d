/** /v2/groups (facts 1.6). */
import type { JsonObject } from "../../../value/json.js";
import { isTopLevel, newGroup } from "../definition/group/roles.js";
import { readGroup, scaleGroup, writeGroup } from "../definition/group/write.js";
import { absoluteId, isWithin, ROOT } from "../definition/path-id.js";
import { noSuchGroup, notFound, notValid, plainRefusal } from "../definition/refusal.js";
import { putGroup, type Root, removeGroup } from "../definition/root.js";
import { flag, readRecord, record, required } from "../definition/shape.js";
import { stepsShown } from "../engine/deployments.js";
import { groupInfo } from "../view/group-view.js";
import type { ApiContext } from "./context.js";
import { groupEmbeds } from "./embed.js";
import {
  type Answer,
  deploymentResult,
  empty,
  type HttpRequest,
  isSet,
  json,
  readObject,
} from "./message.js";

export async function getGroup(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const old = /^(.*)\/versions\/([^/]+)$/.exec(path);
  if (old !== null) return oldGroup(absoluteId(old[1] ?? ""), old[2] ?? "", request, context);
  if (path.endsWith("/versions"))
    return groupVersions(absoluteId(path.slice(0, -"/versions".length)), context);
  const { root } = context.engine.groups;
  const bare = path.endsWith("/apps") && !root.groups.has(absoluteId(path));
  const id = absoluteId(bare ? path.slice(0, -"/apps".length) : path);
  const group = root.groups.get(id);
  if (group === undefined) throw noSuchGroup(id);
  const shown = groupInfo(context.engine, root, group, groupEmbeds(request));
  return json(bare ? (shown["apps"] ?? []) : shown);
}

async function groupVersions(id: string, { engine }: ApiContext): Promise<Answer> {
  if (!engine.groups.root.groups.has(id)) throw noSuchGroup(id);
  return json([...(await engine.groups.history.rootVersions())].reverse());
}

async function oldGroup(
  id: string,
  version: string,
  request: HttpRequest,
  context: ApiContext,
): Promise<Answer> {
  const root = await context.engine.groups.history.root(version);
  const group = root?.groups.get(id);
  if (root === null || group === undefined)
    throw notFound(`Group '${id}' does not exist in version ${version}`);
  return json(groupInfo(context.engine, root, group, groupEmbeds(request)));
}

export async function postGroup(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const url = absoluteId(path);
  const wanted = readGroup(url, readObject(request));
  if (wanted.kind !== "content") throw notValid([{ path: "/", error: "Only a definition can be posted." }]);
  const { id } = wanted;
  const plan = await context.engine.groups.write(
    (root) => {
      if (root.groups.has(id)) {
        throw plainRefusal(409, `Group ${id} is already created. Use PUT to change this group.`);
      }
      if (root.specs.has(id)) throw plainRefusal(409, `An app with id [${id}] already exists.`);
      return writeGroup(root, wanted, context.engine.settings.definitions);
    },
    { groupId: id, force: isSet(request, "force") },
  );
  return deploymentResult(plan, 201, { Location: id });
}

export async function putGroupAt(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const wanted = readGroup(absoluteId(path), readObject(request));
  const { engine } = context;
  const change = (root: Root) => applied(root, wanted, absoluteId(path), context);
  const groupId = wanted.kind === "content" ? wanted.id : absoluteId(path);
  const options = { groupId, force: isSet(request, "force") };
  if (isSet(request, "dryRun")) {
    const plan = await engine.groups.plan(change, options);
    return json({ steps: stepsShown(plan) });
  }
  return deploymentResult(await engine.groups.write(change, options));
}

async function applied(
  root: Root,
  wanted: ReturnType<typeof readGroup>,
  url: string,
  { engine }: ApiContext,
): Promise<Root> {
  switch (wanted.kind) {
    case "content":
      return writeGroup(root, wanted, engine.settings.definitions);
    case "scale":
      if (!root.groups.has(url)) throw noSuchGroup(url);
      return scaleGroup(root, url, wanted.factor);
    case "rollback":
      return rolledBack(root, url, wanted.version, engine);
  }
}

/** The group as it was, everything else as it is. */
async function rolledBack(
  root: Root,
  id: string,
  version: string,
  engine: ApiContext["engine"],
): Promise<Root> {
  const old = await engine.groups.history.root(version);
  if (old?.groups.has(id) !== true) throw notFound(`Group '${id}' does not exist in version ${version}`);
  const groups = new Map([...root.groups].filter(([known]) => known === ROOT || !isWithin(known, id)));
  const specs = new Map([...root.specs].filter(([known]) => !isWithin(known, id)));
  for (const [known, group] of old.groups) if (isWithin(known, id)) groups.set(known, group);
  for (const [known, spec] of old.specs) if (isWithin(known, id)) specs.set(known, spec);
  return { ...root, groups, specs };
}

export async function deleteGroup(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const id = absoluteId(path);
  const plan = await context.engine.groups.write(
    (root) => {
      if (!root.groups.has(id)) throw noSuchGroup(id);
      return removeGroup(root, id);
    },
    { groupId: id, force: isSet(request, "force") },
  );
  return deploymentResult(plan);
}

const PATCH = record({ enforceRole: required(flag) });

/** The one change of a group without a deployment of its own that anybody sees. */
export async function patchGroup(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const id = absoluteId(path);
  const body: JsonObject = readRecord(PATCH, readObject(request));
  if (!isTopLevel(id)) throw notValid([{ path: "/", error: "Path needs to be top-level" }]);
  const { definitions } = context.engine.settings;
  await context.engine.groups.write(
    (root) => {
      const group = root.groups.get(id);
      if (group === undefined) throw noSuchGroup(id);
      const enforceRole = body["enforceRole"] === true;
      return putGroup(root, { ...group, enforceRole }, (missing) => newGroup(missing, definitions));
    },
    { groupId: id },
  );
  return empty(200);
}
