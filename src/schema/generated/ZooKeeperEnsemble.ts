// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Always ferry/v1.
 */
export type VersionOfTheLanguage = "ferry/v1";
/**
 * Always ZooKeeperEnsemble.
 */
export type Kind = "ZooKeeperEnsemble";
/**
 * Unique among the resources of its kind. Lower-case letters, digits and dashes, at most 63.
 */
export type Name = string;
/**
 * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type Address = string;
/**
 * Addresses of resources that must be finished first, where no reference says so already.
 */
export type Dependencies = Address[];
/**
 * Refuse any plan that would destroy or replace the resource.
 */
export type PreventDestruction = boolean;
/**
 * When the resource must be replaced, make the new one before the old one goes.
 */
export type CreateBeforeDestroying = boolean;
/**
 * Field paths whose differences are not acted on.
 */
export type IgnoredFields = string[];
/**
 * Version of ZooKeeper, checked against what is found on the host. Without it any version found is taken.
 */
export type Version = string;
/**
 * Container image, for docker hosts.
 */
export type Image = string;
/**
 * Class path inside the image; without it that of the official image.
 */
export type ClassPath = string[];
/**
 * Directory of the installation, for process hosts; without it ferry looks in the usual places.
 */
export type Home = string;
/**
 * The server's number (myid), unique in the ensemble.
 */
export type Id = number;
/**
 * Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type Address1 = string;
/**
 * Where clients connect.
 */
export type ClientPort = number;
/**
 * Where followers connect to the leader.
 */
export type QuorumPort = number;
/**
 * For leader election.
 */
export type ElectionPort = number;
/**
 * HTTP admin server (3.5 and newer); without it there is none.
 */
export type AdminPort = number;
/**
 * Prometheus metrics (3.6 and newer), with metrics.provider prometheus.
 */
export type MetricsPort = number;
/**
 * Where clients connect with TLS (3.5 and newer); needs tls.client.
 */
export type SecureClientPort = number;
/**
 * Where observers may connect to a follower (3.6 and newer).
 */
export type ObserverMasterPort = number;
/**
 * participant votes, observer follows without a vote.
 */
export type Role = "participant" | "observer";
/**
 * Whether the server should run.
 */
export type Running = boolean;
/**
 * The servers, told apart by id. Odd numbers of participants keep a majority best.
 */
export type Servers = Server[];
/**
 * Length of a tick in milliseconds.
 */
export type Tick = number;
/**
 * Ticks that a follower may take to connect and fetch the state.
 */
export type InitialLimit = number;
/**
 * Ticks that a follower may lag behind.
 */
export type SynchronisationLimit = number;
/**
 * Ticks that a learner may take to connect after the election.
 */
export type LimitForConnectingToTheLearnerMaster = number;
/**
 * Transactions between two snapshots (server's default 100000).
 */
export type TransactionsPerSnapshot = number;
/**
 * Size of transaction log blocks in kilobytes (server's default 65536).
 */
export type Preallocation = number;
/**
 * Connections that one address may open to one server; 0 is no limit (server's default 60).
 */
export type ConnectionsPerAddress = number;
/**
 * Connections of one server in all; 0 is no limit (3.6 and newer).
 */
export type ConnectionsInAll = number;
/**
 * In milliseconds (server's default 2 ticks).
 */
export type ShortestSessionTimeout = number;
/**
 * In milliseconds (server's default 20 ticks).
 */
export type LongestSessionTimeout = number;
/**
 * Requests queued before clients are throttled (server's default 1000).
 */
export type OutstandingRequests = number;
/**
 * Snapshots that purging leaves (server's default 3).
 */
export type SnapshotsKept = number;
/**
 * Hours between purges; 0 never purges (server's default 0).
 */
export type PurgeInterval = number;
/**
 * Seconds to wait for connections for leader election (server's default 5).
 */
export type ElectionConnectionTimeout = number;
/**
 * Whether the leader accepts clients (server's default yes).
 */
export type LeaderServesClients = "yes" | "no";
/**
 * Whether updates are synced to disk before they are acknowledged (server's default yes). no can lose acknowledged writes.
 */
export type ForceToDisk = "yes" | "no";
/**
 * Whether observers write logs and snapshots (server's default true).
 */
export type ObserversKeepLogs = boolean;
/**
 * Whether the quorum and election ports listen on every address (server's default false).
 */
export type QuorumListensOnAllAddresses = boolean;
/**
 * Whether servers can be added and removed while running (3.5 and newer).
 */
export type Reconfiguration = boolean;
/**
 * Whether an ensemble of one server runs stand-alone (3.5 and newer).
 */
export type StandAloneMode = boolean;
/**
 * Whether nodes with a time to live may be made (3.5.4 and newer).
 */
export type TTLNodes = boolean;
/**
 * Bytes of the largest znode or request (server's default 1048575); a system property of Java.
 */
export type LargestPacket = number;
/**
 * Smallest and largest heap (-Xms and -Xmx): a number with k, m or g.
 */
export type Heap = string;
/**
 * Further options of java, in order.
 */
export type Options = string[];
/**
 * Commands that servers answer (4lw.commands.whitelist). ferry reads roles and latencies through srvr, mntr and conf.
 */
export type FourLetterWords = (
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
/**
 * By reference.
 */
export type Password = string;
/**
 * Key and certificate of the servers, by reference.
 */
export type KeyStore = string;
/**
 * By reference.
 */
export type KeyStorePassword = string;
/**
 * Certificates that are trusted, by reference.
 */
export type TrustStore = string;
/**
 * By reference.
 */
export type TrustStorePassword = string;
/**
 * Whether the other side must show a certificate.
 */
export type ClientCertificates = "need" | "want" | "none";
/**
 * For clients: give up the plain client port. Between servers: accept no plain connection (otherwise both while changing over).
 */
export type TLSOnly = boolean;
/**
 * prometheus serves them on metricsPort; default is ZooKeeper's own, read through mntr; none collects nothing.
 */
export type Provider = "prometheus" | "default" | "none";
/**
 * host uses the machine's network, bridge publishes the ports.
 */
export type Network = "host" | "bridge";
/**
 * Limit: a number with b, k, m or g.
 */
export type Memory = string;
/**
 * Cores it may use.
 */
export type CPUs = number;
/**
 * Weight against other containers.
 */
export type CPUShares = number;
/**
 * Cores it may run on.
 */
export type CPUSet = string;
/**
 * Name or uid:gid that the server runs as; without it the image's.
 */
export type User = string;
/**
 * A profile file of the engine's machine, or unconfined.
 */
export type SeccompProfile = string;
/**
 * Name of a profile, or unconfined.
 */
export type AppArmorProfile = string;
/**
 * Mount the image's file system read-only.
 */
export type ReadOnlyRoot = boolean;
/**
 * Linux capabilities taken away.
 */
export type DroppedCapabilities = string[];
/**
 * Give all capabilities and devices; rarely right.
 */
export type Privileged = boolean;
/**
 * Absolute path on the machine.
 */
export type Source = string;
/**
 * Absolute path in the container.
 */
export type Target = string;
/**
 * Forbid writing.
 */
export type ReadOnly = boolean;
/**
 * Directories of the machine seen in the container.
 */
export type Mounts = {
  source: Source;
  target: Target;
  readOnly?: ReadOnly;
}[];
/**
 * What the runtime does when a server ends by itself.
 */
export type Restart = "no" | "on-failure" | "always";
/**
 * Seconds that each server may take to serve and follow again before the change stops.
 */
export type TimePerServer = number;
/**
 * Leave the data directories where they are.
 */
export type KeepTheData = boolean;

/**
 * An ensemble of ZooKeeper servers on hosts.
 */
export interface ZooKeeperEnsemble {
  apiVersion: VersionOfTheLanguage;
  kind: Kind;
  metadata: Metadata;
  spec: Specification;
}
/**
 * Name and treatment of the resource.
 */
export interface Metadata {
  name: Name;
  labels?: Labels;
  dependsOn?: Dependencies;
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
  preventDestroy?: PreventDestruction;
  createBeforeDestroy?: CreateBeforeDestroying;
  ignoreChanges?: IgnoredFields;
}
/**
 * Servers, and how each of them is set up.
 */
export interface Specification {
  version?: Version;
  distribution?: Distribution;
  servers: Servers;
  settings?: Settings;
  jvm?: JavaVirtualMachine;
  fourLetterWords?: FourLetterWords;
  superuser?: Superuser;
  tls?: TLS;
  metrics?: Metrics;
  container?: Container;
  restart?: Restart;
  rolling?: RollingChanges;
  deletion?: Deletion;
}
/**
 * Where the servers' program comes from.
 */
export interface Distribution {
  image?: Image;
  classpath?: ClassPath;
  home?: Home;
}
/**
 * One server of the ensemble.
 */
export interface Server {
  id: Id;
  host: Address1;
  clientPort?: ClientPort;
  quorumPort?: QuorumPort;
  electionPort?: ElectionPort;
  adminPort?: AdminPort;
  metricsPort?: MetricsPort;
  secureClientPort?: SecureClientPort;
  observerMasterPort?: ObserverMasterPort;
  role?: Role;
  running?: Running;
}
/**
 * Settings of zoo.cfg under their own names; anything not listed goes into extra.
 */
export interface Settings {
  tickTime?: Tick;
  initLimit?: InitialLimit;
  syncLimit?: SynchronisationLimit;
  connectToLearnerMasterLimit?: LimitForConnectingToTheLearnerMaster;
  snapCount?: TransactionsPerSnapshot;
  preAllocSize?: Preallocation;
  maxClientCnxns?: ConnectionsPerAddress;
  maxCnxns?: ConnectionsInAll;
  minSessionTimeout?: ShortestSessionTimeout;
  maxSessionTimeout?: LongestSessionTimeout;
  globalOutstandingLimit?: OutstandingRequests;
  "autopurge.snapRetainCount"?: SnapshotsKept;
  "autopurge.purgeInterval"?: PurgeInterval;
  cnxTimeout?: ElectionConnectionTimeout;
  leaderServes?: LeaderServesClients;
  forceSync?: ForceToDisk;
  syncEnabled?: ObserversKeepLogs;
  quorumListenOnAllIPs?: QuorumListensOnAllAddresses;
  reconfigEnabled?: Reconfiguration;
  standaloneEnabled?: StandAloneMode;
  extendedTypesEnabled?: TTLNodes;
  "jute.maxbuffer"?: LargestPacket;
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
  heap?: Heap;
  options?: Options;
}
/**
 * The digest superuser "super", which no ACL binds.
 */
export interface Superuser {
  password: Password;
}
/**
 * Encryption towards clients and between servers.
 */
export interface TLS {
  client?: TLSForClients;
  quorum?: TLSBetweenServers;
}
/**
 * Needs secureClientPort on the servers.
 */
export interface TLSForClients {
  keyStore: KeyStore;
  keyStorePassword?: KeyStorePassword;
  trustStore: TrustStore;
  trustStorePassword?: TrustStorePassword;
  clientAuth?: ClientCertificates;
  only?: TLSOnly;
}
/**
 * For the quorum and election ports.
 */
export interface TLSBetweenServers {
  keyStore: KeyStore;
  keyStorePassword?: KeyStorePassword;
  trustStore: TrustStore;
  trustStorePassword?: TrustStorePassword;
  clientAuth?: ClientCertificates;
  only?: TLSOnly;
}
/**
 * How servers give their metrics (3.6 and newer).
 */
export interface Metrics {
  provider?: Provider;
}
/**
 * Settings of the containers, for docker hosts only.
 */
export interface Container {
  network?: Network;
  memory?: Memory;
  cpus?: CPUs;
  cpuShares?: CPUShares;
  cpuset?: CPUSet;
  user?: User;
  seccomp?: SeccompProfile;
  apparmor?: AppArmorProfile;
  readOnlyRoot?: ReadOnlyRoot;
  capDrop?: DroppedCapabilities;
  privileged?: Privileged;
  mounts?: Mounts;
}
/**
 * How servers are restarted one after another.
 */
export interface RollingChanges {
  waitSeconds?: TimePerServer;
}
/**
 * What happens to the data when the ensemble or a server is removed.
 */
export interface Deletion {
  keepData?: KeepTheData;
}
