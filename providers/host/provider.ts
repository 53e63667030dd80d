/**
 * The kind Host: a place where servers run. Knows its runtime only through providers/runtime.ts and never starts, stops
 * or removes a server.
 */
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type { Json, JsonObject } from "../../src/value/json.js";
import { openRuntime } from "../open-runtime.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  Progress,
  Provider,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../provider.js";
import type { HostRuntime, UnitStatus } from "../runtime.js";
import {
  createProcessHost,
  deleteProcessHost,
  processIdentity,
  readProcessHost,
  updateProcessHost,
} from "./process-host.js";
import { describePlace, type HostPlace, hostPlace, normaliseHost, placeId, validateHost } from "./spec.js";

/** Marks of units, set by the providers that deploy servers. */
const LINEAGE_LABEL = "ferry.lineage";
const ADDRESS_LABEL = "ferry.address";

const RULES: FieldRules = {
  // Servers and their data stay where they are: another directory, or another kind of runtime, is another host.
  forcesReplacement: ["runtime.process.workDir"],
  keyedLists: {},
  unorderedLists: [],
  sensitive: [],
  textFields: [],
};

/** What the provider needs of the rest of ferry; passed in so that tests can put faults there. */
export interface HostDependencies {
  readonly openRuntime: typeof openRuntime;
}

class HostHandler implements KindHandler {
  readonly kind = "Host";
  readonly provider = "host";
  readonly rules = RULES;
  readonly attributeNames = [];
  readonly importHelp =
    "The id of a Host is its work directory or its Docker endpoint, as declared: ferry import Host/h1 .ferry/hosts/h1";

  constructor(private readonly dependencies: HostDependencies) {}

  normalise(spec: JsonObject): JsonObject {
    return normaliseHost(spec);
  }

  validate(spec: JsonObject) {
    return validateHost(spec);
  }

  outputs(spec: JsonObject): JsonObject {
    return { address: spec["address"] ?? null };
  }

  describeSteps(change: ChangeRequest): readonly string[] {
    const spec = change.action === "delete" ? change.before : change.after;
    const place = hostPlace(spec);
    const isProcess = place?.kind === "process";
    if (change.action === "delete") {
      return [
        "refuse if servers are left on it",
        isProcess ? `remove ${describePlace(place)} when it is empty` : "forget the engine",
      ];
    }
    if (!isProcess) return [`ask ${describePlace(place)} for its version`];
    return [
      change.action === "create"
        ? `make ${describePlace(place)}`
        : `note the change in ${describePlace(place)}`,
    ];
  }

  async read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    // What was applied tells where it is; what is declared may already name another place.
    const spec = request.recorded ?? request.desired;
    const place = spec === null ? null : hostPlace(spec);
    if (spec === null || place === null) return { status: "absent", diagnostics: [] };
    try {
      if (place.kind === "process") return await this.readProcess(request.address, place.workDir, context);
      const attributes = await this.probe(request.address, spec, context);
      // Nothing is made on an engine: that a new one answers does not make it a host of ours.
      if (request.recorded === null) return { status: "absent", diagnostics: [] };
      return {
        status: "present",
        live: spec,
        attributes,
        identity: { endpoint: place.endpoint },
        diagnostics: [],
      };
    } catch (error) {
      return { status: "unreadable", diagnostics: diagnosticsOf(request.address, error) };
    }
  }

  async apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<ApplyResult> {
    try {
      this.describeSteps(change).forEach((message, at, all) => {
        report({ message, step: at + 1, steps: all.length });
      });
      if (change.action === "delete") return await this.remove(change, context);
      return await this.put(change, context);
    } catch (error) {
      return {
        status: "failed",
        diagnostics: diagnosticsOf(change.address, error),
        identity: change.identity,
      };
    }
  }

  async import(id: string, request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const place = request.desired === null ? null : hostPlace(request.desired);
    if (request.desired === null || place === null || normalId(id, place) !== placeId(place)) {
      const declared = place === null ? "nothing" : placeId(place);
      const diagnostic = errorDiagnostic(
        "import-id",
        `${request.address} is declared at ${declared}, not at ${id}`,
        {
          address: request.address,
          remedy: this.importHelp,
        },
      );
      return { status: "unreadable", diagnostics: [diagnostic] };
    }
    return this.read({ ...request, recorded: request.desired }, context);
  }

  private async readProcess(address: string, workDir: string, context: ProviderContext): Promise<ReadResult> {
    const found = await readProcessHost(address, workDir, context);
    if (found === null) return { status: "absent", diagnostics: [] };
    const { live, mark } = found;
    const base = { status: "present", live, identity: processIdentity(workDir, mark.lineage) } as const;
    try {
      return { ...base, attributes: await this.probe(address, live, context), diagnostics: [] };
    } catch (error) {
      // Without java the host is there all the same; who needs java will say so.
      const warnings = diagnosticsOf(address, error).map((found_) => ({
        ...found_,
        severity: "warning" as const,
      }));
      return { ...base, attributes: {}, diagnostics: warnings };
    }
  }

  private async probe(address: string, spec: JsonObject, context: ProviderContext): Promise<JsonObject> {
    return this.withRuntime(address, spec, context, (runtime) => runtime.probe(context.signal));
  }

  private async put(
    change: Extract<ChangeRequest, { readonly action: "create" | "update" }>,
    context: ProviderContext,
  ): Promise<ApplyResult> {
    const { address, after } = change;
    const place = hostPlace(after);
    if (place === null) throw unknownPlace(address);
    let identity: Json = { endpoint: placeId(place) };
    if (place.kind === "process") {
      const make = change.action === "create" ? createProcessHost : updateProcessHost;
      identity = await make(address, after, place.workDir, context);
    } else if (change.action === "update")
      await this.refuseLosingUnits(address, change.before, after, context);
    const now = await this.read({ address, desired: after, recorded: after, identity }, context);
    if (now.status === "present") return { ...now, status: "done", identity };
    return { status: "failed", diagnostics: now.diagnostics, identity };
  }

  private async remove(
    change: Extract<ChangeRequest, { readonly action: "delete" }>,
    context: ProviderContext,
  ): Promise<ApplyResult> {
    const { address, before, identity } = change;
    const place = hostPlace(before);
    if (place === null) return { status: "deleted", diagnostics: [] };
    const units = await this.units(address, before, context);
    // An engine may serve other projects too; a work directory is one host's.
    const own = place.kind === "process" ? units : units.filter((unit) => isOwn(unit, context.lineage));
    if (own.length > 0) throw unitsLeft(address, place, own);
    if (place.kind === "docker") return { status: "deleted", diagnostics: [] };
    return {
      status: "deleted",
      diagnostics: await deleteProcessHost(address, place.workDir, identity, context),
    };
  }

  /** Another endpoint must lead to the same engine as long as servers are on it. */
  private async refuseLosingUnits(
    address: string,
    before: JsonObject,
    after: JsonObject,
    context: ProviderContext,
  ): Promise<void> {
    const [from, to] = [hostPlace(before), hostPlace(after)];
    if (from === null || to === null || placeId(from) === placeId(to)) return;
    // An old endpoint that is gone is a good reason for a new one.
    const left = await this.units(address, before, context).catch(() => []);
    const own = left.filter((unit) => isOwn(unit, context.lineage));
    const there = new Set((await this.units(address, after, context)).map((unit) => unit.name));
    const lost = own.filter((unit) => !there.has(unit.name));
    if (lost.length > 0) throw unitsLeft(address, from, lost);
  }

  private units(address: string, spec: JsonObject, context: ProviderContext): Promise<readonly UnitStatus[]> {
    return this.withRuntime(address, spec, context, (runtime) => runtime.list({}, context.signal));
  }

  private async withRuntime<T>(
    address: string,
    spec: JsonObject,
    { projectRoot, secrets, signal, lineage }: ProviderContext,
    work: (runtime: HostRuntime) => Promise<T>,
  ): Promise<T> {
    const context = { projectRoot, secrets, signal, lineage };
    const runtime = await this.dependencies.openRuntime(address, spec, context);
    try {
      return await work(runtime);
    } finally {
      await runtime.close();
    }
  }
}

/** A server that says no lineage counts as ours: it is this host's, and forgetting it would be worse. */
function isOwn(unit: UnitStatus, lineage: string): boolean {
  return (unit.labels[LINEAGE_LABEL] ?? lineage) === lineage;
}

function normalId(id: string, place: HostPlace): string {
  if (place.kind === "docker") return id;
  const spec = normaliseHost({ runtime: { process: { workDir: id } } });
  const found = hostPlace(spec);
  return found === null ? id : placeId(found);
}

function diagnosticsOf(address: string, error: unknown): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics.map((found) => ({ address, ...found }));
  const message = error instanceof Error ? error.message : String(error);
  return [
    errorDiagnostic("host-failed", `${address}: ${message}`, {
      address,
      detail: "No server was touched.",
      remedy: "Mend what the message names, then run the command again.",
    }),
  ];
}

function unknownPlace(address: string): DiagnosticError {
  return new DiagnosticError([
    errorDiagnostic("bad-host", `${address}: where its servers run is not known`, {
      address,
      remedy: "Give the host spec.runtime.process.workDir or spec.runtime.docker.",
    }),
  ]);
}

function unitsLeft(address: string, place: HostPlace, units: readonly UnitStatus[]): DiagnosticError {
  const names = units.map((unit) => {
    const owner = unit.labels[ADDRESS_LABEL];
    return `${unit.name}${owner === undefined ? "" : ` of ${owner}`}${unit.running ? " (running)" : ""}`;
  });
  const count = units.length === 1 ? "a server is" : `${units.length} servers are`;
  return new DiagnosticError([
    errorDiagnostic("host-has-units", `${address}: ${count} left in ${describePlace(place)}`, {
      address,
      detail: `${names.join(", ")}. They and their data were left as they are.`,
      remedy: "Take the servers off this host first (ferry apply), then remove or move the host.",
    }),
  ]);
}

/** `settings` are the provider's connection settings of the project file; hosts have none. */
export function createHostProvider(
  _settings: JsonObject,
  dependencies: HostDependencies = { openRuntime },
): Provider {
  return {
    name: "host",
    description: "Hosts: Docker engines and work directories for local processes.",
    kinds: [new HostHandler(dependencies)],
    // Runtimes are opened for one question and closed after it.
    close: async () => undefined,
  };
}
