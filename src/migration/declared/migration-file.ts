/**
 * The file of `zk-migrate --config`: YAML → MigrationSpec, everything in it merely named. Reads that one file; every fault comes back with
 * its place. A secret written in clear goes into a map of its own, never into the specification.
 */
import { resolve } from "node:path";
import { readValues } from "../../config/documents.js";
import { isBroken } from "../../config/expression/binding.js";
import { Report } from "../../config/report.js";
import { checkSchema } from "../../config/schema-check.js";
import { type MergedDocument, type Place, shownPath } from "../../config/sources.js";
import type { Outcome } from "../../diagnostics/diagnostic.js";
import { documentFields, type FieldSchema } from "../../schema/fields.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { MigrationSpec } from "../model/spec.js";
import { type FileSettings, specOfFile } from "./file-spec.js";
import { listAt, objectAt, textAt } from "./reading.js";

const KIND = "MigrationFile";

export interface FileRequest extends FileSettings {
  /** The file as given. */
  readonly file: string;
  /** What it is relative to, absolute. */
  readonly directory: string;
}

export interface MigrationFile {
  readonly spec: MigrationSpec;
  /** Content of secrets that the file holds itself, by the reference that stands for them in `spec`. Never to be shown or stored. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** Codes: those of the language (`unknown-field`, `missing-field`, …), `migration-mode`, `migration-same-ensemble`, `plain-webhook`. */
export function readMigrationFile(request: FileRequest): Outcome<MigrationFile> {
  const report = new Report();
  const document = readDocument(request, report);
  const spec = document === undefined ? undefined : checked(document, request, report);
  const diagnostics = report.diagnostics();
  return spec === undefined || report.hasErrors ? { diagnostics } : { value: spec, diagnostics };
}

function readDocument(request: FileRequest, report: Report): MergedDocument | undefined {
  const path = resolve(request.directory, request.file);
  const read = readValues({ path, name: shownPath(request.directory, path) }, report);
  if (read === undefined || report.hasErrors) return undefined;
  const [first, second] = read.documents;
  if (first === undefined) {
    report.error("not-a-document", null, `${request.file} is empty`, {
      remedy: "write migration: with its name, source and target",
    });
    return undefined;
  }
  if (second !== undefined) {
    report.error(
      "not-a-document",
      { file: read.file, span: second.span },
      "there is a second document in the file",
      {
        remedy: "give each migration a file of its own",
      },
    );
    return undefined;
  }
  if (!isObject(first.value) || isBroken(first.value)) {
    report.error("not-a-document", { file: read.file, span: first.span }, "the file is no map", {
      remedy: "write migration: with its name, source and target",
    });
    return undefined;
  }
  const { value, span } = first;
  const name = textAt(objectAt(value, "migration"), "name") ?? "";
  const raw = { file: read.file, kind: KIND, name, value, span };
  return { kind: KIND, name, value, origins: [raw] };
}

function checked(document: MergedDocument, request: FileRequest, report: Report): MigrationFile | undefined {
  if (!checkSchema(document, document.value, [], report, "migration")) return undefined;
  const filled = withDefaults(document.value, documentFields(KIND));
  const migration = isObject(filled) ? objectAt(filled, "migration") : {};
  const place = (...path: (string | number)[]): Place => ({ document, path: ["migration", ...path] });
  checkEnsembles(migration, request, place, report);
  checkTier(migration, "mesos_masters", place, report);
  checkTier(migration, "mesos_agents", place, report);
  const webhook = textAt(objectAt(migration, "alerts"), "slack_webhook");
  if (webhook?.startsWith("https://") === true) {
    report.warning(
      "plain-webhook",
      place("alerts", "slack_webhook"),
      "the URL of the Slack webhook stands in the file: whoever reads it can post",
      { remedy: "write env:NAME or file:PATH, and keep the URL there", masked: true },
    );
  }
  return report.hasErrors ? undefined : specOfFile(migration, request);
}

type At = (...path: (string | number)[]) => Place;

function checkEnsembles(migration: JsonObject, settings: FileSettings, place: At, report: Report): void {
  const source = settings.sourceZk ?? textAt(objectAt(migration, "source"), "zookeeper");
  const target = settings.targetZk ?? textAt(objectAt(migration, "target"), "zookeeper");
  for (const [side, connectString] of [
    ["source", source],
    ["target", target],
  ] as const) {
    if (connectString !== undefined) continue;
    report.error("missing-field", place(side), `migration.${side} has no zookeeper`, {
      remedy: `add zookeeper: "host:port,host:port", or give --${side}-zk`,
    });
  }
  const others = new Set(target?.split(","));
  const shared = source?.split(",").find((server) => others.has(server));
  if (shared === undefined) return;
  report.error(
    "migration-same-ensemble",
    place("target", "zookeeper"),
    `source and target are the same ensemble: both have ${shared}`,
    { remedy: "name two different ensembles" },
  );
}

/** Servers are either all new, or all the same. */
function checkTier(
  migration: JsonObject,
  field: "mesos_masters" | "mesos_agents",
  place: At,
  report: Report,
): void {
  const source = listAt(objectAt(migration, "source"), field);
  const target = listAt(objectAt(migration, "target"), field);
  const known = new Set(source);
  const shared = target.filter((server) => known.has(server));
  if (shared.length === 0 || (shared.length === target.length && target.length === source.length)) return;
  report.error(
    "migration-mode",
    place("target", field, target.indexOf(shared[0] ?? "")),
    `some of the target's ${field} are the source's, others are not: ${shared.map(String).join(", ")}`,
    {
      remedy:
        "name new servers only, or leave the target's out: then the source's are restarted onto its ZooKeeper",
    },
  );
}

function withDefaults(value: Json, field: FieldSchema): Json {
  if (Array.isArray(value)) {
    const { items } = field;
    return items === null ? value : (value as readonly Json[]).map((item) => withDefaults(item, items));
  }
  if (!isObject(value)) return value;
  const result: Record<string, Json> = {};
  for (const [key, child] of Object.entries(value)) {
    const schema = field.properties.get(key);
    result[key] = schema === undefined ? child : withDefaults(child, schema);
  }
  for (const [key, child] of field.properties) {
    if (child.fallback !== undefined && result[key] === undefined)
      result[key] = withDefaults(child.fallback, child);
  }
  return result;
}
