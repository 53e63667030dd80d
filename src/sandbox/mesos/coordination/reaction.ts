/**
 * What a master does when ZooKeeper tells it something: the table of Mesos' master.cpp, pure. Texts as recorded in
 * scenarios 1, 4, 9, 10 and 13.
 */
import { type MasterInfo, sameMaster } from "./master-info.js";

/** What a master has to react to. */
export type Occurrence =
  | { readonly kind: "detected"; readonly leader: MasterInfo | null }
  | { readonly kind: "detection-failed"; readonly message: string }
  | { readonly kind: "candidacy-lost" }
  | { readonly kind: "contending-failed"; readonly message: string };

export interface Reaction {
  /** In this order, severity I. */
  readonly log: readonly string[];
  readonly outcome:
    | { readonly kind: "elected" | "re-elected" | "following"; readonly leader: MasterInfo }
    | { readonly kind: "leaderless" }
    | { readonly kind: "contend-again" }
    /** exit(1) by design. */
    | { readonly kind: "exit"; readonly message: string };
}

/** `before` is the leader as detected last, this master or another or nobody. */
export function react(before: MasterInfo | null, self: MasterInfo, occurrence: Occurrence): Reaction {
  const leading = before !== null && sameMaster(before, self);
  switch (occurrence.kind) {
    case "detected":
      return occurrence.leader === null ? leaderless(leading) : detected(leading, self, occurrence.leader);
    case "detection-failed":
      return exit([], `Failed to detect the leading master: ${occurrence.message}; committing suicide!`);
    case "candidacy-lost":
      if (leading) return exit([], "Lost candidacy as a leader... committing suicide!");
      return { log: ["Lost candidacy as a follower... Contend again"], outcome: { kind: "contend-again" } };
    case "contending-failed":
      return exit([], `Failed to contend: ${occurrence.message}`);
  }
}

function detected(leading: boolean, self: MasterInfo, leader: MasterInfo): Reaction {
  if (sameMaster(leader, self)) {
    return leading
      ? { log: ["Re-elected as the leading master"], outcome: { kind: "re-elected", leader } }
      : { log: ["Elected as the leading master!"], outcome: { kind: "elected", leader } };
  }
  const log = [`The newly elected leader is ${leader.pid} with id ${leader.id}`];
  if (leading) return exit(log, "Conceded leadership to another master... committing suicide!");
  return { log, outcome: { kind: "following", leader } };
}

function leaderless(leading: boolean): Reaction {
  const log = ["No master was elected."];
  if (leading) return exit(log, "Lost leadership after indecisive election... committing suicide!");
  return { log, outcome: { kind: "leaderless" } };
}

function exit(log: readonly string[], message: string): Reaction {
  return { log, outcome: { kind: "exit", message } };
}
