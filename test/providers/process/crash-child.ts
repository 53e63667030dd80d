/** A ferry that is there to be killed: does one thing with the unit a-1 of the folder it is given. */
import { runtimeIn, signal, unit } from "./fixture.js";

const [root = "", task = "", ...command] = process.argv.slice(2);
const runtime = runtimeIn(root);
process.stdout.write("go\n");
if (task === "remove") await runtime.remove("a-1", { purgeData: true }, signal);
else {
  await runtime.ensure(
    unit({ command, files: [{ path: "a", content: Buffer.from("1"), mode: 0o600 }] }),
    signal,
  );
  await runtime.start("a-1", signal);
}
