/**
 * Resources that another one decides about for the time being: a Migration deploys, moves and tears down what it names, stage by stage, so
 * plans leave that alone. Pure; what is held, the kind's handler says.
 */
import type { HeldResource, KindHandler, ReadResult } from "../../providers/provider.js";
import type { RecordedResource } from "../../state/model.js";
import type { DesiredResource } from "../config/desired.js";

export interface Holds {
  /** The hold on an address; a resource that is recorded is held only by `always`. */
  on(address: string, recorded: boolean): HeldResource | null;
  /** Addresses that hold others. */
  readonly holders: ReadonlySet<string>;
  /** Of those, the ones that may not go now, with what they are in the middle of. */
  readonly busy: ReadonlyMap<string, string>;
}

export interface HoldingInput {
  /** To be there afterwards. */
  readonly declared: ReadonlyMap<string, DesiredResource>;
  readonly records: ReadonlyMap<string, RecordedResource>;
  readonly live: ReadonlyMap<string, ReadResult>;
  readonly handlers: ReadonlyMap<string, KindHandler>;
}

export function holdsOf({ declared, records, live, handlers }: HoldingInput): Holds {
  const held = new Map<string, HeldResource[]>();
  const holders = new Set<string>();
  const busy = new Map<string, string>();
  for (const address of new Set([...declared.keys(), ...records.keys()])) {
    const resource = declared.get(address);
    const record = records.get(address);
    const handler = handlers.get(resource?.kind ?? record?.kind ?? "");
    const spec = resource?.spec ?? record?.spec;
    if (handler?.holds === undefined || spec === undefined) continue;
    const found = handler.holds({
      address,
      spec: handler.normalise(spec),
      attributes: attributesOf(live.get(address), record),
      declared: resource !== undefined,
    });
    if (found.busy !== null) busy.set(address, found.busy);
    if (found.resources.length > 0) holders.add(address);
    for (const one of found.resources) held.set(one.address, [...(held.get(one.address) ?? []), one]);
  }
  return {
    on: (address, recorded) => held.get(address)?.find(({ when }) => when === "always" || !recorded) ?? null,
    holders,
    busy,
  };
}

/** Null: it could not be read. */
function attributesOf(reading: ReadResult | undefined, record: RecordedResource | undefined) {
  if (reading === undefined) return record?.attributes ?? {};
  switch (reading.status) {
    case "present":
      return reading.attributes;
    case "absent":
      return {};
    case "unreadable":
      return null;
  }
}
