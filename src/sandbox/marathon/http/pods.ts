/** /v2/pods (facts 1.7). */
import type { Json, JsonObject } from "../../../value/json.js";
import { strings } from "../definition/fields.js";
import { defaultRole, newGroup } from "../definition/group/roles.js";
import { absoluteId, parentOf } from "../definition/path-id.js";
import { createPod } from "../definition/pod/normalise.js";
import { noSuchPod, notFound, plainRefusal } from "../definition/refusal.js";
import { putSpec, type Root, removeSpec, specOf } from "../definition/root.js";
import { newRunSpec, type RunSpec } from "../definition/run-spec.js";
import type { Instance } from "../instance/instance.js";
import { instanceStatus, podShown, podStatus } from "../view/pod-view.js";
import type { ApiContext } from "./context.js";
import {
  type Answer,
  deploymentHeader,
  empty,
  type HttpRequest,
  isSet,
  json,
  readBody,
  readObject,
} from "./message.js";
import { killInstances } from "./task-kills.js";

export function allPods({ engine }: ApiContext): RunSpec[] {
  return [...engine.groups.root.specs.values()].filter(({ kind }) => kind === "pod");
}

function podAt({ engine }: ApiContext, id: string): RunSpec {
  const spec = specOf(engine.groups.root, id, "pod");
  if (spec === null) throw noSuchPod(id);
  return spec;
}

export async function getPod(path: string, context: ApiContext): Promise<Answer> {
  const [name = "", part] = path.split("::");
  const id = absoluteId(name);
  if (part === undefined || part === "") return json(podShown(podAt(context, id)));
  if (part === "status") return json(podStatus(context.engine, podAt(context, id)), 200, {}, "plain");
  const { history } = context.engine.groups;
  if (part === "versions") {
    podAt(context, id);
    return json([...(await history.specVersions("pod", id))].reverse());
  }
  const version = /^versions\/(.+)$/.exec(part)?.[1];
  const spec = version === undefined ? null : await history.spec("pod", id, version);
  if (spec === null)
    throw notFound(`Pod '${id}' does not exist${version === undefined ? "" : ` in version ${version}`}`);
  return json(podShown(spec));
}

export async function postPod(request: HttpRequest, context: ApiContext): Promise<Answer> {
  const { definition, version, headers } = await writePod(null, request, context);
  const id = String(definition["id"]);
  context.engine.events.publish("pod_created_event", { clientIp: request.remote, uri: request.path });
  return json(bodyOf(definition, version), 201, { Location: id, ...headers });
}

export async function putPod(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const { definition, version, headers } = await writePod(absoluteId(path), request, context);
  context.engine.events.publish("pod_updated_event", { clientIp: request.remote, uri: request.path });
  return json(bodyOf(definition, version), 200, headers);
}

/** @param url null = it must be new */
async function writePod(url: string | null, request: HttpRequest, context: ApiContext) {
  const { engine } = context;
  const settings = engine.settings.definitions;
  const body = readObject(request);
  const own = absoluteId(String(body["id"] ?? url ?? "/"));
  if (url !== null && own !== url)
    throw plainRefusal(400, `'${own}' does not match definition's id '${url}'`);
  let definition: JsonObject = {};
  const plan = await engine.groups.write(
    (root: Root, version) => {
      definition = createPod(body, { settings, role: defaultRole(root, own, settings) });
      const id = String(definition["id"]);
      const taken = root.specs.get(id);
      if (url === null && taken !== undefined) {
        const what = taken.kind === "pod" ? "A pod" : "An app";
        throw plainRefusal(409, `${what} with id [${id}] already exists.`);
      }
      return putSpec(root, newRunSpec("pod", definition, version), (group) => newGroup(group, settings));
    },
    { groupId: parentOf(own), force: isSet(request, "force") },
  );
  return { definition, version: plan.version, headers: deploymentHeader(plan) };
}

function bodyOf(definition: JsonObject, version: string): Json {
  return podShown(newRunSpec("pod", definition, version));
}

export async function deletePod(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const id = absoluteId(path);
  podAt(context, id);
  const options = { groupId: parentOf(id), force: isSet(request, "force") };
  const plan = await context.engine.groups.write((root) => removeSpec(root, id), options);
  context.engine.events.publish("pod_deleted_event", { clientIp: request.remote, uri: request.path });
  return empty(202, deploymentHeader(plan));
}

/** DELETE of `{id}::instances` with a list of ids, and of `{id}::instances/{instance}`. */
export function deleteInstances(path: string, request: HttpRequest, context: ApiContext): Answer {
  const [name = "", part = ""] = path.split("::");
  const { id } = podAt(context, absoluteId(name));
  const single = /^instances\/(.+)$/.exec(part)?.[1];
  const wipe = isSet(request, "wipe");
  const show = (instance: Instance) => instanceStatus(context.engine, instance);
  const known = (wanted: string) =>
    context.engine.tracker.of(id).filter((instance) => instance.id === wanted);
  if (single === undefined) {
    const found = strings(readBody(request)).flatMap(known);
    return json(killInstances(context, found, show, wipe), 200, {}, "plain");
  }
  const [shown] = killInstances(context, known(single), show, wipe);
  if (shown === undefined) throw notFound(`Instance '${single}' does not exist`);
  return json(shown, 200, {}, "plain");
}

export function podStatuses(context: ApiContext): Answer {
  return json(
    allPods(context).map((spec) => podStatus(context.engine, spec)),
    200,
    {},
    "plain",
  );
}
