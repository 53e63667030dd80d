/**
 * Reads what is live of every resource, declared or recorded, through its provider. It changes nothing, and what cannot
 * be read is part of the answer: one dead host never hides the rest.
 */
import type { KindHandler, ProviderContext, ReadResult, SecretResolver } from "../../providers/provider.js";
import type { RecordedResource, State } from "../../state/model.js";
import type { DesiredResource, Move } from "../config/desired.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { appliedSpec } from "../plan/decide.js";
import { moveRecords } from "../plan/moves.js";
import { runScheduled } from "../schedule/run.js";
import type { ScheduledTask } from "../schedule/schedule.js";
import { ResourceViews } from "./views.js";

/** By address, every declared and every recorded resource; a moved one by its new address. */
export type Live = ReadonlyMap<string, ReadResult>;

export interface LiveRequest {
  readonly desired: readonly DesiredResource[];
  readonly moves: readonly Move[];
  readonly state: State | null;
  readonly handler: (kind: string) => KindHandler | undefined;
  readonly world: {
    readonly projectRoot: string;
    /** The state's lineage, "" before there is one. */
    readonly lineage: string;
    readonly secrets: SecretResolver;
    /** Milliseconds since the epoch. */
    readonly now: () => number;
  };
  /** Readings under way at once, at least 1. */
  readonly parallelism: number;
  /** Milliseconds for one resource; after that it counts as unreadable. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Which addresses are wanted; all when it is left out. */
  readonly covers?: (address: string) => boolean;
  readonly onRead?: (address: string, result: ReadResult, done: number, total: number) => void;
}

export const READ_TIMEOUT_MS = 60_000;

/** Reads everything that is wanted. Rejects only when `signal` is aborted. */
export async function readLive(request: LiveRequest): Promise<Live> {
  const reader = new Reader(request);
  await reader.run();
  request.signal.throwIfAborted();
  return reader.live;
}

/** What the state says, for plans without reading: recorded live values count as live, what is not recorded as absent. */
export function liveFromState(request: Pick<LiveRequest, "desired" | "moves" | "state">): Live {
  const records = recordsByAddress(request.desired, request.moves, request.state);
  const live = new Map<string, ReadResult>();
  for (const address of addressesOf(request.desired, records)) {
    const record = records.get(address);
    live.set(address, record === undefined ? { status: "absent", diagnostics: [] } : remembered(record));
  }
  return live;
}

function remembered(record: RecordedResource): ReadResult {
  if (record.live === null) return { status: "absent", diagnostics: [] };
  const { live, attributes, identity } = record;
  return { status: "present", live, attributes, identity, diagnostics: [] };
}

type Records = ReadonlyMap<string, RecordedResource>;

/** Declared and recorded addresses, each once, sorted. */
function addressesOf(desired: readonly DesiredResource[], records: Records): string[] {
  return [...new Set([...desired.map((resource) => resource.address), ...records.keys()])].sort();
}

/** Records by the address they have in the configuration, exactly as the planner moves them. */
function recordsByAddress(
  desired: readonly DesiredResource[],
  moves: readonly Move[],
  state: State | null,
): Records {
  const declared = new Map(desired.map((resource) => [resource.address, resource]));
  return moveRecords(state?.resources ?? {}, moves, declared).records;
}

class Reader {
  readonly live = new Map<string, ReadResult>();
  private readonly desired: ReadonlyMap<string, DesiredResource>;
  private readonly records: Records;
  private readonly views: ResourceViews;

  constructor(private readonly request: LiveRequest) {
    this.desired = new Map(request.desired.map((resource) => [resource.address, resource]));
    this.records = recordsByAddress(request.desired, request.moves, request.state);
    this.views = new ResourceViews(request.handler);
    this.views.seed(request.desired, request.state, new Map());
  }

  async run(): Promise<void> {
    const { covers = () => true } = this.request;
    const tasks = addressesOf(this.request.desired, this.records)
      .filter(covers)
      .map((id) => this.task(id));
    const options = { parallelism: this.request.parallelism, stop: this.request.signal };
    const { notStarted } = await runScheduled(tasks, options, (address) => this.take(address, tasks.length));
    // Records can wait for each other in a circle (a dependency turned round since): their order does not matter then.
    for (const address of notStarted) await this.take(address, tasks.length);
  }

  private task(address: string): ScheduledTask {
    const waitsFor = this.desired.get(address)?.dependsOn ?? this.records.get(address)?.dependsOn ?? [];
    return { id: address, waitsFor };
  }

  private async take(address: string, total: number): Promise<"done"> {
    if (this.request.signal.aborted) return "done";
    const result = await this.read(address);
    this.live.set(address, result);
    this.views.read(address, result);
    this.request.onRead?.(address, result, this.live.size, total);
    return "done";
  }

  private isThere(address: string): boolean | undefined {
    const status = this.live.get(address)?.status;
    return status === undefined || status === "unreadable" ? undefined : status === "present";
  }

  private async read(address: string): Promise<ReadResult> {
    const record = this.records.get(address);
    const kind = this.desired.get(address)?.kind ?? record?.kind ?? "";
    const handler = this.request.handler(kind);
    if (handler === undefined) return noProvider(address, kind);
    const deadline = new AbortController();
    // Not AbortSignal.timeout: its timer would not keep the process alive for a provider that holds nothing else.
    const timer = setTimeout(() => deadline.abort(new Error("no answer in time")), this.request.timeoutMs);
    const context: ProviderContext = {
      ...this.request.world,
      signal: AbortSignal.any([this.request.signal, deadline.signal]),
      resource: (other) => this.views.resource(other),
      exists: (other) => this.isThere(other),
    };
    try {
      this.views.renew(address);
      const spec = this.views.spec(address);
      const recorded = record === undefined ? null : appliedSpec(record);
      const readRequest = { address, desired: spec, recorded, identity: record?.identity ?? null };
      return await Promise.race([handler.read(readRequest, context), endOf(context.signal)]);
    } catch (error) {
      return unreadable(address, error, deadline.signal.aborted ? this.request.timeoutMs : null);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Rejects when the signal is aborted, for providers that do not watch it. */
function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function noProvider(address: string, kind: string): ReadResult {
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("unknown-kind", `cannot read ${address}: no provider serves the kind ${kind}`, {
        address,
        detail: "Nothing was touched.",
        remedy: "Run `ferry providers` for the kinds of this version; the state may come from a newer ferry.",
      }),
    ],
  };
}

function unreadable(address: string, error: unknown, timeoutMs: number | null): ReadResult {
  if (error instanceof DiagnosticError) return { status: "unreadable", diagnostics: error.diagnostics };
  const message = error instanceof Error ? error.message : String(error);
  const why = timeoutMs === null ? message : `no answer within ${timeoutMs / 1000} s`;
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("read-failed", `cannot read ${address}: ${why}`, {
        address,
        detail: "Nothing was touched. No change is planned for it.",
        remedy: "Check that its host and servers answer, then run the command again.",
      }),
    ],
  };
}
