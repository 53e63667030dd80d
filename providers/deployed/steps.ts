/**
 * In which order servers are made, changed and removed: one (or a batch) at a time. Pure; what must hold in between is the
 * kind's to say (Conditions), and kinds with a quorum have steps of their own.
 */
import type { JsonObject } from "../../src/value/json.js";
import type { ChangeRequest } from "../provider.js";
import type { Match } from "./fleet.js";
import type { DeployedKind } from "./kind.js";
import { serversOf } from "./unit.js";

export type ServerStep =
  /** Made where they are not, started where they are down. */
  | { readonly kind: "start"; readonly ids: readonly string[]; readonly isNew: boolean }
  /** Stopped, made equal to what is wanted, started. */
  | { readonly kind: "change"; readonly ids: readonly string[] }
  /** Only the restart policy: no restart. */
  | { readonly kind: "adjust"; readonly id: string }
  /** Stays deployed, does not run. */
  | { readonly kind: "stop"; readonly id: string }
  | { readonly kind: "remove"; readonly id: string; readonly host: string };

export interface CurrentServer {
  readonly id: string;
  readonly host: string;
  readonly running: boolean;
  readonly match: Match;
}

export interface WantedServer {
  readonly id: string;
  readonly host: string;
  readonly running: boolean;
}

export function wantedServers(kind: DeployedKind, spec: JsonObject): WantedServer[] {
  return serversOf(kind, spec).map((server) => ({
    id: String(server["id"]),
    host: String(server["host"]),
    running: server["running"] !== false,
  }));
}

export interface StepsInput {
  readonly current: readonly CurrentServer[];
  readonly wanted: readonly WantedServer[];
  /** How many may be changed at once. */
  readonly batch: number;
}

/** Steps from `current` to `wanted`; none when nothing differs. */
export function serverSteps({ current, wanted, batch }: StepsInput): ServerStep[] {
  const here = (server: WantedServer): CurrentServer | undefined =>
    current.find(({ id, host }) => id === server.id && host === server.host);
  const gone = current.filter(({ id, host }) => !wanted.some((one) => one.id === id && one.host === host));
  const moved = (id: string): boolean => gone.some((server) => server.id === id);
  const kept = wanted.flatMap((server) => {
    const now = here(server);
    return now === undefined ? [] : [{ ...now, wantsToRun: server.running }];
  });
  const dead = kept.filter(({ running, wantsToRun }) => wantsToRun && !running).map(({ id }) => id);
  const added = wanted.filter((server) => here(server) === undefined && !moved(server.id) && server.running);
  const changed = kept.filter(
    ({ running, wantsToRun, match }) => running && wantsToRun && match === "different",
  );
  const adjusted = kept.filter(({ match, wantsToRun }) => wantsToRun && match === "restart-policy");
  const stopped = kept.filter(({ running, wantsToRun }) => running && !wantsToRun);
  return [
    ...dead.map((id): ServerStep => ({ kind: "start", ids: [id], isNew: false })),
    ...added.map(({ id }): ServerStep => ({ kind: "start", ids: [id], isNew: true })),
    ...adjusted.map(({ id }): ServerStep => ({ kind: "adjust", id })),
    ...batches(
      changed.map(({ id }) => id),
      batch,
    ).map((ids): ServerStep => ({ kind: "change", ids })),
    ...stopped.map(({ id }): ServerStep => ({ kind: "stop", id })),
    ...gone.flatMap(({ id, host }): ServerStep[] => {
      const back = wanted.some((server) => server.id === id && server.running && here(server) === undefined);
      const away: ServerStep = { kind: "remove", id, host };
      return back ? [away, { kind: "start", ids: [id], isNew: true }] : [away];
    }),
  ];
}

function batches(ids: readonly string[], size: number): string[][] {
  const starts = Array.from({ length: Math.ceil(ids.length / size) }, (_, at) => at * size);
  return starts.map((at) => ids.slice(at, at + size));
}

/** Whether the changed fields of a plan concern how server `id` runs. */
export function isTouched(kind: DeployedKind, fields: readonly string[], id: string): Match {
  const own = fields.filter(
    (path) => path.startsWith(`${kind.list}[id=${id}].`) && !path.endsWith(".running"),
  );
  const shared = fields.filter((path) => kind.sections.includes(/^\w+/.exec(path)?.[0] ?? ""));
  const all = [...own, ...shared];
  if (all.length === 0) return "same";
  return all.every((path) => path === "restart") ? "restart-policy" : "different";
}

/** Steps as far as they are known from the plan alone, for describeSteps. */
export function plannedSteps(kind: DeployedKind, change: ChangeRequest, batch: number): ServerStep[] {
  if (change.action === "delete") {
    return wantedServers(kind, change.before).map(
      ({ id, host }): ServerStep => ({ kind: "remove", id, host }),
    );
  }
  const wanted = wantedServers(kind, change.after);
  if (change.action === "create") return serverSteps({ current: [], wanted, batch });
  const current = wantedServers(kind, change.before).map((server) => ({
    ...server,
    match: isTouched(kind, change.fields, server.id),
  }));
  return serverSteps({ current, wanted, batch });
}

/** A step in words, for reviewers. `until`: what is awaited after it, without "wait until". */
export function stepText(kind: DeployedKind, step: ServerStep, until: string): string {
  const named = (ids: readonly string[]): string => `${kind.noun} ${ids.join(", ")}`;
  switch (step.kind) {
    case "start":
      return `${step.isNew ? "deploy" : "start"} ${named(step.ids)}, wait until ${until}`;
    case "change":
      return `restart ${named(step.ids)}, wait until ${until}`;
    case "adjust":
      return `set the restart policy of ${named([step.id])}, without a restart`;
    case "stop":
      return `stop ${named([step.id])}, leave it deployed`;
    case "remove":
      return `stop ${named([step.id])} and remove it from ${step.host}`;
  }
}
