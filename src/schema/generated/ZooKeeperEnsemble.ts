// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];

/**
 * An ensemble of ZooKeeper servers on hosts.
 */
export interface ZooKeeperEnsemble {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always ZooKeeperEnsemble.
   */
  kind: "ZooKeeperEnsemble";
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
  /**
   * Version of ZooKeeper, checked against what is found on the host. Without it any version found is taken.
   */
  version?: string;
  distribution?: Distribution;
  /**
   * The servers, told apart by id. Odd numbers of participants keep a majority best.
   */
  servers: Server[];
  settings?: Settings;
  jvm?: JavaVirtualMachine;
  /**
   * Commands that servers answer (4lw.commands.whitelist). ferry reads roles and latencies through srvr, mntr and conf.
   */
  fourLetterWords?: (
    | "*"
    | "conf"
    | "cons"
    | "crst"
    | "dirs"
    | "dump"
    | "envi"
    | "gtmk"
    | "hash"
    | "isro"
    | "mntr"
    | "ruok"
    | "srst"
    | "srvr"
    | "stat"
    | "stmk"
    | "wchc"
    | "wchp"
    | "wchs"
  )[];
  superuser?: Superuser;
  tls?: TLS;
  metrics?: Metrics;
  container?: Container;
  /**
   * What the runtime does when a server ends by itself.
   */
  restart?: "no" | "on-failure" | "always";
  rolling?: RollingChanges;
  bootstrap?: Bootstrap;
  deletion?: Deletion;
}
/**
 * Where the servers' program comes from.
 */
export interface Distribution {
  /**
   * Container image, for docker hosts.
   */
  image?: string;
  /**
   * Class path inside the image; without it that of the official image.
   */
  classpath?: string[];
  /**
   * Directory of the installation, for process hosts; without it ferry looks in the usual places.
   */
  home?: string;
}
/**
 * One server of the ensemble.
 */
export interface Server {
  /**
   * The server's number (myid), unique in the ensemble.
   */
  id: number;
  /**
   * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
   */
  host: string;
  /**
   * Where clients connect.
   */
  clientPort?: number;
  /**
   * Where followers connect to the leader.
   */
  quorumPort?: number;
  /**
   * For leader election.
   */
  electionPort?: number;
  /**
   * HTTP admin server (3.5 and newer); without it there is none.
   */
  adminPort?: number;
  /**
   * Prometheus metrics (3.6 and newer), with metrics.provider prometheus.
   */
  metricsPort?: number;
  /**
   * Where clients connect with TLS (3.5 and newer); needs tls.client.
   */
  secureClientPort?: number;
  /**
   * Where observers may connect to a follower (3.6 and newer).
   */
  observerMasterPort?: number;
  /**
   * participant votes, observer follows without a vote.
   */
  role?: "participant" | "observer";
  /**
   * Whether the server should run.
   */
  running?: boolean;
}
/**
 * Settings of zoo.cfg under their own names; anything not listed goes into extra.
 */
export interface Settings {
  /**
   * Length of a tick in milliseconds.
   */
  tickTime?: number;
  /**
   * Ticks that a follower may take to connect and fetch the state.
   */
  initLimit?: number;
  /**
   * Ticks that a follower may lag behind.
   */
  syncLimit?: number;
  /**
   * Ticks that a learner may take to connect after the election.
   */
  connectToLearnerMasterLimit?: number;
  /**
   * Transactions between two snapshots (server's default 100000).
   */
  snapCount?: number;
  /**
   * Size of transaction log blocks in kilobytes (server's default 65536).
   */
  preAllocSize?: number;
  /**
   * Connections that one address may open to one server; 0 is no limit (server's default 60).
   */
  maxClientCnxns?: number;
  /**
   * Connections of one server in all; 0 is no limit (3.6 and newer).
   */
  maxCnxns?: number;
  /**
   * In milliseconds (server's default 2 ticks).
   */
  minSessionTimeout?: number;
  /**
   * In milliseconds (server's default 20 ticks).
   */
  maxSessionTimeout?: number;
  /**
   * Requests queued before clients are throttled (server's default 1000).
   */
  globalOutstandingLimit?: number;
  /**
   * Snapshots that purging leaves (server's default 3).
   */
  "autopurge.snapRetainCount"?: number;
  /**
   * Hours between purges; 0 never purges (server's default 0).
   */
  "autopurge.purgeInterval"?: number;
  /**
   * Seconds to wait for connections for leader election (server's default 5).
   */
  cnxTimeout?: number;
  /**
   * Whether the leader accepts clients (server's default yes).
   */
  leaderServes?: "yes" | "no";
  /**
   * Whether updates are synced to disk before they are acknowledged (server's default yes). no can lose acknowledged writes.
   */
  forceSync?: "yes" | "no";
  /**
   * Whether observers write logs and snapshots (server's default true).
   */
  syncEnabled?: boolean;
  /**
   * Whether the quorum and election ports listen on every address (server's default false).
   */
  quorumListenOnAllIPs?: boolean;
  /**
   * Whether servers can be added and removed while running (3.5 and newer).
   */
  reconfigEnabled?: boolean;
  /**
   * Whether an ensemble of one server runs stand-alone (3.5 and newer).
   */
  standaloneEnabled?: boolean;
  /**
   * Whether nodes with a time to live may be made (3.5.4 and newer).
   */
  extendedTypesEnabled?: boolean;
  /**
   * Bytes of the largest znode or request (server's default 1048575); a system property of Java.
   */
  "jute.maxbuffer"?: number;
  extra?: FurtherSettings;
}
/**
 * Any other line of zoo.cfg.
 */
export interface FurtherSettings {
  [k: string]: string | number | boolean;
}
/**
 * How each server's Java is started.
 */
export interface JavaVirtualMachine {
  /**
   * Smallest and largest heap (-Xms and -Xmx): a number with k, m or g.
   */
  heap?: string;
  /**
   * Further options of java, in order.
   */
  options?: string[];
}
/**
 * The digest superuser "super", which no ACL binds.
 */
export interface Superuser {
  /**
   * By reference.
   */
  password: string;
}
/**
 * Encryption towards clients and between servers.
 */
export interface TLS {
  client?: TLS1;
  quorum?: TLS2;
}
/**
 * Needs secureClientPort on the servers.
 */
export interface TLS1 {
  /**
   * Key and certificate of the servers, by reference.
   */
  keyStore: string;
  /**
   * By reference.
   */
  keyStorePassword?: string;
  /**
   * Certificates that are trusted, by reference.
   */
  trustStore: string;
  /**
   * By reference.
   */
  trustStorePassword?: string;
  /**
   * Whether the other side must show a certificate.
   */
  clientAuth?: "need" | "want" | "none";
  /**
   * For clients: give up the plain client port. Between servers: accept no plain connection (otherwise both while changing over).
   */
  only?: boolean;
}
/**
 * For the quorum and election ports.
 */
export interface TLS2 {
  /**
   * Key and certificate of the servers, by reference.
   */
  keyStore: string;
  /**
   * By reference.
   */
  keyStorePassword?: string;
  /**
   * Certificates that are trusted, by reference.
   */
  trustStore: string;
  /**
   * By reference.
   */
  trustStorePassword?: string;
  /**
   * Whether the other side must show a certificate.
   */
  clientAuth?: "need" | "want" | "none";
  /**
   * For clients: give up the plain client port. Between servers: accept no plain connection (otherwise both while changing over).
   */
  only?: boolean;
}
/**
 * How servers give their metrics (3.6 and newer).
 */
export interface Metrics {
  /**
   * prometheus serves them on metricsPort; default is ZooKeeper's own, read through mntr; none collects nothing.
   */
  provider?: "prometheus" | "default" | "none";
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
/**
 * How servers are restarted one after another.
 */
export interface RollingChanges {
  /**
   * Seconds that each server may take to serve and follow again before the change stops.
   */
  waitSeconds?: number;
}
/**
 * What a new ensemble begins with. It counts before the first start; a later change of it concerns no server.
 */
export interface Bootstrap {
  /**
   * Snapshot file of a server, or one that ferry wrote, relative to this YAML file. Every server gets it into its data directory under its own name, which holds the zxid.
   */
  snapshot: string;
}
/**
 * What happens to the data when the ensemble or a server is removed.
 */
export interface Deletion {
  /**
   * Leave the data directories where they are.
   */
  keepData?: boolean;
}
