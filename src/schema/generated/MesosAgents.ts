// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * Agents of a Mesos, deployed on hosts.
 */
export interface MesosAgents {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MesosAgents.
   */
  kind: "MesosAgents";
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
 * The agents, and how each of them is set up.
 */
export interface Specification {
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  masters?: string;
  zookeeper?: ZooKeeper;
  /**
   * Told apart by id.
   */
  agents: Agent[];
  attributes?: Attributes1;
  resources?: Resources1;
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
  credential?: Credential;
  /**
   * Principals that the agents' own HTTP interface takes (--http_credentials).
   */
  httpCredentials?: Credential1[];
  /**
   * Lets ferry start an agent anew, under another id and with an empty work directory, when a change would make the old one refuse to start. Its tasks are drained first.
   */
  replaceWhenChanged?: boolean;
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
 * One agent.
 */
export interface Agent {
  /**
   * Its name, unique among them: lower-case letters and digits. It is not its id in Mesos.
   */
  id: string;
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
  attributes?: Attributes;
  resources?: Resources;
  /**
   * Whether it is to run.
   */
  running?: boolean;
}
/**
 * By name: a number, a text, or a range such as [1-5]. Schedulers place tasks by them.
 */
export interface Attributes {
  [k: string]: unknown;
}
/**
 * By name, or name(role) for a static reservation: a number (mem and disk in megabytes), a range such as [31000-32000], or a set such as {a,b}. What is left out the agent measures itself.
 */
export interface Resources {
  [k: string]: unknown;
}
/**
 * By name: a number, a text, or a range such as [1-5]. Schedulers place tasks by them.
 */
export interface Attributes1 {
  [k: string]: unknown;
}
/**
 * By name, or name(role) for a static reservation: a number (mem and disk in megabytes), a range such as [31000-32000], or a set such as {a,b}. What is left out the agent measures itself.
 */
export interface Resources1 {
  [k: string]: unknown;
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
 * With which agents authenticate to the masters (--credential).
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
 * A principal and its secret.
 */
export interface Credential1 {
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
  /**
   * How many agents may be restarted at once.
   */
  batch?: number;
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
