/**
 * The state of a Mesos kept current: tasks, agents and frameworks from the event stream, and by polling what that does not tell
 * (drains, disconnected and vanished agents, quotas, weights, maintenance). It says how old each part is, and never writes to Mesos.
 */
import { type Clock, REAL_CLOCK } from "../../http/connection.js";
import type { Agent, MaintenanceStatus, Quota, RecoveredAgent, Window } from "../answers.js";
import type { MesosClient } from "../client.js";
import { isMesosError } from "../mesos-error.js";
import type { Framework, Task } from "../workloads.js";
import { ClusterModel } from "./cluster-model.js";
import type { EventSignal } from "./events.js";

export interface LiveOptions {
  /** Milliseconds between two polls; 10000 when left out. */
  readonly pollMs?: number;
}

export type LiveMode =
  /** Nothing is known yet. */
  | { readonly kind: "starting" }
  | { readonly kind: "following"; readonly sinceMs: number; readonly master: string }
  /** The stream is away: all is read anew at each poll, and what happens between two is not seen. */
  | { readonly kind: "polling"; readonly sinceMs: number; readonly reason: string };

export type LivePart = "tasks" | "agents" | "frameworks" | "weights" | "quotas" | "schedule" | "maintenance";

export interface PartAge {
  /** Milliseconds since the epoch at which it was surely so; null when it was never read. */
  readonly asOfMs: number | null;
  /** Why the last try to read it failed; null when it did not. */
  readonly problem: string | null;
}

/** What no event tells. */
interface Polled {
  readonly weights: ReadonlyMap<string, number>;
  readonly quotas: ReadonlyMap<string, Quota>;
  readonly schedule: readonly Window[];
  readonly maintenance: MaintenanceStatus;
}

/** The maps change with time: who needs a moment copies it. */
export interface LiveView extends Polled {
  readonly mode: LiveMode;
  readonly parts: ReadonlyMap<LivePart, PartAge>;
  readonly agents: ReadonlyMap<string, Agent>;
  /** In the registry, and not back since a fail-over. */
  readonly recoveredAgents: ReadonlyMap<string, RecoveredAgent>;
  readonly frameworks: ReadonlyMap<string, Framework>;
  /** By taskKey. */
  readonly tasks: ReadonlyMap<string, Task>;
}

const DEFAULT_POLL_MS = 10_000;
/** Between two tries after a refusal that waiting hardly mends, and between two new beginnings for a gap. */
const RETRY_MS = 60_000;
const STARTING_MS = 50;
const PARTS: readonly LivePart[] = [
  "tasks",
  "agents",
  "frameworks",
  "weights",
  "quotas",
  "schedule",
  "maintenance",
];

/** Why a stream that still stands is given up. */
class BeginAnew extends Error {}

export class LiveState {
  private readonly model = new ClusterModel();
  private readonly ages = new Map<LivePart, PartAge>(
    PARTS.map((part) => [part, { asOfMs: null, problem: null }]),
  );
  private readonly listeners = new Set<(view: LiveView) => void>();
  private mode: LiveMode = { kind: "starting" };
  private polled: Polled = {
    weights: new Map(),
    quotas: new Map(),
    schedule: [],
    maintenance: { draining: [], down: [] },
  };
  /** Ends the stream that stands. */
  private stream = new AbortController();
  private lastGapMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: MesosClient,
    private readonly options: LiveOptions = {},
    private readonly clock: Clock = REAL_CLOCK,
  ) {}

  get view(): LiveView {
    const { mode, ages: parts, polled } = this;
    const { agents, recoveredAgents, frameworks, tasks } = this.model;
    return { mode, parts, agents, recoveredAgents, frameworks, tasks, ...polled };
  }

  /** Called after each change; the result ends that. */
  onChange(listener: (view: LiveView) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Ends only with `signal`, by its reason. Call it once. */
  async run(signal: AbortSignal): Promise<void> {
    const either = new AbortController();
    const within = AbortSignal.any([signal, either.signal]);
    try {
      await Promise.all([this.follow(within), this.pollForEver(within)]);
    } finally {
      either.abort();
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.stream = new AbortController();
      const within = AbortSignal.any([signal, this.stream.signal]);
      try {
        for await (const each of this.client.events(within)) this.take(each);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof BeginAnew) && !isMesosError(error)) throw error;
        this.lose(error.message);
        if (isMesosError(error)) await this.clock.delay(RETRY_MS, signal);
      }
    }
  }

  private take(event: EventSignal): void {
    const now = this.clock.now();
    if (event.kind === "detached") {
      this.lose(event.reason);
      return;
    }
    if (event.kind === "subscribed") {
      this.model.replace(event.fleet);
      this.mode = { kind: "following", sinceMs: now, master: event.master };
      this.read(["tasks", "agents", "frameworks"], now);
    } else {
      this.age("tasks", { asOfMs: now, problem: null });
      if (this.model.apply(event) === "gap") this.gap(now);
    }
    this.changed();
  }

  private gap(now: number): void {
    if (now - this.lastGapMs < RETRY_MS) return;
    this.lastGapMs = now;
    this.stream.abort(new BeginAnew("an event told of a task that nobody had told of: all is read anew"));
  }

  private lose(reason: string): void {
    const sinceMs = this.mode.kind === "polling" ? this.mode.sinceMs : this.clock.now();
    this.mode = { kind: "polling", sinceMs, reason };
    this.changed();
  }

  private async pollForEver(signal: AbortSignal): Promise<void> {
    // The stream brings the whole state with it: no need to read it twice.
    while (this.mode.kind === "starting") await this.clock.delay(STARTING_MS, signal);
    for (;;) {
      await this.poll(signal);
      this.changed();
      await this.clock.delay(this.options.pollMs ?? DEFAULT_POLL_MS, signal);
    }
  }

  private async poll(signal: AbortSignal): Promise<void> {
    const { client, model } = this;
    if (this.mode.kind === "following") {
      await this.part(["agents"], signal, async () => {
        const { agents, recoveredAgents } = await client.agentsAndRecovered(signal);
        return () => model.replaceAgents(agents, recoveredAgents);
      });
      await this.part(["frameworks"], signal, async () => {
        const frameworks = await client.frameworks(signal);
        return () => model.replaceFrameworks(frameworks);
      });
      this.compareLeaders();
    } else await this.wholeRead(signal);
    await this.keep("weights", signal, () => client.weights(signal));
    await this.keep("quotas", signal, () => client.quotas(signal));
    await this.keep("schedule", signal, () => client.maintenanceSchedule(signal));
    await this.keep("maintenance", signal, () => client.maintenanceStatus(signal));
  }

  private keep<P extends keyof Polled>(
    part: P,
    signal: AbortSignal,
    read: () => Promise<Polled[P]>,
  ): Promise<void> {
    return this.part([part], signal, async () => {
      const value = await read();
      return () => {
        this.polled = { ...this.polled, [part]: value };
      };
    });
  }

  private async wholeRead(signal: AbortSignal): Promise<void> {
    await this.part(["tasks", "agents", "frameworks"], signal, async () => {
      const fleet = await this.client.fleet(signal);
      // A stream that began meanwhile knows more.
      return () => (this.mode.kind === "following" ? undefined : this.model.replace(fleet));
    });
  }

  /** Reads one part, as of the moment before it was asked for. An error leaves it as it was, and says so. */
  private async part(
    parts: readonly LivePart[],
    signal: AbortSignal,
    read: () => Promise<() => void>,
  ): Promise<void> {
    const asked = this.clock.now();
    this.model.mark();
    try {
      const put = await read();
      put();
      this.read(parts, asked);
    } catch (error) {
      signal.throwIfAborted();
      if (!isMesosError(error)) throw error;
      for (const part of parts) this.age(part, { problem: error.message });
    }
  }

  /** Polls follow the leader by themselves; a stream to a former one may stand until its heartbeats are missed. */
  private compareLeaders(): void {
    const { leaderSeen } = this.client;
    if (this.mode.kind !== "following" || leaderSeen === null || leaderSeen === this.mode.master) return;
    this.stream.abort(new BeginAnew(`${leaderSeen} leads now, no more ${this.mode.master}`));
  }

  private read(parts: readonly LivePart[], asOfMs: number): void {
    for (const part of parts) {
      const known = this.ages.get(part)?.asOfMs ?? asOfMs;
      this.age(part, { asOfMs: Math.max(known, asOfMs), problem: null });
    }
  }

  private age(part: LivePart, change: Partial<PartAge>): void {
    const known = this.ages.get(part) ?? { asOfMs: null, problem: null };
    this.ages.set(part, { ...known, ...change });
  }

  private changed(): void {
    for (const listener of this.listeners) listener(this.view);
  }
}
