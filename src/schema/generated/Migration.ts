// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
/**
 * Address of the ensemble; or a map for one that ferry does not deploy, or that asks for authentication.
 */
export type Zookeeper =
  | string
  | {
      /**
       * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
       */
      ensemble?: string;
      /**
       * host:port of every server, joined by commas, for an ensemble that ferry does not deploy. Without a chroot.
       */
      connectString?: string;
      auth?: Auth;
    };
/**
 * How ferry authenticates there. Subtrees with narrow ACLs need the superuser.
 */
export type Auth = {
  /**
   * Authentication scheme.
   */
  scheme: "digest";
  /**
   * user:password, by reference.
   */
  credential: string;
}[];
/**
 * Address of the masters; or a map for masters that ferry does not deploy: a person starts and stops those.
 */
export type Masters =
  | string
  | {
      /**
       * host:port of every master.
       */
      addresses: string[];
      /**
       * Their --quorum. Without it the smallest majority of them.
       */
      quorum?: number;
      auth?: Authentication;
    };
/**
 * Address of the agents; or a map for agents that ferry does not deploy: a person starts and stops those.
 */
export type Agents =
  | string
  | {
      /**
       * host:port of every agent.
       */
      addresses: string[];
      auth?: Authentication;
    };
/**
 * Address of a framework; or a map for one that ferry does not deploy, or of which more must be said.
 */
export type Framework =
  | string
  | {
      /**
       * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
       */
      framework?: string;
      /**
       * Its name as Mesos shows it, for a framework that ferry does not deploy.
       */
      name?: string;
      /**
       * How its tasks are moved. marathon: by restarting its apps with full health. batch: its runs are given time to end. other: Mesos' own drain, which kills its tasks with their grace. Of what ferry deploys, a MarathonInstance is marathon and a MesosFramework batch unless this says otherwise.
       */
      kind?: "marathon" | "batch" | "other";
      /**
       * host:port of every instance. Only with name.
       */
      servers?: string[];
      /**
       * Base URLs of its API, for a Marathon that ferry does not deploy.
       */
      urls?: string[];
      /**
       * Path of its own state in ZooKeeper. Only with name.
       */
      zookeeperPath?: string;
      /**
       * Subtrees below its state in which its instances elect: they are never copied. Of Marathon this is known.
       */
      electionPaths?: string[];
      auth?: Authentication;
    };

/**
 * A live Mesos platform moved from one ZooKeeper to another, in six stages, with no task lost. `ferry apply` records it; `ferry migrate start` begins it.
 */
export interface Migration {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Migration.
   */
  kind: "Migration";
  metadata: Metadata;
  spec: Specification;
}
/**
 * Name and treatment of the resource.
 */
export interface Metadata {
  /**
   * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
   */
  name: string;
  labels?: Labels;
  dependsOn?: DependsOn;
  lifecycle?: Lifecycle;
}
/**
 * Words of your own, for selecting and reading; ferry gives them no meaning.
 */
export interface Labels {
  [k: string]: string;
}
/**
 * How ferry may treat the resource.
 */
export interface Lifecycle {
  /**
   * Refuse any plan that would destroy or replace the resource.
   */
  preventDestroy?: boolean;
  /**
   * When the resource must be replaced, make the new one before the old one goes.
   */
  createBeforeDestroy?: boolean;
  /**
   * Field paths whose differences are not acted on.
   */
  ignoreChanges?: string[];
}
/**
 * What moves where, how, and what must hold on the way.
 */
export interface Specification {
  source: Source;
  target: Target;
  modes?: Modes;
  /**
   * Where masters elect, the same on both sides. Without it the path of the source's masters where ferry deploys them, else /mesos.
   */
  mesosPath?: string;
  /**
   * Schedulers that must end up on B's ZooKeeper, in the order in which they move.
   */
  frameworks?: Framework[];
  /**
   * Further subtrees that are carried over, besides those of Mesos and of the frameworks.
   */
  paths?: string[];
  /**
   * When both sides have changed one znode. last-write-wins: the later change by the leaders' clocks. source-wins: A's. manual: held until a person decides.
   */
  conflicts?: "last-write-wins" | "source-wins" | "manual";
  /**
   * Sequence numbers between the counters of the two sides, so that candidates of the side that leads always come first.
   */
  sequenceGap?: number;
  /**
   * Stages that begin only after a person has approved them.
   */
  approvals?: (1 | 2 | 3 | 4 | 5 | 6)[];
  /**
   * What happens when something that must hold no longer does. pause: everything stays as it is and waits for a person. roll-back: the stage is undone.
   */
  onBrokenGate?: "pause" | "roll-back";
  /**
   * Seconds between two observations.
   */
  observeEverySeconds?: number;
  limits?: Limits;
  drain?: Drain;
  archive?: Archive;
  alerts?: Alerts;
}
/**
 * The platform as it is: side A.
 */
export interface Source {
  zookeeper: Zookeeper;
  masters: Masters;
  agents: Agents;
}
/**
 * Basic authentication at the API, for servers that ferry does not deploy.
 */
export interface Authentication {
  /**
   * Its name.
   */
  principal: string;
  /**
   * By reference.
   */
  secret: string;
}
/**
 * Where it goes: side B. Masters and agents only where they are replaced: those of mode repoint are the source's own.
 */
export interface Target {
  zookeeper: Zookeeper;
  masters?: Masters;
  agents?: Agents;
}
/**
 * How each tier gets to B. replace: new servers on B take over, and those of A are torn down. repoint: the same servers are restarted, one after another, with B's ZooKeeper. Frameworks are always repointed.
 */
export interface Modes {
  /**
   * replace or repoint.
   */
  masters?: "replace" | "repoint";
  /**
   * replace or repoint.
   */
  agents?: "replace" | "repoint";
}
/**
 * What must hold, in numbers.
 */
export interface Limits {
  /**
   * Milliseconds of synchronisation lag (99th percentile) that a stage may have at most.
   */
  lagMs?: number;
  /**
   * Seconds for which criteria must hold without a break before a stage counts as done.
   */
  holdSeconds?: number;
  /**
   * Seconds after which a stage counts as failed.
   */
  stageTimeoutSeconds?: number;
  /**
   * Seconds after which a measurement is too old to decide on.
   */
  observationSeconds?: number;
  /**
   * Share of B's capacity that must stay free after everything has moved.
   */
  headroom?: number;
  /**
   * Milliseconds by which the clocks of the two sides may differ.
   */
  clockSkewMs?: number;
  /**
   * Share of the agents that may be away at one time, compared with the baseline; agents are restarted and removed in groups of at most this size, one at least.
   */
  agentsMissing?: number;
}
/**
 * How tasks leave the agents of A.
 */
export interface Drain {
  /**
   * Apps of a Marathon that are restarted at the same time.
   */
  concurrency?: number;
  /**
   * Share of extra instances an app may have while it moves, so that new ones are healthy before old ones end.
   */
  overCapacity?: number;
  /**
   * Failed tasks of a drain that make it pause.
   */
  pauseAfterFailures?: number;
  /**
   * Seconds a task gets at most to end where Mesos' own drain ends it.
   */
  maxGraceSeconds?: number;
  /**
   * Seconds for which runs of batch frameworks are waited for.
   */
  runsEndSeconds?: number;
  /**
   * Apps with a single instance or a volume of their own that may be down for a while (by id), and frameworks without checkpointing that may lose the tasks on an agent (by name). All others of that sort refuse the migration.
   */
  acceptDowntimeOf?: string[];
}
/**
 * What is kept of A after the end, encrypted (AES-256-GCM), for a way back.
 */
export interface Archive {
  /**
   * 32 bytes as hex or base64, by reference. Without it there is no archive, and no way back after stage 6.
   */
  key?: string;
  /**
   * Hours after the end for which the archive allows a way back.
   */
  retentionHours?: number;
}
/**
 * Who is told when it waits, pauses, fails or ends.
 */
export interface Alerts {
  /**
   * URL of a Slack webhook, by reference: whoever has it can post.
   */
  slackWebhook?: string;
  /**
   * URL that gets each alert as JSON by POST, by reference.
   */
  webhook?: string;
  /**
   * Addresses that get each alert.
   */
  email?: string[];
}
