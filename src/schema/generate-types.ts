/**
 * Development only: makes src/schema/generated/*.ts from schemas/. With --check writes nothing, names stale files and
 * ends with exit code 1 when there are any.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installRoot } from "../install/root.js";
import { isObject, type Json } from "../value/json.js";
import { DOCUMENT_KINDS, SHARED_SCHEMAS, schemaFile, schemaFileName } from "./schema-files.js";

const BANNER =
  "// Made from schemas/ by src/schema/generate-types.ts: change the schema, then `npm run generate`.";

/** Rules that types cannot express and that would only blur them. */
const WITHOUT_TYPE = new Set(["oneOf", "propertyNames", "pattern", "minItems", "maxItems"]);

function typeable(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => typeable(item));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, child]) => {
    // Titles name types: worth it for objects, noise for a port.
    if (key === "title" && typeof child === "string") return value["type"] === "object";
    return !WITHOUT_TYPE.has(key) || isObject(child);
  });
  return Object.fromEntries(kept.map(([key, child]) => [key, typeable(child)]));
}

async function typesOf(kind: string): Promise<string> {
  const { compile } = await import("json-schema-to-typescript");
  const schema = typeable(schemaFile(schemaFileName(kind)));
  const shared = (url: string): string | undefined => SHARED_SCHEMAS.find((name) => url.endsWith(name));
  const resolver = {
    order: 1,
    canRead: (file: { url: string }) => shared(file.url) !== undefined,
    read: (file: { url: string }) => JSON.stringify(typeable(schemaFile(shared(file.url) ?? ""))),
  };
  return compile(schema as Parameters<typeof compile>[0], kind, {
    bannerComment: BANNER,
    additionalProperties: true,
    declareExternallyReferenced: true,
    unreachableDefinitions: false,
    format: true,
    style: { printWidth: 110 },
    cwd: join(installRoot(), "schemas"),
    $refOptions: { resolve: { file: false, http: false, shared: resolver } },
  });
}

/** Every generated file with its content. */
export async function generatedTypes(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const kind of DOCUMENT_KINDS) files.set(`src/schema/generated/${kind}.ts`, await typesOf(kind));
  return files;
}

/** Files whose content on disk is not what the schemas give. */
export async function staleTypes(): Promise<string[]> {
  const stale: string[] = [];
  for (const [file, content] of await generatedTypes()) {
    const path = join(installRoot(), file);
    if (!existsSync(path) || readFileSync(path, "utf8") !== content) stale.push(file);
  }
  return stale;
}

async function main(): Promise<void> {
  if (process.argv.includes("--check")) {
    const stale = await staleTypes();
    for (const file of stale) console.error(`${file} is not what schemas/ gives: run \`npm run generate\``);
    if (stale.length > 0) process.exitCode = 1;
    return;
  }
  mkdirSync(join(installRoot(), "src/schema/generated"), { recursive: true });
  for (const [file, content] of await generatedTypes()) {
    writeFileSync(join(installRoot(), file), content);
    console.log(file);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
