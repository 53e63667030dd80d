/**
 * What the kinds that live on a Mesos have in common: finding its client, reading where the thing was applied to, refusing to
 * overwrite what somebody changed since the plan, and errors as diagnostics. It knows no kind.
 */
import type { Clock } from "../../src/http/connection.js";
import type { MesosClient } from "../../src/mesos/client.js";
import { canonicalJson, type Json, type JsonObject } from "../../src/value/json.js";
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  Progress,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../provider.js";
import { clientFor } from "./access.js";
import type { Dependencies } from "./dependencies.js";
import { diagnosticsOf, refusal } from "./failures.js";

/** What is needed to look at, or to change, one resource. */
export interface Work {
  readonly address: string;
  readonly client: MesosClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly identity: Json;
  readonly report: (progress: Progress) => void;
}

export interface Seen {
  readonly spec: JsonObject;
  /** Null: nothing was applied yet. */
  readonly recorded: JsonObject | null;
}

/** The parts in which such kinds differ. */
export interface MesosKind
  extends Pick<
    KindHandler,
    | "kind"
    | "rules"
    | "normalise"
    | "validate"
    | "outputs"
    | "attributeNames"
    | "describeSteps"
    | "importHelp"
  > {
  /** Fields that say where it is: what was applied is looked at where it was applied, whatever is declared by now. */
  readonly place: readonly string[];
  /** What of a spec is in the world, for telling whether it was changed since the plan. */
  readonly compared: (spec: JsonObject) => Json;
  /** How it is called by `ferry import`. */
  readonly nameOf: (spec: JsonObject) => Json | undefined;
  readonly look: (seen: Seen, work: Work) => Promise<ReadResult>;
  /** `live`: as looked at right before; null when nothing is there. Returns the identity to look again with. */
  readonly carryOut: (change: ChangeRequest, live: JsonObject | null, work: Work) => Promise<Json>;
}

export function mesosKind(kind: MesosKind, { clients, clock }: Dependencies): KindHandler {
  async function workFor(
    address: string,
    spec: JsonObject,
    identity: Json,
    context: ProviderContext,
  ): Promise<Work> {
    const client = await clientFor(clients, address, spec["mesos"], context);
    return { address, client, clock, signal: context.signal, identity, report: () => undefined };
  }

  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const { address, desired, recorded, identity } = request;
    const declared = desired ?? recorded;
    if (declared === null) return { status: "absent", diagnostics: [] };
    try {
      const spec = recorded === null ? declared : placedAs(recorded, declared, kind.place);
      return await kind.look({ spec, recorded }, await workFor(address, spec, identity, context));
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(address, error) };
    }
  }

  async function apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<ApplyResult> {
    const { address } = change;
    const spec = change.action === "delete" ? change.before : change.after;
    let { identity } = change;
    try {
      const work = { ...(await workFor(address, spec, identity, context)), report };
      const live = await unchanged(change, await kind.look({ spec, recorded: formerOf(change) }, work));
      identity = await kind.carryOut(change, live, work);
      if (change.action === "delete") return { status: "deleted", diagnostics: [] };
      const now = await kind.look({ spec, recorded: spec }, { ...work, identity });
      if (now.status === "present") return { ...now, status: "done" };
      return { status: "failed", identity, diagnostics: now.diagnostics };
    } catch (error) {
      return { status: "failed", identity, diagnostics: diagnosticsOf(address, error) };
    }
  }

  /** What is there now. Rejects when that is neither what the plan was made on nor what is wanted. */
  async function unchanged(change: ChangeRequest, now: ReadResult): Promise<JsonObject | null> {
    if (now.status !== "present") return null;
    const { live } = now;
    const accepted =
      change.action === "create"
        ? [change.after]
        : change.action === "delete"
          ? [change.before]
          : [change.before, change.after];
    const seen = canonicalJson(kind.compared(live));
    if (accepted.some((spec) => canonicalJson(kind.compared(spec)) === seen)) return live;
    if (change.action === "create") {
      throw refusal("exists-unmanaged", change.address, "it exists already, and the state does not know it", {
        detail: "Somebody made it since the plan. It is untouched.",
        remedy: `Import it with \`ferry import ${change.address} ${String(kind.nameOf(live))}\`, or declare another one.`,
      });
    }
    throw refusal("changed-meanwhile", change.address, "it was changed by somebody else since the plan", {
      detail: "Their change was not overwritten. Nothing was touched.",
      remedy: "Run `ferry plan` to see how it is now, then apply again.",
    });
  }

  async function importOne(id: string, request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const declared = request.desired === null ? undefined : kind.nameOf(request.desired);
    if (declared === id) return read({ ...request, recorded: request.desired }, context);
    const error = refusal(
      "import-id",
      request.address,
      `it declares ${String(declared ?? "nothing that is known")}, not ${id}`,
      {
        detail: "Nothing is changed.",
        remedy: `Give the declared name, or declare ${id}.`,
      },
    );
    return { status: "unreadable", diagnostics: error.diagnostics };
  }

  const { kind: name, rules, normalise, validate, outputs, attributeNames, describeSteps, importHelp } = kind;
  return {
    kind: name,
    provider: "mesos",
    rules,
    normalise,
    validate,
    outputs,
    attributeNames,
    describeSteps,
    read,
    apply,
    importHelp,
    import: importOne,
  };
}

function formerOf(change: ChangeRequest): JsonObject | null {
  return change.action === "create" ? null : change.before;
}

/** `declared` at the place of `recorded`. */
function placedAs(recorded: JsonObject, declared: JsonObject, place: readonly string[]): JsonObject {
  const names = [...new Set([...Object.keys(declared), ...Object.keys(recorded)])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = place.includes(name) ? recorded[name] : declared[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
