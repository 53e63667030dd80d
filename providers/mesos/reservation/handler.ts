/** The kind MesosReservation: resources of one agent kept for a role, and persistent volumes on them. */
import type { Agent } from "../../../src/mesos/answers.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import type { ChangeRequest, FieldRules, KindHandler, ReadResult } from "../../provider.js";
import { findAgent, identityOf, noAgent, readIdentity, selectorOf, selectorText } from "../agent/find.js";
import type { Dependencies } from "../dependencies.js";
import { mesosKind, type Seen, type Work } from "../kind.js";
import {
  heldIn,
  heldOn,
  isNothing,
  jsonOf,
  NOTHING,
  normaliseReservation,
  reservationOf,
  validateReservation,
} from "./spec.js";
import { moveHeld } from "./write.js";

const RULES: FieldRules = {
  forcesReplacement: ["mesos", "agent", "role", "principal"],
  keyedLists: { volumes: "id" },
  unorderedLists: [],
  sensitive: [],
  textFields: [],
  completeObjects: ["resources", "agent.attributes"],
};

function describeSteps(change: ChangeRequest): string[] {
  const from = change.action === "create" ? NOTHING : heldIn(change.before);
  const to = change.action === "delete" ? NOTHING : heldIn(change.after);
  const lost = from.volumes.filter(({ id }) => !to.volumes.some((volume) => volume.id === id));
  const made = to.volumes.filter(({ id }) => !from.volumes.some((volume) => volume.id === id));
  return [
    ...lost.map(({ id }) => `destroy the volume ${id} with its data`),
    change.action === "delete" ? "free what is reserved" : "free what is too much, reserve what is missing",
    ...made.map(({ id, size }) => `make the volume ${id} of ${size} MB`),
  ];
}

async function agentFor(spec: JsonObject, { client, signal, identity, address }: Work): Promise<Agent> {
  const selector = selectorOf(spec);
  const agent = findAgent(address, selector, readIdentity(identity), await client.agents(signal));
  if (agent === null) throw noAgent(address, selector);
  return agent;
}

async function look({ spec }: Seen, work: Work): Promise<ReadResult> {
  const agent = await agentFor(spec, work);
  const held = heldOn(agent.resources, reservationOf(spec));
  if (isNothing(held)) return { status: "absent", diagnostics: [] };
  return {
    status: "present",
    live: { ...spec, ...jsonOf(held) },
    attributes: { agentId: agent.id, hostname: agent.hostname },
    identity: { ...identityOf(agent) },
    diagnostics: [],
  };
}

async function carryOut(change: ChangeRequest, _live: JsonObject | null, work: Work): Promise<Json> {
  const spec = change.action === "delete" ? change.before : change.after;
  const agent = await agentFor(spec, work);
  const { version } = await work.client.master(work.signal);
  const reservation = reservationOf(spec);
  const { waitSeconds } = spec;
  const target = {
    agent: { id: agent.id, masterVersion: version },
    hostname: agent.hostname,
    reservation,
    waitSeconds: typeof waitSeconds === "number" ? waitSeconds : 60,
  };
  const wanted = change.action === "delete" ? NOTHING : heldIn(spec);
  await moveHeld(heldOn(agent.resources, reservation), wanted, target, work);
  return { ...identityOf(agent) };
}

export function reservationHandler(dependencies: Dependencies): KindHandler {
  return mesosKind(
    {
      kind: "MesosReservation",
      rules: RULES,
      normalise: normaliseReservation,
      validate: validateReservation,
      outputs: () => ({}),
      attributeNames: ["agentId", "hostname"],
      describeSteps,
      importHelp: "the role and the declared agent, for example `db on a3.example.com`",
      place: ["mesos", "agent", "role", "principal"],
      compared: (spec) => jsonOf(heldIn(spec)),
      nameOf: (spec) =>
        `${String(spec["role"])} on ${selectorText(selectorOf(spec)).replace(/^hostname /, "")}`,
      look,
      carryOut,
    },
    dependencies,
  );
}
