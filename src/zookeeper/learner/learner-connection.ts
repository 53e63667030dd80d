/**
 * One connection to a leader (or an observer master) as a non-voting observer: handshake, synchronisation, live feed.
 * It never retries and never writes anything but what an observer must: OBSERVERINFO, ACKEPOCH, the answer to NEWLEADER and
 * pings. Above all it never acknowledges a transaction: in 3.4 that would count as a vote.
 */
import type { Socket } from "node:net";
import type { ServerAddress } from "../connect-string.js";
import { JuteError } from "../jute-reader.js";
import { dial } from "../tls.js";
import type { TlsOptions } from "../types.js";
import { encodePacket, learnerInfo, PACKET, type QuorumPacket, readPacket } from "./quorum-packet.js";
import { Silence } from "./silence.js";
import { SnapshotParser, type SnapshotSession } from "./snapshot-parser.js";
import { StreamBuffer } from "./stream-buffer.js";
import type { SnapshotNode, Transaction } from "./transaction.js";
import { decodeTransaction } from "./transaction-codec.js";

export interface LearnerOptions {
  readonly address: ServerAddress;
  readonly tls: TlsOptions | null;
  /** Runs before the first packet where the quorum asks for SASL; null: none. */
  readonly authenticate: QuorumAuthentication | null;
  /** Outside the ensemble's own server ids. */
  readonly observerId: bigint;
  /** The newest transaction we hold; 0n asks for a snapshot. */
  readonly lastZxid: bigint;
  /** Milliseconds until a leader has answered; an election may be under way. */
  readonly answerMs: number;
}

export interface QuorumAuthentication {
  /** @param send writes to the socket */
  start(send: (bytes: Buffer) => void): void;
  /** What is left over when it has succeeded, null while it goes on. Throws Error with the reason when it failed. */
  push(chunk: Buffer): Buffer | null;
}

/** Calls come in the order of the stream. After `onClosed` there are no more. */
export interface LearnerListener {
  onSync(kind: "diff" | "snap" | "trunc", zxid: bigint): void;
  onSnapshotSession(session: SnapshotSession): void;
  onSnapshotNode(node: SnapshotNode): void;
  onSnapshotEnd(): void;
  onTransaction(transaction: Transaction): void;
  /** All that was committed before has been told: a snapshot and what followed it are exact now. */
  onUpToDate(): void;
  /** The newest zxid the leader has proposed. */
  onPing(zxid: bigint): void;
  onClosed(end: LearnerEnd): void;
}

export interface LearnerEnd {
  /** `lost`: try again. `refused`: it answered, and said no. `not-understood`: what it sent makes no sense. */
  readonly kind: "lost" | "refused" | "not-understood";
  readonly reason: string;
  /** How far it came, for the search for a leader: only a leader sends LEADERINFO. */
  readonly wasLeader: boolean;
}

export class LearnerConnection {
  private readonly socket: Socket;
  private readonly stream = new StreamBuffer();
  private readonly silence: Silence;
  private snapshot: SnapshotParser | null = null;
  /** Proposals of the synchronisation that wait for their commit. */
  private readonly proposals: Transaction[] = [];
  private authentication: QuorumAuthentication | null;
  private wasLeader = false;
  private stage = "no connection";
  private ended = false;

  constructor(
    private readonly options: LearnerOptions,
    private readonly listener: LearnerListener,
  ) {
    const { address, tls } = options;
    const { socket, readyEvent } = dial(address.host, address.port, tls ?? undefined);
    this.socket = socket;
    this.authentication = options.authenticate;
    this.silence = new Silence(options.answerMs, (ms) => this.end("lost", `${this.stage} within ${ms} ms`));
    socket.setNoDelay(true);
    socket.once(readyEvent, () => this.greet());
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    socket.on("error", (error) => this.end("lost", error.message));
    socket.once("close", () => this.end("lost", this.closedReason()));
  }

  /** Ends it; nothing is reported any more. */
  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
  }

  /**
   * Stops reading, or goes on. Only between SNAP and the end of the snapshot: what is committed meanwhile waits in the
   * leader's memory, and later an observer that reads nothing is cut off.
   */
  hold(held: boolean): void {
    if (this.ended || this.snapshot === null) return;
    if (held) this.socket.pause();
    else this.socket.resume();
    this.silence.suspend(held);
  }

  private release(): void {
    this.silence.stop();
    this.socket.on("error", () => {}).destroy();
  }

  private end(kind: LearnerEnd["kind"], reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
    this.listener.onClosed({ kind, reason, wasLeader: this.wasLeader });
  }

  private closedReason(): string {
    return this.wasLeader
      ? "the leader closed the connection"
      : `the server closed the connection (${this.stage})`;
  }

  private greet(): void {
    this.stage = "connected, but no leader answered";
    if (this.authentication === null) this.introduce();
    else this.authentication.start((bytes) => this.socket.write(bytes));
  }

  /** zxid 0: a leader that still gathers its quorum raises its epoch above the largest one any learner names. */
  private introduce(): void {
    this.send(PACKET.observerInfo, 0n, learnerInfo(this.options.observerId));
  }

  private send(type: number, zxid: bigint, data: Buffer | null): void {
    this.socket.write(encodePacket(type, zxid, data));
  }

  private receive(chunk: Buffer): void {
    if (this.ended) return;
    this.silence.heard();
    try {
      const rest = this.authenticated(chunk);
      if (rest === null) return;
      this.stream.push(rest);
      while (!this.ended && this.step());
    } catch (error) {
      if (!(error instanceof JuteError)) throw error;
      this.end("not-understood", error.message);
    }
  }

  private authenticated(chunk: Buffer): Buffer | null {
    if (this.authentication === null) return chunk;
    let rest: Buffer | null;
    try {
      rest = this.authentication.push(chunk);
    } catch (error) {
      this.end("refused", error instanceof Error ? error.message : String(error));
      return null;
    }
    if (rest === null) return null;
    this.authentication = null;
    this.introduce();
    return rest;
  }

  private step(): boolean {
    if (this.snapshot !== null) {
      if (!this.snapshot.read(this.stream)) return false;
      this.snapshot = null;
      if (this.socket.isPaused()) {
        this.socket.resume();
        this.silence.suspend(false);
      }
      this.listener.onSnapshotEnd();
      return true;
    }
    const packet = readPacket(this.stream);
    if (packet === null) return false;
    this.handle(packet);
    return true;
  }

  private handle(packet: QuorumPacket): void {
    switch (packet.type) {
      case PACKET.inform:
        this.listener.onTransaction(decodeTransaction(content(packet)));
        break;
      case PACKET.ping:
        // Null data would end the leader's thread for us.
        this.send(PACKET.ping, packet.zxid, Buffer.alloc(0));
        this.silence.beat();
        this.listener.onPing(packet.zxid);
        break;
      case PACKET.informAndActivate:
        // The designated leader's id comes first.
        this.listener.onTransaction(decodeTransaction(content(packet).subarray(8)));
        break;
      case PACKET.proposal:
        this.proposals.push(decodeTransaction(content(packet)));
        break;
      case PACKET.commit:
        this.commit(packet.zxid);
        break;
      default:
        this.handleStage(packet);
    }
  }

  private commit(zxid: bigint): void {
    const proposal = this.proposals.shift();
    if (proposal?.zxid !== zxid) {
      const expected = proposal === undefined ? "none" : `0x${proposal.zxid.toString(16)}`;
      throw new JuteError(`a commit of 0x${zxid.toString(16)} came, ${expected} was proposed`);
    }
    this.listener.onTransaction(proposal);
  }

  private handleStage(packet: QuorumPacket): void {
    switch (packet.type) {
      case PACKET.leaderInfo:
        this.wasLeader = true;
        this.stage = "the leader did not begin to synchronise";
        // Epoch -1: does not count as an acknowledgement of the epoch.
        this.send(PACKET.ackEpoch, this.options.lastZxid, Buffer.from([0xff, 0xff, 0xff, 0xff]));
        break;
      case PACKET.diff:
        this.beginSync("diff", packet.zxid);
        break;
      case PACKET.snap:
        this.snapshot = new SnapshotParser({
          onSession: (session) => this.listener.onSnapshotSession(session),
          onNode: (node) => this.listener.onSnapshotNode(node),
        });
        this.beginSync("snap", packet.zxid);
        break;
      case PACKET.trunc:
        this.beginSync("trunc", packet.zxid);
        break;
      case PACKET.newLeader:
        this.send(PACKET.ack, packet.zxid, null);
        break;
      case PACKET.upToDate:
        this.listener.onUpToDate();
        break;
      default:
        throw new JuteError(`a message of the unknown type ${packet.type} came from the quorum port`);
    }
  }

  private beginSync(kind: "diff" | "snap" | "trunc", zxid: bigint): void {
    this.stage = "the leader went silent";
    this.listener.onSync(kind, zxid);
  }
}

function content(packet: QuorumPacket): Buffer {
  if (packet.data === null) throw new JuteError(`a message of type ${packet.type} without content`);
  return packet.data;
}
