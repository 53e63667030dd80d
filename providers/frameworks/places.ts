/**
 * Where a deployed framework had its state and where it is to have it: whether that is another place, and whether it may go there.
 * Another place without its state would be another, empty framework, beside tasks that still run.
 */
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { isSecret } from "../../src/value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../src/value/json.js";
import { unknownValue } from "../deployed/failures.js";
import type { ProviderContext } from "../provider.js";
import { resolveFramework } from "./parts.js";

export interface ZooKeeperPlace {
  /** `host:port,host:port`. */
  readonly servers: string;
  readonly path: string;
  /** `user:password` of scheme digest; null = none. */
  readonly credential: string | null;
}

/** `before`: as it is live, with the servers in the place of an ensemble whose servers have changed since. */
export interface PlaceChange {
  readonly address: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** What a kind knows of its state. */
export interface StateRules {
  /** Why it cannot go on at `to`; null when it can. `from` is null when the old place is not known any more. */
  whyNotAt(from: ZooKeeperPlace | null, to: ZooKeeperPlace): Promise<string | null>;
  /** The refusal for that reason. */
  refusal(reason: string): DiagnosticError;
}

const ADDRESS = /(^|\.)ZooKeeperEnsemble\//;

function zookeeperOf(spec: JsonObject): JsonObject {
  const { zookeeper } = spec;
  return isObject(zookeeper) ? zookeeper : {};
}

/** The place that a spec names, with its credential. Rejects with DiagnosticError when it is not known. */
export async function placeOf(
  address: string,
  spec: JsonObject,
  context: ProviderContext,
): Promise<ZooKeeperPlace> {
  const { ensemble, connectString, path, auth } = zookeeperOf(spec);
  // What is live of an ensemble that has other servers by now are the servers themselves.
  const written = typeof ensemble === "string" && !ADDRESS.test(ensemble) ? ensemble : connectString;
  const servers =
    typeof written === "string"
      ? written
      : resolveFramework(address, { zookeeper: zookeeperOf(spec) }, context.resource)["zookeeper.ensemble"];
  if (typeof servers !== "string") throw unknownValue(address, "zookeeper");
  return { servers, path: String(path ?? ""), credential: await textOf(auth, context) };
}

async function textOf(auth: Json | undefined, context: ProviderContext): Promise<string | null> {
  if (!isSecret(auth)) return null;
  return (await context.secrets.resolve(auth.$secret)).toString("utf8").replace(/\r?\n$/, "");
}

/**
 * `same`: nothing changes. `members`: the same ensemble with other servers, which restarts one by one can follow. `other`: another
 * ensemble or path, where no two Marathons with one framework id may run beside each other.
 */
export type Move = "same" | "members" | "other";

export function moveBetween(from: ZooKeeperPlace, to: ZooKeeperPlace): Move {
  const [before, after] = [from, to].map(({ servers }) => servers.split(","));
  if (from.path !== to.path) return "other";
  if (canonicalJson([...(before ?? [])].sort()) === canonicalJson([...(after ?? [])].sort())) return "same";
  return before?.some((server) => after?.includes(server)) === true ? "members" : "other";
}

/**
 * Decides on a change of place, if it is one. Rejects with DiagnosticError when the state is not where it is to be: whoever wants
 * it there has to move it.
 */
export async function checkMove(
  { address, before, after }: PlaceChange,
  context: ProviderContext,
  rules: StateRules,
): Promise<Move> {
  if (canonicalJson(zookeeperOf(before)) === canonicalJson(zookeeperOf(after))) return "same";
  // Where it was may not be declared any more.
  const from = await placeOf(address, before, context).catch((error: unknown) => {
    if (error instanceof DiagnosticError) return null;
    throw error;
  });
  const to = await placeOf(address, after, context).catch((error: unknown) => {
    if (error instanceof DiagnosticError) throw rules.refusal("the new ensemble is not there yet");
    throw error;
  });
  const move = from === null ? "other" : moveBetween(from, to);
  if (move === "same") return move;
  const reason = await rules.whyNotAt(from, to);
  if (reason !== null) throw rules.refusal(reason);
  return move;
}
