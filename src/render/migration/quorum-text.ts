/**
 * The path of the masters as text for operators: each step as an order, and after it who votes, how many votes a write needs and how many
 * more may fail. Pure.
 */
import type {
  LogMember,
  LogState,
  PathStep,
  QuorumPath,
  QuorumRefusal,
} from "../../migration/quorum/question.js";
import { listed, stepText } from "../../migration/quorum/words.js";
import { safeText } from "../values.js";
import { counted } from "../words.js";

/** Several lines, without a line end. */
export function renderQuorumPath(path: QuorumPath): string {
  const width = String(path.steps.length).length;
  const steps = path.steps.flatMap((step, index) => stepLines(step, index + 1, width));
  return [summaryText(path), "", `Now: ${stateText(path.before)}`, ...steps].map(safeText).join("\n");
}

/** Why there is no path, and what would help. */
export function renderQuorumRefusal({ text, change, examined }: QuorumRefusal): string {
  const proof =
    examined === 0 ? [] : [`Examined until that was certain: ${counted(examined, "state")} of the log.`];
  return ["There is no safe path for the masters.", text, `To make it possible: ${change}`, ...proof]
    .map(safeText)
    .join("\n");
}

function summaryText({ steps, tolerance, pauses }: QuorumPath): string {
  if (steps.length === 0) return "The masters are as they are to be.";
  const least =
    tolerance > 0 ? `at every moment ${mayFail(tolerance)}` : "there are moments in which none may fail";
  const paused =
    pauses === 0 ? "" : `; ${counted(pauses, "pause")} of registry writes, each as long as its step`;
  return `${counted(steps.length, "step")}; ${least}${paused}.`;
}

function stepLines(
  { step, server, during, after, pauses }: PathStep,
  number: number,
  width: number,
): string[] {
  const indent = " ".repeat(width + 2);
  const order = stepText(step, server);
  const lines = [`${String(number).padStart(width)}. ${order.charAt(0).toUpperCase()}${order.slice(1)}.`];
  const meanwhile = pauses ? pauseText(during, server) : meanwhileText(during, after);
  if (meanwhile !== null) lines.push(`${indent}Meanwhile: ${meanwhile}`);
  return [...lines, `${indent}Then: ${stateText(after)}`];
}

/** Said where it is worse than what comes after it. */
function meanwhileText(during: LogState, after: LogState): string | null {
  return during.tolerance < after.tolerance ? stateText(during) : null;
}

function pauseText(during: LogState, server: string): string {
  const voting = during.members.filter(({ state }) => state === "voting").length;
  const who = during.leaders.length === 0 ? "nobody leads" : `${listed(during.leaders)} cannot write`;
  const votes = voting === 0 ? "none votes" : voting === 1 ? "1 votes" : `${voting} vote`;
  return `a pause, ${who} (${votes}, ${neededText(during.quorum)}) until ${server} is there.`;
}

function neededText(quorum: number): string {
  return quorum === 1 ? "1 is needed" : `${quorum} are needed`;
}

/** `a1 (leads), a2 and a3 vote; 2 are needed; 1 may fail.` */
function stateText(state: LogState): string {
  const mixed = new Set(state.members.map(({ quorum }) => quorum)).size > 1;
  const group = (kind: LogMember["state"]): string[] =>
    state.members.filter((member) => member.state === kind).map((member) => memberText(member, state, mixed));
  const parts = [
    verbed(group("voting"), "votes", "vote"),
    verbed(group("empty"), "is empty", "are empty"),
    verbed(group("down"), "is down", "are down"),
  ];
  const members = parts.filter((part) => part !== "").join(", ");
  return `${members}; ${neededText(state.quorum)}; ${mayFail(state.tolerance)}.`;
}

function verbed(names: readonly string[], one: string, several: string): string {
  return names.length === 0 ? "" : `${listed(names)} ${names.length === 1 ? one : several}`;
}

function memberText({ name, quorum }: LogMember, { leaders }: LogState, mixed: boolean): string {
  const marks = [
    ...(leaders.includes(name) ? [leaders.length === 1 ? "leads" : "may lead"] : []),
    ...(mixed ? [`quorum ${quorum}`] : []),
  ];
  return marks.length === 0 ? name : `${name} (${marks.join(", ")})`;
}

function mayFail(count: number): string {
  return count <= 0 ? "none may fail" : `${count} more may fail`;
}
