/**
 * What a kind that deploys servers on hosts says of itself, so that this folder can make, find, start, stop, change and remove
 * its servers. Types only; this folder knows no system's protocol.
 *
 * To build a kind on it:
 *   1. describe it as a DeployedKind: `build` turns a spec and one of its servers into a command, files and ports (pure);
 *   2. in read, `withFleet(…, (fleet) => readDeployed(fleet, request, options))`: units on hosts compared with their records;
 *   3. in apply, `applyServers(fleet, change, options)`: one server (or a batch) at a time, with the kind's own Conditions; or
 *      a ServerWork for kinds whose order of steps is their own (MesosMasters);
 *   4. in operate, `operateServer(fleet, operation)`.
 */
import type { Json, JsonObject } from "../../src/value/json.js";
import type { ResourceView } from "../provider.js";
import type { UnitDirectories, UnitFile } from "../runtime.js";

export type Lookup = (address: string) => ResourceView | undefined;

export interface DeployedKind {
  /** `MesosMasters`. */
  readonly kind: string;
  /** Of the units' names on hosts: `mesos-master`. */
  readonly prefix: string;
  /** What one of them is called in messages: `master`. */
  readonly noun: string;
  /** The list of the spec that holds them, each with `id`, `host` and `running`. */
  readonly list: "servers" | "agents";
  /** Fields of the spec, besides the list, that decide how a server runs: recorded beside it, and compared. */
  readonly sections: readonly string[];
  /** Configuration file → field of the spec that decides it: where an edit by hand is shown. */
  readonly fileFields: Readonly<Record<string, string>>;
  /** Milliseconds a server has to end by itself. */
  readonly stopGraceMs: number;
  /** Defaults filled in. */
  normalise(spec: JsonObject): JsonObject;
  /**
   * Pure. Values taken from other resources, by the field that names them (`zookeeper.ensemble` → `h:2181,…`): when what is
   * deployed has another one, that field differs. Throws DiagnosticError when one is not known.
   */
  resolve(address: string, spec: JsonObject, resource: Lookup): Readonly<Record<string, string>>;
  /** Pure. */
  build(input: BuildInput): ServerBuild;
}

export interface BuildInput {
  readonly address: string;
  /** Normalised, without unknown values. */
  readonly spec: JsonObject;
  /** Its entry in the list. */
  readonly server: JsonObject;
  readonly id: string;
  /** Where other machines reach its host. */
  readonly hostAddress: string;
  /** As the server sees them. */
  readonly directories: UnitDirectories;
  readonly resolved: Readonly<Record<string, string>>;
  /** Content of a SecretValue without the end of its last line. */
  readonly secret: (value: Json | undefined) => string;
}

export interface ServerBuild {
  /** argv, the spec's `program` first. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Of the configuration directory. Secrets with mode 0600. */
  readonly files: readonly UnitFile[];
  /** Where it listens: refused when somebody else does. */
  readonly listens: readonly {
    readonly ip: string;
    readonly port: number;
    readonly purpose: string;
  }[];
}

/** Beside the configuration of each server: what it was made from, so that a later reading can tell. */
export interface DeployedRecord {
  /** Of the state that owns it. */
  readonly lineage: string;
  readonly server: JsonObject;
  readonly sections: JsonObject;
  readonly resolved: Readonly<Record<string, string>>;
  /** File → SHA-256 of its content. */
  readonly files: Readonly<Record<string, string>>;
  /** Of everything whose change needs a restart. */
  readonly fingerprint: string;
}
