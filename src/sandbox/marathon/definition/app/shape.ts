/** The shape of an app in requests, for POST and full PUT and for partial updates. Defaults and rules are elsewhere. */
import {
  either,
  flag,
  listOf,
  mapOf,
  numeric,
  oneOf,
  type RecordFields,
  record,
  required,
  text,
  whole,
} from "../shape.js";

const PORT = whole(0, 65_535);
const PORT_PROTOCOL = oneOf("tcp", "udp", "udp,tcp");

const NETWORKS = listOf(
  record({
    name: text(),
    mode: oneOf("container", "container/bridge", "host"),
    labels: mapOf(text()),
  }),
);

const PORT_MAPPINGS = listOf(
  record({
    containerPort: PORT,
    hostPort: PORT,
    labels: mapOf(text()),
    name: text({ pattern: /^[a-z0-9-]+$/ }),
    protocol: PORT_PROTOCOL,
    servicePort: PORT,
    networkNames: listOf(text()),
  }),
);

const VOLUMES = listOf(
  record({
    containerPath: text(),
    hostPath: text(),
    mode: oneOf("RO", "RW"),
    secret: text(),
    persistent: record({
      type: oneOf("root", "path", "mount"),
      size: required(numeric()),
      maxSize: numeric({ min: 0 }),
      profileName: text(),
      constraints: listOf(listOf(text())),
    }),
    external: record({
      name: text(),
      provider: text(),
      options: mapOf(text()),
      size: numeric({ min: 0 }),
      shared: flag,
    }),
  }),
);

const DOCKER = record({
  image: text(),
  forcePullImage: flag,
  privileged: flag,
  parameters: listOf(record({ key: required(text({ minLength: 1 })), value: required(text()) })),
  pullConfig: record({ secret: required(text()) }),
  network: oneOf("BRIDGE", "HOST", "NONE", "USER"),
  portMappings: PORT_MAPPINGS,
  credential: record({ principal: required(text()), secret: text() }),
});

const CONTAINER = record({
  type: oneOf("DOCKER", "MESOS"),
  docker: DOCKER,
  volumes: VOLUMES,
  portMappings: PORT_MAPPINGS,
  linuxInfo: record({
    seccomp: record({ profileName: text(), unconfined: flag }),
    ipcInfo: record({ mode: oneOf("PRIVATE", "SHARE_PARENT"), shmSize: whole() }),
  }),
});

const HEALTH_CHECKS = listOf(
  record({
    command: record({ value: required(text()) }),
    gracePeriodSeconds: whole(),
    ignoreHttp1xx: flag,
    intervalSeconds: whole(),
    maxConsecutiveFailures: whole(),
    path: text(),
    port: PORT,
    portIndex: whole(),
    protocol: oneOf("HTTP", "HTTPS", "TCP", "COMMAND", "MESOS_TCP", "MESOS_HTTP", "MESOS_HTTPS"),
    ipProtocol: oneOf("IPv4", "IPv6"),
    timeoutSeconds: whole(),
    delaySeconds: whole(),
  }),
);

const CHECK = record({
  http: record({ portIndex: whole(), path: text(), scheme: oneOf("HTTP", "HTTPS") }),
  tcp: record({ portIndex: whole() }),
  exec: record({
    command: required(record({ shell: text(), argv: listOf(text()) })),
  }),
  intervalSeconds: whole(),
  timeoutSeconds: whole(),
  delaySeconds: whole(),
});

const READINESS_CHECKS = listOf(
  record({
    name: text(),
    protocol: oneOf("HTTP", "HTTPS"),
    path: text(),
    portName: text(),
    intervalSeconds: whole(),
    timeoutSeconds: whole(),
    httpStatusCodesForReady: listOf(whole(100, 999)),
    preserveLastResponse: flag,
  }),
);

const LIMIT = either(numeric({ min: 0 }), oneOf("unlimited"));
const CAPACITY = required(numeric({ min: 0, max: 1 }));

const FETCH = listOf(
  record({
    uri: required(text()),
    extract: flag,
    executable: flag,
    cache: flag,
    destPath: text(),
  }),
);

const IP_ADDRESS = record({
  discovery: record({
    ports: listOf(
      record({
        number: required(PORT),
        name: required(text()),
        protocol: PORT_PROTOCOL,
        labels: mapOf(text()),
      }),
    ),
  }),
  groups: listOf(text()),
  labels: mapOf(text()),
  networkName: text(),
});

const FIELDS: RecordFields = {
  acceptedResourceRoles: listOf(text()),
  args: listOf(text()),
  backoffFactor: numeric({ min: 1 }),
  backoffSeconds: numeric({ min: 0 }),
  cmd: text(),
  constraints: listOf(listOf(text())),
  container: CONTAINER,
  cpus: numeric({ min: 0 }),
  dependencies: listOf(text()),
  disk: numeric({ min: 0 }),
  env: mapOf(either(text(), record({ secret: required(text()) }))),
  executor: text({ pattern: /^(\/\/cmd)|(\/?[^/]+(\/[^/]+)*)|$/ }),
  executorResources: record({
    cpus: numeric({ min: 0 }),
    mem: numeric({ min: 0 }),
    disk: numeric({ min: 0 }),
  }),
  fetch: FETCH,
  healthChecks: HEALTH_CHECKS,
  check: CHECK,
  instances: whole(),
  ipAddress: IP_ADDRESS,
  labels: mapOf(text()),
  maxLaunchDelaySeconds: whole(),
  mem: numeric({ min: 0 }),
  gpus: whole(),
  networks: NETWORKS,
  ports: listOf(PORT),
  portDefinitions: listOf(
    record({ port: PORT, labels: mapOf(text()), name: text(), protocol: PORT_PROTOCOL }),
  ),
  readinessChecks: READINESS_CHECKS,
  requirePorts: flag,
  residency: record({}),
  resourceLimits: record({ cpus: LIMIT, mem: LIMIT }),
  role: text(),
  secrets: mapOf(record({ source: required(text({ minLength: 1 })) })),
  taskKillGracePeriodSeconds: whole(),
  tty: flag,
  upgradeStrategy: record({ maximumOverCapacity: CAPACITY, minimumHealthCapacity: CAPACITY }),
  uris: listOf(text()),
  user: text(),
  version: text(),
  killSelection: oneOf("YOUNGEST_FIRST", "OLDEST_FIRST"),
  unreachableStrategy: either(
    oneOf("disabled"),
    record({ inactiveAfterSeconds: whole(), expungeAfterSeconds: whole() }),
  ),
};

/** POST, full PUT and the apps of a group. */
export const APP = record({ id: required(text()), ...FIELDS });

/** PUT and PATCH of one app, whose id the URL gives. */
export const APP_UPDATE = record({ id: text(), ...FIELDS });

/** An item of PUT and PATCH of several apps. */
export const APPS = listOf(APP);
