/** The sides of a Sync as checks need them: which servers they are, and which subtrees of them are read or written. Computes only. */
import { subtreeOf } from "../../sync/paths/subtree.js";
import type { PathRule } from "../../sync/spec.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, numberAt, objectAt, serversOf, textAt } from "./input.js";

export type SideName = "source" | "target";

/** A rule and where it stands in `spec.paths`. */
export interface PlacedRule {
  readonly rule: PathRule;
  readonly index: number;
}

/**
 * What tells the ensemble of a side apart: its address, and every `host:port` of it that is known here. Two sides that
 * share one are the same ensemble.
 */
export function endpointsOf(sync: LoadedResource, side: SideName, input: CheckInput): ReadonlySet<string> {
  return endpointsAt(objectAt(sync.spec, side), input);
}

/** The same for any map that names an ensemble by its address or by a connect string. */
export function endpointsAt(access: JsonObject, input: CheckInput): ReadonlySet<string> {
  const connectString = textAt(access, "connectString");
  if (connectString !== undefined) return new Set(connectString.split(","));
  const address = textAt(access, "ensemble");
  if (address === undefined) return new Set();
  const ensemble = input.byAddress.get(address);
  const servers = ensemble === undefined ? [] : serversOf(ensemble);
  const endpoints = servers.flatMap(({ item }) => serverEndpoints(item, input));
  return new Set([address, ...endpoints]);
}

/** A plain address of an ensemble as such a map; what is not known yet names nothing. */
export function accessOf(written: Json | undefined): JsonObject {
  if (typeof written === "string") return { ensemble: written };
  return isObject(written) ? written : {};
}

function serverEndpoints(server: JsonObject, input: CheckInput): string[] {
  const host = input.byAddress.get(textAt(server, "host") ?? "");
  const address = host === undefined ? undefined : textAt(host.spec, "address");
  if (address === undefined) return [];
  return ["clientPort", "secureClientPort"].flatMap((field) => {
    const port = numberAt(server, field);
    return port === undefined ? [] : [`${address}:${port}`];
  });
}

export function sharesOne(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return [...one].some((endpoint) => other.has(endpoint));
}

/** As in messages: the address, or the connect string. */
export function sideName(sync: LoadedResource, side: SideName): string {
  const spec = objectAt(sync.spec, side);
  return textAt(spec, "ensemble") ?? textAt(spec, "connectString") ?? side;
}

/** The rules of a Sync that are known already. */
export function rulesOf(sync: LoadedResource): readonly PlacedRule[] {
  const paths = sync.spec["paths"];
  if (!Array.isArray(paths)) return [];
  return (paths as readonly Json[]).flatMap((written, index) => {
    const rule = ruleOf(written);
    return rule === undefined ? [] : [{ rule, index }];
  });
}

function ruleOf(written: Json): PathRule | undefined {
  if (typeof written === "string") return { a: written, b: written, exclude: [] };
  if (!isObject(written)) return undefined;
  const a = textAt(written, "source");
  // A target that is known only later says nothing now.
  const b = written["target"] === undefined ? a : textAt(written, "target");
  if (a === undefined || b === undefined) return undefined;
  const exclude = written["exclude"];
  const texts = Array.isArray(exclude)
    ? exclude.filter((path): path is string => typeof path === "string")
    : [];
  return { a, b, exclude: texts };
}

/** The sides that a Sync writes. */
export function writtenSides(sync: LoadedResource): readonly SideName[] {
  return sync.spec["direction"] === "bidirectional" ? ["target", "source"] : ["target"];
}

/** The subtree of one side, as a rule within that side. */
export function ruleWithin(rule: PathRule, side: SideName): PathRule {
  const { root, exclude } = subtreeOf(rule, side === "source" ? "a" : "b");
  return { a: root, b: root, exclude };
}
