/** One Migration on its own: two different ensembles, tiers that fit their modes, masters with a quorum that can be. */
import { pathRulesFault } from "../../sync/paths/path-map.js";
import type { PathRule } from "../../sync/spec.js";
import { isObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, numberAt, objectAt, ofKind, specPlace, textAt } from "./input.js";
import { accessOf, endpointsAt, sharesOne } from "./sync-sides.js";

const TIERS = ["masters", "agents"] as const;

export function checkMigrations(input: CheckInput): void {
  for (const migration of ofKind(input, "Migration")) {
    checkEnsembles(migration, input);
    for (const tier of TIERS) checkMode(migration, tier, input);
    for (const side of ["source", "target"] as const) {
      checkQuorum(migration, side, input);
      checkPlaces(migration, side, input);
    }
    checkFrameworks(migration, input);
    checkPaths(migration, input);
  }
}

function checkEnsembles(migration: LoadedResource, input: CheckInput): void {
  const ofSide = (side: string): ReadonlySet<string> =>
    endpointsAt(accessOf(objectAt(migration.spec, side)["zookeeper"]), input);
  if (!sharesOne(ofSide("source"), ofSide("target"))) return;
  input.report.error(
    "migration-same-ensemble",
    specPlace(migration, ["target", "zookeeper"]),
    `source and target of ${migration.address} are the same ensemble`,
    { remedy: "name two different ensembles", address: migration.address },
  );
}

function checkMode(migration: LoadedResource, tier: (typeof TIERS)[number], input: CheckInput): void {
  const mode = textAt(objectAt(migration.spec, "modes"), tier);
  const given = objectAt(migration.spec, "target")[tier] !== undefined;
  if (mode === "replace" && !given) {
    input.report.error(
      "migration-mode",
      { ...specPlace(migration, ["target"]), target: "key" },
      `${migration.address} replaces the ${tier}, and its target has none`,
      {
        remedy: `name the new ones under target.${tier}, or write modes: {${tier}: repoint} to restart those of the source with the other ZooKeeper`,
        address: migration.address,
      },
    );
  }
  if (mode === "repoint" && given) {
    input.report.error(
      "migration-mode",
      { ...specPlace(migration, ["target", tier]), target: "key" },
      `${migration.address} repoints the ${tier} of its source, and its target has ${tier} too`,
      { remedy: `leave target.${tier} out, or write modes: {${tier}: replace}`, address: migration.address },
    );
  }
}

interface DeclaredMasters {
  readonly size: number;
  readonly quorum: number;
  readonly name: string;
}

function mastersOf(migration: LoadedResource, side: string, input: CheckInput): DeclaredMasters | undefined {
  const written = objectAt(migration.spec, side)["masters"];
  if (isObject(written)) {
    const { addresses } = written;
    const quorum = numberAt(written, "quorum");
    if (!Array.isArray(addresses) || quorum === undefined) return undefined;
    return { size: addresses.length, quorum, name: "they" };
  }
  const declared = typeof written === "string" ? input.byAddress.get(written) : undefined;
  const servers = declared?.spec["servers"];
  const quorum = declared === undefined ? undefined : numberAt(declared.spec, "quorum");
  if (declared === undefined || !Array.isArray(servers) || quorum === undefined) return undefined;
  const running = servers.filter((server) => !isObject(server) || server["running"] !== false);
  return { size: running.length, quorum, name: declared.address };
}

/** More masters than 2·quorum−1 could lose acknowledged writes; fewer than the quorum could write nothing. */
function checkQuorum(migration: LoadedResource, side: "source" | "target", input: CheckInput): void {
  const masters = mastersOf(migration, side, input);
  if (masters === undefined) return;
  const { size, quorum, name } = masters;
  if (size >= quorum && size <= 2 * quorum - 1) return;
  const fitting = Math.floor(size / 2) + 1;
  input.report.error(
    "migration-quorum",
    specPlace(migration, [side, "masters"]),
    `masters of the ${side} of ${migration.address}: ${name} are ${size} with quorum ${quorum}`,
    {
      detail:
        size < quorum
          ? "so few can never agree on anything"
          : "two majorities of that size need not meet, so writes that were acknowledged could be lost",
      remedy: `declare them with quorum ${fitting}, which is a majority of ${size}`,
      address: migration.address,
    },
  );
}

/** Masters and agents must be where the side says that they are. */
function checkPlaces(migration: LoadedResource, side: "source" | "target", input: CheckInput): void {
  const spec = objectAt(migration.spec, side);
  const own = endpointsAt(accessOf(spec["zookeeper"]), input);
  for (const tier of TIERS) {
    const address = textAt(spec, tier);
    const declared = address === undefined ? undefined : input.byAddress.get(address);
    if (declared === undefined) continue;
    const there = zookeeperOf(declared, input);
    if (there === undefined || there.size === 0 || sharesOne(own, there)) continue;
    input.report.error(
      "migration-place",
      specPlace(migration, [side, tier]),
      `${declared.address} is not on the ZooKeeper of the ${side} of ${migration.address}`,
      {
        remedy: `declare it on the ${side}'s ZooKeeper, or name the one it is on under ${side}.zookeeper`,
        address: migration.address,
      },
    );
  }
}

/** Where a deployed tier or framework finds its masters; undefined when that is not known here. */
function zookeeperOf(declared: LoadedResource, input: CheckInput): ReadonlySet<string> | undefined {
  const own = declared.spec["zookeeper"];
  if (isObject(own)) return endpointsAt(own, input);
  const masters = input.byAddress.get(textAt(declared.spec, "masters") ?? "");
  return masters === undefined ? undefined : endpointsAt(objectAt(masters.spec, "zookeeper"), input);
}

function frameworksOf(migration: LoadedResource, input: CheckInput) {
  const written = migration.spec["frameworks"];
  return (Array.isArray(written) ? written : []).flatMap((entry: unknown, index) => {
    const address =
      typeof entry === "string" ? entry : isObject(entry) ? textAt(entry, "framework") : undefined;
    const declared = address === undefined ? undefined : input.byAddress.get(address);
    return [{ entry, index, declared }];
  });
}

function checkFrameworks(migration: LoadedResource, input: CheckInput): void {
  const source = endpointsAt(accessOf(objectAt(migration.spec, "source")["zookeeper"]), input);
  const seen = new Map<string, number>();
  for (const { entry, index, declared } of frameworksOf(migration, input)) {
    if (declared === undefined) continue;
    checkFields(migration, entry, index, input);
    if (seen.has(declared.address)) {
      input.report.error(
        "repeated",
        specPlace(migration, ["frameworks", index]),
        `frameworks of ${migration.address} hold ${declared.address} twice`,
        { remedy: "keep one of them", address: migration.address },
      );
    }
    seen.set(declared.address, index);
    const there = zookeeperOf(declared, input);
    if (there === undefined || there.size === 0 || sharesOne(source, there)) continue;
    input.report.error(
      "migration-place",
      specPlace(migration, ["frameworks", index]),
      `${declared.address} is not on the source's ZooKeeper of ${migration.address}`,
      {
        remedy: "leave it out: what is on another ZooKeeper does not move with this migration",
        address: migration.address,
      },
    );
  }
}

const NAMED_ONLY = ["servers", "urls", "zookeeperPath", "auth"] as const;

/** What a declared framework says itself. */
function checkFields(migration: LoadedResource, entry: unknown, index: number, input: CheckInput): void {
  const given = isObject(entry) ? NAMED_ONLY.find((field) => entry[field] !== undefined) : undefined;
  if (given === undefined) return;
  input.report.error(
    "migration-named-only",
    { ...specPlace(migration, ["frameworks", index, given]), target: "key" },
    `frameworks of ${migration.address}: ${given} is for a framework that is only named`,
    { remedy: "leave it out: what is declared says so itself", address: migration.address },
  );
}

/** The subtrees that are carried over, as one Sync would have them. */
function checkPaths(migration: LoadedResource, input: CheckInput): void {
  const written = migration.spec["paths"];
  const paths = (Array.isArray(written) ? written : []).filter(
    (path): path is string => typeof path === "string",
  );
  const own = [mesosPathOf(migration, input), ...statesOf(migration, input)];
  const rule = (path: string): PathRule => ({ a: path, b: path, exclude: [] });
  for (const [index, path] of paths.entries()) {
    const others = [...new Set(own), ...paths.slice(0, index)].map(rule);
    const fault = pathRulesFault([...others, rule(path)]);
    if (fault === null || pathRulesFault(others) !== null) continue;
    input.report.error(
      "migration-paths",
      specPlace(migration, ["paths", index]),
      `paths of ${migration.address}: ${fault}`,
      {
        remedy:
          "leave it out: paths of Mesos and of the frameworks are carried over without being named here",
        address: migration.address,
      },
    );
  }
}

function mesosPathOf(migration: LoadedResource, input: CheckInput): string {
  const masters = input.byAddress.get(textAt(objectAt(migration.spec, "source"), "masters") ?? "");
  const declared = masters === undefined ? undefined : textAt(objectAt(masters.spec, "zookeeper"), "path");
  return textAt(migration.spec, "mesosPath") ?? declared ?? "/mesos";
}

function statesOf(migration: LoadedResource, input: CheckInput): string[] {
  return frameworksOf(migration, input).flatMap(({ entry, declared }) => {
    const named = isObject(entry) ? textAt(entry, "zookeeperPath") : undefined;
    const path =
      named ?? (declared === undefined ? undefined : textAt(objectAt(declared.spec, "zookeeper"), "path"));
    return path === undefined ? [] : [path];
  });
}
