/**
 * The exact feed: ferry as a non-voting observer of the source. Finds the leader, takes its stream, checks that no zxid is
 * missing, and goes on where it was after a lost connection. It never goes on over a gap or a history that is not ours.
 */
import { addressText, type ServerAddress } from "../../zookeeper/connect-string.js";
import type { QuorumAuthentication } from "../../zookeeper/learner/learner-connection.js";
import { LearnerConnection, type LearnerEnd } from "../../zookeeper/learner/learner-connection.js";
import type { SnapshotNode, Transaction } from "../../zookeeper/learner/transaction.js";
import type { TlsOptions } from "../../zookeeper/types.js";
import { BUILT_IN_NODES } from "./built-in-nodes.js";
import type { Feed, FeedFailure, FeedListener, FeedQuality } from "./feed.js";
import { follows, hex } from "./zxid.js";

export interface ObserverFeedOptions {
  /** Quorum ports (only the leader's answers) or observer master ports; asked anew for each round. */
  readonly servers: () => Promise<readonly ServerAddress[]>;
  readonly tls: TlsOptions | null;
  /** A new dialogue for each connection, or null without SASL. */
  readonly authenticate: (() => QuorumAuthentication) | null;
  readonly observerId: bigint;
  readonly random: () => number;
  /** Milliseconds a server may take to answer as a leader; elections take their time. */
  readonly answerMs?: number;
}

const ANSWER_MS = 15_000;
/** Milliseconds between two rounds over the servers: least, and most. */
const PAUSE_MS = { least: 50, most: 200 };
const EXACT: FeedQuality = { exact: true, losses: [] };

export class ObserverFeed implements Feed {
  readonly kind = "observer";
  readonly quality = EXACT;
  readonly unreadable: ReadonlySet<string> = new Set();
  server: string | null = null;
  private listener: FeedListener | null = null;
  private connection: LearnerConnection | null = null;
  /** Newest transaction reported; null: none, a snapshot is needed. */
  private position: bigint | null = null;
  private stopped = false;
  private wake: (() => void) | null = null;
  private running: Promise<void> = Promise.resolve();
  /** Address that led last: asked first. */
  private favourite: string | null = null;

  constructor(private readonly options: ObserverFeedOptions) {}

  start(from: bigint | null, listener: FeedListener): void {
    this.listener = listener;
    this.position = from;
    this.stopped = false;
    this.running = this.run();
  }

  hold(held: boolean): void {
    this.connection?.hold(held);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.connection?.close();
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const servers = await this.options.servers().catch(() => []);
      let reason = "the quorum ports of the ensemble are not known";
      for (const address of this.ordered(servers)) {
        if (this.stopped) return;
        const end = await this.follow(address);
        if (end === null) return; // stopped, or failed for good
        reason = end.reason;
        if (end.wasLeader) break; // it lost its leadership or ended: look again from the start
      }
      this.listener?.onLost(reason);
      await this.pause();
    }
  }

  private ordered(servers: readonly ServerAddress[]): ServerAddress[] {
    const rank = (address: ServerAddress) => Number(addressText(address) !== this.favourite);
    return [...servers].sort((a, b) => rank(a) - rank(b));
  }

  /** Until the connection ends; null when nothing more is to be tried. */
  private follow(address: ServerAddress): Promise<LearnerEnd | null> {
    return new Promise((resolve) => {
      const finish = (end: LearnerEnd | null) => {
        this.server = null;
        this.connection = null;
        this.wake = null;
        resolve(end);
      };
      this.wake = () => finish(null);
      const place = addressText(address);
      const reception = new Reception(this.position, {
        listener: this.deliver(),
        moved: (position) => {
          this.position = position;
        },
        failed: (failure) => {
          this.connection?.close();
          this.stopped = true;
          finish(null);
          this.listener?.onFailed(failure);
        },
      });
      this.connection = new LearnerConnection(
        {
          address,
          tls: this.options.tls,
          authenticate: this.options.authenticate?.() ?? null,
          observerId: this.options.observerId,
          lastZxid: this.position ?? 0n,
          answerMs: this.options.answerMs ?? ANSWER_MS,
        },
        {
          onSync: (kind, zxid) => {
            this.server = place;
            this.favourite = place;
            reception.sync(kind, zxid);
          },
          onSnapshotSession: () => {},
          onSnapshotNode: (node) => reception.node(node),
          onSnapshotEnd: () => reception.snapshotEnd(),
          onTransaction: (transaction) => reception.transaction(transaction),
          onUpToDate: () => reception.upToDate(),
          onPing: (zxid) => this.listener?.onHead(zxid),
          onClosed: (end) => {
            if (end.kind === "lost") finish({ ...end, reason: `${place}: ${end.reason}` });
            else reception.fail(failureOf(end, place));
          },
        },
      );
    });
  }

  private deliver(): FeedListener {
    if (this.listener === null) throw new Error("the feed was not started");
    return this.listener;
  }

  private async pause(): Promise<void> {
    if (this.stopped) return;
    const ms = PAUSE_MS.least + this.options.random() * (PAUSE_MS.most - PAUSE_MS.least);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = null;
  }
}

function failureOf(end: LearnerEnd, place: string): FeedFailure {
  return end.kind === "refused"
    ? {
        kind: "refused",
        reason: `${place}: ${end.reason}`,
        remedy: "Check the credentials for the quorum port (quorum.sasl, quorum.tls)",
      }
    : {
        kind: "not-understood",
        reason: `${place}: ${end.reason}`,
        remedy:
          "Check that the address is the quorum port of an Apache ZooKeeper 3.4 to 3.9, or choose feed: watch",
      };
}

interface ReceptionListener {
  readonly listener: FeedListener;
  moved(position: bigint | null): void;
  failed(failure: FeedFailure): void;
}

/** What comes over one connection, held against the position we had. */
class Reception {
  private snapshotZxid: bigint | null = null;
  private over = false;

  constructor(
    private position: bigint | null,
    private readonly out: ReceptionListener,
  ) {}

  fail(failure: FeedFailure): void {
    if (this.over) return;
    this.over = true;
    this.out.failed(failure);
  }

  sync(kind: "diff" | "snap" | "trunc", zxid: bigint): void {
    if (kind === "trunc") {
      this.fail(truncated(this.position ?? 0n, zxid));
      return;
    }
    if (kind === "snap") {
      // Until the snapshot is whole there is no position to go on from.
      this.move(null);
      this.snapshotZxid = zxid;
      this.out.listener.onSnapshotBegin(zxid, null);
    } else if (this.position === null) this.builtIn();
  }

  /** A brand-new ensemble has nothing to send but its built-in znodes, and sends no snapshot of them. */
  private builtIn(): void {
    this.out.listener.onSnapshotBegin(0n, BUILT_IN_NODES.length);
    for (const node of BUILT_IN_NODES) this.out.listener.onSnapshotNode(node);
    this.out.listener.onSnapshotEnd(0n);
    this.move(0n);
  }

  node(node: SnapshotNode): void {
    if (!this.over) this.out.listener.onSnapshotNode(node);
  }

  snapshotEnd(): void {
    if (this.over || this.snapshotZxid === null) return;
    this.move(this.snapshotZxid);
    this.out.listener.onSnapshotEnd(this.snapshotZxid);
  }

  transaction(transaction: Transaction): void {
    if (this.over) return;
    const last = this.position ?? 0n;
    if (transaction.zxid <= last) return; // sent again around a snapshot
    if (!follows(last, transaction.zxid)) {
      this.fail({
        kind: "gap",
        reason: `transaction ${hex(transaction.zxid)} came after ${hex(last)}: some are missing between them`,
        remedy:
          "Start the synchronisation again: it then compares the whole state (ferry sync verify shows the rest)",
      });
      return;
    }
    this.move(transaction.zxid);
    this.out.listener.onTransaction(transaction);
  }

  upToDate(): void {
    if (!this.over) this.out.listener.onCurrent(this.position ?? 0n);
  }

  private move(position: bigint | null): void {
    this.position = position;
    this.out.moved(position);
  }
}

function truncated(ours: bigint, theirs: bigint): FeedFailure {
  return {
    kind: "truncated",
    reason: `the source's newest transaction is ${hex(theirs)} and it does not know ours, ${hex(ours)}: it was restored from a backup, wiped, or is another ensemble`,
    remedy:
      "Find out which. If the source is right as it is, start with --from-snapshot: the target is then brought level with it",
  };
}
