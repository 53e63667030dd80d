/** What is known of one Sync at a moment, as one object for text and JSON. Pure. */
import { type Diagnostic, errorDiagnostic, warningDiagnostic } from "../diagnostics/diagnostic.js";
import { duration } from "../render/sync/words.js";
import type { Pulse } from "../sync/control/pulse.js";
import type { SyncControl, SyncStatus } from "../sync/control/records.js";
import type { Json } from "../value/json.js";

/**
 * `running`: an engine is active and no direction has stopped. `paused`: it is, and waits. `stopped`: a direction needs a
 * person. `stale`: no engine writes, though none said goodbye. `ended`: the last one ended in good order. `never`: none ran.
 */
export type SyncHealth = "running" | "paused" | "stopped" | "stale" | "ended" | "never";

export interface SyncView {
  readonly address: string;
  readonly name: string;
  /** As the user wrote them. */
  readonly source: string;
  readonly target: string;
  readonly pulse: Pulse;
  readonly status: SyncStatus | null;
  readonly control: SyncControl | null;
}

export function healthOf({ pulse, status }: Pick<SyncView, "pulse" | "status">): SyncHealth {
  if (pulse.kind === "never") return "never";
  if (pulse.kind === "released") return "ended";
  if (pulse.kind === "silent") return "stale";
  const states = status?.directions.map(({ state }) => state) ?? [];
  if (states.includes("stopped")) return "stopped";
  return states.includes("paused") ? "paused" : "running";
}

/** Whether nothing is being synchronised that should be. */
export function isDown(health: SyncHealth): boolean {
  return health !== "running" && health !== "paused";
}

/** What of it deserves a warning. */
export function viewDiagnostics(view: SyncView): Diagnostic[] {
  const { address, name, pulse, status } = view;
  const last =
    status === null ? "" : ` The last one was on ${status.engine.host}, process ${status.engine.pid}.`;
  const remedy = `Start one: ferry sync run ${name}`;
  if (pulse.kind === "silent") {
    const summary = `${address}: no engine has written for ${duration(pulse.forMs)}`;
    return [
      warningDiagnostic("sync-silent", summary, { address, detail: `What follows is old.${last}`, remedy }),
    ];
  }
  if (pulse.kind === "released") {
    const summary = `${address}: no engine runs`;
    const detail = `The last one ended in good order.${last}`;
    return [warningDiagnostic("sync-no-engine", summary, { address, detail, remedy })];
  }
  if (pulse.kind === "never") {
    return [warningDiagnostic("sync-no-engine", `${address}: no engine has ever run`, { address, remedy })];
  }
  return stoppedDiagnostics(view);
}

/** One error for each direction that has stopped. */
export function stoppedDiagnostics({ address, status }: Pick<SyncView, "address" | "status">): Diagnostic[] {
  return (status?.directions ?? []).flatMap(({ direction, problem }) =>
    problem === null
      ? []
      : [
          errorDiagnostic("sync-stopped", `${address}, ${direction}: ${problem.text}`, {
            address,
            detail: `The direction has stopped (${problem.code}). Everything up to its checkpoint is on the other side.`,
            remedy: problem.remedy,
          }),
        ],
  );
}

/** `result` of the JSON document. */
export function viewJson(view: SyncView): Json {
  const { address, name, source, target, pulse, status, control } = view;
  return {
    address,
    name,
    source,
    target,
    health: healthOf(view),
    silentMs: pulse.kind === "silent" ? Math.round(pulse.forMs) : null,
    paused: control?.paused ?? false,
    status: status as unknown as Json,
  };
}
