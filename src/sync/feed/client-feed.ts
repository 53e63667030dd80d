/**
 * What the feeds over client watches have in common: a session of their own, one connection after another, each with a
 * snapshot of its own. A session is never taken up again: nothing of it is of use once events may be missing, and a new one
 * also copes with an expired session and with servers restored from a backup.
 */
import type { ZooKeeperClient } from "../../zookeeper/types.js";
import { isZooKeeperError } from "../../zookeeper/zookeeper-error.js";
import type { Feed, FeedFailure, FeedKind, FeedListener, FeedQuality } from "./feed.js";
import { FeedScope } from "./feed-scope.js";
import { ZxidClock } from "./synthetic-transactions.js";
import { TreeFollower, type WatchStyle } from "./tree-follower.js";

export interface ClientFeedOptions {
  /**
   * Opens a session without a chroot; the feed closes it. Gives up when the signal says so. Rejects with ZooKeeperError:
   * AUTH_FAILED and BAD_ARGUMENTS are for good, everything else is tried again.
   */
  readonly connect: (signal: AbortSignal) => Promise<ZooKeeperClient>;
  /** Subtrees to report, `["/"]` for everything but what is reserved. */
  readonly roots: readonly string[];
  /** Subtrees that stay out. */
  readonly exclude?: readonly string[];
  /** Milliseconds between two scans for changed ACLs; each asks for the stat of every znode. Default 60,000. */
  readonly aclScanMs?: number;
  /** 0 ≤ x < 1, for the pauses between attempts. */
  readonly random?: () => number;
}

const ACL_SCAN_MS = 60_000;
/** Milliseconds between two attempts: at first, at most. */
const PAUSE_MS = { first: 100, longest: 5_000 };

/** One start of the feed until its stop. */
interface Run {
  readonly listener: FeedListener;
  readonly stop: AbortController;
  readonly clock: ZxidClock;
}

export class ClientFeed implements Feed {
  readonly quality: FeedQuality;
  private readonly hidden = new Set<string>();
  private readonly scope: FeedScope;
  private client: ZooKeeperClient | null = null;
  private follower: TreeFollower | null = null;
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private held = false;

  constructor(
    readonly kind: FeedKind,
    private readonly style: WatchStyle,
    losses: readonly string[],
    private readonly options: ClientFeedOptions,
  ) {
    this.scope = new FeedScope(options.roots, options.exclude ?? []);
    this.quality = { exact: false, losses: [...commonLosses(this.aclScanMs), ...losses] };
  }

  get server(): string | null {
    return this.client?.server ?? null;
  }

  /**
   * Znodes that are there but may not be read, or whose ACL is shown masked; nothing is reported of them and of what is
   * below them. Whoever deletes what the snapshot lacks must leave these alone. Complete at the end of a snapshot.
   */
  get unreadable(): ReadonlySet<string> {
    return this.hidden;
  }

  /** `from` makes no difference: watches cannot tell the past, so there is always a snapshot. */
  start(_from: bigint | null, listener: FeedListener): void {
    this.stopping = new AbortController();
    this.held = false;
    this.running = this.run({ listener, stop: this.stopping, clock: new ZxidClock() });
  }

  hold(held: boolean): void {
    this.held = held;
    this.follower?.hold(held);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error("the feed was stopped"));
    this.follower?.end({ kind: "lost", reason: "the feed was stopped", wasCurrent: false });
    await this.running;
  }

  private get aclScanMs(): number {
    return this.options.aclScanMs ?? ACL_SCAN_MS;
  }

  private async run(run: Run): Promise<void> {
    const { signal } = run.stop;
    let pauseMs = PAUSE_MS.first;
    while (!signal.aborted) {
      const outcome = await this.attempt(run);
      if (signal.aborted) return;
      if (outcome.kind === "failed") {
        run.listener.onFailed(outcome.failure);
        return;
      }
      run.listener.onLost(outcome.reason);
      pauseMs = outcome.wasCurrent ? PAUSE_MS.first : Math.min(pauseMs * 2, PAUSE_MS.longest);
      await pause(pauseMs * (0.5 + (this.options.random ?? Math.random)() / 2), signal);
    }
  }

  /** One session, from its opening to its end. */
  private async attempt(run: Run) {
    try {
      this.client = await this.options.connect(run.stop.signal);
    } catch (error) {
      return connectFailure(error);
    }
    const { client } = this;
    try {
      return await this.follow(client, run);
    } finally {
      this.client = null;
      await client.close();
    }
  }

  private async follow(client: ZooKeeperClient, { listener, clock, stop }: Run) {
    const { scope, style, hidden: unreadable, aclScanMs } = this;
    const server = client.server ?? "the server";
    const follower = new TreeFollower({ client, scope, style, listener, clock, unreadable, aclScanMs });
    this.follower = follower;
    follower.hold(this.held);
    const forget = client.onState((state) => {
      if (state !== "connected") follower.disconnected(server);
    });
    if (client.state !== "connected") follower.disconnected(server);
    else if (stop.signal.aborted) follower.end({ kind: "lost", reason: "", wasCurrent: false });
    else follower.start();
    const end = await follower.ended;
    forget();
    this.follower = null;
    return end;
  }
}

function connectFailure(error: unknown) {
  const reason = error instanceof Error ? error.message : String(error);
  if (!isZooKeeperError(error, "AUTH_FAILED", "BAD_ARGUMENTS")) {
    return { kind: "lost", reason, wasCurrent: false } as const;
  }
  const remedy = "Check the address and the credentials of this side (auth, sasl, tls)";
  const failure: FeedFailure = { kind: "refused", reason, remedy };
  return { kind: "failed", failure } as const;
}

function commonLosses(aclScanMs: number): string[] {
  return [
    "Values that were replaced before they could be read are skipped, and the version then rises by more than one.",
    "Znodes that were created and deleted again before they could be read are never seen, and sequence counters lag behind them until the next one.",
    `Changed ACLs, and znodes that become readable, raise no event and are found by a scan every ${aclScanMs} ms.`,
    "Znodes that this session may not read, or whose ACL it may not see in full, are missing with all below them.",
    "Containers and TTL znodes look like plain ones.",
    "Sessions, request numbers and the boundaries of transactions are not told: a multi arrives in pieces.",
    "What happened while the connection was lost is told as one new snapshot.",
  ];
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
