// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
/**
 * The program and what stands before its flags.
 */
export type Program = string[];

/**
 * A Marathon on hosts: its servers, one of which leads.
 */
export interface MarathonInstance {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MarathonInstance.
   */
  kind: "MarathonInstance";
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
 * Servers, and how each of them is set up.
 */
export interface Specification {
  zookeeper: ZooKeeper;
  /**
   * Address of the deployed masters; or use master.
   */
  masters?: string;
  /**
   * Where masters that ferry does not deploy are found: zk://host:port,host:port/path, or host:port.
   */
  master?: string;
  /**
   * user:password of scheme digest for the ZooKeeper where the masters elect, by reference. Masters make their election readable by all, so that it is rarely needed.
   */
  masterAuth?: string;
  /**
   * Told apart by id. One leads, the others stand by.
   */
  servers: Server[];
  program?: Program;
  /**
   * Container image that holds the program, for docker hosts.
   */
  image?: string;
  flags?: Flags;
  environment?: Environment;
  secretEnvironment?: SecretEnvironment;
  credentials?: Credentials;
  mesosCredential?: MesosCredential;
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
 * Where its state and its election are (--zk). Another place without that state would be another, empty Marathon: ferry refuses it.
 */
export interface ZooKeeper {
  /**
   * Address of the ensemble; or use connectString.
   */
  ensemble?: string;
  /**
   * host:port, several joined by commas: for an ensemble that ferry does not deploy.
   */
  connectString?: string;
  /**
   * The path of --zk.
   */
  path?: string;
  /**
   * user:password of scheme digest, by reference. It is written into a file of the server that only its user reads, never into its command line.
   */
  auth?: string;
}
/**
 * One server of it.
 */
export interface Server {
  /**
   * A number of its own.
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
   * How it names itself to others. Without it its ip.
   */
  hostname?: string;
  /**
   * Where it serves HTTP (--http_port).
   */
  port?: number;
  /**
   * Whether it is to run.
   */
  running?: boolean;
}
/**
 * Flags of Marathon by their names, without dashes: true and false for switches (false is --disable_NAME). Those that other fields say are not repeated here.
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
 * Variables of the environment whose values are secrets, by reference. They are written into a file of the server that only its user reads.
 */
export interface SecretEnvironment {
  /**
   * A secret by reference: env:NAME reads an environment variable, file:PATH a file (relative to this YAML file, or absolute). The secret itself is never written in the configuration.
   */
  [k: string]: string;
}
/**
 * User and password that guard every path of the API (MESOSPHERE_HTTP_CREDENTIALS). ferry uses them too.
 */
export interface Credentials {
  /**
   * Its name.
   */
  username: string;
  /**
   * A secret by reference: env:NAME reads an environment variable, file:PATH a file (relative to this YAML file, or absolute). The secret itself is never written in the configuration.
   */
  password: string;
}
/**
 * With which it registers with masters that authenticate frameworks.
 */
export interface MesosCredential {
  /**
   * Its name.
   */
  principal: string;
  /**
   * A secret by reference: env:NAME reads an environment variable, file:PATH a file (relative to this YAML file, or absolute). The secret itself is never written in the configuration.
   */
  secret: string;
}
/**
 * How ferry itself asks the servers.
 */
export interface Access {
  timeouts?: Timeouts;
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
