/** The state as the state commands see it: read it, edit it under the lock. Reads no server. */
import type { Lock, StateBackend } from "../../state/backend.js";
import { type StateEdit, stampState } from "../../state/edit.js";
import type { State } from "../../state/model.js";
import { createStateWriter } from "../../state/writer.js";
import { DiagnosticError, errorDiagnostic } from "../diagnostics/diagnostic.js";
import { didYouMean } from "../diagnostics/suggestion.js";
import { ferryVersion } from "../install/root.js";

export class StateStore {
  constructor(
    readonly backend: StateBackend,
    /** Null for commands that only read. */
    private readonly lock: Lock | null,
  ) {}

  read(): Promise<State | null> {
    return this.backend.read();
  }

  /** Reads again under the lock, edits, writes. */
  async edit(edit: StateEdit): Promise<State> {
    const state = await this.read();
    if (this.lock === null || state === null) throw new Error("the state is edited under its lock only");
    const writer = createStateWriter(this.backend, this.lock, state);
    return writer.update((current) => edit(stampState(current, ferryVersion(), current.git)));
  }
}

/** For an address that is not recorded. */
export function noSuchRecord(address: string, state: State | null): DiagnosticError {
  const known = Object.keys(state?.resources ?? {});
  return new DiagnosticError([
    errorDiagnostic("state-no-such-resource", `${address} is not in the state`, {
      detail:
        known.length === 0 ? "The state is empty: nothing has been applied yet." : "Nothing was changed.",
      remedy:
        known.length === 0
          ? "Run `ferry apply` first."
          : `${sentence(didYouMean(address, known, "address"))}. \`ferry state list\` shows all.`,
      address,
    }),
  ]);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`.replace(/\?$/, "");
}
