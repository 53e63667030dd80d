// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.

/**
 * Addresses of resources that must be finished first, where no reference says so already.
 *
 * Items: Kind/name, in a module module.x.Kind/name, in an instance of a forEach module.x["key"].Kind/name.
 */
export type DependsOn = string[];
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
 * Attribute (or hostname, @hostname, @region, @zone), operator and, for most operators, a value.
 */
export type Constraint1 = string[];
/**
 * Which disks may be used, as [path, LIKE, expression].
 */
export type VolumeConstraints = Constraint1[];

/**
 * A pod on a Marathon.
 */
export interface MarathonPod {
  /**
   * Always ferry/v1.
   */
  apiVersion: "ferry/v1";
  /**
   * Always MarathonPod.
   */
  kind: "MarathonPod";
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
 * What runs where, and how changes are made.
 */
export interface Specification {
  /**
   * Address of the Marathon that it runs on.
   */
  marathon: string;
  definition: Pod;
  /**
   * declared: the declared number of instances is kept. external: something else, for example an autoscaler, decides it; the declared one counts when it is made, and never again.
   */
  scaling?: "declared" | "external";
  deployment?: Deployment;
}
/**
 * A pod in Marathon's own words (API v2). What is left out has Marathon's defaults.
 */
export interface Pod {
  /**
   * Path of the app, pod or group, for example /shop/web. Segments of lower-case letters, digits, dashes and inner dots.
   */
  id: string;
  /**
   * Run side by side on one agent.
   */
  containers: Container[];
  /**
   * Where the pod is; the host's when left out.
   */
  networks?: Network[];
  scaling?: Scaling;
  scheduling?: Scheduling;
  /**
   * Shared by the containers.
   */
  volumes?: Volume[];
  environment?: Environment;
  secrets?: Secrets;
  labels?: Labels5;
  /**
   * User of the operating system.
   */
  user?: string;
  /**
   * Mesos role; Marathon's own choice when left out.
   */
  role?: string;
  executorResources?: ExecutorResources;
  /**
   * Containers share the limits of the pod.
   */
  legacySharedCgroups?: boolean;
  linuxInfo?: Linux;
}
/**
 * One of the pod's containers.
 */
export interface Container {
  /**
   * Unique in the pod.
   */
  name: string;
  exec?: Program;
  resources: Resources;
  resourceLimits?: ResourceLimits;
  /**
   * Its ports.
   */
  endpoints?: Endpoint[];
  image?: Image;
  environment?: Environment;
  /**
   * User of the operating system.
   */
  user?: string;
  healthCheck?: HealthCheck;
  check?: Check;
  /**
   * Volumes of the pod in this container.
   */
  volumeMounts?: Mount[];
  /**
   * What is fetched into the sandbox.
   */
  artifacts?: Artifact[];
  labels?: Labels3;
  lifecycle?: LifeCycle;
  /**
   * Give it a terminal.
   */
  tty?: boolean;
  linuxInfo?: Linux;
}
/**
 * What is run in it.
 */
export interface Program {
  command: Command;
  /**
   * Instead of the image's own program.
   */
  overrideEntrypoint?: boolean;
}
/**
 * A line for the shell, or a program with arguments.
 */
export interface Command {
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
 * Of the container.
 */
export interface Resources {
  /**
   * Cores.
   */
  cpus: number;
  /**
   * MB.
   */
  mem: number;
  /**
   * MB; 0 when left out.
   */
  disk?: number;
  /**
   * 0 when left out.
   */
  gpus?: number;
}
/**
 * How far it may go above that.
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
 * A port.
 */
export interface Endpoint {
  /**
   * Unique in the pod.
   */
  name: string;
  /**
   * Port in the container.
   */
  containerPort?: number;
  /**
   * Port on the agent; 0 is any.
   */
  hostPort?: number;
  /**
   * tcp when left out.
   */
  protocol?: string[];
  labels?: Labels1;
  /**
   * Container networks that it belongs to, when there are several.
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
 * Without one the agent's own files are seen.
 */
export interface Image {
  /**
   * DOCKER or APPC.
   */
  kind: "DOCKER" | "APPC";
  /**
   * Name and tag.
   */
  id: string;
  /**
   * Pull it before each start; false when left out.
   */
  forcePull?: boolean;
  labels?: Labels2;
  pullConfig?: PullSecret;
}
/**
 * Labels of APPC images.
 */
export interface Labels2 {
  [k: string]: string;
}
/**
 * Credentials of the registry.
 */
export interface PullSecret {
  /**
   * Name of one of the pod's secrets.
   */
  secret: string;
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
 * Tells whether the container is healthy.
 */
export interface HealthCheck {
  http?: HTTP;
  tcp?: TCP;
  exec?: Command1;
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
 * Asks a path.
 */
export interface HTTP {
  /**
   * Name of the port.
   */
  endpoint: string;
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
   * Name of the port.
   */
  endpoint: string;
}
/**
 * Runs a command; 0 as its end is good.
 */
export interface Command1 {
  command: Command;
}
/**
 * Only tells a state and kills nothing.
 */
export interface Check {
  http?: HTTP1;
  tcp?: TCP1;
  exec?: Command2;
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
export interface HTTP1 {
  /**
   * Name of the port.
   */
  endpoint: string;
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
export interface TCP1 {
  /**
   * Name of the port.
   */
  endpoint: string;
}
/**
 * Runs a command; 0 as its end is good.
 */
export interface Command2 {
  command: Command;
}
/**
 * Where a volume is.
 */
export interface Mount {
  /**
   * Name of the volume.
   */
  name: string;
  /**
   * In the container.
   */
  mountPath: string;
  /**
   * False when left out.
   */
  readOnly?: boolean;
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
 * Words for other programs; changing one restarts the instances.
 */
export interface Labels3 {
  [k: string]: string;
}
/**
 * How it is ended.
 */
export interface LifeCycle {
  /**
   * Seconds between the polite signal and the hard one.
   */
  killGracePeriodSeconds?: number;
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
  labels?: Labels4;
}
/**
 * Labels of the network.
 */
export interface Labels4 {
  [k: string]: string;
}
/**
 * How many instances.
 */
export interface Scaling {
  /**
   * Always fixed.
   */
  kind?: "fixed";
  /**
   * 1 when left out.
   */
  instances?: number;
  /**
   * Never more than this.
   */
  maxInstances?: number;
}
/**
 * Where and how instances are started.
 */
export interface Scheduling {
  backoff?: Backoff;
  upgrade?: Upgrade;
  placement?: Placement;
  /**
   * Which instances go first when there are fewer.
   */
  killSelection?: "YOUNGEST_FIRST" | "OLDEST_FIRST";
  unreachableStrategy?: UnreachableStrategy;
}
/**
 * Pauses after failures.
 */
export interface Backoff {
  /**
   * Seconds; 1 when left out.
   */
  backoff?: number;
  /**
   * 1.15 when left out.
   */
  backoffFactor?: number;
  /**
   * Seconds; 300 when left out.
   */
  maxLaunchDelay?: number;
}
/**
 * What a rolling restart may do to the number of instances.
 */
export interface Upgrade {
  /**
   * Part that stays healthy.
   */
  minimumHealthCapacity?: number;
  /**
   * Part that may be there besides.
   */
  maximumOverCapacity?: number;
}
/**
 * Where instances may run.
 */
export interface Placement {
  /**
   * Where instances may run.
   */
  constraints?: Constraint[];
  /**
   * Offers of these roles only: *, or the app's own.
   */
  acceptedResourceRoles?: string[];
}
/**
 * Where instances may run.
 */
export interface Constraint {
  /**
   * Attribute or hostname.
   */
  fieldName: string;
  /**
   * UNIQUE, CLUSTER, GROUP_BY, LIKE, UNLIKE, MAX_PER or IS.
   */
  operator: "UNIQUE" | "CLUSTER" | "GROUP_BY" | "LIKE" | "UNLIKE" | "MAX_PER" | "IS";
  /**
   * For most operators.
   */
  value?: string;
}
/**
 * Of the host, persistent, a secret, or of the pod's own life.
 */
export interface Volume {
  /**
   * Unique in the pod.
   */
  name: string;
  /**
   * Directory of the agent.
   */
  host?: string;
  /**
   * Name of one of the pod's secrets.
   */
  secret?: string;
  persistent?: Persistent;
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
export interface Labels5 {
  [k: string]: string;
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
