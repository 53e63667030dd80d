/**
 * Plans one resource after another, each with what is already decided of those it needs. Holds what is known so far; order
 * and assembly are the planner's.
 */
import type { KindHandler, ReadResult } from "../../providers/provider.js";
import type { RecordedResource } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { isUnknown, type ResourceReference, referencesIn } from "../value/expression.js";
import { isObject, type JsonObject } from "../value/json.js";
import { type ChangeParts, fingerprintOf, plannedChange } from "./change.js";
import { appliedSpec, type Decision, decideDeclared, decideGoing } from "./decide.js";
import { containsUnknown } from "./diff.js";
import { driftOf } from "./drift.js";
import { byName } from "./graph.js";
import { type Holds, holdsOf } from "./holds.js";
import type { PlanInput } from "./input.js";
import type { Ordering, Participants } from "./order.js";
import type { DriftEntry, PlannedChange, ReasonCode } from "./plan.js";
import * as refusal from "./refusals.js";
import { type ResolvedView, referenceText, resolveSpec } from "./resolve.js";
import { type Sensitivity, sensitivityOf } from "./sensitivity.js";

/** One resource while it is being planned. */
interface Subject {
  readonly address: string;
  readonly kind: string;
  readonly handler: KindHandler;
  readonly resource: DesiredResource | undefined;
  readonly record: RecordedResource | undefined;
  readonly reading: ReadResult;
  readonly spec: JsonObject | null;
  readonly sensitivity: Sensitivity;
}

export class ResourcePlanner {
  readonly changes: PlannedChange[] = [];
  readonly drift: DriftEntry[] = [];
  private readonly done = new Map<string, PlannedChange>();
  private readonly views = new Map<string, ResolvedView>();
  private readonly sensitive = new Map<string, Sensitivity>();
  private readonly notes = new Map<string, readonly Diagnostic[]>();
  /** Unreadable resources, and how many others they hold up. */
  private readonly holding = new Map<string, { readonly reading: ReadResult; held: number }>();
  private readonly heldBy = new Map<string, string>();
  private readonly inCycle: ReadonlySet<string>;
  private readonly holds: Holds;
  /** Those that are not there yet because another resource holds them, and what waits for them. */
  private readonly awaited = new Map<string, string>();
  /** Also when everything is to go. */
  private readonly declared: ReadonlyMap<string, DesiredResource>;

  constructor(
    private readonly input: PlanInput,
    private readonly participants: Participants,
    private readonly movedFrom: ReadonlyMap<string, string>,
    private readonly covers: (address: string) => boolean,
    private readonly ordering: Ordering,
  ) {
    this.inCycle = new Set(ordering.cycle ?? []);
    this.declared = new Map(input.desired.resources.map((resource) => [resource.address, resource]));
    const { live, handlers } = input;
    const { stays, records } = participants;
    this.holds = holdsOf({ declared: stays, records, live, handlers });
  }

  /** Plans the resource; those it needs must have been planned before. */
  plan(address: string): void {
    const resource = this.participants.stays.get(address);
    const record = this.participants.records.get(address);
    const kind = resource?.kind ?? record?.kind ?? "";
    const handler = this.input.handlers.get(kind);
    if (!this.covers(address))
      this.add(empty(address, kind, handler, "excluded", "not covered by this plan", this.movedFrom));
    else if (handler === undefined) {
      this.notes.set(address, [refusal.unknownKind(address, kind)]);
      this.add(
        empty(address, kind, handler, "blocked", `no provider serves the kind ${kind}`, this.movedFrom),
      );
    } else this.planKnown(this.subject(address, handler, resource, record));
  }

  /** Diagnostics of all planned resources, by address. */
  refusals(): Diagnostic[] {
    for (const [address, { reading, held }] of this.holding) {
      this.notes.set(address, refusal.unreadable(address, reading, held));
    }
    return [...this.notes.keys()].sort(byName).flatMap((address) => this.notes.get(address) ?? []);
  }

  private subject(
    address: string,
    handler: KindHandler,
    resource: DesiredResource | undefined,
    record: RecordedResource | undefined,
  ): Subject {
    const lookup = (other: string): ResolvedView | undefined => this.views.get(other);
    const spec = resource === undefined ? null : handler.normalise(resolveSpec(resource.spec, lookup));
    const reading = this.readingOf(address, record);
    const live = reading.status === "present" ? reading.live : null;
    const values = [resource?.spec, spec, live, record?.spec, record?.live, record?.intent?.spec];
    const sensitivity = sensitivityOf({
      rules: handler.rules,
      sensitivePaths: sensitivePathsOf(resource, record),
      written: resource?.spec ?? null,
      values: values.filter((value): value is JsonObject => isObject(value)),
      others: this.sensitive,
      lookup,
    });
    if (sensitivity.active) this.sensitive.set(address, sensitivity);
    const kind = handler.kind;
    return { address, kind, handler, resource, record, reading, spec, sensitivity };
  }

  /** What is not read is as the state last saw it. */
  private readingOf(address: string, record: RecordedResource | undefined): ReadResult {
    const from = this.movedFrom.get(address);
    const read = this.input.live.get(address) ?? (from === undefined ? undefined : this.input.live.get(from));
    if (read !== undefined) return read;
    if (record === undefined || record.live === null) return { status: "absent", diagnostics: [] };
    const { live, attributes, identity } = record;
    return { status: "present", live, attributes, identity, diagnostics: [] };
  }

  private planKnown(subject: Subject): void {
    const { address, record, reading, sensitivity } = subject;
    // What a holder does to it is not done outside ferry.
    const held = this.holds.on(address, record !== undefined) !== null;
    const drift = record === undefined || held ? null : driftOf(record, reading, sensitivity);
    if (drift !== null) this.drift.push(drift);
    if (reading.status !== "unreadable" && reading.diagnostics.length > 0)
      this.notes.set(address, reading.diagnostics);
    const decision = this.decide(subject, drift !== null);
    this.add(plannedChange(this.partsOf(subject, decision)));
    this.remember(subject, decision);
  }

  private decide(subject: Subject, drifted: boolean): Decision {
    const { address, resource, record, reading, spec, sensitivity } = subject;
    const held = this.heldDecision(subject);
    if (held !== null) return held;
    const holder = this.holderOf(address);
    if (holder !== null) return this.hold(subject, holder);
    if (resource === undefined || spec === null) return this.decideGoing(subject);
    const renewedWith = this.renewedWith(resource, subject.handler);
    if (reading.status === "unreadable" && renewedWith === null) {
      const waiting = this.unreadableDecision(subject);
      if (waiting !== null) return waiting;
    }
    if (this.lacksValue(subject, spec)) return unchanged(subject, "blocked", "a reference has no value");
    const live = reading.status === "present" ? reading.live : null;
    if (live !== null && record === undefined && renewedWith === null) {
      this.note(address, refusal.existsUnmanaged(address, subject.handler.importHelp));
      return unchanged(subject, "blocked", "it exists already, and the state does not know it");
    }
    const { rules } = sensitivity;
    const decision = decideDeclared({ resource, spec, record, live, rules, renewedWith, drifted });
    if (decision.action !== "replace" || !resource.lifecycle.preventDestroy) return decision;
    this.note(address, refusal.preventDestroy(address, "replace", decision.text));
    return unchanged(subject, "blocked", `${decision.text}, and it may not be replaced`);
  }

  /** Another resource decides about it, or about something it needs that is not there yet. */
  private heldDecision(subject: Subject): Decision | null {
    const { address, record, reading } = subject;
    const held = this.holds.on(address, record !== undefined);
    if (held !== null) {
      if (record === undefined && reading.status !== "present") this.awaited.set(address, held.text);
      return unchanged(subject, "held", held.text);
    }
    if (record !== undefined || this.holds.holders.has(address)) return null;
    const needed = (this.ordering.needs.get(address) ?? []).find((other) => this.awaited.has(other));
    if (needed === undefined) return null;
    const text = `needs ${needed}, ${this.awaited.get(needed) ?? ""}`;
    this.awaited.set(address, this.awaited.get(needed) ?? "");
    return unchanged(subject, "held", text);
  }

  private decideGoing(subject: Subject): Decision {
    const { address, record, reading } = subject;
    const busy = this.holds.busy.get(address);
    if (busy !== undefined) {
      this.note(address, refusal.holderBusy(address, busy));
      return unchanged(subject, "blocked", busy);
    }
    if (record === undefined || reading.status === "unreadable") return this.holdUnread(subject);
    const destroying = this.input.mode === "destroy";
    const live = reading.status === "present" ? reading.live : null;
    const decision = decideGoing(record, live, destroying, subject.sensitivity.rules);
    const forbidden = this.declared.get(address)?.lifecycle.preventDestroy ?? record.preventDestroy;
    if (decision.action !== "delete" || !forbidden) return decision;
    this.note(address, refusal.preventDestroy(address, "destroy", decision.text));
    this.heldBy.set(address, address);
    return unchanged(subject, "blocked", `${decision.text}, but it may not be destroyed`);
  }

  /** Null: it can be planned as if it were not there. */
  private unreadableDecision(subject: Subject): Decision | null {
    const acting = this.actingNeeds(subject.address);
    if (acting.length === 0) return this.holdUnread(subject);
    // What is only being made, or was never finished, cannot hold anything yet.
    const made = acting.some(
      (other) =>
        this.done.get(other)?.action === "create" || this.participants.records.get(other)?.appliedAt === null,
    );
    if (subject.record === undefined && made) return null;
    this.note(subject.address, refusal.deferred(subject.address, acting));
    return unchanged(subject, "deferred", `cannot be read until ${acting.join(", ")} is changed`);
  }

  private holdUnread(subject: Subject): Decision {
    this.holding.set(subject.address, { reading: subject.reading, held: 0 });
    this.heldBy.set(subject.address, subject.address);
    return unchanged(subject, "blocked", "it cannot be read");
  }

  private hold(subject: Subject, holder: string): Decision {
    const held = this.holding.get(holder);
    if (held !== undefined) held.held += 1;
    this.heldBy.set(subject.address, holder);
    return unchanged(subject, "blocked", `needs ${holder}, for which nothing can be planned`);
  }

  private holderOf(address: string): string | null {
    if (this.inCycle.has(address)) return this.ordering.cycle?.[0] ?? address;
    for (const other of this.ordering.needs.get(address) ?? []) {
      const holder = this.heldBy.get(other);
      if (holder !== undefined) return holder;
    }
    return null;
  }

  private actingNeeds(address: string): string[] {
    const needs = this.ordering.needs.get(address) ?? [];
    return needs.filter((other) => acts(this.done.get(other)));
  }

  /** A reference leads to a field that its target, which stays as it is, does not have. */
  private lacksValue(subject: Subject, spec: JsonObject): boolean {
    if (!containsUnknown(spec)) return false;
    const missing = referencesIn(subject.resource?.spec ?? {}).filter((reference) =>
      this.isMissing(reference),
    );
    if (missing.length === 0) return false;
    const names = [...new Set(missing.map(referenceText))];
    this.note(subject.address, refusal.referenceWithoutValue(subject.address, names));
    this.heldBy.set(subject.address, subject.address);
    return true;
  }

  private isMissing(reference: ResourceReference): boolean {
    const change = this.done.get(reference.address);
    if (change === undefined || acts(change) || change.reason.code === "deferred") return false;
    if (this.awaited.has(reference.address)) return false;
    const [field] = reference.path;
    const handler = this.input.handlers.get(change.kind);
    // Facts of what is live may be missing for a while; fields of a spec are there or not.
    if (field !== undefined && handler?.attributeNames.includes(field) === true) return false;
    const { value } = resolveSpec({ value: { $expression: [reference] } }, (other) => this.views.get(other));
    return isUnknown(value);
  }

  private renewedWith(resource: DesiredResource, handler: KindHandler): string | null {
    for (const field of handler.rules.livesIn ?? []) {
      const home = resource.spec[field];
      const change = typeof home === "string" ? this.done.get(home) : undefined;
      const renewed =
        change?.action === "replace" || (change?.action === "create" && change.reason.code === "gone");
      if (change !== undefined && renewed) return change.address;
    }
    return null;
  }

  private remember(subject: Subject, decision: Decision): void {
    const { address, kind, handler, spec, reading, record } = subject;
    if (spec === null) return;
    const changing = decision.action !== "no-op" || decision.code === "deferred" || this.awaited.has(address);
    const attributes = reading.status === "present" ? reading.attributes : (record?.attributes ?? null);
    const resource = (other: string): ResolvedView | undefined => this.views.get(other);
    const outputs = handler.outputs(spec, resource);
    this.views.set(address, { kind, spec, outputs, attributes: changing ? null : attributes });
  }

  private partsOf(subject: Subject, decision: Decision): ChangeParts {
    const { address, kind, handler, sensitivity, reading, record } = subject;
    return {
      address,
      kind,
      handler,
      decision,
      sensitivity,
      identity: record?.identity ?? (reading.status === "present" ? reading.identity : null),
      liveFingerprint:
        reading.status === "present" ? fingerprintOf(decision.before ?? reading.live) : reading.status,
      movedFrom: this.movedFrom.get(address),
      resource: (other) => this.views.get(other),
    };
  }

  private note(address: string, diagnostic: Diagnostic): void {
    this.notes.set(address, [...(this.notes.get(address) ?? []), diagnostic]);
  }

  private add(change: PlannedChange): void {
    this.changes.push(change);
    this.done.set(change.address, change);
  }
}

function acts(change: PlannedChange | undefined): boolean {
  return change !== undefined && change.action !== "no-op";
}

function sensitivePathsOf(
  resource: DesiredResource | undefined,
  record: RecordedResource | undefined,
): readonly string[] {
  if (record === undefined || record.sensitivePaths.length === 0) return resource?.sensitivePaths ?? [];
  return [...new Set([...(resource?.sensitivePaths ?? []), ...record.sensitivePaths])];
}

function unchanged(subject: Subject, code: ReasonCode, text: string): Decision {
  const { reading, record } = subject;
  const before =
    reading.status === "present" ? reading.live : record === undefined ? null : appliedSpec(record);
  return { action: "no-op", code, text, before, after: before, differences: [] };
}

function empty(
  address: string,
  kind: string,
  handler: KindHandler | undefined,
  code: ReasonCode,
  text: string,
  movedFrom: ReadonlyMap<string, string>,
): PlannedChange {
  const from = movedFrom.get(address);
  return {
    address,
    kind,
    provider: handler?.provider ?? "",
    action: "no-op",
    reason: { code, text },
    before: null,
    after: null,
    fields: [],
    unknownPaths: [],
    sensitivePaths: [],
    forcedBy: [],
    waitsFor: [],
    ...(from === undefined ? {} : { movedFrom: from }),
    steps: [],
    liveFingerprint: "not-covered",
  };
}
