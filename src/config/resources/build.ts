/**
 * Documents of a scope → resources: variables put in, schema checked, addresses made absolute, dependencies gathered.
 */
import { specFields } from "../../schema/fields.js";
import { RESOURCE_KINDS } from "../../schema/schema-files.js";
import type { ValuePath } from "../../schema/validators.js";
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { Lifecycle } from "../desired.js";
import { isBroken } from "../expression/binding.js";
import { evaluate } from "../expression/evaluate.js";
import { parseAddress } from "../expression/template.js";
import { formatPath } from "../field-path.js";
import { addressText, type Scope } from "../modules/scope.js";
import { idOf } from "../overlays.js";
import { Report } from "../report.js";
import { checkSchema } from "../schema-check.js";
import type { MergedDocument, Place } from "../sources.js";
import { type Filled, fillSpec } from "./fill.js";
import type { LoadedResource } from "./resource.js";

export interface BuildContext {
  /** Of the project, absolute. */
  readonly root: string;
  readonly rootScope: Scope;
  readonly report: Report;
}

function strings(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function lifecycleOf(metadata: JsonObject): Lifecycle {
  const written = isObject(metadata["lifecycle"]) ? metadata["lifecycle"] : {};
  return {
    preventDestroy: written["preventDestroy"] === true,
    createBeforeDestroy: written["createBeforeDestroy"] === true,
    ignoreChanges: strings(written["ignoreChanges"]),
  };
}

function labelsOf(metadata: JsonObject): Record<string, string> {
  const written = isObject(metadata["labels"]) ? metadata["labels"] : {};
  return Object.fromEntries(
    Object.entries(written).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Absolute address of the resource that `address` names in `scope`. */
function resolveField(context: BuildContext, scope: Scope) {
  return (address: string, kinds: readonly string[], place: Place, absolute: boolean): string | undefined => {
    const parts = parseAddress(address);
    if (parts === undefined) return undefined;
    const from = absolute ? context.rootScope : scope;
    const found = from.declared(parts);
    if (found === undefined) {
      from.reportUnknown(parts, place);
      return undefined;
    }
    if (!kinds.includes(found.document.kind)) {
      context.report.error(
        "wrong-kind",
        place,
        `${address} is a ${found.document.kind}, and a ${kinds.join(" or ")} is needed here`,
        {
          remedy: `name a ${kinds.join(" or ")}, as ${kinds[0]}/name`,
        },
      );
      return undefined;
    }
    return addressText(found.scope.prefix, found.document);
  };
}

/** Addresses of a metadata.dependsOn; a Module stands for everything in it. */
function dependencies(document: MergedDocument, written: Json | undefined, scope: Scope): string[] {
  return strings(written).flatMap((text, index) => {
    const parts = parseAddress(text);
    if (parts === undefined) return [];
    const found = scope.declared(parts);
    if (found === undefined) {
      scope.reportUnknown(parts, { document, path: ["metadata", "dependsOn", index] });
      return [];
    }
    if (found.document.kind !== "Module") return [addressText(found.scope.prefix, found.document)];
    const use = found.scope.modules.get(found.document.name);
    return use === undefined ? [] : [...use.instances().values()].flatMap(resourcesWithin);
  });
}

function resourcesWithin(scope: Scope): string[] {
  const own = scope.documents
    .filter((document) => RESOURCE_KINDS.includes(document.kind))
    .map((document) => addressText(scope.prefix, document));
  const nested = [...scope.modules.values()].flatMap((use) =>
    [...use.instances().values()].flatMap(resourcesWithin),
  );
  return [...own, ...nested];
}

/** What everything in a scope depends on, because the Module documents around it say so. */
function inherited(scope: Scope): string[] {
  const found: string[] = [];
  for (let at: Scope | null = scope; at?.module != null && at.parent !== null; at = at.parent) {
    const metadata = at.module.value["metadata"];
    if (isObject(metadata)) found.push(...dependencies(at.module, metadata["dependsOn"], at.parent));
  }
  return found;
}

function sensitivePaths(document: MergedDocument, filled: Filled, values: readonly ValuePath[]): string[] {
  const paths = [
    ...filled.sensitive,
    ...values.filter((path) => path[0] === "spec").map((path) => path.slice(1)),
  ];
  const fields = specFields(document.kind);
  return [...new Set(paths.map((path) => formatPath(path, fields, filled.spec)))].sort();
}

function hasBroken(value: Json): boolean {
  if (isBroken(value)) return true;
  if (Array.isArray(value)) return value.some((item: Json) => hasBroken(item));
  return isObject(value) && Object.values(value).some(hasBroken);
}

function build(
  document: MergedDocument,
  scope: Scope,
  around: readonly string[],
  context: BuildContext,
): LoadedResource | undefined {
  const address = addressText(scope.prefix, document);
  const { report, root } = context;
  const evaluated = evaluate(document.value, { document, path: [] }, scope, report);
  const { value, sensitive, folders = [] } = evaluated;
  if (!isObject(value)) return undefined;
  const valid = checkSchema(document, value, sensitive, report, address);
  const metadata = isObject(value["metadata"]) ? value["metadata"] : {};
  const spec = value["spec"];
  const own = dependencies(document, metadata["dependsOn"], scope);
  if (!isObject(spec) || isBroken(spec)) return undefined;
  const { kind, name } = document;
  const resolve = resolveField(context, scope);
  const filled = fillSpec({ kind, document, spec, root, resolve, report, address, folders });
  // What was reported is left out from here on, so that nothing is reported twice.
  if (!valid || (report.hasErrors && hasBroken(value))) return undefined;
  const referred = filled.references.map(({ reference }) => reference.address);
  return {
    address,
    kind,
    name,
    document,
    labels: labelsOf(metadata),
    lifecycle: lifecycleOf(metadata),
    spec: filled.spec,
    references: filled.references,
    dependsOn: new Set([...around, ...own, ...filled.addresses, ...referred]),
    sensitivePaths: sensitivePaths(document, filled, sensitive),
  };
}

/** Resources of one scope; a name that is used twice is reported with both places. */
export function buildResources(scope: Scope, context: BuildContext): LoadedResource[] {
  const first = new Map<string, MergedDocument>();
  const around = inherited(scope);
  const resources: LoadedResource[] = [];
  for (const document of scope.documents) {
    const id = idOf(document);
    const earlier = first.get(id);
    if (earlier !== undefined) {
      const place: Place = { document, path: ["metadata", "name"] };
      context.report.error(
        "duplicate-address",
        place,
        `there are two resources ${addressText(scope.prefix, document)}`,
        {
          detail: `the other one is at ${Report.nameOf({ document: earlier, path: ["metadata", "name"] })}`,
          remedy: "give one of them another name, or remove it",
        },
      );
      continue;
    }
    first.set(id, document);
    if (!RESOURCE_KINDS.includes(document.kind)) continue;
    const resource = build(document, scope, around, context);
    if (resource !== undefined) resources.push(resource);
  }
  return resources;
}
