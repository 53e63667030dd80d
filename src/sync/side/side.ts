/**
 * One side's client session, made anew when it has expired. Callers ask for it each time; between an expiry and the next
 * session they wait.
 */
import { connect } from "../../zookeeper/connect.js";
import type { ConnectOptions, ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import { controlAcl } from "../control/control-acl.js";
import type { SideSpec } from "../spec.js";

/** Milliseconds between two attempts. */
const RETRY_MS = 250;

export function connectOptions(spec: SideSpec): ConnectOptions {
  return {
    connectString: spec.connectString,
    sessionTimeoutMs: spec.sessionTimeoutMs,
    auth: spec.auth,
    defaultAcl: controlAcl(spec),
    ...(spec.sasl === null ? {} : { sasl: spec.sasl }),
    ...(spec.tls === null ? {} : { tls: spec.tls }),
  };
}

export class SideSession {
  private current: Promise<ZooKeeperClient> | null = null;
  private latest: ZooKeeperClient | null = null;
  private readonly stop = new AbortController();

  /** @param onSession called with each new session, before anybody else gets it */
  constructor(
    readonly spec: SideSpec,
    private readonly onSession: (client: ZooKeeperClient) => Promise<void> = async () => {},
  ) {}

  /** A session that has not ended. Rejects when it is closed, or when credentials are refused for good. */
  readonly client = (): Promise<ZooKeeperClient> => {
    this.current ??= this.open();
    return this.current;
  };

  get isConnected(): boolean {
    return this.latest?.state === "connected";
  }

  private async open(): Promise<ZooKeeperClient> {
    for (;;) {
      this.stop.signal.throwIfAborted();
      let client: ZooKeeperClient | null = null;
      try {
        client = await connect({ ...connectOptions(this.spec), signal: this.stop.signal });
        client.onState((state) => {
          if (state === "expired" || state === "auth-failed") this.current = null;
        });
        await this.onSession(client);
        this.latest = client;
        return client;
      } catch (error) {
        await client?.close();
        if (this.stop.signal.aborted) throw error;
        if (isZooKeeperError(error, "AUTH_FAILED", "BAD_ARGUMENTS")) {
          this.current = null;
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.stop.abort(new Error("the side was closed"));
    const { current } = this;
    await current?.then((client) => client.close()).catch(() => {});
  }
}
