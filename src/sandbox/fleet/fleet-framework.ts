/** A framework of the fleet: acknowledges what its tasks tell, and fills all places that it is offered with new tasks. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../framework/clock.js";
import type { ClusterListener, Offer, TaskStatus } from "../framework/cluster.js";
import { MesosCluster } from "../framework/mesos-cluster.js";
import { type FleetSize, type FrameworkLayout, frameworkInfo, placesIn, taskInfo } from "./layout.js";

/** Three missed heartbeats. */
const SILENCE_MS = 45_000;
/** Seconds for which what has no place for a task is not offered again. */
const REFUSE_SECONDS = 300;

export interface FleetFrameworkOptions {
  readonly master: string;
  readonly size: FleetSize;
  readonly layout: FrameworkLayout;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  /** A master does not take it. */
  readonly failed: (why: string) => void;
}

export class FleetFramework implements ClusterListener {
  private readonly cluster: MesosCluster;
  subscribed = false;
  launched = 0;

  constructor(private readonly options: FleetFrameworkOptions) {
    const { master, layout, clock, log } = options;
    const info = frameworkInfo(layout);
    this.cluster = new MesosCluster({
      master,
      framework: {
        name: layout.name,
        user: String(info["user"]),
        roles: [layout.role],
        failoverTimeout: Number(info["failover_timeout"]),
        checkpoint: true,
        hostname: String(info["hostname"]),
        capabilities: ["MULTI_ROLE", "PARTITION_AWARE"],
        webuiUrl: null,
        principal: null,
      },
      credential: null,
      clock,
      log,
      silenceMs: SILENCE_MS,
      follows: true,
    });
  }

  start(): Promise<void> {
    return this.cluster.start(this.options.layout.id, this);
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  registered(): void {
    this.subscribed = true;
  }

  offers(offers: readonly Offer[]): void {
    for (const offer of offers) {
      const places = placesIn(sumOf(offer, "cpus"), sumOf(offer, "mem"));
      if (places === 0) {
        this.cluster.decline([offer.id], REFUSE_SECONDS);
        continue;
      }
      const tasks = Array.from({ length: places }, () => this.task(offer.agentId));
      this.launched += places;
      this.cluster.accept(offer.id, [{ kind: "tasks", tasks }], 0);
    }
  }

  rescinded(): void {}

  status(status: TaskStatus): void {
    this.cluster.acknowledge(status);
  }

  disconnected(): void {
    this.subscribed = false;
  }

  refused(message: string): void {
    this.options.failed(`${this.options.layout.name}: ${message}`);
  }

  private task(agentId: string) {
    const { layout, size } = this.options;
    const name = `service-${layout.name}-${this.launched % 200}`;
    return taskInfo(size, `${name}.${randomUUID()}`, agentId);
  }
}

function sumOf({ resources }: Offer, wanted: string): number {
  return resources.reduce((sum, { name, scalar }) => (name === wanted ? sum + (scalar ?? 0) : sum), 0);
}
