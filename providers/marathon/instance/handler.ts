/**
 * The kind Marathon: an existing Marathon under a name, so that others can say where they belong. It deploys and deletes
 * nothing; it makes sure that the name keeps meaning the same framework.
 */
import type { Info } from "../../../src/marathon/answers.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../../provider.js";
import type { Dependencies } from "../dependencies.js";
import { diagnosticsOf } from "../failures.js";
import { frameworkOf, refuseOther } from "../other-framework.js";

const RULES: FieldRules = {
  forcesReplacement: [],
  keyedLists: {},
  unorderedLists: ["urls"],
  sensitive: [],
  textFields: [],
};

/** How another framework can come to answer. */
const OTHER = "the URLs lead to another Marathon, or it lost its state in ZooKeeper";

const TIMEOUTS: JsonObject = { connectSeconds: 5, requestSeconds: 30, leaderSeconds: 20 };

function normalise(spec: JsonObject): JsonObject {
  const given = isObject(spec["timeouts"]) ? spec["timeouts"] : {};
  return { ...spec, timeouts: { ...TIMEOUTS, ...given } };
}

function describeSteps(change: ChangeRequest): string[] {
  if (change.action === "delete") return ["forget how it is reached; Marathon and what runs on it stay"];
  return ["ask it for its version and framework id", "change nothing of it"];
}

function present(spec: JsonObject, info: Info, identity: Json): ReadResult & { readonly status: "present" } {
  // Before it is registered with Mesos it has no id yet: the known one is kept.
  const frameworkId = info.frameworkId ?? frameworkOf(identity);
  return {
    status: "present",
    live: spec,
    attributes: { version: info.version, leader: info.leader, frameworkId },
    identity: { frameworkId },
    diagnostics: [],
  };
}

export function instanceHandler({ clients }: Dependencies): KindHandler {
  async function ask(
    address: string,
    spec: JsonObject,
    identity: Json,
    context: ProviderContext,
  ): Promise<Info> {
    const client = await clients.of(address, spec, context.secrets);
    const info = await client.info(context.signal);
    refuseOther(address, identity, info.frameworkId, OTHER);
    return info;
  }

  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    // Nothing is made in it: that one answers does not make it one of ours.
    if (request.recorded === null) return { status: "absent", diagnostics: [] };
    // Where it is declared to be now: the old URLs may be the reason for new ones.
    const spec = request.desired ?? request.recorded;
    try {
      const info = await ask(request.address, spec, request.identity, context);
      return { ...present(spec, info, request.identity), live: request.recorded };
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(request.address, error) };
    }
  }

  async function apply(change: ChangeRequest, context: ProviderContext): Promise<ApplyResult> {
    const { address, identity } = change;
    if (change.action === "delete") return { status: "deleted", diagnostics: [] };
    try {
      const info = await ask(address, change.after, identity, context);
      return { ...present(change.after, info, identity), status: "done" };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  return {
    kind: "Marathon",
    provider: "marathon",
    rules: RULES,
    normalise,
    validate: () => [],
    outputs: () => ({}),
    attributeNames: ["version", "leader", "frameworkId"],
    describeSteps,
    read,
    apply,
    importHelp: "any word, for example its framework id (it is found by its declared URLs)",
    import: (_id, request, context) => read({ ...request, recorded: request.desired }, context),
  };
}
