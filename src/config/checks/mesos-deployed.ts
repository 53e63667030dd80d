/**
 * Deployed masters and agents: the arithmetic of the quorum, flags that ferry writes itself, and masters that cannot find each
 * other's log. Texts only.
 */
import type { LoadedResource } from "../resources/resource.js";
import {
  type CheckInput,
  itemsAt,
  numberAt,
  objectAt,
  ofKind,
  placeName,
  specPlace,
  textAt,
} from "./input.js";

/** Flags of masters that ferry writes from other fields: flag → where it is said instead. */
const OF_MASTERS: Readonly<Record<string, string>> = {
  zk: "zookeeper",
  quorum: "quorum",
  work_dir: "the host's work directory",
  ip: "servers[].ip",
  port: "servers[].port",
  hostname: "servers[].hostname",
  credentials: "credentials, by reference to its secrets",
  acls: "acls",
};

const OF_AGENTS: Readonly<Record<string, string>> = {
  master: "masters or zookeeper",
  work_dir: "the host's work directory",
  ip: "agents[].ip",
  port: "agents[].port",
  hostname: "agents[].hostname",
  attributes: "attributes or agents[].attributes",
  resources: "resources or agents[].resources",
  credential: "credential, by reference to its secret",
  http_credentials: "httpCredentials, by reference to their secrets",
};

/** Flags that would make a server do something else than serve, or be somebody else's to start. */
const NEVER: Readonly<Record<string, string>> = {
  help: "leave it out",
  version: "leave it out",
};

export function checkDeployedMesos(input: CheckInput): void {
  for (const masters of ofKind(input, "MesosMasters")) {
    checkFlags(masters, OF_MASTERS, input);
    checkQuorum(masters, input);
    checkLogs(masters, input);
  }
  for (const agents of ofKind(input, "MesosAgents")) checkFlags(agents, OF_AGENTS, input);
  checkElections(input);
}

function checkFlags(
  resource: LoadedResource,
  managed: Readonly<Record<string, string>>,
  input: CheckInput,
): void {
  const { address } = resource;
  for (const flag of Object.keys(objectAt(resource.spec, "flags"))) {
    const name = flag.replace(/^no_/, "");
    const instead = managed[name] ?? NEVER[name];
    if (instead === undefined) continue;
    input.report.error(
      "managed-setting",
      specPlace(resource, ["flags", flag], "key"),
      `flags of ${address} sets ${flag}, which ferry sets itself`,
      { remedy: instead === NEVER[name] ? instead : `say it by ${instead}`, address },
    );
  }
  for (const variable of Object.keys(objectAt(resource.spec, "environment"))) {
    const instead = managed[variable.replace(/^MESOS_/, "").toLowerCase()];
    if (!variable.startsWith("MESOS_") || instead === undefined) continue;
    input.report.error(
      "managed-setting",
      specPlace(resource, ["environment", variable], "key"),
      `environment of ${address} sets ${variable}, which ferry sets itself as a flag`,
      { remedy: `say it by ${instead}`, address },
    );
  }
}

function checkQuorum(masters: LoadedResource, input: CheckInput): void {
  const quorum = numberAt(masters.spec, "quorum");
  const count = itemsAt(masters.spec, "servers").length;
  if (quorum === undefined || count === 0) return;
  const { address } = masters;
  const place = specPlace(masters, ["quorum"]);
  if (count > 2 * quorum - 1) {
    const needed = Math.floor(count / 2) + 1;
    input.report.error(
      "quorum-no-majority",
      place,
      `${address} has ${count} masters, and a quorum of ${quorum} is no majority of them`,
      {
        detail: `two quorums could have no master in common, and the registry lose what it has acknowledged: at most ${2 * quorum - 1} masters go with a quorum of ${quorum}`,
        remedy: `set quorum to ${needed}`,
        address,
      },
    );
  } else if (count < quorum) {
    input.report.error(
      "quorum-unreachable",
      place,
      `${address} has ${count} masters, and a quorum of ${quorum} can never be reached`,
      { remedy: `declare ${2 * quorum - 1} masters, or a lower quorum`, address },
    );
  } else if (count === 1) {
    input.report.warning("single-server", place, `${address} has one master: when it stops, nobody leads`, {
      remedy: "use three or five masters where it matters; one can never be made several",
      address,
    });
  } else if (count % 2 === 0) {
    input.report.warning(
      "even-masters",
      place,
      `${address} has ${count} masters, which survive no more failures than ${count - 1} would`,
      {
        detail: `with a quorum of ${quorum} it can lose ${count - quorum}; new masters begin their log only when all ${2 * quorum - 1} are there`,
        remedy: `use ${2 * quorum - 1} masters`,
        address,
      },
    );
  }
}

/** Those that do not run can keep the others from a quorum. */
function checkLogs(masters: LoadedResource, input: CheckInput): void {
  const quorum = numberAt(masters.spec, "quorum");
  const servers = itemsAt(masters.spec, "servers");
  const running = servers.filter(({ item }) => item["running"] !== false).length;
  if (quorum === undefined || running >= quorum || servers.length < quorum) return;
  input.report.error(
    "quorum-unreachable",
    specPlace(masters, ["servers"], "key"),
    `${masters.address} lets ${running} of ${servers.length} masters run, which is less than its quorum of ${quorum}`,
    { remedy: "let more of them run", address: masters.address },
  );
}

/** Two sets of masters that elect in one place would be one set, with two logs. */
function checkElections(input: CheckInput): void {
  const taken = new Map<string, LoadedResource>();
  for (const masters of ofKind(input, "MesosMasters")) {
    const zookeeper = objectAt(masters.spec, "zookeeper");
    const where = textAt(zookeeper, "ensemble") ?? textAt(zookeeper, "connectString");
    if (where === undefined) continue;
    const path = textAt(zookeeper, "path") ?? "/mesos";
    const other = taken.get(`${where}${path}`);
    if (other === undefined) {
      taken.set(`${where}${path}`, masters);
      continue;
    }
    input.report.error(
      "election-shared",
      specPlace(masters, ["zookeeper"], "key"),
      `${masters.address} and ${other.address} elect under ${path} of ${where} both`,
      {
        detail: `the other one is at ${placeName(other, ["zookeeper"])}`,
        remedy: "give one of them another path, or declare them as one",
        address: masters.address,
      },
    );
  }
}
