/** All instances there are: found by id and by spec, written to the store, their changes told. It decides nothing. */
import type { Json, JsonObject } from "../../../value/json.js";
import { iso } from "../../framework/clock.js";
import type { Condition, Instance } from "../instance/instance.js";
import type { EngineContext } from "./context.js";

export class Tracker {
  private readonly byId = new Map<string, Instance>();
  private readonly bySpec = new Map<string, Set<string>>();
  /** Told of each instance that is new, other or gone (null). */
  onChange: (id: string, instance: Instance | null) => void = () => {};

  constructor(private readonly context: EngineContext) {}

  /** At the beginning of a leadership: known, not news. */
  load(instances: readonly Instance[]): void {
    for (const instance of instances) this.keep(instance);
  }

  get(id: string): Instance | null {
    return this.byId.get(id) ?? null;
  }

  get all(): readonly Instance[] {
    return [...this.byId.values()];
  }

  of(specId: string): Instance[] {
    return [...(this.bySpec.get(specId) ?? [])].flatMap((id) => this.byId.get(id) ?? []);
  }

  put(instance: Instance): void {
    const before = this.byId.get(instance.id);
    this.keep(instance);
    this.context.writes.put("instance", instance.id, instance as unknown as JsonObject as Json);
    if (before?.condition !== instance.condition) this.tell(instance, instance.condition);
    this.onChange(instance.id, instance);
    this.context.changed();
  }

  /** With a new condition that begins now, unless it has it already. */
  putCondition(instance: Instance, condition: Condition): void {
    if (instance.condition === condition) this.put(instance);
    else this.put({ ...instance, condition, since: iso(this.context.clock.now()) });
  }

  /** @param last the condition that is told of, when it is news */
  remove(instance: Instance, last: Condition): void {
    this.byId.delete(instance.id);
    this.bySpec.get(instance.specId)?.delete(instance.id);
    this.context.writes.remove("instance", instance.id);
    if (instance.condition !== last) this.tell(instance, last);
    this.onChange(instance.id, null);
    this.context.changed();
  }

  private keep(instance: Instance): void {
    this.byId.set(instance.id, instance);
    const ids = this.bySpec.get(instance.specId) ?? new Set();
    ids.add(instance.id);
    this.bySpec.set(instance.specId, ids);
  }

  /** The event alone. */
  tell(instance: Instance, condition: Condition): void {
    this.context.events.publish("instance_changed_event", {
      instanceId: instance.id,
      condition,
      runSpecId: instance.specId,
      agentId: instance.agent?.id ?? null,
      host: instance.agent?.host ?? "unknown",
      runSpecVersion: instance.specVersion,
    });
  }
}
