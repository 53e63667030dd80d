/**
 * The kind Mesos: the masters of a Mesos that is there already, under a name, so that others can say where they belong. It
 * deploys and deletes nothing.
 */
import type { Master } from "../../../src/mesos/answers.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import { normaliseAccess } from "../access.js";
import type { Dependencies } from "../dependencies.js";
import { diagnosticsOf } from "../failures.js";

const RULES: FieldRules = {
  forcesReplacement: [],
  keyedLists: {},
  unorderedLists: ["masters"],
  sensitive: [],
  textFields: [],
};

function normalise(spec: JsonObject): JsonObject {
  const { zookeeper } = spec;
  return {
    ...normaliseAccess(spec),
    ...(isObject(zookeeper) ? { zookeeper: { path: "/mesos", auth: [], ...zookeeper } } : {}),
  };
}

function describeSteps(change: ChangeRequest): string[] {
  if (change.action === "delete") return ["forget how it is reached; Mesos and what is on it stay"];
  return ["ask its leading master for its version", "change nothing of it"];
}

function present(spec: JsonObject, master: Master): ReadResult & { readonly status: "present" } {
  const { version, hostname, port, id } = master;
  return {
    status: "present",
    live: spec,
    attributes: { version, leader: `${hostname}:${port}`, leaderId: id },
    // The id of a master is another one after each start: nothing tells one cluster from another for good.
    identity: null,
    diagnostics: [],
  };
}

export function clusterHandler({ clients }: Dependencies): KindHandler {
  async function ask(address: string, spec: JsonObject, context: ProviderContext): Promise<Master> {
    const client = await clients.of(address, spec, context);
    return client.master(context.signal);
  }

  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    // Nothing is made in it: that one answers does not make it one of ours.
    if (request.recorded === null) return { status: "absent", diagnostics: [] };
    const spec = request.desired ?? request.recorded;
    try {
      return { ...present(spec, await ask(request.address, spec, context)), live: request.recorded };
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(request.address, error) };
    }
  }

  async function apply(change: ChangeRequest, context: ProviderContext): Promise<ApplyResult> {
    const { address, identity } = change;
    if (change.action === "delete") return { status: "deleted", diagnostics: [] };
    try {
      return { ...present(change.after, await ask(address, change.after, context)), status: "done" };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  return {
    kind: "Mesos",
    provider: "mesos",
    rules: RULES,
    normalise,
    validate: () => [],
    outputs: () => ({}),
    attributeNames: ["version", "leader", "leaderId"],
    describeSteps,
    read,
    apply,
    importHelp: "any word, for example its name (it is found by its declared masters or ZooKeeper)",
    import: (_id, request, context) => read({ ...request, recorded: request.desired }, context),
  };
}
