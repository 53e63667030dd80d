/** The kind MesosAgent: whether an agent takes part, as declared intent. Agents themselves are neither started nor stopped. */
import { warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { type Agent, quantitiesOf } from "../../../src/mesos/answers.js";
import { hasFeature } from "../../../src/mesos/version.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import type { ChangeRequest, FieldRules, KindHandler, ReadResult } from "../../provider.js";
import type { Dependencies } from "../dependencies.js";
import { refusal, tooOld } from "../failures.js";
import { mesosKind, type Seen, type Work } from "../kind.js";
import {
  type AgentIdentity,
  findAgent,
  identityOf,
  noAgent,
  readIdentity,
  selectorOf,
  selectorText,
} from "./find.js";
import { moveAgent, moveByMaintenance, moveOf } from "./move.js";
import {
  type Found,
  foundByMaintenance,
  foundState,
  stepsBetween,
  stepText,
  type Wanted,
  wantedOf,
} from "./state.js";

const RULES: FieldRules = {
  forcesReplacement: ["mesos", "agent"],
  keyedLists: {},
  unorderedLists: [],
  sensitive: [],
  textFields: [],
  completeObjects: ["agent.attributes"],
};

function normalise(spec: JsonObject): JsonObject {
  return { ...spec, state: spec["state"] ?? "active", waitSeconds: spec["waitSeconds"] ?? 600 };
}

function describeSteps(change: ChangeRequest): string[] {
  const found = change.action === "create" ? "active" : (String(change.before["state"]) as Found);
  const wanted = change.action === "delete" ? "active" : wantedOf(change.after);
  if (change.action === "delete" && found === "gone") return ["forget it; what is gone stays gone"];
  return stepsBetween(found, wanted).map(stepText);
}

interface Situation {
  /** Null: it is not registered. */
  readonly agent: Agent | null;
  readonly identity: AgentIdentity | null;
  /** Null: nothing can be said while it is away. */
  readonly state: Found | null;
  readonly version: string;
}

async function situation({ spec, recorded }: Seen, work: Work): Promise<Situation> {
  const { client, signal } = work;
  const { version } = await client.master(signal);
  const known = readIdentity(work.identity);
  const agents = await client.agents(signal);
  const listed = agents.find(({ id }) => id === known?.agentId);
  // An agent that comes back under another id is another one; to be gone was meant for the old one only.
  const isOld = known !== null && listed === undefined && wantedOf(spec) === "gone";
  const agent = isOld ? null : findAgent(work.address, selectorOf(spec), known, agents);
  const identity = agent === null ? known : identityOf(agent);
  const seen = agent === null || identity === null ? null : foundState(agent);
  if (!hasFeature(version, "draining") && identity !== null) {
    const status = await client.maintenanceStatus(signal);
    const state = foundByMaintenance({ hostname: identity.hostname, ip: identity.ip }, status);
    if (agent !== null || state === "drained") return { agent, identity, state, version };
  }
  const gone = agent === null && recorded !== null && wantedOf(recorded) === "gone";
  return { agent, identity, state: gone ? "gone" : seen, version };
}

async function look(seen: Seen, work: Work): Promise<ReadResult> {
  const { spec, recorded } = seen;
  const { agent, identity, state } = await situation(seen, work);
  if (identity === null) return { status: "absent", diagnostics: [] };
  // Each agent is active until somebody says otherwise.
  if (recorded === null && (state === "active" || state === null))
    return { status: "absent", diagnostics: [] };
  const believed = state ?? wantedOf(recorded ?? spec);
  return {
    status: "present",
    live: { ...spec, state: believed },
    attributes: {
      agentId: identity.agentId,
      version: agent?.version ?? null,
      drain: agent?.drain?.state ?? null,
      allocated: { ...quantitiesOf(agent?.allocated ?? []) },
    },
    identity: { ...identity },
    diagnostics: state === null ? [away(work.address, selectorText(selectorOf(spec)))] : [],
  };
}

function away(address: string, agent: string) {
  return warningDiagnostic("mesos-agent-away", `${address}: the agent with ${agent} is not registered now`, {
    address,
    detail: "It is unreachable, or not back since the leader changed. What was applied is believed.",
  });
}

async function carryOut(change: ChangeRequest, _live: JsonObject | null, work: Work): Promise<Json> {
  const spec = change.action === "delete" ? change.before : change.after;
  const wanted: Wanted = change.action === "delete" ? "active" : wantedOf(spec);
  const recorded = change.action === "create" ? null : change.before;
  const { agent, identity, state, version } = await situation({ spec, recorded }, work);
  if (identity === null) throw noAgent(work.address, selectorOf(spec));
  if (state === "going" && wanted !== "gone") throw going(work.address, identity);
  if (state !== wanted && !(change.action === "delete" && state === "gone")) {
    await move(moveOf(identity, wanted, spec), agent, version, work);
  }
  return { ...identity };
}

function going(address: string, { hostname, agentId }: AgentIdentity): Error {
  return refusal(
    "mesos-agent-going",
    address,
    `${hostname} is being marked gone, which cannot be taken back`,
    {
      detail: `It is agent ${agentId}. Nothing was touched.`,
      remedy: "Wait until it is gone, remove its work_dir, and let it join anew; then apply again.",
    },
  );
}

async function move(
  wish: ReturnType<typeof moveOf>,
  agent: Agent | null,
  version: string,
  work: Work,
): Promise<void> {
  const { client, signal, address } = work;
  if (hasFeature(version, "draining")) return moveAgent(wish, agent, work);
  if (wish.wanted === "deactivated") throw tooOld(address, "deactivation of agents", version, "draining");
  if (wish.wanted !== "gone") return moveByMaintenance(wish, work);
  if (!hasFeature(version, "markAgentGone"))
    throw tooOld(address, "agents that are gone", version, "markAgentGone");
  work.report({ message: `${wish.who.hostname}: ${stepText("mark-gone")}` });
  await client.markAgentGone(wish.who.agentId, signal);
}

export function agentHandler(dependencies: Dependencies): KindHandler {
  return mesosKind(
    {
      kind: "MesosAgent",
      rules: RULES,
      normalise,
      validate: () => [],
      outputs: () => ({}),
      attributeNames: ["agentId", "version", "drain", "allocated"],
      describeSteps,
      importHelp: "the declared host name, or the declared attributes as `rack r1, slot 3`",
      place: ["mesos", "agent"],
      compared: (spec) => spec["state"] ?? null,
      nameOf: (spec) => selectorText(selectorOf(spec)).replace(/^hostname /, ""),
      look,
      carryOut,
    },
    dependencies,
  );
}
