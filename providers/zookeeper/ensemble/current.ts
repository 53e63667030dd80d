/** What changeSteps needs to know of the deployed servers, compared with what is wanted. Pure. */
import { canonicalJson, type Json, type JsonObject } from "../../../src/value/json.js";
import type { DeployedServer } from "./cluster.js";
import { editsByHand, sectionsOf } from "./live.js";
import { type EnsembleSpec, ensembleOf, type ServerSpec, sharedSections } from "./spec.js";
import type { CurrentServer } from "./steps.js";

export interface CurrentInput {
  readonly deployed: readonly DeployedServer[];
  readonly wanted: JsonObject;
  readonly leader: number | null;
  /** Ids in the live membership; null when it cannot be read or is not kept by the servers. */
  readonly membership: readonly number[] | null;
}

/** Sections whose change concerns ferry alone: no server has to be restarted for them. */
const WITHOUT_RESTART = new Set(["version"]);

function restartSections(spec: JsonObject): string {
  const entries = Object.entries(sharedSections(spec)).filter(([name]) => !WITHOUT_RESTART.has(name));
  return canonicalJson(Object.fromEntries(entries));
}

/** Everything of a server but whether it runs and where others find it. */
function ownFields(server: Json): string {
  const { running: _running, ...rest } = server as JsonObject & { running?: Json };
  return canonicalJson(rest);
}

function place(server: ServerSpec): string {
  return canonicalJson([server.host, server.quorumPort, server.electionPort, server.clientPort, server.role]);
}

function isSatisfied(server: DeployedServer, spec: EnsembleSpec): boolean {
  const runs = server.record?.version;
  return spec.version === undefined || runs === spec.version || runs?.startsWith(`${spec.version}.`) === true;
}

/** True when the servers agree on their membership among themselves and ferry may change it by reconfig. */
export function usesReconfig(spec: EnsembleSpec, version: string): boolean {
  return spec.settings["reconfigEnabled"] === true && !version.startsWith("3.4");
}

/** Deployed servers, and those that an interrupted creation had announced to the others but not yet made. */
export function currentServers(input: CurrentInput): CurrentServer[] {
  const spec = ensembleOf(input.wanted);
  const wanted = new Map(spec.servers.map((server) => [server.id, server]));
  const target = restartSections(input.wanted);
  const ids = input.deployed.map((server) => server.id).sort((a, b) => a - b);
  const announced = spec.servers
    .filter(({ id }) => !ids.includes(id))
    .filter(({ id }) => input.deployed.every((server) => server.record?.members.includes(id) === true))
    .filter(({ id }) => input.membership === null || input.membership.includes(id));
  const all = [...ids, ...announced.map((server) => server.id)].sort((a, b) => a - b);
  const described = input.deployed.map((server): CurrentServer => {
    const { record } = server;
    const asked = wanted.get(server.id);
    const moved =
      asked !== undefined &&
      record !== null &&
      place(record.server as unknown as ServerSpec) !== place(asked);
    const outdated =
      record === null ||
      !isSatisfied(server, spec) ||
      restartSections(sectionsOf(server)) !== target ||
      Object.keys(editsByHand(server)).length > 0 ||
      (asked !== undefined && ownFields(record.server) !== ownFields(asked as unknown as Json));
    return {
      id: server.id,
      running: server.unit.running,
      leader: server.id === input.leader,
      outdated,
      moved,
      member: input.membership === null || input.membership.includes(server.id),
      stale: record !== null && canonicalJson(record.members) !== canonicalJson(all),
    };
  });
  const missing = announced.map(
    ({ id }): CurrentServer => ({
      id,
      running: false,
      leader: false,
      outdated: true,
      moved: false,
      member: true,
      stale: false,
    }),
  );
  return [...described, ...missing].sort((a, b) => a.id - b.id);
}
