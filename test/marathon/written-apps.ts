/** Made-up app definitions as users write them: old and new notations, with and without every optional field. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../src/value/json.js";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const text = fc.constantFrom("info", "a b", "", "ü", "1");
const labels = fc.dictionary(name, text, { maxKeys: 3 });
const port = fc.constantFrom(0, 0, 8080, 10004, 31000);
const protocol = fc.constantFrom("tcp", "udp", "udp,tcp");

/** Each field is there or not. */
function optional(fields: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<JsonObject> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
}

function both(...parts: readonly fc.Arbitrary<JsonObject>[]): fc.Arbitrary<JsonObject> {
  return fc.tuple(...parts).map((all) => Object.assign({}, ...all) as JsonObject);
}

const times = {
  gracePeriodSeconds: fc.nat(600),
  intervalSeconds: fc.integer({ min: 1, max: 90 }),
  timeoutSeconds: fc.integer({ min: 1, max: 60 }),
  maxConsecutiveFailures: fc.nat(5),
  delaySeconds: fc.nat(30),
};

const healthCheck = fc.oneof(
  both(
    optional({ ...times, protocol: fc.constantFrom("HTTP", "HTTPS"), path: fc.constantFrom("/", "/health") }),
    optional({ ignoreHttp1xx: fc.boolean(), portIndex: fc.constant(0) }),
  ),
  both(
    fc.constant({ protocol: "TCP" }),
    optional({ ...times, path: fc.constant("/x"), port: fc.constant(8080) }),
  ),
  both(fc.constant({ protocol: "COMMAND", command: { value: "true" } }), optional(times)),
  both(
    fc.constantFrom<JsonObject>(
      { protocol: "MESOS_HTTP" },
      { protocol: "MESOS_HTTPS" },
      { protocol: "MESOS_TCP" },
    ),
    optional({ ...times, ipProtocol: fc.constantFrom("IPv4", "IPv6"), portIndex: fc.constant(0) }),
  ),
);

const artifact = both(
  fc.constantFrom<JsonObject>({ uri: "https://f.test/a.tgz" }, { uri: "https://f.test/b.txt" }),
  optional({ extract: fc.boolean(), executable: fc.boolean(), cache: fc.boolean(), destPath: name }),
);

const uris = fc.array(
  fc.constantFrom(
    "https://f.test/a.tgz",
    "https://f.test/b.txt",
    "https://f.test/c.tar.gz?x=1",
    "hdfs://n/d.zip",
  ),
);

const volume: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constant({ containerPath: "/data", hostPath: "/mnt", mode: "RW" }),
  fc.constant({ containerPath: "/secret", secret: "s" }),
  optional({
    type: fc.constantFrom("root", "path"),
    constraints: fc.constantFrom<Json>([], [["path", "LIKE", "/a"]]),
  }).map((more): JsonObject => ({ containerPath: "vol", persistent: { size: 10, ...more }, mode: "RW" })),
  optional({
    size: fc.constant(1),
    options: fc.constantFrom<Json>({}, { "dvdi/driver": "rexray" }),
    shared: fc.boolean(),
  }).map(
    (more): JsonObject => ({
      containerPath: "/ext",
      external: { name: "v", provider: "dvdi", ...more },
      mode: "RO",
    }),
  ),
);

const mapping = both(
  fc.record({ containerPort: port }),
  optional({
    hostPort: fc.constantFrom(0, 31000),
    servicePort: port,
    protocol,
    labels,
    name,
    networkNames: fc.constant([]),
  }),
);

const definition = both(fc.record({ port }), optional({ name, protocol, labels }));

const docker = both(
  fc.constant({ image: "r.test/x:1" }),
  optional({
    forcePullImage: fc.boolean(),
    privileged: fc.boolean(),
    parameters: fc.constantFrom<Json>([], [{ key: "k", value: "v" }]),
  }),
);

/** Networks, ports and the container, which depend on each other. */
const placed: fc.Arbitrary<JsonObject> = fc.oneof(
  // Of the host: said, or not said at all.
  both(
    optional({ networks: fc.constantFrom<Json>([], [{ mode: "host" }]), requirePorts: fc.boolean() }),
    optional({ portDefinitions: fc.array(definition, { maxLength: 2 }) }),
    optional({
      container: both(
        fc.constant({ type: "MESOS" }),
        optional({ volumes: fc.array(volume, { maxLength: 2 }) }),
      ),
    }),
  ),
  fc.record({ ports: fc.array(port, { maxLength: 3 }) }) as fc.Arbitrary<JsonObject>,
  // A bridge.
  both(
    fc.constant({ networks: [{ mode: "container/bridge" }] }),
    optional({
      container: fc.record({
        type: fc.constant("DOCKER"),
        docker,
        portMappings: fc.array(mapping, { maxLength: 2 }),
      }) as fc.Arbitrary<Json>,
      requirePorts: fc.boolean(),
    }),
  ),
  // Networks by name.
  both(
    fc.record({
      networks: optional({ name: fc.constant("dmz"), labels }).map((network): Json => [network]),
      container: both(
        fc.constant({ type: "MESOS", docker: { image: "r.test/x:1" } }),
        optional({
          portMappings: fc.array(mapping, { maxLength: 2 }),
          volumes: fc.array(volume, { maxLength: 1 }),
        }),
      ),
    }) as fc.Arbitrary<JsonObject>,
  ),
  // The old notation of containers.
  both(
    fc.record({
      container: fc.record({
        docker: both(
          docker,
          fc.record({ network: fc.constantFrom("BRIDGE", "HOST", "USER") }) as fc.Arbitrary<JsonObject>,
          optional({ portMappings: fc.array(mapping, { minLength: 1, maxLength: 2 }) }),
        ),
      }) as fc.Arbitrary<Json>,
    }) as fc.Arbitrary<JsonObject>,
    optional({ ports: fc.array(port, { maxLength: 3 }) }),
  ),
  // The old notation of addresses.
  fc.record({
    ipAddress: optional({
      networkName: fc.constant("dmz"),
      labels,
      discovery: fc.constant({ ports: [{ number: 80, name: "http", protocol: "tcp" }] }),
    }),
  }) as fc.Arbitrary<JsonObject>,
);

const fields = optional({
  instances: fc.nat(9),
  cpus: fc.constantFrom(0.1, 1, 2),
  mem: fc.constantFrom(64, 128),
  disk: fc.constantFrom(0, 5),
  user: name,
  labels,
  env: fc.dictionary(name, fc.oneof(text, fc.constant<Json>({ secret: "s" })), { maxKeys: 2 }),
  secrets: fc.constantFrom<Json>({}, { s: { source: "/a/b" } }),
  constraints: fc.uniqueArray(
    fc.constantFrom<Json>(["hostname", "UNIQUE"], ["rack", "GROUP_BY", "3"], ["dc", "IS", "b"]),
  ),
  dependencies: fc.uniqueArray(fc.constantFrom("/shop/cart", "data/db", "../x")),
  acceptedResourceRoles: fc.uniqueArray(fc.constantFrom("*", "shop")),
  healthChecks: fc.uniqueArray(healthCheck, { maxLength: 2, selector: (check) => JSON.stringify(check) }),
  readinessChecks: fc.array(
    optional({
      name,
      path: fc.constant("/r"),
      httpStatusCodesForReady: fc.constantFrom<Json>([], [200, 201], [503]),
    }),
    { maxLength: 1 },
  ),
  upgradeStrategy: fc.constantFrom<Json>({ minimumHealthCapacity: 0.5, maximumOverCapacity: 0.2 }),
  unreachableStrategy: fc.constantFrom<Json>("disabled", {
    inactiveAfterSeconds: 60,
    expungeAfterSeconds: 120,
  }),
  killSelection: fc.constantFrom("YOUNGEST_FIRST", "OLDEST_FIRST"),
  taskKillGracePeriodSeconds: fc.nat(60),
  maxLaunchDelaySeconds: fc.constantFrom(300, 3600),
  backoffSeconds: fc.nat(5),
  role: fc.constantFrom("shop", "*"),
  tty: fc.boolean(),
  resourceLimits: fc.constant({ mem: "unlimited" }),
  executor: fc.constantFrom("", "//cmd"),
});

/** As it would stand in a request, with the id `/shop/web`. */
export const writtenApp: fc.Arbitrary<JsonObject> = both(
  fc.constant({ id: "/shop/web", cmd: "sleep 60" }),
  fields,
  placed,
  fc.oneof(
    fc.constant({}),
    fc.record({ fetch: fc.array(artifact) }),
    fc.record({ uris }),
  ) as fc.Arbitrary<JsonObject>,
);
