/** What deployed masters say of themselves, and what that means together. Asks only. */
import { type Diagnostic, warningDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { MesosClient } from "../../../src/mesos/client.js";
import { isMesosError } from "../../../src/mesos/mesos-error.js";
import type { MasterState } from "../../../src/mesos/one-master.js";
import { isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import type { DeployedServer, Fleet } from "../../deployed/fleet.js";
import type { Observed } from "../../deployed/read.js";
import { nodeConnection } from "../access.js";
import { endpointOf } from "../server-flags.js";
import { MASTER_PORT } from "./spec.js";

export type Answer =
  | { readonly kind: "seen"; readonly value: MasterState }
  /** It does not answer, or not with what it should. */
  | { readonly kind: "silent"; readonly reason: string }
  /** It answers, and does not let ferry look. */
  | { readonly kind: "refused"; readonly reason: string };

/** By id; running masters only. */
export type Sight = ReadonlyMap<string, Answer>;

/** Asks each deployed master about itself, over and over if need be. To be closed. */
export class MasterWatch {
  private constructor(
    private readonly fleet: Fleet,
    private readonly client: MesosClient,
  ) {}

  /** `spec`: normalised. */
  static async open(fleet: Fleet, spec: JsonObject): Promise<MasterWatch> {
    const access = isObject(spec["access"]) ? spec["access"] : {};
    const connection = await nodeConnection(access, fleet.context.secrets);
    // Each is asked by its own address; the leader is never looked for.
    return new MasterWatch(
      fleet,
      new MesosClient({ ...connection, masters: { addresses: ["127.0.0.1:5050"] } }),
    );
  }

  /** Asks those that run, all at once. */
  async look(deployed: readonly DeployedServer[]): Promise<Sight> {
    const { fleet } = this;
    const asked = deployed
      .filter(({ unit }) => unit.running)
      .map(async ({ id, host, record }): Promise<readonly [string, Answer]> => {
        const { address, port } = endpointOf(record?.server ?? {}, fleet.hostAddress(host), MASTER_PORT);
        return [id, await this.ask(`${address}:${port}`)];
      });
    return new Map(await Promise.all(asked));
  }

  private async ask(endpoint: string): Promise<Answer> {
    try {
      return { kind: "seen", value: await this.client.stateOf(endpoint, this.fleet.signal) };
    } catch (error) {
      if (!isMesosError(error)) throw error;
      const refused = error.kind === "unauthorised" || error.kind === "forbidden";
      return { kind: refused ? "refused" : "silent", reason: error.message };
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

export function seenOf(sight: Sight, id: string): MasterState | null {
  const answer = sight.get(id);
  return answer?.kind === "seen" ? answer.value : null;
}

/** Whether its replica of the log votes. One that keeps its registry elsewhere has none to wait for. */
export function votes(seen: MasterState): boolean {
  return seen.logRecovered !== false;
}

/** The id of the master that leads; null when none or more than one says so. */
export function leaderOf(sight: Sight): string | null {
  const leaders = [...sight].filter(([, answer]) => answer.kind === "seen" && answer.value.elected);
  const [only] = leaders;
  return leaders.length === 1 && only !== undefined ? only[0] : null;
}

export function activeAgents(sight: Sight): number {
  const leader = leaderOf(sight);
  return leader === null ? 0 : (seenOf(sight, leader)?.agents.active ?? 0);
}

/** Null when all vote, one leads, and each counts as many members as there are; otherwise what is missing, in words. */
export function notWhole(sight: Sight, ids: readonly string[], members: number): string | null {
  for (const id of ids) {
    const answer = sight.get(id);
    if (answer === undefined) return `master ${id} does not run`;
    if (answer.kind !== "seen") return `master ${id}: ${answer.reason}${adviceFor(answer)}`;
    if (!votes(answer.value))
      return `the replica of master ${id} does not vote (registrar/log/recovered is 0)`;
  }
  if (leaderOf(sight) === null) return "no single master leads";
  for (const id of ids) {
    const size = seenOf(sight, id)?.ensembleSize ?? members;
    if (size !== members) return `master ${id} counts ${size} members of the log, and there are ${members}`;
  }
  return null;
}

function adviceFor(answer: Answer): string {
  return answer.kind === "refused" ? " (give access.auth a principal that may read the metrics)" : "";
}

/** Whether their log was ever seen to work: from then on an empty replica is a new one, and not the first of a new log. */
export function isFounded(identity: Json): boolean {
  return isObject(identity) && identity["founded"] === true;
}

/** Attributes and warnings of a reading. `identity`: as it was before. */
export function observed(
  address: string,
  deployed: readonly DeployedServer[],
  sight: Sight,
  identity: Json,
): Observed {
  const leader = leaderOf(sight);
  const leading = leader === null ? null : seenOf(sight, leader);
  const attributes: JsonObject = {
    leader: leader === null ? null : Number(leader),
    version: leading?.version ?? null,
    recovered: [...sight].filter(([, answer]) => answer.kind === "seen" && votes(answer.value)).length,
    ensembleSize: leading?.ensembleSize ?? null,
    agents: leading?.agents.active ?? null,
    status: deployed.map(({ id, host, unit, record }): JsonObject => {
      const { pid, exit, startedAt } = unit;
      const seen = seenOf(sight, id);
      const quorum = record?.sections["quorum"] ?? null;
      const plain = { id: Number(id), host, pid, exit, startedAt, quorum };
      if (seen === null) return { ...plain, elected: null, recovered: null };
      const { elected, ensembleSize, version } = seen;
      return { ...plain, elected, recovered: votes(seen), ensembleSize, version };
    }),
  };
  const warnings = [...sight].flatMap(([id, answer]) =>
    answer.kind === "seen" ? [] : [silent(address, id, answer)],
  );
  const elected = [...sight].filter(([id]) => seenOf(sight, id)?.elected === true).map(([id]) => id);
  const founded = isFounded(identity) || [...sight].some(([id]) => seenOf(sight, id)?.logRecovered === true);
  return {
    attributes,
    diagnostics: [...warnings, ...(elected.length > 1 ? [split(address, elected)] : [])],
    facts: founded ? { founded } : {},
  };
}

function silent(address: string, id: string, answer: Answer): Diagnostic {
  const reason = answer.kind === "seen" ? "" : answer.reason;
  return warningDiagnostic("master-silent", `${address}: master ${id} runs and cannot be asked: ${reason}`, {
    address,
    detail: "What is deployed was read; whether it leads and its replica votes is not known.",
    remedy:
      answer.kind === "refused"
        ? "Give access.auth a principal that may read the metrics."
        : "It may still be starting; look again. If it stays so, read its log.",
  });
}

function split(address: string, elected: readonly string[]): Diagnostic {
  return warningDiagnostic(
    "mesos-split-brain",
    `${address}: masters ${elected.join(" and ")} both say that they lead`,
    {
      address,
      detail:
        "During a change of leader that may be so for a moment. If it stays, they elect in different places, and the registry of one of them is dead.",
      remedy: "Look again. If it stays, compare the --zk of both and stop the one that agents do not follow.",
    },
  );
}
