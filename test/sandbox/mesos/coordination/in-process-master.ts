/**
 * A master for tests: the coordination half, a tiny HTTP server for the log's messages, and a link to ZooKeeper that can be
 * cut, so that it can be killed without closing its sessions. It registers no agents and serves no API.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  Coordination,
  type CoordinationTimeouts,
} from "../../../../src/sandbox/mesos/coordination/coordination.js";
import type { LeadershipEvent } from "../../../../src/sandbox/mesos/coordination/leadership.js";
import { type MasterInfo, masterInfo } from "../../../../src/sandbox/mesos/coordination/master-info.js";
import type { ProcessEnd } from "../../../../src/sandbox/mesos/coordination/process-end.js";
import { waitFor } from "../../../harness/wait.js";
import { TestProxy } from "../../../harness/zookeeper-proxy.js";

export interface MasterPlan {
  /** Client port of the only server of its ensemble. */
  readonly zookeeperPort: number;
  /** `/mesos`. */
  readonly path: string;
  readonly credential?: string;
  readonly quorum?: number;
  readonly timeouts?: Partial<CoordinationTimeouts>;
  /** Of a master that ran before: it comes back with the same log and address. */
  readonly workDir?: string;
  readonly port?: number;
}

export const DEADLINE_MS = 40_000;
const TIMEOUTS: CoordinationTimeouts = { sessionMs: 2_000, registryFetchMs: 20_000, registryStoreMs: 3_000 };

export class InProcessMaster {
  readonly lines: string[] = [];
  readonly events: LeadershipEvent[] = [];
  end: ProcessEnd | null = null;
  /** Set when the registry was recovered. */
  serving = false;

  private constructor(
    readonly info: MasterInfo,
    readonly coordination: Coordination,
    readonly workDir: string,
    private readonly server: Server,
    private readonly proxy: TestProxy,
  ) {}

  get port(): number {
    return this.info.port;
  }

  /** Starts it; it need not lead or have a ZooKeeper. */
  static async start(plan: MasterPlan): Promise<InProcessMaster> {
    const workDir = plan.workDir ?? (await mkdtemp(join(tmpdir(), "ferry-master-")));
    const proxy = await TestProxy.start(plan.zookeeperPort);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(plan.port ?? 0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const self = masterInfo({
      id: randomUUID(),
      ip: "127.0.0.1",
      port,
      hostname: "127.0.0.1",
      version: "1.12.0",
    });
    const credential = plan.credential === undefined ? "" : `${plan.credential}@`;
    const coordination = new Coordination({
      zk: `zk://${credential}${proxy.address}${plan.path}`,
      quorum: plan.quorum ?? 1,
      workDir,
      self,
      timeouts: { ...TIMEOUTS, ...plan.timeouts },
      log: (severity, where, text) =>
        master.lines.push(`${performance.now().toFixed(1)} ${severity} ${where}] ${text}`),
      end: (how) => void master.die(how),
      onLeadership: (event) => master.led(event),
    });
    const master: InProcessMaster = new InProcessMaster(self, coordination, workDir, server, proxy);
    server.on("request", (request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => {
        body += chunk.toString("utf8");
      });
      request.on("end", () => {
        void coordination.handleLogRequest(request.url ?? "", body).then((answer) => {
          response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
        });
      });
    });
    await coordination.start();
    return master;
  }

  /** The candidate's number, from the log. */
  get candidate(): number | null {
    const found = this.lines.findLast((line) => line.includes("New candidate"));
    return found === undefined ? null : Number(/id='(\d+)'/.exec(found)?.[1]);
  }

  /** Where `/redirect` would point; null = 503. */
  get leaderPort(): number | null {
    return this.coordination.leader?.port ?? null;
  }

  metric(name: string): number | undefined {
    return this.coordination.metrics()[name];
  }

  said(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }

  /** Until it leads and serves. Its detector may see its znode before its contender is told of it. */
  async untilServing(): Promise<void> {
    await waitFor("the master to serve as leader", DEADLINE_MS, () => this.serving);
    await waitFor("its candidacy", DEADLINE_MS, () => this.candidate !== null);
  }

  /** Until its replica votes and it knows that many, its own included. */
  async untilVoting(members: number): Promise<void> {
    await waitFor("the replica to vote", DEADLINE_MS, () => this.metric("registrar/log/recovered") === 1);
    await waitFor(
      `${members} replicas`,
      DEADLINE_MS,
      () => this.metric("registrar/log/ensemble_size") === members,
    );
  }

  async untilEnded(): Promise<string> {
    const end = await waitFor("the master to end", DEADLINE_MS, () => this.end);
    return end.message;
  }

  /** As by SIGKILL: neither sessions nor connections are closed properly. */
  async kill(): Promise<void> {
    this.proxy.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.coordination.stop();
  }

  async cleanUp(): Promise<void> {
    await this.kill();
    await rm(this.workDir, { recursive: true, force: true });
  }

  private led(event: LeadershipEvent): void {
    this.events.push(event);
    if (event.kind !== "elected") return;
    this.coordination.registry.recover().then(
      () => {
        this.serving = true;
      },
      () => {},
    );
  }

  /** The process is gone: nothing of it is left but what its files say. */
  private async die(how: ProcessEnd): Promise<void> {
    this.end = how;
    this.serving = false;
    await this.kill();
  }
}
