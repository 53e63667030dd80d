/** The way in: compares two sides whole and gives the report. It opens and closes no reader and writes nothing. */
import { EXACT_FIELDS } from "./compare.js";
import { ReportBuilder, type VerifyReport } from "./report.js";
import type { Confirmation } from "./suspects.js";
import { Walk, type WalkEvent, type WalkOptions } from "./walk.js";

export type VerifyOptions = Pick<WalkOptions, "map" | "a" | "b" | "onProgress" | "signal"> & {
  /** Default: everything exact but the sequence counters; ephemeral znodes of side a are shadows on side b. */
  readonly rules?: WalkOptions["rules"];
  readonly confirmation?: Confirmation;
  readonly inFlight?: number;
  /** How many differences, moving and unreadable znodes the report names; `onEvent` gets all of them. */
  readonly keep?: number;
  /** Each as it is found, in no order. */
  readonly onEvent?: (event: WalkEvent) => void;
};

const DEFAULTS = {
  rules: { fields: EXACT_FIELDS, ephemeralsFrom: ["a"], ephemerals: "shadow" },
  confirmation: { rereads: 6, pauseMs: 500 },
  inFlight: 256,
  keep: 1_000,
} as const;

/** Rejects with the signal's reason, or with the ZooKeeperError of a side that cannot be read any more. */
export async function verify(options: VerifyOptions): Promise<VerifyReport> {
  const { map, a, b, onEvent } = options;
  const started = performance.now();
  const walk = new Walk({ ...DEFAULTS, ...options });
  const builder = new ReportBuilder(options.keep ?? DEFAULTS.keep);
  for await (const event of walk.events()) {
    builder.note(event);
    onEvent?.(event);
  }
  const durationMs = Math.round(performance.now() - started);
  return builder.report({ rules: map.rules, readers: { a: a.kind, b: b.kind }, durationMs }, walk.counts);
}
