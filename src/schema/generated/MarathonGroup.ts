// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
/**
 * Attribute (or hostname, @hostname, @region, @zone), operator and, for most operators, a value.
 */
export type Constraint = string[];
/**
 * Which disks may be used, as [path, LIKE, expression].
 */
export type VolumeConstraints = Constraint[];
/**
 * When instances on lost agents are replaced; disabled is never.
 */
export type UnreachableStrategy =
  | string
  | {
      /**
       * Seconds until a replacement starts.
       */
      inactiveAfterSeconds: number;
      /**
       * Seconds until the lost one is forgotten; not less.
       */
      expungeAfterSeconds: number;
    };

/**
 * A group on a Marathon, deployed as a whole.
 */
export interface MarathonGroup {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MarathonGroup.
   */
  kind: "MarathonGroup";
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
 * What is in it, and how changes are made.
 */
export interface Specification {
  /**
   * Address of the Marathon that it runs on.
   */
  marathon: string;
  definition: Group;
  /**
   * declared: the declared number of instances is kept. external: something else, for example an autoscaler, decides it; the declared one counts when it is made, and never again.
   */
  scaling?: "declared" | "external";
  deployment?: Deployment;
}
/**
 * A group in Marathon's own words (API v2). Lists that are left out are none of its business.
 */
export interface Group {
  /**
   * Path of the app, pod or group, for example /shop/web. Segments of lower-case letters, digits, dashes and inner dots.
   */
  id: string;
  /**
   * Ids of apps or groups that are deployed before this one; relative ones are seen from the group.
   *
   * Items: Path of the app, pod or group, for example /shop/web. Segments of lower-case letters, digits, dashes and inner dots.
   */
  dependencies?: string[];
  /**
   * Everything in it has the group's name as its role. Top-level groups only; Marathon's own choice when left out.
   */
  enforceRole?: boolean;
  /**
   * All apps of the group: others in it are deleted. Left out: those that are there stay.
   */
  apps?: App[];
  /**
   * All groups in it: others are deleted. Left out: those that are there stay.
   */
  groups?: Group[];
}
/**
 * An app in Marathon's own words (API v2). What is left out has Marathon's defaults.
 */
export interface App {
  /**
   * Path of the app, pod or group, for example /shop/web. Segments of lower-case letters, digits, dashes and inner dots.
   */
  id: string;
  /**
   * A line for the shell; not with args.
   */
  cmd?: string;
  /**
   * For the image's own program; not with cmd.
   */
  args?: string[];
  /**
   * How many; 1 when left out.
   */
  instances?: number;
  /**
   * Cores of each instance; 1 when left out.
   */
  cpus?: number;
  /**
   * MB of each instance; 128 when left out.
   */
  mem?: number;
  /**
   * MB of each instance.
   */
  disk?: number;
  /**
   * Of each instance.
   */
  gpus?: number;
  /**
   * User of the operating system on the agent.
   */
  user?: string;
  container?: Container;
  /**
   * Where the instances are; the host's when left out.
   */
  networks?: Network[];
  /**
   * Ports in the host's network; one without a number when left out, [] is none.
   */
  portDefinitions?: PortDefinition[];
  /**
   * The ports of the definitions are those of the agents; false when left out.
   */
  requirePorts?: boolean;
  env?: Environment;
  secrets?: Secrets;
  labels?: Labels4;
  /**
   * Where instances may run.
   */
  constraints?: Constraint[];
  /**
   * Offers of these roles only: *, or the app's own.
   */
  acceptedResourceRoles?: string[];
  /**
   * Mesos role; Marathon's own choice when left out.
   */
  role?: string;
  /**
   * Ids of apps or groups that are deployed before this one; relative ones are seen from the group.
   *
   * Items: Path of the app, pod or group, for example /shop/web. Segments of lower-case letters, digits, dashes and inner dots.
   */
  dependencies?: string[];
  /**
   * What is fetched into the sandbox.
   */
  fetch?: Artifact[];
  /**
   * Without one an instance counts as healthy when it runs.
   */
  healthChecks?: HealthCheck[];
  /**
   * At most one; it counts while a deployment runs.
   */
  readinessChecks?: ReadinessCheck[];
  check?: Check;
  upgradeStrategy?: UpgradeStrategy;
  unreachableStrategy?: UnreachableStrategy;
  /**
   * Which instances go first when there are fewer.
   */
  killSelection?: "YOUNGEST_FIRST" | "OLDEST_FIRST";
  /**
   * Seconds between the polite signal and the hard one.
   */
  taskKillGracePeriodSeconds?: number;
  /**
   * Seconds before the next try after a failure; 1 when left out.
   */
  backoffSeconds?: number;
  /**
   * The backoff grows by it; 1.15 when left out.
   */
  backoffFactor?: number;
  /**
   * Seconds; 300 when left out.
   */
  maxLaunchDelaySeconds?: number;
  resourceLimits?: ResourceLimits;
  executorResources?: ExecutorResources;
  /**
   * The command executor when left out.
   */
  executor?: string;
  /**
   * Give the instances a terminal.
   */
  tty?: boolean;
  /**
   * Put into the artifact store first; for old versions.
   */
  storeUrls?: string[];
  /**
   * Old notation of fetch.
   */
  uris?: string[];
  /**
   * Old notation of portDefinitions.
   */
  ports?: number[];
  ipAddress?: Address;
}
/**
 * What the instances run in.
 */
export interface Container {
  /**
   * DOCKER (the default) or MESOS.
   */
  type?: "DOCKER" | "MESOS";
  docker?: Docker;
  /**
   * What is mounted.
   */
  volumes?: Volume[];
  /**
   * Ports outside the host's network; one without a number when left out, [] is none.
   */
  portMappings?: PortMapping[];
  linuxInfo?: Linux;
}
/**
 * The image and how it is run.
 */
export interface Docker {
  /**
   * Name and tag.
   */
  image: string;
  /**
   * Pull it before each start; false when left out.
   */
  forcePullImage?: boolean;
  /**
   * More rights on the agent; false when left out. DOCKER only.
   */
  privileged?: boolean;
  /**
   * Options of docker run. DOCKER only.
   */
  parameters?: Parameter[];
  pullConfig?: PullSecret;
  /**
   * Old notation of networks.
   */
  network?: "HOST" | "BRIDGE" | "USER";
  /**
   * Old place of the container's portMappings.
   */
  portMappings?: PortMapping[];
}
/**
 * An option.
 */
export interface Parameter {
  /**
   * Name of the option.
   */
  key: string;
  /**
   * Its value.
   */
  value: string;
}
/**
 * Credentials of the registry. MESOS only.
 */
export interface PullSecret {
  /**
   * Name of one of the app's secrets.
   */
  secret: string;
}
/**
 * A port of the container.
 */
export interface PortMapping {
  /**
   * Port in the container; 0, the default, makes it the same as the host's.
   */
  containerPort?: number;
  /**
   * Port on the agent; 0 is any free one.
   */
  hostPort?: number;
  /**
   * Port for load balancers; 0, the default, lets Marathon give one out and keep it.
   */
  servicePort?: number;
  /**
   * tcp (the default), udp, or both as udp,tcp.
   */
  protocol?: "tcp" | "udp" | "udp,tcp";
  /**
   * Unique in the app.
   */
  name?: string;
  labels?: Labels1;
  /**
   * Container networks that the port belongs to, when there are several.
   */
  networkNames?: string[];
}
/**
 * Labels of the port.
 */
export interface Labels1 {
  [k: string]: string;
}
/**
 * Of the host, persistent, external, or a secret.
 */
export interface Volume {
  /**
   * Where it is in the container; without slashes for persistent ones.
   */
  containerPath: string;
  /**
   * Directory of the agent.
   */
  hostPath?: string;
  /**
   * RO or RW.
   */
  mode?: "RO" | "RW";
  persistent?: Persistent;
  external?: External;
  /**
   * Name of one of the app's secrets.
   */
  secret?: string;
}
/**
 * A reservation on a disk that outlives instances.
 */
export interface Persistent {
  /**
   * MB.
   */
  size: number;
  /**
   * root (the default), path or mount.
   */
  type?: "root" | "path" | "mount";
  /**
   * MB, for mount.
   */
  maxSize?: number;
  /**
   * Of the disk, for mount.
   */
  profileName?: string;
  constraints?: VolumeConstraints;
}
/**
 * A volume of a provider outside.
 */
export interface External {
  /**
   * Unique among all apps unless it is shared.
   */
  name: string;
  /**
   * dvdi or csi.
   */
  provider: string;
  /**
   * GiB.
   */
  size?: number;
  /**
   * Several instances may use it; false when left out.
   */
  shared?: boolean;
  options?: Options;
}
/**
 * Of the provider.
 */
export interface Options {
  [k: string]:
    | string
    | {
        [k: string]: unknown;
      };
}
/**
 * Settings of the agent's isolation.
 */
export interface Linux {
  seccomp?: Seccomp;
  ipcInfo?: IPC;
}
/**
 * Which system calls are allowed.
 */
export interface Seccomp {
  /**
   * Name of a profile on the agent.
   */
  profileName?: string;
  /**
   * No profile at all.
   */
  unconfined?: boolean;
}
/**
 * Shared memory.
 */
export interface IPC {
  /**
   * PRIVATE or SHARE_PARENT.
   */
  mode?: "PRIVATE" | "SHARE_PARENT";
  /**
   * MB of /dev/shm.
   */
  shmSize?: number;
}
/**
 * A network that the instances are in.
 */
export interface Network {
  /**
   * host, container/bridge, or container (the default of a network that is written) for one with a name.
   */
  mode?: "host" | "container/bridge" | "container";
  /**
   * Of a container network; Marathon's own default when left out.
   */
  name?: string;
  labels?: Labels2;
}
/**
 * Labels of the network.
 */
export interface Labels2 {
  [k: string]: string;
}
/**
 * A port on the agent, for apps in the host's network.
 */
export interface PortDefinition {
  /**
   * 0, the default, lets Marathon give out a service port and keep it.
   */
  port?: number;
  /**
   * tcp (the default), udp, or both as udp,tcp.
   */
  protocol?: "tcp" | "udp" | "udp,tcp";
  /**
   * Unique in the app.
   */
  name?: string;
  labels?: Labels3;
}
/**
 * Labels of the port.
 */
export interface Labels3 {
  [k: string]: string;
}
/**
 * Variables of the instances: a text, or {secret: NAME} for one of the secrets.
 */
export interface Environment {
  [k: string]:
    | string
    | {
        /**
         * Name of one of the secrets.
         */
        secret: string;
      };
}
/**
 * Secrets of Marathon's own store by name; ferry never sees what they hold.
 */
export interface Secrets {
  [k: string]: {
    /**
     * Path in the store.
     */
    source: string;
  };
}
/**
 * Words for other programs; changing one restarts the instances.
 */
export interface Labels4 {
  [k: string]: string;
}
/**
 * Something that is fetched into the sandbox before the start.
 */
export interface Artifact {
  /**
   * Where it comes from.
   */
  uri: string;
  /**
   * Unpack archives; true when left out.
   */
  extract?: boolean;
  /**
   * Make it executable; false when left out.
   */
  executable?: boolean;
  /**
   * Keep it in the agent's cache; false when left out.
   */
  cache?: boolean;
  /**
   * Name in the sandbox.
   */
  destPath?: string;
}
/**
 * Tells whether an instance is healthy.
 */
export interface HealthCheck {
  /**
   * HTTP (the default), HTTPS and TCP are done by Marathon, the others on the agent.
   */
  protocol?: "HTTP" | "HTTPS" | "TCP" | "COMMAND" | "MESOS_HTTP" | "MESOS_HTTPS" | "MESOS_TCP";
  /**
   * For HTTP; / is asked when left out.
   */
  path?: string;
  /**
   * Position of the port in the app; 0 when neither this nor port is given.
   */
  portIndex?: number;
  /**
   * A fixed port in place of an index.
   */
  port?: number;
  /**
   * IPv4 when left out.
   */
  ipProtocol?: "IPv4" | "IPv6";
  /**
   * Answers 1xx do not count; false when left out.
   */
  ignoreHttp1xx?: boolean;
  command?: Command;
  /**
   * Seconds after the start in which failures do not count; 300 when left out.
   */
  gracePeriodSeconds?: number;
  /**
   * Seconds between two checks; 60 when left out.
   */
  intervalSeconds?: number;
  /**
   * Seconds for an answer; 20 when left out.
   */
  timeoutSeconds?: number;
  /**
   * Failures in a row that kill the instance; 3 when left out.
   */
  maxConsecutiveFailures?: number;
  /**
   * Seconds before the first check of MESOS_ and COMMAND checks; 15 when left out.
   */
  delaySeconds?: number;
}
/**
 * What is run; 0 as its end is good.
 */
export interface Command {
  /**
   * A line for the shell.
   */
  value: string;
}
/**
 * Tells during a deployment whether a new instance may take work.
 */
export interface ReadinessCheck {
  /**
   * readinessCheck when left out.
   */
  name?: string;
  /**
   * HTTP (the default) or HTTPS.
   */
  protocol?: "HTTP" | "HTTPS";
  /**
   * / when left out.
   */
  path?: string;
  /**
   * Of the port that is asked; http-api when left out.
   */
  portName?: string;
  /**
   * Seconds between two checks; 30 when left out.
   */
  intervalSeconds?: number;
  /**
   * Seconds for an answer, less than the interval; 10 when left out.
   */
  timeoutSeconds?: number;
  /**
   * Answers that mean ready; 200 when left out.
   */
  httpStatusCodesForReady?: number[];
  /**
   * Show the last answer in the deployment; false when left out.
   */
  preserveLastResponse?: boolean;
}
/**
 * A check on the agent that only tells a state and kills nothing.
 */
export interface Check {
  http?: HTTP;
  tcp?: TCP;
  exec?: Command1;
  /**
   * Seconds between two checks; 60 when left out.
   */
  intervalSeconds?: number;
  /**
   * Seconds for an answer; 20 when left out.
   */
  timeoutSeconds?: number;
  /**
   * Seconds before the first one; 15 when left out.
   */
  delaySeconds?: number;
}
/**
 * Asks a path.
 */
export interface HTTP {
  /**
   * Position of the port in the app.
   */
  portIndex?: number;
  /**
   * / is asked when left out.
   */
  path?: string;
  /**
   * HTTP (the default) or HTTPS.
   */
  scheme?: "HTTP" | "HTTPS";
}
/**
 * Opens a connection.
 */
export interface TCP {
  /**
   * Position of the port in the app.
   */
  portIndex?: number;
}
/**
 * Runs a command; 0 as its end is good.
 */
export interface Command1 {
  command: Command2;
}
/**
 * A line for the shell, or a program with arguments.
 */
export interface Command2 {
  /**
   * A line for the shell.
   */
  shell?: string;
  /**
   * Program and arguments.
   */
  argv?: string[];
}
/**
 * What a rolling restart may do to the number of instances.
 */
export interface UpgradeStrategy {
  /**
   * Part of the instances that stays healthy, from 0 to 1.
   */
  minimumHealthCapacity: number;
  /**
   * Part of the instances that may be there besides, from 0 to 1.
   */
  maximumOverCapacity: number;
}
/**
 * How far an instance may go above what it asks for.
 */
export interface ResourceLimits {
  /**
   * Cores, not less than what is asked for; or unlimited.
   */
  cpus?: number | string;
  /**
   * MB, not less than what is asked for; or unlimited.
   */
  mem?: number | string;
}
/**
 * What the executor needs besides. Marathon does not keep it over a change of its leader.
 */
export interface ExecutorResources {
  /**
   * Cores.
   */
  cpus?: number;
  /**
   * MB.
   */
  mem?: number;
  /**
   * MB.
   */
  disk?: number;
}
/**
 * Old notation of a container network.
 */
export interface Address {
  /**
   * Its name.
   */
  networkName?: string;
  labels?: Labels5;
  /**
   * Without effect.
   */
  groups?: string[];
  discovery?: Discovery;
}
/**
 * Labels of the network.
 */
export interface Labels5 {
  [k: string]: string;
}
/**
 * Ports that are told to others.
 */
export interface Discovery {
  /**
   * Become port mappings.
   */
  ports?: Port[];
}
/**
 * A port.
 */
export interface Port {
  /**
   * Port in the container.
   */
  number?: number;
  /**
   * Unique in the app.
   */
  name: string;
  /**
   * tcp (the default), udp, or both as udp,tcp.
   */
  protocol?: "tcp" | "udp" | "udp,tcp";
  labels?: Labels6;
}
/**
 * Labels of the port.
 */
export interface Labels6 {
  [k: string]: string;
}
/**
 * How long a deployment is followed, and what happens when it does not come to its end.
 */
export interface Deployment {
  /**
   * Seconds. Marathon itself waits for ever.
   */
  timeoutSeconds?: number;
  /**
   * Give up as soon as this many tasks of the new definition have failed; waits for the timeout when left out.
   */
  maxTaskFailures?: number;
  /**
   * automatic: a deployment that is given up is rolled back, and the apply fails. never: it is left as it is, for a person to decide.
   */
  rollback?: "never" | "automatic";
  /**
   * What to do while another deployment holds it. fail: say which. wait: until that one is over, within the timeout. force: cancel that one.
   */
  whenLocked?: "fail" | "wait" | "force";
}
