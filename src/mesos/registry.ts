/**
 * What masters keep for good, as the leader shows it: agents, maintenance, weights and quotas, and neither tasks nor frameworks.
 * Pure. The document is protobuf as JSON: what is not set is left out.
 */
import { Shape } from "../http/shape.js";
import type { Json } from "../value/json.js";
import { type Drain, drainOf, type Machine, machineOf, type Quota, quotaConfigOf } from "./answers.js";

export interface Registry {
  /** That wrote it last. */
  readonly masterId: string;
  /** Those that may come back at once, whether they are there or not. */
  readonly agents: readonly RegistryAgent[];
  /** Ids. */
  readonly unreachable: readonly string[];
  /** Ids; they never come back. */
  readonly gone: readonly string[];
  readonly machines: readonly (Machine & { readonly mode: string })[];
  /** Number of windows in the maintenance schedule. */
  readonly windows: number;
  readonly weights: ReadonlyMap<string, number>;
  readonly quotas: ReadonlyMap<string, Quota>;
}

export interface RegistryAgent {
  readonly id: string;
  readonly hostname: string;
  readonly deactivated: boolean;
  readonly drain: Drain | null;
}

/** Null: a standby, which shows an empty document. */
export function registryOf(value: Json): Registry | null {
  const document = Shape.of(value);
  const master = document.optionalObject("master");
  if (master === null) return null;
  return {
    masterId: master.object("info").text("id"),
    agents: listed(document, "slaves", "slaves").map(registryAgentOf),
    unreachable: listed(document, "unreachable", "slaves").map(idOf),
    gone: listed(document, "gone", "slaves").map(idOf),
    machines: listed(document, "machines", "machines").map((each) => {
      const info = each.object("info");
      return { ...machineOf(info.object("id")), mode: info.optionalText("mode") ?? "UP" };
    }),
    windows: document
      .optionalObjects("schedules")
      .reduce((sum, schedule) => sum + schedule.optionalObjects("windows").length, 0),
    weights: new Map(
      document.optionalObjects("weights").map((each) => {
        const info = each.object("info");
        return [info.optionalText("role") ?? "*", info.number("weight")];
      }),
    ),
    quotas: new Map(document.optionalObjects("quota_configs").map(quotaConfigOf)),
  };
}

function listed(document: Shape, part: string, list: string): Shape[] {
  return document.optionalObject(part)?.optionalObjects(list) ?? [];
}

function idOf(shape: Shape): string {
  return shape.object("id").text("value");
}

function registryAgentOf(shape: Shape): RegistryAgent {
  const info = shape.object("info");
  return {
    id: idOf(info),
    hostname: info.text("hostname"),
    deactivated: shape.value["deactivated"] === true,
    drain: drainOf(shape.optionalObject("drain_info")),
  };
}
