/** Creates, changes and deletes what a kind without a quorum deploys: decides the steps from what is there now, and does them. */
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { ApplyResult, ChangeRequest, Progress } from "../provider.js";
import { diagnosticsOf } from "./failures.js";
import type { DeployedServer, Fleet } from "./fleet.js";
import { hostsOf, identityOf, type Observed, readDeployed } from "./read.js";
import { type CurrentServer, type ServerStep, serverSteps, stepText, wantedServers } from "./steps.js";
import { serversOf } from "./unit.js";
import { type Conditions, ServerWork } from "./work.js";

export interface ApplyOptions {
  readonly conditions: Conditions;
  /** How many may be changed at once. */
  readonly batch: number;
  /** A fresh set is started all at once. */
  readonly startTogether: boolean;
  /** What is awaited, for progress: "it has registered again". */
  readonly until: string;
  /** Sorts steps (the leader last) or refuses them with DiagnosticError, before anything is done. */
  arrange?(steps: readonly ServerStep[], deployed: readonly DeployedServer[]): Promise<readonly ServerStep[]>;
  /** Does the step itself where more is needed than ServerWork does; false when it is left to ServerWork. */
  take?(step: ServerStep, work: ServerWork, deployed: readonly DeployedServer[]): Promise<boolean>;
  observe(deployed: readonly DeployedServer[]): Promise<Observed>;
  readonly report: (progress: Progress) => void;
}

/** Never rejects: what went wrong is part of the result. Safe to repeat after any crash. */
export async function applyServers(
  fleet: Fleet,
  change: ChangeRequest,
  options: ApplyOptions,
): Promise<ApplyResult> {
  return applying(
    fleet,
    change,
    async () => {
      if (change.action === "delete") return removeAll(fleet, change, options.report);
      const deployed = await fleet.deployed(hostsOf(fleet, change.after, formerOf(change), change.identity));
      const planned = await stepsFor(fleet, change.after, deployed, options);
      const steps = (await options.arrange?.(planned, deployed)) ?? planned;
      const work = workFor(fleet, change.after, deployed, options.conditions);
      for (const [at, step] of steps.entries()) {
        fleet.signal.throwIfAborted();
        options.report({
          message: stepText(fleet.kind, step, options.until),
          step: at + 1,
          steps: steps.length,
        });
        const done = (await options.take?.(step, work, deployed)) ?? false;
        if (!done) await work.take(step, change.after);
      }
      return undefined;
    },
    options.observe,
  );
}

/** Carries out `act`, then reads; turns whatever is thrown into a result. */
export async function applying(
  fleet: Fleet,
  change: ChangeRequest,
  act: () => Promise<undefined>,
  observe: ApplyOptions["observe"],
): Promise<ApplyResult> {
  const identity = identityAfter(fleet, change);
  try {
    await act();
    if (change.action === "delete") return { status: "deleted", diagnostics: [] };
    const { address, after } = change;
    const request = { address, desired: after, recorded: after, identity };
    const read = await readDeployed(fleet, request, { adopt: false, observe });
    if (read.status === "present") return { ...read, status: "done" };
    return { status: "failed", identity, diagnostics: read.diagnostics };
  } catch (error) {
    return { status: "failed", identity, diagnostics: diagnosticsOf(error, fleet.address, fleet.signal) };
  }
}

export function workFor(
  fleet: Fleet,
  after: JsonObject,
  before: readonly DeployedServer[],
  conditions: Conditions,
): ServerWork {
  const rolling = isObject(after["rolling"]) ? after["rolling"] : {};
  const deletion = isObject(after["deletion"]) ? after["deletion"] : {};
  const waitMs = 1000 * (typeof rolling["waitSeconds"] === "number" ? rolling["waitSeconds"] : 60);
  return new ServerWork({ fleet, conditions, before, waitMs, purgeData: deletion["keepData"] !== true });
}

/** How each deployed server compares with what is wanted now. */
export async function currentServers(
  fleet: Fleet,
  after: JsonObject,
  deployed: readonly DeployedServer[],
): Promise<CurrentServer[]> {
  return Promise.all(
    deployed.map(async (found) => {
      const { id, host, unit } = found;
      const isWanted = fleet.server(after, id)?.["host"] === host;
      const match = isWanted ? await fleet.match(after, found) : "different";
      return { id, host, running: unit.running, match };
    }),
  );
}

async function stepsFor(
  fleet: Fleet,
  after: JsonObject,
  deployed: readonly DeployedServer[],
  { batch, startTogether }: ApplyOptions,
): Promise<ServerStep[]> {
  const current = await currentServers(fleet, after, deployed);
  const steps = serverSteps({ current, wanted: wantedServers(fleet.kind, after), batch });
  const starts = steps.flatMap((step) => (step.kind === "start" ? step.ids : []));
  const fresh = starts.length === steps.length && deployed.length === 0 && starts.length > 0;
  return fresh && startTogether ? [{ kind: "start", ids: starts, isNew: true }] : steps;
}

/** Stops all and takes them off their hosts. */
export async function removeAll(
  fleet: Fleet,
  change: Extract<ChangeRequest, { action: "delete" }>,
  report: (progress: Progress) => void,
): Promise<undefined> {
  const deployed = await fleet.deployed(hostsOf(fleet, change.before, change.identity));
  const deletion = isObject(change.before["deletion"]) ? change.before["deletion"] : {};
  for (const [at, { id, host }] of deployed.entries()) {
    fleet.signal.throwIfAborted();
    const message = `stop ${fleet.name(id)} and remove it from ${host}`;
    report({ message, step: at + 1, steps: deployed.length });
    await fleet.remove(host, id, deletion["keepData"] !== true);
  }
  return undefined;
}

function formerOf(change: ChangeRequest): JsonObject {
  return change.action === "create" ? {} : change.before;
}

/** Everywhere that servers may be once the change was tried. */
function identityAfter(fleet: Fleet, change: ChangeRequest): Json {
  const specs = change.action === "delete" ? [change.before] : [formerOf(change), change.after];
  const servers = specs.flatMap((spec) =>
    serversOf(fleet.kind, spec).map(({ id, host }) => ({ id: String(id), host: String(host) })),
  );
  const places = identityOf([...new Map(servers.map((server) => [JSON.stringify(server), server])).values()]);
  return isObject(change.identity) ? { ...change.identity, ...places } : places;
}
