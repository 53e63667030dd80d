/**
 * Candidacy and detection together: who leads, and the ends that Mesos' masters come to by design. It knows nothing of the
 * registry.
 */
import { Contender } from "./contender.js";
import { Detector } from "./detector.js";
import { type MasterInfo, sameMaster } from "./master-info.js";
import type { EndProcess, WriteLog } from "./process-end.js";
import { type Occurrence, react } from "./reaction.js";
import type { ZkUrl } from "./zk-url.js";

export type LeadershipEvent =
  /** This master leads now. Call `registry.recover()`, which writes this MasterInfo too, before serving. */
  | { readonly kind: "elected"; readonly leader: MasterInfo }
  /** It leads still, seen under another znode; agents and frameworks re-register. */
  | { readonly kind: "re-elected"; readonly leader: MasterInfo }
  /** Another leads, alive or not: redirect there. */
  | { readonly kind: "following"; readonly leader: MasterInfo }
  /** 503 `No leader elected`. */
  | { readonly kind: "leaderless" };

export interface LeadershipOptions {
  readonly url: ZkUrl;
  readonly sessionMs: number;
  readonly self: MasterInfo;
  readonly log: WriteLog;
  readonly end: EndProcess;
  readonly onLeadership: (event: LeadershipEvent) => void;
}

export class Leadership {
  private readonly contender: Contender;
  private readonly detector: Detector;
  private detected: MasterInfo | null = null;
  private over = false;

  constructor(private readonly options: LeadershipOptions) {
    const { self } = options;
    const group = (number: number) => `zookeeper-group(${number})@${self.address.ip}:${self.port}`;
    this.contender = new Contender({ ...options, name: group(3) });
    this.detector = new Detector({ ...options, name: group(4) });
  }

  /** As detected last. */
  get leader(): MasterInfo | null {
    return this.detected;
  }

  get elected(): boolean {
    return this.detected !== null && sameMaster(this.detected, this.options.self);
  }

  start(): void {
    this.contender.start({
      lost: () => this.happened({ kind: "candidacy-lost" }),
      failed: (message) => this.happened({ kind: "contending-failed", message }),
    });
    this.detector.start(
      (leader) => this.happened({ kind: "detected", leader }),
      (message) => this.happened({ kind: "detection-failed", message }),
    );
  }

  /** Closes both sessions: the candidate's znode vanishes at once, which a real master never makes happen. */
  async stop(): Promise<void> {
    this.over = true;
    await Promise.all([this.contender.stop(), this.detector.stop()]);
  }

  private happened(occurrence: Occurrence): void {
    if (this.over) return;
    const { self, log } = this.options;
    const { log: lines, outcome } = react(this.detected, self, occurrence);
    if (occurrence.kind === "detected") this.detected = occurrence.leader;
    for (const line of lines) log("I", "master.cpp", line);
    if (outcome.kind === "exit") this.exit(outcome.message);
    else if (outcome.kind === "contend-again") void this.contender.contendAgain();
    else this.options.onLeadership(outcome);
  }

  private exit(message: string): void {
    this.over = true;
    this.options.log("E", "master.cpp", `EXIT with status 1: ${message}`);
    this.options.end({ kind: "exit", status: 1, message });
  }
}
