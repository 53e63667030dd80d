/** Two Migrations together: what one moves the other must neither move, nor take as its goal or its beginning. */
import { isObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, objectAt, ofKind, placeName, specPlace } from "./input.js";
import { accessOf, endpointsAt, sharesOne } from "./sync-sides.js";

type Side = "source" | "target";
const FIELDS = ["zookeeper", "masters", "agents"] as const;
type Field = (typeof FIELDS)[number];

/** What tells the servers of one tier of a side apart. */
function namesOf(
  migration: LoadedResource,
  side: Side,
  field: Field,
  input: CheckInput,
): ReadonlySet<string> {
  const written = objectAt(migration.spec, side)[field];
  if (field === "zookeeper") return endpointsAt(accessOf(written), input);
  if (typeof written === "string") return new Set([written]);
  const addresses = isObject(written) ? written["addresses"] : undefined;
  return new Set(Array.isArray(addresses) ? addresses.map(String) : []);
}

function reportShared(
  one: { readonly migration: LoadedResource; readonly side: Side },
  other: { readonly migration: LoadedResource; readonly side: Side },
  input: CheckInput,
): boolean {
  const field = FIELDS.find((name) =>
    sharesOne(
      namesOf(one.migration, one.side, name, input),
      namesOf(other.migration, other.side, name, input),
    ),
  );
  if (field === undefined) return false;
  const as =
    one.side === other.side
      ? `the same ${one.side}`
      : `the ${one.side} of one as the ${other.side} of the other`;
  input.report.error(
    "migration-shared",
    specPlace(one.migration, [one.side, field]),
    `${one.migration.address} and ${other.migration.address} have ${as}: ${field}`,
    {
      detail: `the other one is at ${placeName(other.migration, [other.side, field])}`,
      remedy: "declare one of them only; when it has ended, take it out and declare the next",
      address: one.migration.address,
    },
  );
  return true;
}

export function checkMigrationPairs(input: CheckInput): void {
  const migrations = ofKind(input, "Migration");
  for (const [at, one] of migrations.entries()) {
    for (const other of migrations.slice(0, at)) {
      const pairs: readonly (readonly [Side, Side])[] = [
        ["source", "source"],
        ["target", "target"],
        ["target", "source"],
        ["source", "target"],
      ];
      pairs.some(([mine, theirs]) =>
        reportShared({ migration: one, side: mine }, { migration: other, side: theirs }, input),
      );
    }
    checkNames(one, migrations.slice(0, at), input);
    checkSyncs(one, input);
  }
}

/** The record of a migration goes by its name alone. */
function checkNames(one: LoadedResource, others: readonly LoadedResource[], input: CheckInput): void {
  const other = others.find(({ name }) => name === one.name);
  if (other === undefined) return;
  input.report.error(
    "migration-same-name",
    { document: one.document, path: ["metadata", "name"] },
    `${one.address} and ${other.address} would both be remembered as ${one.name}`,
    { remedy: "give one of them another name", address: one.address },
  );
}

/** The migration keeps a synchronisation of its own, under a name that is taken for it. */
function checkSyncs(one: LoadedResource, input: CheckInput): void {
  const taken = ofKind(input, "Sync").find(({ name }) => name === `migration-${one.name}`);
  if (taken === undefined) return;
  input.report.error(
    "migration-same-name",
    { document: taken.document, path: ["metadata", "name"] },
    `${taken.address} has the name of the synchronisation that ${one.address} makes for itself`,
    { remedy: "give it another name", address: taken.address },
  );
}
