/** The schemas: complete for editors, and the generated types made from them as they are. */
import { Ajv } from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { staleTypes } from "../../src/schema/generate-types.js";
import { listSchemas, publishedBundle, publishedSchema } from "../../src/schema/published.js";
import { DOCUMENT_KINDS, SHARED_SCHEMAS, schemaFile, schemaFileName } from "../../src/schema/schema-files.js";
import { violations } from "../../src/schema/validators.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

const schemas = suite("schemas");
const FILES = [...SHARED_SCHEMAS, ...DOCUMENT_KINDS.map(schemaFileName)];

function properties(
  node: Json,
  path: string,
  found: { path: string; field: JsonObject }[] = [],
): typeof found {
  if (Array.isArray(node)) {
    node.forEach((item: Json, index) => {
      properties(item, `${path}[${index}]`, found);
    });
  }
  if (!isObject(node)) return found;
  const named = node["properties"];
  if (isObject(named)) {
    for (const [name, field] of Object.entries(named))
      if (isObject(field)) found.push({ path: `${path}.${name}`, field });
  }
  for (const [key, child] of Object.entries(node)) {
    if (!["examples", "default", "x-ferry-outputs", "x-ferry-attributes"].includes(key))
      properties(child, `${path}.${key}`, found);
  }
  return found;
}

schemas("every field has a title, a description and an example, or takes them from what it refers to", () => {
  const lacking = FILES.flatMap((file) =>
    properties(schemaFile(file), file).filter(
      ({ field }) =>
        field["$ref"] === undefined &&
        !["title", "description", "examples"].every((key) => field[key] !== undefined),
    ),
  ).map(({ path }) => path);
  assert.equal(lacking, []);
});

schemas("every map with fields refuses others", () => {
  const open = FILES.flatMap((file) => properties({ properties: { all: schemaFile(file) } }, file))
    .filter(({ field }) => isObject(field["properties"]) && field["additionalProperties"] !== false)
    .map(({ path }) => path);
  assert.equal(open, []);
});

schemas("the generated types are those of the schemas", async () => {
  assert.equal(await staleTypes(), [], "run `npm run generate`");
});

schemas("the examples of each kind hold to its schema", () => {
  for (const kind of DOCUMENT_KINDS) {
    const examples = schemaFile(schemaFileName(kind))["examples"];
    assert.ok(Array.isArray(examples) && examples.length > 0, kind);
    for (const example of examples as readonly JsonObject[])
      assert.equal(violations(kind, example), [], kind);
  }
});

schemas("published schemas stand alone, compile, and take references anywhere", () => {
  assert.equal(
    listSchemas().map(({ kind }) => kind),
    [...DOCUMENT_KINDS],
  );
  for (const kind of DOCUMENT_KINDS) {
    const schema = publishedSchema(kind);
    assert.ok(schema, kind);
    assert.not.match(JSON.stringify(schema), /schema\.json#/);
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    const examples = schema["examples"];
    for (const example of Array.isArray(examples) ? examples : [])
      assert.ok(validate(example), JSON.stringify(validate.errors));
  }
  assert.is(publishedSchema("Nothing"), undefined);
});

schemas("the schema of everything decides by kind", () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(publishedBundle());
  const ensemble = (settings: JsonObject, heap: Json): JsonObject => ({
    apiVersion: "ferry/v1",
    kind: "ZooKeeperEnsemble",
    metadata: { name: "zk" },
    spec: { servers: [{ id: 1, host: "Host/h1", clientPort: `\${var.port}` }], settings, jvm: { heap } },
  });
  assert.ok(
    validate(ensemble({ tickTime: `\${var.tick}`, syncEnabled: `\${var.b}` }, `\${var.heap}`)),
    JSON.stringify(validate.errors),
  );
  assert.not(validate(ensemble({ tickTime: "often" }, "1g")));
  assert.not(validate(ensemble({}, "lots")));
  assert.not(validate({ apiVersion: "ferry/v1", kind: "Hots", metadata: { name: "a" } }));
});

schemas.run();
