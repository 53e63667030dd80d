/** Where the leading Mesos master is: told by ZooKeeper as masters, agents and frameworks are told it, or fixed. */
import { Detector } from "../mesos/coordination/detector.js";
import { readZkUrl } from "../mesos/coordination/zk-url.js";
import type { MasterAddress } from "./cluster.js";

export interface MasterFinder {
  /**
   * `found` is told of each new leader, and of null when there is none; `failed` once, when it cannot be known: then nothing
   * is told any more. Rejects when the address cannot be used.
   */
  start(found: (master: MasterAddress | null) => void, failed: (message: string) => void): Promise<void>;
  stop(): Promise<void>;
}

/** Mesos' session timeout of frameworks. */
const SESSION_MS = 10_000;

/** @param master `zk://…/mesos`, `file:///…` that holds such a URL, or `host:port` */
export function masterFinder(master: string, log: (text: string) => void): MasterFinder {
  return /^(zk|file):\/\//.test(master) ? new ZooKeeperFinder(master, log) : new FixedMaster(master);
}

class ZooKeeperFinder implements MasterFinder {
  private detector: Detector | null = null;

  constructor(
    private readonly master: string,
    private readonly log: (text: string) => void,
  ) {}

  async start(
    found: (master: MasterAddress | null) => void,
    failed: (message: string) => void,
  ): Promise<void> {
    const url = await readZkUrl(this.master);
    const log = (_severity: string, _where: string, text: string) => this.log(text);
    this.detector = new Detector({ url, sessionMs: SESSION_MS, name: "scheduler-driver", log });
    this.detector.start(
      (info) => found(info === null ? null : { hostname: info.address.ip, port: info.port }),
      (message) => failed(`Failed to detect a master: ${message}`),
    );
  }

  async stop(): Promise<void> {
    await this.detector?.stop();
  }
}

class FixedMaster implements MasterFinder {
  constructor(private readonly master: string) {}

  async start(found: (master: MasterAddress | null) => void): Promise<void> {
    const [, hostname, port] = /^(?:https?:\/\/)?\[?([^/\]]+)\]?:(\d+)\/?$/.exec(this.master) ?? [];
    if (hostname === undefined) {
      throw new Error(
        `the address of the Mesos master cannot be used: '${this.master}' is not of the form host:port or zk://…`,
      );
    }
    found({ hostname, port: Number(port) });
  }

  async stop(): Promise<void> {}
}
