/**
 * What ferry knows of a system: the one interface through which commands, planner and executor reach it. A provider
 * knows its servers' protocols and nothing of commands, rendering or other providers.
 */
import type { Diagnostic } from "../src/diagnostics/diagnostic.js";
import type { Json, JsonObject } from "../src/value/json.js";

/** How a kind's fields are to be compared and shown; pure data, read by the planner. Paths as in src/value/path.ts. */
export interface FieldRules {
  /** Path patterns (`servers[*].host`) whose change forces a replacement. */
  readonly forcesReplacement: readonly string[];
  /** Lists compared as sets of objects by a key, order-free: pattern of the list → key field. */
  readonly keyedLists: Readonly<Record<string, string>>;
  /** Lists of primitives compared without order. */
  readonly unorderedLists: readonly string[];
  /** Patterns whose values must be masked. */
  readonly sensitive: readonly string[];
  /** Long texts shown as a unified diff. */
  readonly textFields: readonly string[];
  /**
   * Objects that `read` reports whole (`children`, `children.**.children`): a key missing in live does not exist, a key
   * that only live has is too much. Elsewhere a missing key counts as "could not be read" and the recorded spec is
   * believed, and a key that only live has is nobody's business. Live may also say null for "known not to be there".
   */
  readonly completeObjects?: readonly string[];
  /**
   * Fields with the address of the resource this one lives in (`ensemble`): when that one is replaced or made anew, this
   * one is gone with it and is made anew too.
   */
  readonly livesIn?: readonly string[];
}

export type ReadResult =
  | {
      readonly status: "present";
      /** Comparable with the normalised spec: same shape; a field that cannot be read is left out. */
      readonly live: JsonObject;
      /** Observed facts, never compared: roles, zxid, latency, … */
      readonly attributes: JsonObject;
      readonly identity: Json;
      /** Parts that could not be read, as warnings. */
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly status: "absent"; readonly diagnostics: readonly Diagnostic[] }
  /** Nothing can be said; the planner refuses to plan changes for it. */
  | { readonly status: "unreadable"; readonly diagnostics: readonly Diagnostic[] };

/** Resolved secrets and their fingerprints. */
export interface SecretResolver {
  /** The content of `env:NAME` or `file:PATH`; rejects with DiagnosticError naming the reference, never the content. */
  resolve(reference: string): Promise<Buffer>;
  /** Keyed hash as in SecretValue.fingerprint, to compare a live secret without keeping it. */
  fingerprint(content: Buffer): string;
}

export interface ProviderContext {
  readonly projectRoot: string;
  /** Owner mark for things made in the world: the state's lineage. */
  readonly lineage: string;
  readonly secrets: SecretResolver;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolved spec and outputs of another resource this one depends on; undefined when not known. */
  readonly resource: (address: string) => ResourceView | undefined;
  /** Whether a resource this one depends on is there: undefined when that is not known. */
  readonly exists?: (address: string) => boolean | undefined;
}

export interface ResourceView {
  readonly kind: string;
  readonly spec: JsonObject;
  readonly outputs: JsonObject;
}

export interface ReadRequest {
  readonly address: string;
  /** Normalised and with references resolved, or null when not (any longer) declared. */
  readonly desired: JsonObject | null;
  /** Last applied spec, or null. */
  readonly recorded: JsonObject | null;
  readonly identity: Json;
}

export type ChangeRequest =
  | {
      readonly action: "create";
      readonly address: string;
      readonly after: JsonObject;
      readonly identity: Json;
    }
  | {
      readonly action: "update";
      readonly address: string;
      readonly before: JsonObject;
      readonly after: JsonObject;
      readonly identity: Json;
      /** Changed paths, as in the plan. */
      readonly fields: readonly string[];
    }
  | {
      readonly action: "delete";
      readonly address: string;
      readonly before: JsonObject;
      readonly identity: Json;
    };

/** A step of a long change, for people to watch. */
export interface Progress {
  readonly message: string;
  readonly step?: number;
  readonly steps?: number;
}

export type ApplyResult =
  | {
      readonly status: "done";
      readonly live: JsonObject;
      readonly attributes: JsonObject;
      readonly identity: Json;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly status: "deleted"; readonly diagnostics: readonly Diagnostic[] }
  /** Stopped part-way: the diagnostics say what was done, what is whole and what is untouched. */
  | {
      readonly status: "failed";
      readonly diagnostics: readonly Diagnostic[];
      /** Known identity if something was made, so that a later run finds it. */
      readonly identity: Json;
    };

/** What a resource decides about for the time being, so that plans leave it as it is. */
export interface HeldResource {
  readonly address: string;
  /** `unless-recorded`: only as long as the state does not know it. */
  readonly when: "always" | "unless-recorded";
  /** For people: `held by Migration/x, which deploys it in stage 2`. */
  readonly text: string;
}

export interface HoldRequest {
  readonly address: string;
  /** Normalised; of one that is not declared any more, as it was applied last. */
  readonly spec: JsonObject;
  /** As read; empty when it is not there, null when it could not be read. */
  readonly attributes: JsonObject | null;
  readonly declared: boolean;
}

export interface HoldAnswer {
  readonly resources: readonly HeldResource[];
  /** Why it may not be removed now, or null. */
  readonly busy: string | null;
}

/**
 * One server of a deployed resource started, stopped, removed or looked at by itself: how a migration drives single servers.
 * All are safe to repeat. None waits until the server is healthy; that is the caller's to do.
 */
export type ServerOperation = OperationTarget &
  (
    | {
        /** Made equal to `spec` (files, command) and running: restarted when it differs, started when it is down. */
        readonly action: "start";
      }
    /** Stopped, data and unit kept; it does not come back by itself. */
    | { readonly action: "stop" }
    | { readonly action: "remove"; readonly purgeData: boolean }
    | { readonly action: "status" }
  );

export interface OperationTarget {
  readonly address: string;
  /** Of the whole resource: normalised, resolved. */
  readonly spec: JsonObject;
  /** Its id, as text. */
  readonly server: string;
}

/** How the server is after the operation. */
export interface OperationResult {
  readonly running: boolean;
  /** Whether its unit exists on the host. */
  readonly there: boolean;
  readonly pid: number | null;
  /** RFC 3339 or null. */
  readonly startedAt: string | null;
  /** Whether the unit equals `spec`. */
  readonly matches: boolean;
}

export interface KindHandler {
  readonly kind: string;
  readonly provider: string;
  readonly rules: FieldRules;
  /**
   * Pure. Spec with everything filled in that comparison needs (defaults of the server, canonical forms). Must be
   * idempotent and must leave Expression, SecretValue and UnknownValue objects as they are.
   */
  normalise(spec: JsonObject): JsonObject;
  /** Pure. What the schema cannot say about one resource on its own; field paths in Diagnostic.detail are not needed. */
  validate(spec: JsonObject): readonly { readonly path: string; readonly diagnostic: Diagnostic }[];
  /**
   * Pure. Fields others may refer to besides the spec's own, known before anything is applied (`connectString`).
   * `resource` gives the resources this one names by address.
   */
  outputs(spec: JsonObject, resource: (address: string) => ResourceView | undefined): JsonObject;
  /** Names of fields known only once it exists (`leader`): from attributes, unknown at plan while it is to be made. */
  readonly attributeNames: readonly string[];
  /**
   * Pure. What apply will do, in order, in words; for reviewers. `resource` gives the resources this one names by address, as far as they
   * are known when it is planned.
   */
  describeSteps(
    change: ChangeRequest,
    resource?: (address: string) => ResourceView | undefined,
  ): readonly string[];
  /** Pure. Other resources that this one decides about; absent: none. */
  holds?(request: HoldRequest): HoldAnswer;
  read(request: ReadRequest, context: ProviderContext): Promise<ReadResult>;
  /** Safe to repeat after any crash. */
  apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<ApplyResult>;
  /** Only kinds that deploy servers have it. Rejects with DiagnosticError. */
  operate?(
    operation: ServerOperation,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<OperationResult>;
  /** How `ferry import` names a thing that exists: help text, and the spec found there. */
  readonly importHelp: string;
  import(id: string, request: ReadRequest, context: ProviderContext): Promise<ReadResult>;
}

export interface Provider {
  readonly name: string;
  readonly description: string;
  readonly kinds: readonly KindHandler[];
  /** Releases connections. */
  close(): Promise<void>;
}
