/**
 * What a migration does, one step at a time, as data: planned by src/migration/plan, shown to people, recorded before and after
 * by the engine, carried out by src/migration/actions. Nothing here does anything.
 */
import type { SideName, StageNumber } from "./spec.js";

/** A step by its kind. Servers are named as in ServerRef.name, frameworks as in FrameworkRef.name. */
export type ActionStep =
  // Stage 1
  | { readonly kind: "take-baseline" }
  | { readonly kind: "deploy-ensemble"; readonly side: SideName }
  /** `counts`: whose state holds where the sides differ and have no checkpoint in common; absent: A's. */
  | { readonly kind: "start-sync"; readonly counts?: SideName }
  | { readonly kind: "fence-counters"; readonly paths: readonly string[]; readonly lower: SideName }
  // Masters
  /** With an empty log; done when its replica votes. */
  | {
      readonly kind: "start-master";
      readonly server: string;
      readonly quorum: number;
      readonly zookeeper: SideName;
    }
  /** With its log; done when its replica votes. It must not lead. */
  | {
      readonly kind: "restart-master";
      readonly server: string;
      readonly quorum: number;
      readonly zookeeper: SideName;
    }
  /** For good: its election znodes are removed on the side it was on, and it never comes back with its old log. It must not lead. */
  | { readonly kind: "stop-master"; readonly server: string }
  /**
   * Leadership moves: the leader of `from` is stopped, its election znode removed at once, and the lowest candidate of the other side
   * leads. Done when that one has recovered its registry and agents and frameworks are back. `then` says what becomes of the old one.
   */
  | {
      readonly kind: "hand-over";
      readonly from: SideName;
      /** Who led when it was planned; whoever leads when it begins is the one that is stopped. */
      readonly leader?: string;
      readonly then:
        | { readonly kind: "stop" }
        | { readonly kind: "restart"; readonly quorum: number; readonly zookeeper: SideName };
    }
  /** The other side's counters become the lower ones. */
  | { readonly kind: "swap-counters"; readonly paths: readonly string[] }
  // Agents
  /** New ones; done when registered. */
  | { readonly kind: "start-agents"; readonly servers: readonly string[] }
  | { readonly kind: "remove-agents"; readonly servers: readonly string[] }
  /** The same work directory, other ZooKeeper; done when registered under the same id with the same tasks. */
  | { readonly kind: "repoint-agents"; readonly servers: readonly string[]; readonly zookeeper: SideName }
  | { readonly kind: "deactivate-agents"; readonly servers: readonly string[] }
  | { readonly kind: "reactivate-agents"; readonly servers: readonly string[] }
  // Tasks
  /** All tasks of this framework off these agents, in its own way. */
  | { readonly kind: "drain-framework"; readonly framework: string; readonly servers: readonly string[] }
  /** What is left, by Mesos itself with its grace. */
  | { readonly kind: "drain-agents"; readonly servers: readonly string[] }
  // Frameworks
  /** All instances stop, the state is verified to be equal on both sides, they start on the other one and reconnect with their id. */
  | { readonly kind: "repoint-framework"; readonly framework: string; readonly zookeeper: SideName }
  // Stage 6
  | { readonly kind: "archive"; readonly side: SideName }
  | { readonly kind: "stop-sync" }
  | { readonly kind: "remove-ensemble"; readonly side: SideName }
  | { readonly kind: "restore-ensemble"; readonly side: SideName };

export interface Action {
  /** Stable: `2.03 stop-master MesosMasters/a#3`. Unique within a plan. */
  readonly id: string;
  readonly stage: StageNumber;
  readonly step: ActionStep;
  /** For people, in full sentences: what happens, to whom. */
  readonly text: string;
  /**
   * Whether doing it once more after a crash is the same as once. If not, the engine asks the action whether it was done before it
   * is begun again (`probe`), and stops for a person when that cannot be told.
   */
  readonly repeatable: boolean;
  /** Seconds after which it counts as failed. */
  readonly timeoutSeconds: number;
  /** A server of it is only named: a person does it, and ferry waits until it sees that. */
  readonly byHand: readonly string[];
}
