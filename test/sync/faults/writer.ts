/**
 * Who writes in a run: a client of the chosen library that opens a new session when one has ended. It remembers all its
 * sessions, so that its transactions can be told from everybody else's.
 */
import { connect } from "../../../src/zookeeper/connect.js";
import type { WorkloadClient } from "../../harness/workload.js";
import { independentSession } from "./independent-session.js";
import type { Writer as Library } from "./plan.js";

export interface WriterSession extends WorkloadClient {
  readonly sessionId: bigint;
  /** False when it has ended and every request would fail. */
  readonly alive: boolean;
  close(): Promise<void>;
}

const SESSION_MS = 10_000;
const CONNECT_MS = 60_000;

export class Writer implements WorkloadClient {
  readonly sessions = new Set<bigint>();
  private current: Promise<WriterSession> | null = null;

  constructor(
    private readonly library: Library,
    private readonly connectString: string,
  ) {}

  readonly create: WorkloadClient["create"] = async (...call) => (await this.session()).create(...call);
  readonly setData: WorkloadClient["setData"] = async (...call) => (await this.session()).setData(...call);
  readonly delete: WorkloadClient["delete"] = async (...call) => (await this.session()).delete(...call);
  readonly setAcl: WorkloadClient["setAcl"] = async (...call) => (await this.session()).setAcl(...call);
  readonly multi: WorkloadClient["multi"] = async (...call) => (await this.session()).multi(...call);

  /** Ends the session, and with it its ephemeral znodes; the next request opens another. Never rejects. */
  async leave(): Promise<void> {
    const { current } = this;
    this.current = null;
    await current?.then((session) => session.close()).catch(() => {});
  }

  private async session(): Promise<WriterSession> {
    for (;;) {
      this.current ??= this.open();
      const { current } = this;
      const session = await current;
      if (session.alive) return session;
      if (this.current === current) await this.leave();
    }
  }

  private async open(): Promise<WriterSession> {
    const session = await (this.library === "own" ? ownSession : independentSession)(
      this.connectString,
      SESSION_MS,
      CONNECT_MS,
    );
    this.sessions.add(session.sessionId);
    return session;
  }
}

async function ownSession(
  connectString: string,
  sessionTimeoutMs: number,
  connectTimeoutMs: number,
): Promise<WriterSession> {
  const client = await connect({ connectString, sessionTimeoutMs, connectTimeoutMs });
  return {
    create: (...call) => client.create(...call),
    setData: (...call) => client.setData(...call),
    delete: (...call) => client.delete(...call),
    setAcl: (...call) => client.setAcl(...call),
    multi: (...call) => client.multi(...call),
    sessionId: client.sessionId,
    get alive() {
      return client.state !== "expired" && client.state !== "closed";
    },
    close: () => client.close(),
  };
}
