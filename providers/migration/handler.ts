/**
 * The kind Migration: the declaration of a migration, recorded in the state. It never starts, stops or changes one: that is for
 * `ferry migrate`.
 */
import { DiagnosticError, errorDiagnostic } from "../../src/diagnostics/diagnostic.js";
import type {
  ApplyResult,
  ChangeRequest,
  FieldRules,
  KindHandler,
  Progress,
  ProviderContext,
  ReadRequest,
  ReadResult,
} from "../provider.js";
import { holdsOfMigration } from "./holds.js";
import { attributesOf, isUnderWay, type ReadProgress } from "./progress.js";
import { describeMigration, nameOf } from "./steps.js";

const RULES: FieldRules = {
  forcesReplacement: [],
  keyedLists: {},
  unorderedLists: ["approvals", "paths", "drain.acceptDowntimeOf", "alerts.email"],
  sensitive: [],
  textFields: [],
};

export function migrationHandler(progressOf: ReadProgress): KindHandler {
  /**
   * What was recorded is what is there: a declaration is nowhere but in the state. One that the state does not know, and that is under
   * way, is somebody's all the same.
   */
  async function read(request: ReadRequest, context: ProviderContext): Promise<ReadResult> {
    const { address, recorded } = request;
    try {
      const progress = await progressOf(nameOf(address), context.signal);
      const attributes = attributesOf(progress);
      const live = recorded ?? (isUnderWay(attributes) ? request.desired : null);
      if (live === null) return { status: "absent", diagnostics: [] };
      return { status: "present", live, attributes, identity: identityOf(address), diagnostics: [] };
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      return { status: "unreadable", diagnostics: error.diagnostics };
    }
  }

  async function apply(
    change: ChangeRequest,
    context: ProviderContext,
    report: (progress: Progress) => void,
  ): Promise<ApplyResult> {
    const { address } = change;
    try {
      const attributes = attributesOf(await progressOf(nameOf(address), context.signal));
      if (change.action === "delete") {
        if (isUnderWay(attributes)) return underWay(change);
        report({ message: "forget the declaration" });
        return { status: "deleted", diagnostics: [] };
      }
      report({ message: "record the declaration" });
      const identity = identityOf(address);
      return { status: "done", live: change.after, attributes, identity, diagnostics: [] };
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      return { status: "failed", identity: change.identity, diagnostics: error.diagnostics };
    }
  }

  return {
    kind: "Migration",
    provider: "migration",
    rules: RULES,
    normalise: (spec) => spec,
    validate: () => [],
    outputs: () => ({}),
    attributeNames: ["status", "stage", "id", "active", "between"],
    describeSteps: (change, resource = () => undefined) => describeMigration(change, resource),
    holds: holdsOfMigration,
    read,
    apply,
    importHelp: "the name of the Migration (its declaration is recorded as it is)",
    import: (id, request, context) => importMigration(id, request, context, read),
  };
}

function identityOf(address: string) {
  return { name: nameOf(address) };
}

function underWay({ address, identity }: ChangeRequest): ApplyResult {
  return {
    status: "failed",
    identity,
    diagnostics: [
      errorDiagnostic("migration-under-way", `${address} is not forgotten: it is under way`, {
        address,
        detail: "What it names would be changed in the middle of it. Nothing was touched.",
        remedy: "Let it end, or roll it back to before stage 1 first.",
      }),
    ],
  };
}

async function importMigration(
  id: string,
  request: ReadRequest,
  context: ProviderContext,
  read: KindHandler["read"],
): Promise<ReadResult> {
  const { address, desired } = request;
  if (id === nameOf(address)) return read({ ...request, recorded: desired }, context);
  return {
    status: "unreadable",
    diagnostics: [
      errorDiagnostic("import-id", `${address} is the Migration ${nameOf(address)}, not ${id}`, {
        address,
        detail: "Nothing is changed.",
        remedy: `Give its own name, or declare a Migration of the name ${id}.`,
      }),
    ],
  };
}
