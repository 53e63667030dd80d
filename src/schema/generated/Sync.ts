// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
/**
 * How ferry authenticates. Subtrees with narrow ACLs need the superuser.
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
 * A subtree: a path, or a map where it has another path on the target or leaves something out.
 */
export type Path =
  | string
  | {
      /**
       * Absolute path of the subtree on the source.
       */
      source: string;
      /**
       * Absolute path on the target; the same as on the source when it is left out.
       */
      target?: string;
      /**
       * Subtrees below it, as paths of the source, that stay out.
       */
      exclude?: string[];
    };

/**
 * A live copy of subtrees of one ensemble in another, kept by engines that `ferry sync run` starts.
 */
export interface Sync {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always Sync.
   */
  kind: "Sync";
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
 * What is synchronised, between which ensembles, and how.
 */
export interface Specification {
  source: Side;
  target: Side1;
  /**
   * Subtrees that are synchronised. / stands for everything but /zookeeper and /ferry, which never are.
   */
  paths: Path[];
  /**
   * a-to-b: the target follows the source. bidirectional: changes go both ways.
   */
  direction?: "a-to-b" | "bidirectional";
  /**
   * How changes are learnt. observer: as a non-voting learner over the quorum port, every transaction exactly once and in order. watch: a persistent recursive watch (3.6 and newer), may miss intermediate versions. classic: one-shot watches, for older servers whose quorum port cannot be reached. auto: the first of these that works; status says which and why.
   */
  feed?: "auto" | "observer" | "watch" | "classic";
  /**
   * In one direction: the engine joins the target as an observer too, where its quorum port can be reached, so that what others write to the synchronised subtrees there is found and undone at once.
   */
  watchTarget?: boolean;
  conflicts?: Conflicts;
  /**
   * shadow: an ephemeral znode has a persistent stand-in on the other side while its session lives. skip: they are left out.
   */
  ephemerals?: "shadow" | "skip";
  /**
   * keep: container and TTL znodes have the same type on the other side, whose servers remove them by their own clocks. persistent: they are plain znodes there.
   */
  containers?: "keep" | "persistent";
  /**
   * When the target refuses an ACL (a scheme that it does not know): stop, or put the entries of `replace` in its place.
   */
  unknownAcl?:
    | string
    | {
        /**
         * ACL entries that take the place of a refused ACL.
         */
        replace: ACLEntry[];
      };
  limits?: Limits;
  alerts?: Alerts;
}
/**
 * The ensemble that is read; side a in messages.
 */
export interface Side {
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  ensemble?: string;
  /**
   * host:port, several joined by commas: for an ensemble that ferry does not deploy. Without a chroot: paths say what is synchronised.
   */
  connectString?: string;
  auth?: Auth;
  sasl?: SASL;
  tls?: TLS;
  /**
   * Milliseconds asked for; servers may grant another one.
   */
  sessionTimeoutMs?: number;
  quorum?: QuorumAccess;
}
/**
 * Login by SASL (DIGEST-MD5) on client connections.
 */
export interface SASL {
  /**
   * Name of the user.
   */
  username: string;
  /**
   * Password, by reference.
   */
  password: string;
}
/**
 * Certificates for client connections (PEM); with ensemble the secure client ports are used.
 */
export interface TLS {
  /**
   * Certificate authority that signed the servers' certificates, by reference.
   */
  ca: string;
  /**
   * Client certificate, by reference.
   */
  cert?: string;
  /**
   * Key of the client certificate, by reference.
   */
  key?: string;
}
/**
 * How ferry joins as an observer. Only the side that is read needs it.
 */
export interface QuorumAccess {
  /**
   * host:port of every server's quorum port, or of observer master ports. Without it the ensemble is asked.
   */
  servers?: string[];
  tls?: TLS1;
  sasl?: SASL1;
  /**
   * Server id under which ferry joins; never one of the ensemble's own, and outside the range that servers take.
   */
  observerId?: number;
}
/**
 * Certificates for the quorum port (PEM), where the servers use sslQuorum.
 */
export interface TLS1 {
  /**
   * Certificate authority that signed the servers' certificates, by reference.
   */
  ca: string;
  /**
   * Client certificate, by reference.
   */
  cert?: string;
  /**
   * Key of the client certificate, by reference.
   */
  key?: string;
}
/**
 * Login as a learner, where the servers ask for quorum SASL.
 */
export interface SASL1 {
  /**
   * Name of the user.
   */
  username: string;
  /**
   * Password, by reference.
   */
  password: string;
}
/**
 * The ensemble that is written; side b in messages.
 */
export interface Side1 {
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  ensemble?: string;
  /**
   * host:port, several joined by commas: for an ensemble that ferry does not deploy. Without a chroot: paths say what is synchronised.
   */
  connectString?: string;
  auth?: Auth;
  sasl?: SASL;
  tls?: TLS;
  /**
   * Milliseconds asked for; servers may grant another one.
   */
  sessionTimeoutMs?: number;
  quorum?: QuorumAccess;
}
/**
 * What happens when both sides have changed one znode.
 */
export interface Conflicts {
  /**
   * source-wins: the source's change stays. last-write-wins: the later one by the leaders' clocks. manual: the znode and what is below it is held until a person decides; everything else goes on. The last two in bidirectional only.
   */
  strategy?: "source-wins" | "last-write-wins" | "manual";
  /**
   * More conflicts than this in a minute raise an alert.
   */
  alertPerMinute?: number;
}
/**
 * One identity and its permissions.
 */
export interface ACLEntry {
  /**
   * world, digest, ip, sasl or x509.
   */
  scheme: "world" | "digest" | "ip" | "sasl" | "x509";
  /**
   * anyone for world, user:hash for digest, an address or network for ip.
   */
  id?: string;
  /**
   * For digest, with password: ferry makes the hash.
   */
  user?: string;
  /**
   * For digest, with user; by reference.
   */
  password?: string;
  /**
   * What is allowed.
   */
  permissions: ("create" | "delete" | "read" | "write" | "admin")[];
}
/**
 * What the engine may take at once.
 */
export interface Limits {
  /**
   * Operations of one multi at most. A transaction of the source is never split.
   */
  batchOperations?: number;
  /**
   * Bytes of one multi at most; keep it below jute.maxbuffer of the target. A bigger transaction of the source goes alone.
   */
  batchBytes?: number;
  /**
   * Multis that are sent before the first is answered.
   */
  inFlight?: number;
  /**
   * Transactions waiting in memory, megabytes, before what comes more goes to disk.
   */
  spoolMemoryMb?: number;
  /**
   * Transactions waiting in a file, megabytes; beyond that the feed is left and taken up again, which may cost a comparison of the whole state. The file lies in the directory that TMPDIR names, has no name there, and is gone with the process.
   */
  spoolDiskMb?: number;
  /**
   * Extra writes that may be spent on one znode to bring its version level with the source's; beyond that the offset is recorded instead.
   */
  levelVersions?: number;
}
/**
 * What raises an alert.
 */
export interface Alerts {
  /**
   * Milliseconds of lag beyond which an alert is raised.
   */
  lagMs?: number;
}
