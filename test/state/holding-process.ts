/**
 * Run as a process by the contention test: tries once to take the lock, says `holding` or `refused`, and holds it until
 * every contender has spoken (a file each in the folder `spoken`). Arguments: folder, number of contenders.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { waitFor } from "../harness/wait.js";

const [folder = "", spokenFolder = "", contenders = "1"] = process.argv.slice(2);
const everybody = (stage: string) => () =>
  readdirSync(spokenFolder).filter((name) => name.startsWith(stage)).length >= Number(contenders);

function speak(stage: string): void {
  writeFileSync(join(spokenFolder, `${stage}-${process.pid}`), "");
}

mkdirSync(spokenFolder, { recursive: true });
speak("ready");
await waitFor("all contenders are ready", 30_000, everybody("ready"));
try {
  const backend = createLocalBackend({ directory: folder });
  await backend.lock({ owner: createLockOwner("test"), timeoutMs: 0 });
  console.log("holding");
} catch (error) {
  if (!(error instanceof DiagnosticError)) throw error;
  console.log("refused");
}
speak("spoken");
await waitFor("all contenders have tried", 30_000, everybody("spoken"));
