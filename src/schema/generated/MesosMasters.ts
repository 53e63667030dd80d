// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * Masters of a Mesos, deployed on hosts.
 */
export interface MesosMasters {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MesosMasters.
   */
  kind: "MesosMasters";
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
 * The masters, and how each of them is set up.
 */
export interface Specification {
  zookeeper: ZooKeeper;
  /**
   * Replicas that must take a write: a majority of the masters, 1 of 1, 2 of 3, 3 of 5.
   */
  quorum: number;
  /**
   * Told apart by id; at most 2 * quorum - 1.
   */
  servers: Master[];
  /**
   * The program and arguments before its flags, for process hosts and, without the image's own entry point, for docker hosts.
   */
  program?: string[];
  /**
   * Container image that holds the program, for docker hosts.
   */
  image?: string;
  flags?: Flags;
  environment?: Environment;
  /**
   * Principals that may authenticate (--credentials), in a file that only the masters' user can read.
   */
  credentials?: Credential[];
  acls?: ACLs;
  access?: Access;
  /**
   * What the runtime does when a server ends by itself. Mesos and its frameworks end themselves by design, and rely on being started again.
   */
  restart?: "no" | "on-failure" | "always";
  rolling?: RollingChanges;
  deletion?: Deletion;
  container?: Container;
}
/**
 * Where the masters elect: their --zk.
 */
export interface ZooKeeper {
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  ensemble?: string;
  /**
   * host:port, several joined by commas: for an ensemble that ferry does not deploy.
   */
  connectString?: string;
  /**
   * The path of the masters' --zk.
   */
  path?: string;
  /**
   * user:password of the digest scheme, by reference. The URL is then kept in a file that only the server's user can read.
   */
  auth?: string;
}
/**
 * One master.
 */
export interface Master {
  /**
   * Its number, unique among them.
   */
  id: number;
  /**
   * Address of the host it runs on.
   */
  host: string;
  /**
   * Where it listens, and where others find it. Without it the host's address.
   */
  ip?: string;
  /**
   * Where it listens.
   */
  port?: number;
  /**
   * How it names itself to others. Without it its ip.
   */
  hostname?: string;
  /**
   * Whether it is to run.
   */
  running?: boolean;
}
/**
 * Further flags by name, with underscores between words: text, number or boolean. Those that ferry sets itself are refused.
 */
export interface Flags {
  [k: string]: string | number | boolean;
}
/**
 * Environment variables. Secrets do not belong here: they would be seen in the process list and in the engine.
 */
export interface Environment {
  [k: string]: string;
}
/**
 * A principal and its secret.
 */
export interface Credential {
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
 * Who may do what (--acls), as Mesos writes it.
 */
export interface ACLs {
  [k: string]: unknown;
}
/**
 * How ferry itself asks them over HTTP.
 */
export interface Access {
  /**
   * https when there is tls, otherwise http.
   */
  scheme?: "http" | "https";
  auth?: Authentication;
  tls?: TLS;
  timeouts?: Timeouts;
}
/**
 * Basic authentication.
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
 * Certificates for the connection (PEM).
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
 * How long answers are awaited.
 */
export interface Timeouts {
  /**
   * Seconds for a connection.
   */
  connectSeconds?: number;
  /**
   * Seconds for an answer.
   */
  requestSeconds?: number;
  /**
   * Seconds for which a leader is awaited while there is none.
   */
  leaderSeconds?: number;
}
/**
 * How servers are restarted one after another.
 */
export interface RollingChanges {
  /**
   * Seconds that each server may take to be back before the change stops.
   */
  waitSeconds?: number;
}
/**
 * What happens to the data when the resource or a server is removed.
 */
export interface Deletion {
  /**
   * Leave the data directories where they are.
   */
  keepData?: boolean;
}
/**
 * Settings of the containers, for docker hosts only.
 */
export interface Container {
  /**
   * host uses the machine's network, bridge publishes the ports.
   */
  network?: "host" | "bridge";
  /**
   * Limit: a number with b, k, m or g.
   */
  memory?: string;
  /**
   * Cores it may use.
   */
  cpus?: number;
  /**
   * Weight against other containers.
   */
  cpuShares?: number;
  /**
   * Cores it may run on.
   */
  cpuset?: string;
  /**
   * Name or uid:gid that the server runs as; without it the image's.
   */
  user?: string;
  /**
   * A profile file of the machine that runs ferry, or unconfined.
   */
  seccomp?: string;
  /**
   * Name of a profile, or unconfined.
   */
  apparmor?: string;
  /**
   * Mount the image's file system read-only.
   */
  readOnlyRoot?: boolean;
  /**
   * Linux capabilities taken away. An empty list keeps the engine's own choice.
   */
  capDrop?: string[];
  /**
   * Give all capabilities and devices; rarely right.
   */
  privileged?: boolean;
  /**
   * Directories of the machine seen in the container.
   */
  mounts?: {
    /**
     * Absolute path on the machine.
     */
    source: string;
    /**
     * Absolute path in the container.
     */
    target: string;
    /**
     * Forbid writing.
     */
    readOnly?: boolean;
  }[];
}
