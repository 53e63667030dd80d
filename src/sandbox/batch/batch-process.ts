/**
 * One process of the batch framework: its API, its place in the election, and the scheduler for as long as it leads. With its
 * ZooKeeper session it loses everything and has to end; the process itself it never ends.
 */
import { connect } from "../../zookeeper/connect.js";
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import type { Clock } from "../framework/clock.js";
import type { Standing } from "../framework/election/candidates.js";
import { Election } from "../framework/election/election.js";
import { MesosCluster } from "../framework/mesos-cluster.js";
import { readZkUrl } from "../mesos/coordination/zk-url.js";
import type { Flags } from "../mesos/model/flags.js";
import { BatchHttp } from "./http.js";
import type { Job } from "./job.js";
import { Scheduler } from "./scheduler.js";
import { ZooKeeperBatchStore } from "./zookeeper-store.js";

export interface BatchProcessOptions {
  readonly flags: Flags;
  /** Put by whoever leads first; a job of the same name that is stored stays as it is. */
  readonly jobs: readonly Job[];
  /** Who runs this process; --user wins. */
  readonly user: string;
  readonly clock: Clock;
  readonly log: (text: string) => void;
  /** Called once at most. */
  readonly exit: (text: string) => void;
}

/** Five heartbeats of a master. */
const SILENCE_MS = 75_000;

export class BatchProcess {
  private readonly http: BatchHttp;
  private client: ZooKeeperClient | null = null;
  private election: Election | null = null;
  private scheduler: Scheduler | null = null;
  private leads = false;
  private leader: string | null = null;
  private self = "";
  private ending = false;

  constructor(private readonly options: BatchProcessOptions) {
    const { flags, clock } = options;
    this.http = new BatchHttp({
      scheduler: () => (this.leads ? this.scheduler : null),
      leader: () => this.leader,
      now: () => clock.now(),
      about: { name: flags.needed("framework_name"), checkpoint: flags.bool("checkpoint"), simulation: true },
    });
  }

  /** Listens and enters the election. Rejects with an Error when the port or ZooKeeper cannot be had. */
  async start(): Promise<void> {
    const { flags } = this.options;
    const address = flags.needed("http_address");
    const port = await this.http.listen(address, flags.number("http_port"));
    this.self = `${flags.text("hostname") ?? address}:${port}`;
    const url = await readZkUrl(flags.needed("zk"));
    this.client = await connect({
      connectString: url.servers,
      sessionTimeoutMs: flags.duration("zk_session_timeout"),
      auth: url.credential === null ? [] : [{ scheme: "digest", credential: Buffer.from(url.credential) }],
    });
    this.client.onState((state) => {
      if (state === "expired" || state === "auth-failed") this.end(`the ZooKeeper session is ${state}`);
    });
    this.election = new Election({
      client: this.client,
      path: `${url.path}/candidates`,
      acl: [{ perms: 31, scheme: "world", id: "anyone" }],
      self: this.self,
      onStanding: (standing) => this.stands(standing, `${url.path}/state`),
      onFailure: (error) => this.end(`the election cannot be followed: ${String(error)}`),
    });
    await this.election.start();
  }

  /** Lets go of the leadership and of the master; tasks run on. */
  async stop(): Promise<void> {
    this.ending = true;
    await this.scheduler?.stop();
    await this.election?.stop();
    await Promise.all([this.client?.close(), this.http.close()]);
  }

  private stands(standing: Standing, root: string): void {
    if (this.ending) return;
    if (standing.kind === "standby") this.leader = standing.leader;
    else if (standing.kind === "lost") this.end("our znode of the election is gone");
    // A predecessor at our address, not yet forgotten, still counts: we wait until its znode goes.
    else if (standing.kind === "leading" && this.scheduler === null) void this.lead(root);
  }

  private async lead(root: string): Promise<void> {
    const { flags, clock, log, user } = this.options;
    const { client } = this;
    if (client === null) return;
    log(`Elected as leader: ${this.self}`);
    this.leader = this.self;
    const store = new ZooKeeperBatchStore(client, root);
    const cluster = new MesosCluster({
      master: flags.needed("master"),
      framework: {
        name: flags.needed("framework_name"),
        user: flags.text("user") ?? user,
        roles: [flags.needed("role")],
        failoverTimeout: flags.duration("failover_timeout") / 1000,
        checkpoint: flags.bool("checkpoint"),
        hostname: this.self.replace(/:\d+$/, ""),
        capabilities: ["MULTI_ROLE", "PARTITION_AWARE"],
        webuiUrl: `http://${this.self}`,
        principal: null,
      },
      credential: null,
      clock,
      log,
      silenceMs: SILENCE_MS,
      follows: true,
    });
    const failed = (text: string) => this.end(text);
    this.scheduler = new Scheduler({
      clock,
      cluster,
      store,
      retryMs: flags.duration("failure_retry"),
      log,
      failed,
    });
    try {
      const known = await store.jobs();
      await this.scheduler.start(known, await store.frameworkId());
      const names = new Set(known.map(({ name }) => name));
      for (const job of this.options.jobs) if (!names.has(job.name)) await this.scheduler.put(job);
      this.leads = true;
    } catch (error) {
      this.end(`cannot take up the leadership: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private end(text: string): void {
    if (this.ending) return;
    this.ending = true;
    this.options.exit(text);
  }
}
