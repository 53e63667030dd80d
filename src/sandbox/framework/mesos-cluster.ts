/**
 * A Mesos master, real or simulated, as a Cluster: finds the leader, subscribes, turns events and calls into one another. It
 * stays with its first master: when that one is gone it says so and is finished, as Marathon's driver is. With `follows` it
 * subscribes to the next leader instead, as most other frameworks do.
 */
import type { JsonObject } from "../../value/json.js";
import type { Clock } from "./clock.js";
import type { Cluster, ClusterListener, LaunchOperation, MasterAddress, TaskStatus } from "./cluster.js";
import { type MasterFinder, masterFinder } from "./master-finder.js";
import {
  inverseOffersIn,
  messageOfError,
  offersIn,
  operationMessage,
  rescindedIn,
  statusIn,
  subscribedIn,
} from "./messages.js";
import { type Subscription, subscribe } from "./subscription.js";

export interface FrameworkDescription {
  readonly name: string;
  readonly user: string;
  readonly roles: readonly string[];
  /** Seconds that Mesos waits for the framework before it kills its tasks. */
  readonly failoverTimeout: number;
  readonly checkpoint: boolean;
  readonly hostname: string;
  readonly capabilities: readonly string[];
  readonly webuiUrl: string | null;
  readonly principal: string | null;
}

export interface MesosClusterOptions {
  /** `zk://…`, `file://…` or `host:port`. */
  readonly master: string;
  readonly framework: FrameworkDescription;
  /** `principal:secret`, or null. */
  readonly credential: string | null;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  /** Milliseconds without a heartbeat or anything else; then the master counts as gone. */
  readonly silenceMs: number;
  /** Whether it goes on with the next leader instead of saying that it is disconnected. */
  readonly follows: boolean;
}

/** Milliseconds between two tries to subscribe. */
const RETRY_MS = 500;

export class MesosCluster implements Cluster {
  private readonly finder: MasterFinder;
  private listener: ClusterListener | null = null;
  private frameworkId: string | null = null;
  private roles: readonly string[];
  private subscription: Subscription | null = null;
  /** As detected; null = nobody leads. */
  private leader: MasterAddress | null = null;
  private url: string | null = null;
  private cancelRetry: () => void = () => {};
  private cancelHeartbeat: () => void = () => {};
  private attempt = 0;

  constructor(private readonly options: MesosClusterOptions) {
    this.finder = masterFinder(options.master, options.log);
    this.roles = options.framework.roles;
  }

  get masterUrl(): string | null {
    return this.url;
  }

  async start(frameworkId: string | null, listener: ClusterListener): Promise<void> {
    this.frameworkId = frameworkId;
    this.listener = listener;
    await this.finder.start(
      (master) => this.detected(master),
      (message) => this.listener?.refused(message),
    );
  }

  accept(offerId: string, operations: readonly LaunchOperation[], refuseSeconds: number): void {
    const accept = {
      offer_ids: [{ value: offerId }],
      operations: operations.map(operationMessage),
      filters: { refuse_seconds: refuseSeconds },
    };
    this.send("ACCEPT", { accept });
  }

  decline(offerIds: readonly string[], refuseSeconds: number): void {
    const offer_ids = offerIds.map((value) => ({ value }));
    this.send("DECLINE", { decline: { offer_ids, filters: { refuse_seconds: refuseSeconds } } });
  }

  revive(): void {
    this.send("REVIVE", {});
  }

  suppress(): void {
    this.send("SUPPRESS", {});
  }

  kill(taskId: string, agentId: string | null): void {
    this.send("KILL", { kill: { task_id: { value: taskId }, ...agent(agentId) } });
  }

  acknowledge({ uuid, agentId, taskId }: TaskStatus): void {
    if (uuid === null || agentId === null) return;
    const acknowledge = { agent_id: { value: agentId }, task_id: { value: taskId }, uuid };
    this.send("ACKNOWLEDGE", { acknowledge });
  }

  reconcile(tasks: readonly { readonly taskId: string; readonly agentId: string | null }[]): void {
    const known = tasks.map(({ taskId, agentId }) => ({ task_id: { value: taskId }, ...agent(agentId) }));
    this.send("RECONCILE", { reconcile: { tasks: known } });
  }

  want(roles: readonly string[]): void {
    const all = [...new Set([...this.options.framework.roles, ...roles])].sort();
    if (all.join(" ") === [...this.roles].sort().join(" ")) return;
    this.roles = all;
    this.send("UPDATE_FRAMEWORK", { update_framework: { framework_info: this.frameworkInfo() } });
  }

  async stop(): Promise<void> {
    this.listener = null;
    this.attempt += 1;
    this.cancelRetry();
    this.cancelHeartbeat();
    await this.finder.stop();
    await this.subscription?.close();
  }

  private detected(master: MasterAddress | null): void {
    const changed = master?.hostname !== this.leader?.hostname || master?.port !== this.leader?.port;
    this.leader = master;
    if (this.subscription !== null) {
      if (changed || master === null) this.lost("another master leads, or none");
      return;
    }
    this.cancelRetry();
    if (master !== null) void this.connect(master);
  }

  private async connect(master: MasterAddress): Promise<void> {
    this.attempt += 1;
    const { attempt } = this;
    const outcome = await subscribe({
      master,
      call: this.subscribeCall(),
      credential: this.options.credential,
      onEvent: (event) => this.received(event),
      onEnd: (why) => this.lost(why),
      log: this.options.log,
    });
    if (attempt !== this.attempt) {
      if (outcome.kind === "subscribed") await outcome.subscription.close();
      return;
    }
    switch (outcome.kind) {
      case "subscribed":
        this.subscription = outcome.subscription;
        return;
      case "elsewhere":
        return this.connect(outcome.master);
      case "later":
        this.options.log(`Cannot subscribe to ${master.hostname}:${master.port} yet: ${outcome.why}`);
        return this.retry();
      case "refused":
        this.listener?.refused(outcome.why);
    }
  }

  private retry(): void {
    this.cancelRetry = this.options.clock.after(RETRY_MS, () => {
      if (this.leader !== null && this.subscription === null) void this.connect(this.leader);
    });
  }

  private received(event: JsonObject): void {
    this.beat();
    const { listener } = this;
    if (listener === null) return;
    switch (event["type"]) {
      case "SUBSCRIBED": {
        const { frameworkId, master } = subscribedIn(event);
        this.frameworkId = frameworkId;
        this.url = `http://${master.hostname}:${master.port}/`;
        listener.registered(frameworkId, master);
        return;
      }
      case "OFFERS":
        listener.offers(offersIn(event));
        return;
      case "RESCIND":
        listener.rescinded(rescindedIn(event));
        return;
      case "UPDATE":
        listener.status(statusIn(event));
        return;
      case "INVERSE_OFFERS":
        this.options.log(`Ignoring inverse offers ${inverseOffersIn(event).join(", ")}`);
        return;
      case "ERROR":
        listener.refused(messageOfError(event));
        return;
    }
  }

  /** A master that is silent for too long counts as gone, whatever its connection says. */
  private beat(): void {
    this.cancelHeartbeat();
    this.cancelHeartbeat = this.options.clock.after(this.options.silenceMs, () =>
      this.lost("the master was silent for too long"),
    );
  }

  private lost(why: string): void {
    this.cancelHeartbeat();
    this.options.log(`Disconnected from the Mesos master: ${why}`);
    const { subscription } = this;
    this.subscription = null;
    this.attempt += 1;
    void subscription?.close();
    this.listener?.disconnected();
    if (this.options.follows) this.retry();
  }

  private send(type: string, part: JsonObject): void {
    if (this.subscription === null || this.frameworkId === null) return;
    this.subscription.send({ framework_id: { value: this.frameworkId }, type, ...part });
  }

  private subscribeCall(): JsonObject {
    const id = this.frameworkId === null ? {} : { framework_id: { value: this.frameworkId } };
    return { type: "SUBSCRIBE", ...id, subscribe: { framework_info: this.frameworkInfo() } };
  }

  private frameworkInfo(): JsonObject {
    const { name, user, failoverTimeout, checkpoint, hostname, capabilities, webuiUrl, principal } =
      this.options.framework;
    return {
      user,
      name,
      ...(this.frameworkId === null ? {} : { id: { value: this.frameworkId } }),
      roles: [...this.roles],
      failover_timeout: failoverTimeout,
      checkpoint,
      hostname,
      capabilities: capabilities.map((type) => ({ type })),
      ...(webuiUrl === null ? {} : { webui_url: webuiUrl }),
      ...(principal === null ? {} : { principal }),
    };
  }
}

function agent(id: string | null): JsonObject {
  return id === null ? {} : { agent_id: { value: id } };
}
