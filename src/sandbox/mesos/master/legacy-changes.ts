/** The legacy endpoints that change something, and their own words for mistakes: /quota, /weights, /maintenance, /machine, /reserve. */
import { type Answer, empty, type HttpRequest, json, methodNotAllowed, plain } from "../http/answer.js";
import { decode, type Message, nested, readJson, repeated } from "../http/message.js";
import { resourcesFromJson } from "../model/resource-json.js";
import { double, sortedWire } from "../model/wire.js";
import { conversionOf, type OperationKind } from "./conversions.js";
import type { OperatorSetting } from "./operator-api.js";
import { answerOf, machinesOf, quotaRequest, teardown, weightsOf, windowsOf } from "./operator-changes.js";
import {
  MACHINE_MESSAGE,
  QUOTA_REQUEST_MESSAGE,
  RESOURCE_MESSAGE,
  SCHEDULE_MESSAGE,
  WEIGHT_MESSAGE,
} from "./operator-schema.js";
import { quotaStatus, scheduleWire, weightsWire } from "./views-v1.js";

/** A body of JSON read as that message, or the refusal that begins with `what`. */
function body(what: string, message: Message, text: string): { value: { [name: string]: unknown } } | Answer {
  const parsed = readJson(text);
  if ("message" in parsed) return plain(400, `${what} '${text}': ${parsed.message}`);
  const outcome = decode(message, parsed.value);
  if (outcome.kind === "refused") return plain(400, `${what} '${text}': ${outcome.message}`);
  return { value: outcome.value };
}

/** As body, for texts that are an array. */
function arrayBody(what: string, item: Message, text: string): { value: unknown } | Answer {
  const parsed = readJson(text);
  if ("message" in parsed) return plain(400, `${what} '${text}': ${parsed.message}`);
  const outcome = decode({ items: repeated(nested(item)) }, { items: parsed.value });
  if (outcome.kind === "refused") return plain(400, `${what} '${text}': ${outcome.message}`);
  return { value: outcome.value["items"] };
}

export async function quota(setting: OperatorSetting, request: HttpRequest, rest: string): Promise<Answer> {
  const { acls, master } = setting;
  const may = (role: string) => acls.allows(request.principal, "update_quotas", [role]);
  switch (request.method) {
    case "GET":
      return json(
        quotaStatus(master.context.cluster, (role) => acls.allows(request.principal, "get_quotas", [role])),
        request,
      );
    case "POST": {
      const read = body("Failed to parse set quota request JSON", QUOTA_REQUEST_MESSAGE, request.body);
      if ("status" in read) return read;
      const { role, guarantee, force } = quotaRequest(read.value);
      return answerOf(may(role) ? await master.roles.setLegacyQuota(role, guarantee, force) : "forbidden");
    }
    case "DELETE":
      if (rest === "")
        return plain(
          400,
          `Failed to parse request path '${request.path}': 3 tokens ('master', 'quota', 'role') expected`,
        );
      return answerOf(
        may(rest) ? await master.roles.removeLegacyQuota(rest, `/master/quota/${rest}`) : "forbidden",
      );
    default:
      return methodNotAllowed(["GET", "POST", "DELETE"], request.method);
  }
}

export async function weights({ acls, master }: OperatorSetting, request: HttpRequest): Promise<Answer> {
  if (request.method === "GET") {
    const list = weightsWire(master.context.cluster, (role) =>
      acls.allows(request.principal, "view_roles", [role]),
    );
    return json(
      list.map(({ role, weight }) => ({ role, weight: double(weight) })),
      request,
    );
  }
  if (request.method !== "PUT") return methodNotAllowed(["GET", "PUT"], request.method);
  const read = arrayBody("Failed to parse update weights request JSON", WEIGHT_MESSAGE, request.body);
  if ("status" in read) return read;
  const wanted = weightsOf(read.value);
  const allowed = wanted.every(({ role }) => acls.allows(request.principal, "update_weights", [role]));
  return answerOf(allowed ? await master.roles.updateWeights(wanted) : "forbidden");
}

export async function maintenanceSchedule(
  { acls, master }: OperatorSetting,
  request: HttpRequest,
): Promise<Answer> {
  const { principal } = request;
  if (request.method === "GET") {
    const seen = acls.allows(principal, "get_maintenance_schedules");
    return json(seen ? sortedWire(scheduleWire(master.context.cluster)) : {}, request);
  }
  if (request.method !== "POST") return methodNotAllowed(["GET", "POST"], request.method);
  const read = body("Failed to parse maintenance schedule", SCHEDULE_MESSAGE, request.body);
  if ("status" in read) return read;
  if (!acls.allows(principal, "update_maintenance_schedules")) return plain(403);
  return answerOf(await master.maintenance.schedule(windowsOf(read.value["windows"])));
}

export async function machines(
  { acls, master }: OperatorSetting,
  request: HttpRequest,
  direction: "down" | "up",
): Promise<Answer> {
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const read = arrayBody("Failed to parse machine ids", MACHINE_MESSAGE, request.body);
  if ("status" in read) return read;
  const action = direction === "down" ? "start_maintenances" : "stop_maintenances";
  if (!acls.allows(request.principal, action)) return plain(403);
  return answerOf(await master.maintenance[direction](machinesOf(read.value)));
}

export function teardownForm({ acls, master }: OperatorSetting, request: HttpRequest): Answer {
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const id = new URLSearchParams(request.body).get("frameworkId");
  if (id === null) return plain(400, "Missing 'frameworkId' query parameter in the request body");
  return answerOf(
    teardown(master, id, (action, objects = []) => acls.allows(request.principal, action, objects)),
  );
}

const FORMS = {
  reserve: { kind: "RESERVE", list: "resources", action: "reserve_resources" },
  unreserve: { kind: "UNRESERVE", list: "resources", action: "unreserve_resources" },
  "create-volumes": { kind: "CREATE", list: "volumes", action: "create_volumes" },
  "destroy-volumes": { kind: "DESTROY", list: "volumes", action: "destroy_volumes" },
} as const satisfies Record<string, { kind: OperationKind; list: string; action: string }>;

/** Forms `slaveId=...&resources=[...]`. */
export function reservation(
  { acls, master }: OperatorSetting,
  request: HttpRequest,
  name: keyof typeof FORMS,
): Answer {
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const { kind, list, action } = FORMS[name];
  const form = new URLSearchParams(request.body);
  const agent = form.get("slaveId");
  if (agent === null) return plain(400, "Missing 'slaveId' query parameter in the request body");
  const text = form.get(list);
  if (text === null) return plain(400, `Missing '${list}' query parameter in the request body`);
  const read = arrayBody(
    `Error in parsing '${list}' query parameter in the request body`,
    RESOURCE_MESSAGE,
    text,
  );
  if ("status" in read) return read;
  if (!acls.allows(request.principal, action)) return plain(403);
  const resources = resourcesFromJson(read.value);
  const outcome = master.reservations.byOperator(agent, kind, conversionOf(kind, resources));
  return outcome === null ? empty(202) : plain(outcome.status, outcome.text);
}
