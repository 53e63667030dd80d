/** Carries out `ferry sync verify`: compares both sides whole, also while engines work. Changes nothing. */
import { count } from "../render/sync/words.js";
import { inWords } from "../sync/side/connect-side.js";
import { compareSides } from "../sync/verify/compare-sides.js";
import { renderReport } from "../sync/verify/render.js";
import { resultOf, type VerifyResult } from "../sync/verify/report.js";
import type { ReaderKind } from "../sync/verify/tree-reader.js";
import type { Json } from "../value/json.js";
import { listenForInterrupts } from "./interrupts.js";
import type { ExitCode, Reply } from "./reply.js";
import { type DeclaredSync, type SyncRequest, selectSync } from "./sync-selection.js";
import type { Terminal } from "./terminal.js";

export interface SyncVerifyRequest extends SyncRequest {
  readonly reader: ReaderKind;
}

/** As `drift`: 2 when they differ for certain, 1 when it could not be told. */
const EXIT: Readonly<Record<VerifyResult, ExitCode>> = { equal: 0, different: 2, unproven: 1 };

export async function runSyncVerify(request: SyncVerifyRequest, terminal: Terminal): Promise<Reply> {
  const interrupts = listenForInterrupts(terminal);
  try {
    const { sync, diagnostics } = await selectSync(request);
    const spec = await sync.resolve();
    const report = await inWords(sync.address, interrupts.stop, () =>
      compareSides(spec, {
        kind: request.reader,
        signal: interrupts.stop,
        onProgress: progress(sync, terminal),
      }),
    );
    const result = resultOf(report);
    const names = { a: spec.a.name, b: spec.b.name };
    return {
      exitCode: EXIT[result],
      diagnostics,
      text: () => renderReport(report, names),
      data: { address: sync.address, result, report: report as unknown as Json },
    };
  } finally {
    terminal.live(null);
    interrupts.dispose();
  }
}

const NOTE_MS = 10_000;

/** How far it is: in place on a terminal, else now and then a line. */
function progress({ name }: DeclaredSync, terminal: Terminal) {
  let told = performance.now();
  return ({ nodes, perSecond }: { readonly nodes: number; readonly perSecond: number }): void => {
    const text = `${name}: ${count(nodes)} znodes compared, ${count(perSecond)} a second`;
    if (terminal.canLive) terminal.live(text);
    else if (performance.now() - told > NOTE_MS) {
      told = performance.now();
      terminal.note(text);
    }
  };
}
