/** POST /api/v1/scheduler of a leading master: subscription streams and the calls beside them. */
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../../value/json.js";
import {
  type Answer,
  type BodyStream,
  empty,
  type HttpRequest,
  methodNotAllowed,
  plain,
  recordIo,
} from "../http/answer.js";
import { type Call, idOf, notAcceptable, readCall } from "../http/v1.js";
import type { Framework, FrameworkStream } from "../model/records.js";
import type { OperatorSetting } from "./operator-api.js";
import { SCHEDULER_API } from "./scheduler-schema.js";

type Part = { readonly [name: string]: unknown };

export async function schedulerApi(setting: OperatorSetting, request: HttpRequest): Promise<Answer> {
  if (request.method !== "POST") return methodNotAllowed(["POST"], request.method);
  const call = readCall(SCHEDULER_API, request);
  if ("status" in call) return call;
  const streamId = request.headers.get("mesos-stream-id") ?? null;
  const invalid = (what: string) =>
    plain(400, `Failed to validate scheduler::Call: Expecting '${what}' to be present`);
  if (call.type === "SUBSCRIBE") {
    const refused = notAcceptable(request);
    if (refused !== null) return refused;
    if (streamId !== null)
      return plain(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
    return subscribe(setting, call, request);
  }
  if (call.value["framework_id"] === undefined) return invalid("framework_id");
  if (streamId === null)
    return plain(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
  return calls(setting, call, streamId);
}

function subscribe({ acls, master }: OperatorSetting, call: Call, request: HttpRequest): Answer {
  const part = call.value["subscribe"] as Part;
  const info = part["framework_info"] as JsonObject;
  const { principal } = info;
  if (request.principal !== null && principal !== undefined && principal !== request.principal) {
    return plain(
      403,
      `Authenticated principal '${request.principal}' does not match principal '${String(principal)}' set in 'FrameworkInfo'`,
    );
  }
  const roles = Array.isArray(info["roles"]) ? info["roles"].map(String) : [String(info["role"] ?? "*")];
  if (!acls.allows(request.principal, "register_frameworks", roles)) return plain(403);
  const id = call.value["framework_id"] === undefined ? null : idOf(call.value["framework_id"]);
  const suppressed = (part["suppressed_roles"] ?? []) as readonly string[];
  const streamId = randomUUID();
  return {
    status: 200,
    headers: { "Mesos-Stream-Id": streamId, "Content-Type": "application/json" },
    body: "",
    stream: (body) => {
      const stream = frameworkStream(streamId, body);
      const framework = master.frameworks.subscribe(info, id, suppressed, stream);
      if (framework !== null) body.onClose(() => master.frameworks.disconnected(framework, stream));
    },
  };
}

function frameworkStream(id: string, body: BodyStream): FrameworkStream {
  return { id, send: (event) => body.write(recordIo(event)), close: () => body.end() };
}

function calls({ master }: OperatorSetting, call: Call, streamId: string): Answer {
  const id = idOf(call.value["framework_id"]);
  const framework = master.context.cluster.frameworks.get(id);
  if (framework === undefined) return plain(400, "Framework cannot be found");
  if (framework.stream === null) return plain(403, "Framework is not subscribed");
  if (framework.stream.id !== streamId) {
    return plain(
      400,
      `The stream ID '${streamId}' included in this request didn't match the stream ID currently associated with framework ID ${id}`,
    );
  }
  const { counters } = master.context;
  counters.upOf(framework, "calls");
  counters.upOf(framework, `calls/${call.type.toLowerCase()}`);
  const part = (call.value[call.type.toLowerCase()] ?? {}) as Part;
  if (call.type === "UPDATE_FRAMEWORK") return updateFramework({ master }, framework, part);
  carryOut(master, framework, call.type, part);
  return empty(202);
}

function updateFramework(
  { master }: Pick<OperatorSetting, "master">,
  framework: Framework,
  part: Part,
): Answer {
  const suppressed = (part["suppressed_roles"] ?? []) as readonly string[];
  const problem = master.frameworks.change(framework, part["framework_info"] as JsonObject, suppressed);
  if (problem !== null) return plain(400, `'UpdateFramework.framework_info' is not valid: ${problem}`);
  const report = { id: framework.id, info: framework.info };
  for (const agent of master.context.cluster.agents.values()) {
    master.context.tell(agent, { kind: "update-framework", framework: report });
  }
  return empty(200);
}

function carryOut(master: OperatorSetting["master"], framework: Framework, type: string, part: Part): void {
  const { offers, tasks } = master;
  const refuse = ((part["filters"] ?? {}) as { refuse_seconds?: number }).refuse_seconds ?? null;
  switch (type) {
    case "ACCEPT":
      master.acceptance.accept(framework, ids(part["offer_ids"]), objects(part["operations"]), refuse);
      return;
    case "DECLINE":
      offers.decline(framework, ids(part["offer_ids"]), refuse);
      return;
    case "REVIVE":
      offers.revive(framework, rolesOf(part));
      return;
    case "SUPPRESS":
      offers.suppress(framework, rolesOf(part));
      return;
    case "ACCEPT_INVERSE_OFFERS":
      offers.answerInverse(framework, ids(part["inverse_offer_ids"]), "ACCEPT", refuse);
      return;
    case "DECLINE_INVERSE_OFFERS":
      offers.answerInverse(framework, ids(part["inverse_offer_ids"]), "DECLINE", refuse);
      return;
    case "KILL":
      tasks.kill(framework, idOf(part["task_id"]), optionalId(part["agent_id"]), graceOf(part));
      return;
    case "ACKNOWLEDGE":
      tasks.acknowledged(framework, idOf(part["agent_id"]), idOf(part["task_id"]), String(part["uuid"]));
      return;
    case "RECONCILE":
      reconcile(master, framework, part);
      return;
    case "SHUTDOWN":
      shutdown(master, framework, idOf(part["agent_id"]), idOf(part["executor_id"]));
      return;
    case "TEARDOWN":
      master.frameworks.remove(framework);
      return;
    default:
      // MESSAGE, REQUEST and the operation calls have no receiver in a simulation: counted above, and taken.
      return;
  }
}

function reconcile({ context, tasks }: OperatorSetting["master"], framework: Framework, part: Part): void {
  context.counters.up("master/messages_reconcile_tasks");
  const asked = objects(part["tasks"]).map((task) => ({
    taskId: idOf(task["task_id"]),
    agentId: optionalId(task["agent_id"]),
  }));
  tasks.reconcile(framework, asked);
}

function shutdown(
  { context }: OperatorSetting["master"],
  framework: Framework,
  agentId: string,
  executorId: string,
): void {
  const agent = context.cluster.agents.get(agentId);
  if (agent !== undefined)
    context.tell(agent, { kind: "shutdown-executor", frameworkId: framework.id, executorId });
}

function ids(value: unknown): string[] {
  return Array.isArray(value) ? value.map(idOf) : [];
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

function optionalId(value: unknown): string | null {
  const id = idOf(value);
  return id === "" ? null : id;
}

function rolesOf(part: Part): string[] {
  const roles = Array.isArray(part["roles"]) ? part["roles"].map(String) : [];
  return typeof part["role"] === "string" ? [...roles, part["role"]] : roles;
}

/** Milliseconds. */
function graceOf(part: Part): number | null {
  const policy = part["kill_policy"] as { grace_period?: { nanoseconds: number } } | undefined;
  const nanos = policy?.grace_period?.nanoseconds;
  return nanos === undefined ? null : nanos / 1e6;
}
