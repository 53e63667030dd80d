/**
 * A provider whose world is a folder: one file for each thing. It keeps the promises that real providers make (found
 * again by its owner mark, safe to repeat), and fails, hangs or dies where a test wants it to.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  ProviderContext,
  ReadResult,
} from "../../providers/provider.js";
import { errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";

export interface Thing {
  readonly id: string;
  readonly address: string;
  readonly spec: JsonObject;
}

/** Called at each place where a crash must be survivable; a test may throw, wait or kill the process there. */
export type Step = (name: string) => Promise<void> | void;

export class ToyWorld {
  constructor(
    private readonly folder: string,
    private readonly step: Step = () => undefined,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  things(): Thing[] {
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(this.folder, name), "utf8")) as Thing);
  }

  of(address: string): Thing[] {
    return this.things().filter((thing) => thing.address === address);
  }

  /** Written in one go, as a container is created in one call. */
  put(thing: Thing): void {
    writeFileSync(join(this.folder, `${thing.id}.json`), JSON.stringify(thing));
  }

  remove(id: string): void {
    rmSync(join(this.folder, `${id}.json`), { force: true });
  }

  async reach(name: string): Promise<void> {
    await this.step(name);
  }
}

function identityOf(identity: Json): string | null {
  return isObject(identity) && typeof identity["id"] === "string" ? identity["id"] : null;
}

/** Serves the kind `Toy`: spec `{value, shape}`; another shape is another thing. */
export function toyHandler(world: ToyWorld): KindHandler {
  const find = (address: string, identity: Json): Thing | undefined => {
    const id = identityOf(identity);
    return world.things().find((thing) => (id === null ? thing.address === address : thing.id === id));
  };
  return {
    kind: "Toy",
    provider: "toy",
    rules: {
      forcesReplacement: ["shape"],
      keyedLists: {},
      unorderedLists: [],
      sensitive: [],
      textFields: [],
    },
    attributeNames: ["id"],
    importHelp: "the id of the thing",
    normalise: (spec) => ({ shape: "round", ...spec }),
    validate: () => [],
    outputs: (spec) => ({ label: `label of ${String(spec["value"] ?? "")}` }),
    describeSteps: (change) => [`${change.action} ${change.address}`],
    read: async (request): Promise<ReadResult> => {
      const thing = find(request.address, request.identity);
      if (thing === undefined) return { status: "absent", diagnostics: [] };
      return {
        status: "present",
        live: thing.spec,
        attributes: { id: thing.id },
        identity: { id: thing.id },
        diagnostics: [],
      };
    },
    import: async () => ({ status: "absent", diagnostics: [] }),
    apply: (change, context) => applyToy(world, find, change, context),
  };
}

async function applyToy(
  world: ToyWorld,
  find: (address: string, identity: Json) => Thing | undefined,
  change: ChangeRequest,
  context: ProviderContext,
): Promise<ApplyResult> {
  const { address } = change;
  await world.reach(`before ${change.action} ${address}`);
  if (context.signal.aborted) {
    const diagnostics = [
      errorDiagnostic("toy-interrupted", `${change.action} of ${address} was interrupted`),
    ];
    return { status: "failed", identity: null, diagnostics };
  }
  const known = find(address, change.identity);
  if (change.action === "delete") {
    if (known !== undefined) world.remove(known.id);
    await world.reach(`after delete ${address}`);
    return { status: "deleted", diagnostics: [] };
  }
  // A new thing of a replacement lives beside the old one until that is removed.
  const beside =
    known !== undefined && known.spec["shape"] !== change.after["shape"] && change.action === "create";
  const same = beside
    ? world.of(address).find((thing) => thing.spec["shape"] === change.after["shape"])
    : known;
  const id = same?.id ?? randomUUID();
  world.put({ id, address, spec: change.after });
  await world.reach(`after ${change.action} ${address}`);
  return { status: "done", live: change.after, attributes: { id }, identity: { id }, diagnostics: [] };
}
