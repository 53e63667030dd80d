/**
 * Carries out one change of a plan: intent on disk, the provider's work, outcome on disk. It knows nothing of other
 * changes and never starts the provider before the intent is durable.
 */
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  Progress,
  ProviderContext,
} from "../../providers/provider.js";
import {
  type AppliedResource,
  beginIntent,
  failIntent,
  finishIntent,
  putResource,
  type ResourceSeed,
  recordOf,
  removeResource,
  type StateEdit,
} from "../../state/edit.js";
import type { Intent, RecordedResource, State } from "../../state/model.js";
import type { StateWriter } from "../../state/writer.js";
import { type Diagnostic, DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { appliedSpec } from "../plan/decide.js";
import type { PlannedChange } from "../plan/plan.js";
import { canonicalJson, type Json, type JsonObject } from "../value/json.js";

export interface ActionInput {
  readonly change: PlannedChange;
  readonly handler: KindHandler;
  /** Normalised, nothing unknown left in it; null when the resource goes away. */
  readonly after: JsonObject | null;
  /** What it was planned on: live values, completed by what was applied; null when there are none. */
  readonly before: JsonObject | null;
  readonly liveIdentity: Json;
  readonly seed: ResourceSeed;
  readonly context: ProviderContext;
  readonly writer: StateWriter;
  readonly report: (progress: Progress) => void;
  /** Rejects some time after the hard stop, so that a provider that does not end holds nobody up. */
  readonly abandoned: Promise<never>;
}

export type ActionOutcome =
  | {
      readonly status: "done";
      readonly applied: AppliedResource | null;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly status: "failed" | "interrupted"; readonly diagnostics: readonly Diagnostic[] }
  /** The state could not be written before anything was done. */
  | { readonly status: "not-started"; readonly error: unknown }
  /** The state could not be written after the work was done. */
  | { readonly status: "unrecorded"; readonly error: unknown; readonly diagnostics: readonly Diagnostic[] };

/** Does the change. Never rejects for what a provider or the backend did. */
export async function carryOut(input: ActionInput): Promise<ActionOutcome> {
  const { change, writer } = input;
  if (change.action === "forget" || change.action === "no-op") {
    return recordOnly(input, (state) => removeResource(state, change.address));
  }
  const intent: Intent = {
    action: change.action,
    startedAt: timestamp(input.context),
    spec: input.after,
  };
  try {
    await writer.update((state) => beginIntent(keepKnownSpec(state, change.address), input.seed, intent));
  } catch (error) {
    return { status: "not-started", error };
  }
  switch (change.action) {
    case "create":
    case "update":
      return record(input, await work(input, requestFor(input, change.action)));
    case "delete":
      return record(input, await work(input, deletion(input)));
    case "replace":
      return change.replaceOrder === "create-first" ? createFirst(input) : destroyFirst(input);
  }
}

/** A creation that was cut off left its spec only in its intent, which the next intent would replace. */
function keepKnownSpec(state: State, address: string): State {
  const record = recordOf(state, address);
  return record === undefined ? state : putResource(state, { ...record, spec: appliedSpec(record) });
}

async function destroyFirst(input: ActionInput): Promise<ActionOutcome> {
  const removed = await work(input, deletion(input));
  if (removed.status !== "deleted") return record(input, removed);
  const { address } = input.change;
  const intent: Intent = { action: "create", startedAt: timestamp(input.context), spec: input.after };
  try {
    // From here on there is nothing to find again: the old record would send a later run looking for it.
    await input.writer.update((state) => beginIntent(removeResource(state, address), input.seed, intent));
  } catch (error) {
    return { status: "unrecorded", error, diagnostics: removed.diagnostics };
  }
  return record(
    input,
    await work(input, { action: "create", address, after: input.after ?? {}, identity: null }),
  );
}

/**
 * From the moment the new thing stands until the old one is gone, the old one has a record of its own under an address
 * that nobody declares: a plan made after a crash in between shows that it is to be deleted.
 */
async function createFirst(input: ActionInput): Promise<ActionOutcome> {
  const { address } = input.change;
  const old = recordedOf(input);
  const made = await work(input, { action: "create", address, after: input.after ?? {}, identity: null });
  if (made.status !== "done" || old === undefined) return record(input, made);
  if (canonicalJson(made.identity) === canonicalJson(old.identity)) return record(input, made);
  const applied = appliedOf(input, made);
  const startedAt = timestamp(input.context);
  const aside = `module.ferry-replaced[${JSON.stringify(startedAt)}].${address}`;
  const intent: Intent = { action: "delete", startedAt, spec: null };
  try {
    await input.writer.update((state) =>
      finishIntent(putResource(state, { ...old, address: aside, intent }), applied),
    );
    const removed = await work(input, { ...deletion(input), address: aside, identity: old.identity });
    if (removed.status === "failed") {
      await input.writer.update((state) => failIntent(state, aside, removed.identity));
      return { status: endOf(input), diagnostics: removed.diagnostics };
    }
    await input.writer.update((state) => removeResource(state, aside));
  } catch (error) {
    return { status: "unrecorded", error, diagnostics: made.diagnostics };
  }
  return { status: "done", applied, diagnostics: made.diagnostics };
}

function requestFor(input: ActionInput, action: "create" | "update"): ChangeRequest {
  const { address, fields } = input.change;
  const after = input.after ?? {};
  const identity = identityOf(input);
  if (action === "create" || input.before === null) return { action: "create", address, after, identity };
  return {
    action,
    address,
    before: input.before,
    after,
    identity,
    fields: fields.map((field) => field.path),
  };
}

/** What a provider must know to remove a thing: all that was applied, and what is live where that differs. */
function deletion(input: ActionInput): ChangeRequest {
  const record = recordedOf(input);
  const before = { ...(record === undefined ? {} : appliedSpec(record)), ...input.before };
  return { action: "delete", address: input.change.address, before, identity: identityOf(input) };
}

function recordedOf(input: ActionInput): RecordedResource | undefined {
  return recordOf(input.writer.current, input.change.address);
}

function identityOf(input: ActionInput): Json {
  return recordedOf(input)?.identity ?? input.liveIdentity;
}

/** The provider's work; whatever it throws becomes a failure with what is known of it. */
async function work(input: ActionInput, request: ChangeRequest): Promise<ApplyResult> {
  const { handler, context, report } = input;
  try {
    const result = await Promise.race([handler.apply(request, context, report), input.abandoned]);
    return request.action === "delete" && result.status === "done"
      ? { status: "deleted", diagnostics: result.diagnostics }
      : result;
  } catch (error) {
    return { status: "failed", identity: null, diagnostics: diagnosticsOf(error, input) };
  }
}

function diagnosticsOf(error: unknown, input: ActionInput): readonly Diagnostic[] {
  if (error instanceof DiagnosticError) return error.diagnostics;
  const { address, action } = input.change;
  const message = error instanceof Error ? error.message : String(error);
  return [
    errorDiagnostic("apply-failed", `cannot ${action} ${address}: ${message}`, {
      address,
      detail: "How far it got is not known; what was to be done is recorded.",
      remedy: "Run `ferry plan` to see what is there now, then `ferry apply` to go on.",
    }),
  ];
}

async function record(input: ActionInput, result: ApplyResult): Promise<ActionOutcome> {
  const { address } = input.change;
  const applied = result.status === "done" ? appliedOf(input, result) : null;
  const edit: StateEdit = (state) => {
    if (applied !== null) return finishIntent(state, applied);
    if (result.status === "deleted") return removeResource(state, address);
    return failIntent(state, address, result.status === "failed" ? result.identity : null);
  };
  try {
    await input.writer.update(edit);
  } catch (error) {
    return { status: "unrecorded", error, diagnostics: result.diagnostics };
  }
  if (result.status !== "failed") return { status: "done", applied, diagnostics: result.diagnostics };
  return { status: endOf(input), diagnostics: result.diagnostics };
}

function endOf(input: ActionInput): "interrupted" | "failed" {
  return input.context.signal.aborted ? "interrupted" : "failed";
}

function appliedOf(input: ActionInput, result: ApplyResult & { status: "done" }): AppliedResource {
  return {
    ...input.seed,
    identity: result.identity,
    spec: input.after ?? {},
    live: result.live,
    attributes: result.attributes,
    appliedAt: timestamp(input.context),
  };
}

async function recordOnly(input: ActionInput, edit: StateEdit): Promise<ActionOutcome> {
  try {
    await input.writer.update(edit);
    return { status: "done", applied: null, diagnostics: [] };
  } catch (error) {
    return { status: "not-started", error };
  }
}

/** RFC 3339, UTC. */
function timestamp(context: ProviderContext): string {
  return new Date(context.now()).toISOString();
}
