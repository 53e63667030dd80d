/** POST, PUT, PATCH and DELETE of apps (facts 1.3). Each is one change of the root, and one deployment. */
import type { Json, JsonObject } from "../../../value/json.js";
import { APPS } from "../definition/app/shape.js";
import { changeApp, createApp, replaceApp } from "../definition/app/update.js";
import { textOf } from "../definition/fields.js";
import { defaultRole, newGroup } from "../definition/group/roles.js";
import { absoluteId, parentOf } from "../definition/path-id.js";
import { type Fault, invalidJson, noSuchApp, notFound, plainRefusal } from "../definition/refusal.js";
import { putSpec, type Root, removeSpec, specOf } from "../definition/root.js";
import { newRunSpec } from "../definition/run-spec.js";
import { createdApp, ordered } from "../view/app-view.js";
import { appAt } from "./app-reads.js";
import type { ApiContext } from "./context.js";
import {
  type Answer,
  deploymentHeader,
  deploymentResult,
  type HttpRequest,
  isSet,
  json,
  readBody,
} from "./message.js";

export async function postApp(request: HttpRequest, context: ApiContext): Promise<Answer> {
  const body = readBody(request);
  let definition: JsonObject = {};
  const plan = await context.engine.groups.write(
    (root, version) => {
      definition = createApp(body, appContext(context, root, idIn(body)));
      refuseTaken(root, String(definition["id"]));
      return withApp(context, root, definition, version);
    },
    { groupId: parentOf(idIn(body)), force: isSet(request, "force") },
  );
  announce(request, context, definition, plan.version);
  const id = String(definition["id"]);
  return json(createdApp(definition, plan.version, plan.id), 201, {
    Location: id,
    ...deploymentHeader(plan),
  });
}

export async function putApp(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const id = absoluteId(path);
  const body = readBody(request);
  const partial = isSet(request, "partialUpdate", true);
  let created = false;
  let definition: JsonObject = {};
  const plan = await context.engine.groups.write(
    async (root, version) => {
      created = specOf(root, id, "app") === null;
      definition = await updated(context, root, id, body, partial);
      return withApp(context, root, definition, version);
    },
    { groupId: parentOf(id), force: isSet(request, "force") },
  );
  announce(request, context, definition, plan.version);
  return deploymentResult(plan, created ? 201 : 200, created ? { Location: id } : {});
}

export async function patchApp(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  appAt(context, path);
  return putApp(path, request, context);
}

/** PUT (makes what is not there) and PATCH (does not) of several apps in one deployment. */
export async function writeApps(request: HttpRequest, context: ApiContext, upsert: boolean): Promise<Answer> {
  const bodies = listIn(readBody(request));
  const partial = isSet(request, "partialUpdate", true);
  const plan = await context.engine.groups.write(
    async (root, version) => {
      let next = root;
      for (const body of bodies) {
        const id = absoluteId(String(body["id"]));
        if (!upsert && specOf(next, id, "app") === null) throw noSuchApp(id);
        next = withApp(context, next, await updated(context, next, id, body, partial || !upsert), version);
      }
      return next;
    },
    { groupId: "/", force: isSet(request, "force") },
  );
  return deploymentResult(plan);
}

export async function deleteApp(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const id = absoluteId(path);
  const plan = await context.engine.groups.write(
    (root) => {
      if (specOf(root, id, "app") === null) throw plainRefusal(404, `App '${id}' does not exist`);
      return removeSpec(root, id);
    },
    { groupId: parentOf(id), force: isSet(request, "force", true) },
  );
  return deploymentResult(plan);
}

export async function restartApp(path: string, request: HttpRequest, context: ApiContext): Promise<Answer> {
  const { id } = appAt(context, path);
  const options = { groupId: parentOf(id), force: isSet(request, "force"), restart: new Set([id]) };
  return deploymentResult(await context.engine.groups.write((root) => root, options));
}

async function updated(
  context: ApiContext,
  root: Root,
  id: string,
  body: Json,
  partial: boolean,
): Promise<JsonObject> {
  const existing = specOf(root, id, "app");
  const about = appContext(context, root, id);
  if (existing === null) {
    refuseTaken(root, id);
    return createApp(withId(body, id), about);
  }
  if (!partial) return replaceApp(id, body, about);
  const change = changeApp(existing.definition, body, about);
  if (change.kind === "change") return change.app;
  const stored = await context.engine.groups.history.spec("app", id, change.version);
  if (stored === null) throw notFound(`App '${id}' does not exist in version ${change.version}`);
  return stored.definition;
}

function withId(body: Json, id: string): Json {
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? { ...(body as JsonObject), id }
    : body;
}

function withApp({ engine }: ApiContext, root: Root, definition: JsonObject, version: string): Root {
  const { definitions } = engine.settings;
  return putSpec(root, newRunSpec("app", definition, version), (id) => newGroup(id, definitions));
}

function appContext({ engine }: ApiContext, root: Root, id: string) {
  const settings = engine.settings.definitions;
  return { settings, role: defaultRole(root, id, settings) };
}

function refuseTaken(root: Root, id: string): void {
  const taken = root.specs.get(id);
  if (taken === undefined) return;
  const what = taken.kind === "app" ? "An app" : "A pod";
  throw plainRefusal(409, `${what} with id [${id}] already exists.`);
}

/** The id that a body asks for, as far as it is one; a body without is refused later. */
function idIn(body: Json): string {
  const id =
    typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as JsonObject)["id"]
      : undefined;
  return absoluteId(textOf(id) ?? "/");
}

function listIn(body: Json): JsonObject[] {
  const faults: Fault[] = [];
  const read = APPS(body, "", faults);
  if (faults.length > 0) throw invalidJson(faults);
  return Array.isArray(read) ? [...(read as readonly JsonObject[])] : [];
}

function announce(
  request: HttpRequest,
  { engine }: ApiContext,
  definition: JsonObject,
  version: string,
): void {
  engine.events.publish("api_post_event", {
    clientIp: request.remote,
    uri: request.path,
    appDefinition: ordered({ ...definition, version }),
  });
}
