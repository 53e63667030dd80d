/**
 * One ZooKeeper session after the other, for as long as a group is wanted. Unlike other clients Mesos gives its session up
 * by itself: after the session timeout without a connection it counts as expired, whatever the servers think.
 */
import { connect } from "../../../zookeeper/connect.js";
import type { SessionState, ZooKeeperClient } from "../../../zookeeper/types.js";
import { isZooKeeperError } from "../../../zookeeper/zookeeper-error.js";
import type { WriteLog } from "./process-end.js";
import type { ZkUrl } from "./zk-url.js";

export interface GroupSessionOptions {
  readonly url: ZkUrl;
  /** Milliseconds asked for; the servers' answer counts. */
  readonly sessionMs: number;
  /** As in the log: `zookeeper-group(1)@127.0.0.1:5050`. */
  readonly name: string;
  readonly log: WriteLog;
  /** A session has begun. */
  readonly onSession: (client: ZooKeeperClient) => void;
  /** The session is over, by the servers' word or by our own clock. */
  readonly onExpired: () => void;
  /** There will never be a session: what was asked for cannot be tried at all. */
  readonly onRefused: (message: string) => void;
}

export class GroupSession {
  private current: ZooKeeperClient | null = null;
  private readonly stopped = new AbortController();
  private giveUp: NodeJS.Timeout | null = null;

  constructor(private readonly options: GroupSessionOptions) {}

  /** The session that lives, connected or not. */
  get client(): ZooKeeperClient | null {
    return this.current;
  }

  start(): void {
    void this.open();
  }

  /** Closes the session, so that its ephemeral znodes vanish at once. Never rejects. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.clearGiveUp();
    const client = this.current;
    this.current = null;
    await client?.close();
  }

  private async open(): Promise<void> {
    const { url, sessionMs } = this.options;
    while (!this.stopped.signal.aborted) {
      try {
        const client = await connect({
          connectString: url.servers,
          sessionTimeoutMs: sessionMs,
          connectTimeoutMs: sessionMs,
          auth:
            url.credential === null ? [] : [{ scheme: "digest", credential: Buffer.from(url.credential) }],
          signal: this.stopped.signal,
        });
        return await this.begin(client);
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        if (isZooKeeperError(error, "BAD_ARGUMENTS", "AUTH_FAILED"))
          return this.options.onRefused(error.message);
        this.warnForced(0n);
        this.expired();
      }
    }
  }

  private async begin(client: ZooKeeperClient): Promise<void> {
    if (this.stopped.signal.aborted) return client.close();
    this.current = client;
    client.onState((state) => this.changed(client, state));
    this.options.log("I", "group.cpp", `Group process (${this.options.name}) connected to ZooKeeper`);
    this.options.onSession(client);
    this.changed(client, client.state); // may have changed since it was connected
  }

  private changed(client: ZooKeeperClient, state: SessionState): void {
    if (this.current !== client) return;
    if (state === "connected") {
      if (this.clearGiveUp()) {
        this.options.log("I", "group.cpp", `Group process (${this.options.name}) reconnected to ZooKeeper`);
      }
    } else if (state === "disconnected") this.lost(client);
    else if (state === "expired" || state === "auth-failed" || state === "closed") this.over(client);
  }

  private lost(client: ZooKeeperClient): void {
    if (this.giveUp !== null) return;
    this.options.log("I", "group.cpp", "Lost connection to ZooKeeper, attempting to reconnect ...");
    this.giveUp = setTimeout(() => {
      this.warnForced(client.sessionId);
      this.over(client);
    }, client.sessionTimeoutMs);
  }

  private over(client: ZooKeeperClient): void {
    this.clearGiveUp();
    this.current = null;
    void client.close();
    this.expired();
    void this.open();
  }

  private expired(): void {
    this.options.log("I", "group.cpp", "ZooKeeper session expired");
    this.options.onExpired();
  }

  private warnForced(sessionId: bigint): void {
    const id = sessionId.toString(16);
    const text = `Timed out waiting to connect to ZooKeeper. Forcing ZooKeeper session (sessionId=${id}) expiration`;
    this.options.log("W", "group.cpp", text);
  }

  private clearGiveUp(): boolean {
    if (this.giveUp === null) return false;
    clearTimeout(this.giveUp);
    this.giveUp = null;
    return true;
  }
}
