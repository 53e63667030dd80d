/** The question before something is changed: only the full word counts. */
import { PassThrough } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { askApproval, requireTerminal } from "../../src/cli/approval.js";
import { createTerminal, type Terminal } from "../../src/cli/terminal.js";

interface Person {
  readonly terminal: Terminal;
  readonly stdin: PassThrough;
  shown(): string;
}

function person(isTTY: boolean): Person {
  const stream = () => Object.assign(new PassThrough(), { isTTY });
  const [stdin, stdout, stderr] = [stream(), stream(), stream()];
  const terminal = createTerminal({ stdin, stdout, stderr, env: {}, noColour: true });
  return { terminal, stdin, shown: () => String(stderr.read() ?? "") };
}

const approval = suite("approval");
const never = new AbortController().signal;

for (const [answer, expected] of [
  ["yes", true],
  [" yes ", true],
  ["y", false],
  ["YES", false],
  ["", false],
  ["no", false],
] as const) {
  approval(`"${answer}" ${expected ? "approves" : "does not approve"}`, async () => {
    const { terminal, stdin, shown } = person(true);
    const asked = askApproval(terminal, { question: "Shall ferry carry out this change?", signal: never });
    stdin.write(`${answer}\n`);
    assert.is(await asked, expected);
    assert.match(shown(), /Shall ferry carry out this change\?[\s\S]*Only "yes"/);
  });
}

approval("an end of input or an interrupt is no approval", async () => {
  const ended = person(true);
  const asked = askApproval(ended.terminal, { question: "?", signal: never });
  ended.stdin.end();
  assert.is(await asked, false);
  const stop = new AbortController();
  const interrupted = askApproval(person(true).terminal, { question: "?", signal: stop.signal });
  stop.abort();
  assert.is(await interrupted, false);
});

approval("nobody is asked without a terminal", () => {
  assert.throws(() => requireTerminal(person(false).terminal, "apply"), /needs approval/);
  requireTerminal(person(true).terminal, "apply");
});

approval.run();
