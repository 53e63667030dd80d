/**
 * Looks at both sides before a migration, all at once, and writes down what was found: what a plan is made of. It changes nothing on either
 * side, and what it cannot see is in the survey with the reason.
 */
import type { Clock } from "../../http/connection.js";
import type { MarathonClient } from "../../marathon/client.js";
import type { MesosClient } from "../../mesos/client.js";
import { nextSequence } from "../../sync/copy/counters.js";
import { fourLetterWord } from "../../zookeeper/four-letter.js";
import { versionOfSrvr } from "../../zookeeper/server-version.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isListening } from "../actions/addresses.js";
import { frameworkAmong } from "../actions/framework-id.js";
import type { FrameworkRef, MigrationSpec, ServerRef, SideName } from "../model/spec.js";
import { judgeServers, parseServer } from "../observe/ensemble-probe.js";
import type { AppFacts, BySide, CounterFacts, Part, Survey, ZooKeeperFacts } from "../plan/survey.js";
import { appFacts } from "./app-facts.js";
import {
  agentFacts,
  askLeader,
  frameworkFacts,
  type LeaderAnswers,
  masterFacts,
  strangersAmong,
} from "./mesos-facts.js";
import { known, partOf, unknown } from "./part.js";
import { electionsBelow, missingRights, occupiedPaths } from "./znodes.js";

export interface SurveyAccess {
  readonly spec: MigrationSpec;
  /** A session of its own for each side; rejects with ZooKeeperError soon when nobody answers. Closed here. */
  readonly connect: (side: SideName, signal: AbortSignal) => Promise<ZooKeeperClient>;
  /** Of one master, asked once. */
  readonly mesosAt: (address: string) => MesosClient;
  readonly marathonOf: (framework: FrameworkRef) => MarathonClient;
  readonly clock: Clock;
}

/** Milliseconds for one answer of a server. */
const ASK_MS = 2_000;

/** Rejects only with the reason of the signal. */
export async function readSurvey(access: SurveyAccess, signal: AbortSignal): Promise<Survey> {
  const { spec, clock, mesosAt } = access;
  const atMs = clock.now();
  const allMasters = [...spec.source.masters.servers, ...freshMasters(spec)];
  const [a, b, onA, onB, unreachable] = await Promise.all([
    zooKeeperFacts(access, "a", signal),
    zooKeeperFacts(access, "b", signal),
    masterFacts(mesosAt, spec.source.masters.servers, signal),
    masterFacts(mesosAt, freshMasters(spec), signal),
    unreachableFromHere(spec),
  ]);
  const leader = allMasters.find(({ name }) =>
    [...onA, ...onB].some((one) => one.name === name && one.leading),
  );
  const answers: Part<LeaderAnswers> =
    leader === undefined
      ? unknown("no master says that it leads")
      : await partOf(signal, () => askLeader(mesosAt(leader.address), signal));
  return {
    atMs,
    zookeeper: { a, b },
    masters: { a: known(onA), b: known(onB) },
    ...(await workload(access, answers)),
    apps: await partOf(signal, () => allApps(access, signal)),
    counters: await partOf(signal, () => counters(access, signal)),
    clockSkewMs: unknown("the servers' clocks are compared once the synchronisation runs"),
    unreachable: known(unreachable),
    diskShort: unknown("hosts are not asked how much room they have"),
    unsupervised: unsupervised(spec),
  };
}

/** Masters of B that are servers of their own. */
function freshMasters({ source, target, modes }: MigrationSpec): readonly ServerRef[] {
  if (modes.masters === "repoint") return [];
  return target.masters.servers.filter(
    ({ name }) => !source.masters.servers.some((one) => one.name === name),
  );
}

async function workload(
  { spec }: SurveyAccess,
  answers: Part<LeaderAnswers>,
): Promise<Pick<Survey, "agents" | "frameworks">> {
  if (answers.kind === "unknown") return { agents: { a: answers, b: answers }, frameworks: answers };
  const [onA, onB] = [
    spec.source.agents.servers,
    spec.modes.agents === "repoint" ? [] : spec.target.agents.servers,
  ];
  const servers = [...onA, ...onB];
  const strangers = strangersAmong(answers.value.agents, servers);
  return {
    agents: {
      a: known(agentFacts(answers.value, onA, strangers)),
      // Those that do not run yet are judged by their declaration.
      b: known(agentFacts(answers.value, onB, []).filter(({ registered }) => registered)),
    },
    frameworks: known(await frameworkFacts(answers.value, spec.frameworks, servers, frameworkAmong)),
  };
}

async function zooKeeperFacts(
  access: SurveyAccess,
  side: SideName,
  signal: AbortSignal,
): Promise<Part<ZooKeeperFacts>> {
  const zookeeper = sideOf(access.spec, side).zookeeper;
  return partOf(signal, async () => {
    const told = await Promise.all(zookeeper.servers.map((server) => wordOf(server, signal)));
    const answers = told.map(({ name, text, shut }) => ({ ...parseServer(name, text), shut }));
    if (told.every(({ text, shut }) => text === "" && shut === null))
      throw new Error("none of its servers answers");
    const judged = judgeServers(side, answers, 0).find(({ name }) => name === "zookeeper-quorum")?.result;
    const client = await access.connect(side, signal);
    try {
      const paths = copiedPaths(access.spec);
      return {
        servers: told.flatMap(({ name, text }) => {
          const version = versionOfSrvr(text);
          return version === null ? [] : [{ name, version }];
        }),
        // With a session there is one: where servers do not say more, that tells.
        quorum: judged?.kind === "known" ? judged.value === true : true,
        rightsMissing: await missingRights(client, paths),
        elections: await electionsBelow(
          client,
          paths.filter((path) => path !== access.spec.mesosPath),
          excluded(access.spec),
        ),
        occupied: await occupiedPaths(client, paths),
      };
    } finally {
      await client.close();
    }
  });
}

interface Word {
  readonly name: string;
  readonly text: string;
  readonly shut: string | null;
}

async function wordOf({ name, address }: ServerRef, signal: AbortSignal): Promise<Word> {
  const at = address.lastIndexOf(":");
  const host = address.slice(0, at).replace(/^\[|\]$/g, "");
  try {
    const text = await fourLetterWord(host, Number(address.slice(at + 1)), "srvr", {
      timeoutMs: ASK_MS,
      signal,
    });
    return { name, text, shut: null };
  } catch (error) {
    signal.throwIfAborted();
    const shut = error instanceof Error && "code" in error && error.code === "NO_AUTH" ? error.message : null;
    return { name, text: "", shut };
  }
}

export function copiedPaths({ mesosPath, frameworks, extraPaths }: MigrationSpec): readonly string[] {
  const states = frameworks.flatMap(({ zookeeperPath }) => (zookeeperPath === null ? [] : [zookeeperPath]));
  return [...new Set([mesosPath, ...states, ...extraPaths])];
}

function excluded({ frameworks }: MigrationSpec): readonly string[] {
  return frameworks.flatMap(({ electionPaths }) => electionPaths);
}

function sideOf({ source, target }: MigrationSpec, side: SideName) {
  return side === "a" ? source : target;
}

async function allApps(
  { spec, marathonOf }: SurveyAccess,
  signal: AbortSignal,
): Promise<readonly AppFacts[]> {
  const marathons = spec.frameworks.filter(({ kind }) => kind === "marathon");
  const found = await Promise.all(marathons.map((one) => appFacts(one.name, marathonOf(one), signal)));
  return found.flat();
}

async function counters(access: SurveyAccess, signal: AbortSignal): Promise<readonly CounterFacts[]> {
  const { mesosPath } = access.spec;
  const paths = [mesosPath, `${mesosPath}/log_replicas`];
  const read = async (side: SideName): Promise<readonly number[]> => {
    const { servers } = sideOf(access.spec, side).zookeeper;
    const listening = await Promise.all(servers.map(({ address }) => isListening(address)));
    if (!listening.includes(true)) throw new Error(`no ZooKeeper server of ${side.toUpperCase()} answers`);
    const client = await access.connect(side, signal);
    try {
      const stats = await Promise.all(paths.map((path) => client.exists(path)));
      return stats.map((stat) => (stat === null ? 0 : nextSequence(stat)));
    } finally {
      await client.close();
    }
  };
  const both: BySide<readonly number[]> = { a: await read("a"), b: await read("b") };
  return paths.map((path, at) => ({ path, a: both.a[at] ?? 0, b: both.b[at] ?? 0 }));
}

/** Only ferry's own machine can be asked; what is to be deployed cannot answer yet. */
async function unreachableFromHere({ source, frameworks }: MigrationSpec): Promise<readonly string[]> {
  const servers = [
    ...source.zookeeper.servers,
    ...source.masters.servers,
    ...source.agents.servers,
    ...frameworks.flatMap((framework) => framework.servers),
  ];
  const answers = await Promise.all(
    servers.map(async ({ name, address }) => ({ name, address, up: await isListening(address) })),
  );
  return answers.flatMap(({ name, address, up }) => (up ? [] : [`ferry → ${name} (${address})`]));
}

/** Masters and Marathons end by design; somebody has to start them again. */
function unsupervised({ source, target, frameworks, modes }: MigrationSpec): Part<readonly string[]> {
  const holders = [
    ...[source.masters, ...(modes.masters === "replace" ? [target.masters] : [])].map(
      ({ spec, servers }) => ({ spec, servers }),
    ),
    ...frameworks.filter(({ kind }) => kind === "marathon").map(({ spec, servers }) => ({ spec, servers })),
  ];
  const silent = holders
    .filter(({ spec }) => spec === null)
    .flatMap(({ servers }) => servers.map(({ name }) => name));
  if (silent.length > 0)
    return unknown(`nobody can tell who starts ${silent.join(", ")} again: ferry has not deployed them`);
  const loose = holders.filter(({ spec }) => (spec?.["restart"] ?? "always") !== "always");
  return known(loose.flatMap(({ servers }) => servers.map(({ name }) => name)));
}
