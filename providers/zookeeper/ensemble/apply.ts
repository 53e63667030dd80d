/** Creates, changes and deletes an ensemble: decides the steps from what is there now, then has them carried out. */
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { isUnknown } from "../../../src/value/expression.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import type { ApplyResult, ChangeRequest, Progress } from "../../provider.js";
import type { Cluster, DeployedServer } from "./cluster.js";
import { currentServers, usesReconfig } from "./current.js";
import { RolloutError, reconfigNeedsSuperuser, standaloneCannotGrow } from "./failures.js";
import { liveSpec } from "./live.js";
import { deployedSpecs, hostsOf, readEnsemble } from "./read.js";
import { readMembership } from "./reconfiguration.js";
import { Rollout, type RolloutTarget } from "./rollout.js";
import { ensembleOf, normaliseEnsemble } from "./spec.js";
import { changeSteps, type Step } from "./steps.js";
import { leaderOf, observeAll, waitWhole } from "./waiting.js";

type Report = (progress: Progress) => void;

/** The steps of a fresh ensemble: every server knows all of them from the start. */
export function createSteps(spec: JsonObject): Step[] {
  const { servers } = ensembleOf(spec);
  const members = servers.map((server) => server.id);
  return servers
    .filter((server) => server.running)
    .map((server) => ({ kind: "start", id: server.id, members, isNew: true }));
}

async function targetOf(
  cluster: Cluster,
  spec: JsonObject,
  deployed: readonly DeployedServer[],
): Promise<RolloutTarget> {
  const raw = normaliseEnsemble(spec);
  const versions = deployed.flatMap(({ id, record }) =>
    record === null ? [] : [[id, record.version] as const],
  );
  return { raw, secrets: await cluster.secrets(raw), versions: new Map(versions) };
}

async function create(cluster: Cluster, after: JsonObject, report: Report): Promise<void> {
  const rollout = new Rollout(cluster, await targetOf(cluster, after, []), null, report);
  await rollout.bootstrap();
  await rollout.run(createSteps(after));
}

interface Situation {
  readonly deployed: readonly DeployedServer[];
  readonly leader: number | null;
  readonly membership: readonly number[] | null;
}

async function situationOf(
  cluster: Cluster,
  hosts: readonly string[],
  reconfig: boolean,
): Promise<Situation> {
  const deployed = await cluster.deployed(hosts);
  const running = deployedSpecs(deployed.filter((server) => server.unit.running));
  const spec = ensembleOf({ ...(deployed[0]?.record?.sections ?? {}), servers: [] });
  const leader = leaderOf(await observeAll(cluster, spec, running));
  const membership = reconfig && leader !== null ? await liveMembers(cluster, running, leader) : null;
  return { deployed, leader, membership };
}

async function liveMembers(
  cluster: Cluster,
  running: ReturnType<typeof deployedSpecs>,
  leader: number,
): Promise<number[] | null> {
  const server = running.find((candidate) => candidate.id === leader);
  if (server === undefined) return null;
  const connectString = `${cluster.hostAddress(server.host)}:${server.clientPort}`;
  try {
    const client = await cluster.dependencies.connect({
      connectString,
      connectTimeoutMs: 5_000,
      signal: cluster.signal,
    });
    try {
      return [...(await readMembership(client)).lines.keys()];
    } finally {
      await client.close();
    }
  } catch {
    cluster.signal.throwIfAborted();
    return null; // TLS only, or no quorum just now: what is deployed counts
  }
}

async function update(
  cluster: Cluster,
  change: Extract<ChangeRequest, { action: "update" }>,
  report: Report,
): Promise<void> {
  const after = ensembleOf(change.after);
  const hosts = hostsOf(change.after, change.before, change.identity);
  const first = await cluster.deployed(hosts);
  const version = first[0]?.record?.version ?? "3.8.0";
  const reconfig = usesReconfig(after, version);
  const situation = await situationOf(cluster, hosts, reconfig);
  const current = currentServers({ ...situation, wanted: normaliseEnsemble(change.after) });
  const steps = changeSteps({ current, wanted: after.servers, reconfig });
  refuseImpossible(cluster, change, steps, current.length);
  const target = await targetOf(cluster, change.after, situation.deployed);
  const former = await targetOf(cluster, formerSpec(situation.deployed, change.before), situation.deployed);
  const dead = steps.filter((step) => step.kind === "start" && !step.isNew).map((step) => step.id);
  const rollout = new Rollout(cluster, target, withoutDead(former, dead), report);
  // Whoever leads gives its data to the others. Without a leader the creation may have been cut off.
  if (situation.leader === null) await rollout.bootstrap();
  await rollout.run(steps);
}

/** What is deployed now, as a spec: what a server is put back to. */
function formerSpec(deployed: readonly DeployedServer[], before: JsonObject): JsonObject {
  const clean = deployed.flatMap((server) =>
    server.record === null ? [] : [{ ...server, properties: server.record.properties }],
  );
  return clean.length === 0 ? before : { ...before, ...liveSpec(clean, null, new Map()) };
}

/** Servers that do not run are not waited for while others are brought back. */
function withoutDead(former: RolloutTarget, dead: readonly number[]): RolloutTarget {
  const servers = (former.raw["servers"] as readonly JsonObject[]).map((server) =>
    dead.includes(Number(server["id"])) ? { ...server, running: false } : server,
  );
  return { ...former, raw: { ...former.raw, servers } };
}

function refuseImpossible(
  cluster: Cluster,
  change: Extract<ChangeRequest, { action: "update" }>,
  steps: readonly Step[],
  now: number,
): void {
  const after = ensembleOf(change.after);
  const membership = steps.some(
    (step) => step.kind === "remove" || step.kind === "join" || (step.kind === "start" && step.isNew),
  );
  if (!membership) return;
  if (now === 1 || after.servers.length === 1) throw new RolloutError(standaloneCannotGrow(cluster.address));
  const needsSuper = after.settings["reconfigEnabled"] === true && after.superuser === undefined;
  if (needsSuper) throw new RolloutError(reconfigNeedsSuperuser(cluster.address));
}

async function remove(
  cluster: Cluster,
  change: Extract<ChangeRequest, { action: "delete" }>,
  report: Report,
): Promise<void> {
  const deployed = await cluster.deployed(hostsOf(change.before, change.identity));
  const purgeData = !ensembleOf({ servers: [], ...change.before }).deletion.keepData;
  for (const [at, server] of deployed.entries()) {
    cluster.signal.throwIfAborted();
    report({
      message: `stop server ${server.id} and remove it from ${server.host}`,
      step: at + 1,
      steps: deployed.length,
    });
    const runtime = await cluster.runtime(server.host);
    await runtime.remove(server.unit.name, { purgeData }, cluster.signal);
  }
}

/** Carries out the change; never rejects: what went wrong is part of the result. */
export async function applyEnsemble(
  cluster: Cluster,
  change: ChangeRequest,
  report: Report,
): Promise<ApplyResult> {
  const identity = identityOf(change);
  try {
    if (change.action === "delete") {
      await remove(cluster, change, report);
      return { status: "deleted", diagnostics: [] };
    }
    refuseUnknown(cluster.address, change.after);
    if (change.action === "create") await create(cluster, change.after, report);
    else await update(cluster, change, report);
    return await settled(cluster, change.after, identity);
  } catch (error) {
    return { status: "failed", identity, diagnostics: diagnosticsOf(error, cluster) };
  }
}

function identityOf(change: ChangeRequest): Json {
  const servers = hostedServers(change.action === "delete" ? change.before : change.after);
  const before = change.action === "update" ? hostedServers(change.before) : [];
  return {
    servers: [...new Map([...before, ...servers].map((server) => [JSON.stringify(server), server])).values()],
  };
}

function hostedServers(spec: JsonObject): JsonObject[] {
  if (!Array.isArray(spec["servers"])) return [];
  return ensembleOf(spec).servers.map(({ id, host }) => ({ id, host }));
}

async function settled(cluster: Cluster, after: JsonObject, identity: Json): Promise<ApplyResult> {
  const spec = ensembleOf(after);
  const running = spec.servers.filter((server) => server.running);
  await waitWhole(cluster, spec, running, spec.rolling.waitSeconds * 1000);
  const read = await readEnsemble(cluster, {
    address: cluster.address,
    desired: after,
    recorded: after,
    identity,
  });
  if (read.status !== "present") return { status: "failed", identity, diagnostics: read.diagnostics };
  const { live, attributes } = read;
  return { status: "done", live, attributes, identity: read.identity, diagnostics: read.diagnostics };
}

function refuseUnknown(address: string, spec: JsonObject): void {
  const unknown = Object.entries(spec).find(
    ([, value]) => JSON.stringify(value).includes('"$unknown"') || isUnknown(value),
  );
  if (unknown === undefined) return;
  throw new DiagnosticError([
    errorDiagnostic("unknown-value", `${address}: ${unknown[0]} is not known yet`, {
      address,
      detail: "A reference in it leads to something that does not exist. Nothing is changed.",
      remedy: "Apply the resource it refers to first, or write the value itself.",
    }),
  ]);
}

function diagnosticsOf(error: unknown, cluster: Cluster) {
  if (error instanceof RolloutError) return [error.diagnostic];
  if (error instanceof DiagnosticError) return error.diagnostics;
  const aborted = cluster.signal.aborted;
  const message = error instanceof Error ? error.message : String(error);
  const summary = aborted
    ? `${cluster.address}: stopped before the next step`
    : `${cluster.address}: ${message}`;
  return [
    errorDiagnostic(aborted ? "interrupted" : "ensemble-failed", summary, {
      address: cluster.address,
      detail:
        "Steps that were finished stay; the one under way may be half done, which the next plan will show.",
      remedy: "Run `ferry plan` to see where it stands, then `ferry apply` to go on.",
    }),
  ];
}
