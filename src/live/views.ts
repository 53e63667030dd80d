/**
 * What resources know of each other: resolved specs, outputs and attributes, as far as they are known now. Used while
 * reading and while applying; it reads and changes nothing. Whoever asks for a resource asks for those it refers to
 * first: what is worked out is kept.
 */
import type { KindHandler, ReadResult, ResourceView } from "../../providers/provider.js";
import type { AppliedResource } from "../../state/edit.js";
import type { RecordedResource, State } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";
import { appliedSpec } from "../plan/decide.js";
import { type ResolvedView, resolveSpec } from "../plan/resolve.js";
import { isUnknown } from "../value/expression.js";
import { isObject, type Json, type JsonObject } from "../value/json.js";

export class ResourceViews {
  private readonly desired = new Map<string, DesiredResource>();
  private readonly recorded = new Map<string, RecordedResource>();
  /** Attributes of what exists. */
  private readonly attributes = new Map<string, JsonObject>();
  private readonly resolved = new Map<string, ResolvedView | undefined>();

  constructor(private readonly handler: (kind: string) => KindHandler | undefined) {}

  /** Takes what is known before anything is done; `live` may be empty. */
  seed(desired: Iterable<DesiredResource>, state: State | null, live: ReadonlyMap<string, ReadResult>): void {
    for (const resource of desired) this.desired.set(resource.address, resource);
    for (const record of Object.values(state?.resources ?? {})) this.recorded.set(record.address, record);
    for (const [address, result] of live) this.read(address, result);
  }

  /** Takes a reading. */
  read(address: string, result: ReadResult): void {
    this.observed(address, result.status === "present" ? result.attributes : null);
  }

  /** Takes the result of an action; null when the resource is gone. */
  applied(address: string, result: AppliedResource | null): void {
    this.observed(address, result === null ? null : result.attributes);
  }

  /** Drops what was worked out of this resource before those it refers to were read or changed. */
  renew(address: string): void {
    this.resolved.delete(address);
  }

  /** Normalised spec of a declared resource with references resolved; null when it is not declared. */
  spec(address: string): JsonObject | null {
    return this.desired.has(address) ? (this.view(address)?.spec ?? null) : null;
  }

  /** What of the resource's spec is still unknown, in words. */
  unknownsOf(address: string): string[] {
    return [...new Set(unknownsIn(this.spec(address) ?? {}))];
  }

  /** What a provider may see of another resource; undefined when nothing is known of it. */
  resource(address: string): ResourceView | undefined {
    const view = this.view(address);
    return view === undefined ? undefined : { kind: view.kind, spec: view.spec, outputs: view.outputs };
  }

  private observed(address: string, attributes: JsonObject | null): void {
    if (attributes === null) this.attributes.delete(address);
    else this.attributes.set(address, attributes);
    const view = this.resolved.get(address);
    if (view !== undefined) this.resolved.set(address, { ...view, attributes });
  }

  private view(address: string): ResolvedView | undefined {
    if (this.resolved.has(address)) return this.resolved.get(address);
    // Set first: resources that refer to each other in a circle see nothing of each other instead of recursing.
    this.resolved.set(address, undefined);
    const view = this.make(address);
    this.resolved.set(address, view);
    return view;
  }

  private make(address: string): ResolvedView | undefined {
    const desired = this.desired.get(address);
    const recorded = this.recorded.get(address);
    const kind = desired?.kind ?? recorded?.kind;
    const handler = kind === undefined ? undefined : this.handler(kind);
    if (kind === undefined || handler === undefined) return undefined;
    const spec =
      desired === undefined
        ? recorded === undefined
          ? {}
          : appliedSpec(recorded)
        : handler.normalise(resolveSpec(desired.spec, (other) => this.view(other)));
    const outputs = handler.outputs(spec, (other) => this.resource(other));
    return { kind, spec, outputs, attributes: this.attributes.get(address) ?? null };
  }
}

function unknownsIn(value: Json): string[] {
  if (isUnknown(value)) return [value.$unknown];
  if (Array.isArray(value)) return value.flatMap((item: Json) => unknownsIn(item));
  if (isObject(value)) return Object.values(value).flatMap((item) => unknownsIn(item));
  return [];
}
