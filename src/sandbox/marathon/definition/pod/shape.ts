/** The shape of a pod in requests. */
import { either, flag, listOf, mapOf, numeric, oneOf, record, required, text, whole } from "../shape.js";

const RESOURCES = record({
  cpus: required(numeric({ min: 0 })),
  mem: required(numeric({ min: 0 })),
  disk: numeric({ min: 0 }),
  gpus: whole(),
});

const LIMIT = either(numeric({ min: 0 }), oneOf("unlimited"));
const ENVIRONMENT = mapOf(either(text(), record({ secret: required(text()) })));
const COMMAND = record({ shell: text(), argv: listOf(text()) });

const HTTP_CHECK = record({ endpoint: required(text()), path: text(), scheme: oneOf("HTTP", "HTTPS") });
const CHECKS = {
  http: HTTP_CHECK,
  tcp: record({ endpoint: required(text()) }),
  exec: record({ command: required(COMMAND) }),
  intervalSeconds: whole(),
  timeoutSeconds: whole(),
  delaySeconds: whole(),
};

const CONTAINER = record({
  name: required(text({ minLength: 1 })),
  exec: record({ command: required(COMMAND), overrideEntrypoint: flag }),
  resources: required(RESOURCES),
  resourceLimits: record({ cpus: LIMIT, mem: LIMIT }),
  endpoints: listOf(
    record({
      name: required(text({ minLength: 1 })),
      containerPort: whole(0, 65_535),
      hostPort: whole(0, 65_535),
      protocol: listOf(oneOf("tcp", "udp")),
      labels: mapOf(text()),
      networkNames: listOf(text()),
    }),
  ),
  image: record({
    kind: required(oneOf("DOCKER")),
    id: required(text()),
    forcePull: flag,
    labels: mapOf(text()),
    pullConfig: record({ secret: required(text()) }),
  }),
  environment: ENVIRONMENT,
  user: text(),
  healthCheck: record({ ...CHECKS, gracePeriodSeconds: whole(), maxConsecutiveFailures: whole() }),
  check: record(CHECKS),
  volumeMounts: listOf(record({ name: required(text()), mountPath: required(text()), readOnly: flag })),
  artifacts: listOf(
    record({
      uri: required(text()),
      extract: flag,
      executable: flag,
      cache: flag,
      destPath: text(),
    }),
  ),
  labels: mapOf(text()),
  lifecycle: record({ killGracePeriodSeconds: numeric({ min: 0 }) }),
  tty: flag,
});

const VOLUMES = listOf(
  record({
    name: required(text()),
    host: text(),
    secret: text(),
    persistent: record({
      type: oneOf("root", "path", "mount"),
      size: required(numeric()),
      maxSize: numeric(),
      constraints: listOf(listOf(text())),
      profileName: text(),
    }),
  }),
);

const SCHEDULING = record({
  backoff: record({
    backoff: numeric({ min: 0 }),
    backoffFactor: numeric({ min: 0 }),
    maxLaunchDelay: numeric({ min: 0 }),
  }),
  upgrade: record({
    minimumHealthCapacity: numeric({ min: 0, max: 1 }),
    maximumOverCapacity: numeric({ min: 0, max: 1 }),
  }),
  placement: record({
    constraints: listOf(record({ fieldName: required(text()), operator: required(text()), value: text() })),
    acceptedResourceRoles: listOf(text()),
  }),
  killSelection: oneOf("YOUNGEST_FIRST", "OLDEST_FIRST"),
  unreachableStrategy: either(
    oneOf("disabled"),
    record({ inactiveAfterSeconds: whole(), expungeAfterSeconds: whole() }),
  ),
});

export const POD = record({
  id: required(text()),
  version: text(),
  user: text(),
  labels: mapOf(text()),
  environment: ENVIRONMENT,
  containers: required(listOf(CONTAINER)),
  secrets: mapOf(record({ source: required(text({ minLength: 1 })) })),
  volumes: VOLUMES,
  networks: listOf(
    record({
      name: text(),
      mode: oneOf("container", "container/bridge", "host"),
      labels: mapOf(text()),
    }),
  ),
  scaling: record({
    kind: required(oneOf("fixed")),
    instances: whole(),
    maxInstances: whole(),
  }),
  scheduling: SCHEDULING,
  executorResources: record({
    cpus: numeric({ min: 0 }),
    mem: numeric({ min: 0 }),
    disk: numeric({ min: 0 }),
  }),
  role: text(),
});
