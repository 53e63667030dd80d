/** The status of a Sync as text: for a screen, and on one line. Says only what the engine wrote. Pure. */
import type { Alert, DirectionStatus, SyncStatus } from "../../sync/control/records.js";
import { ANSI_PLAN_PALETTE, PLAIN_PLAN_PALETTE, type PlanPalette } from "../palette.js";
import { count, counted, harmless, millis, moment } from "./words.js";

export interface StatusText {
  readonly address: string;
  readonly source: string;
  readonly target: string;
  /** One word for how it is. */
  readonly health: string;
  readonly status: SyncStatus | null;
}

/** Width of the names at the beginning of lines. */
const NAME = 9;
const GOOD = new Set(["running", "live"]);
const BAD = new Set(["stopped", "stale", "never"]);

/** Several lines, without a line end. */
export function renderStatus(view: StatusText, colour: boolean): string {
  const palette = colour ? ANSI_PLAN_PALETTE : PLAIN_PLAN_PALETTE;
  const { address, source, target, health, status } = view;
  const head = `${palette.bold(harmless(address))}  ${harmless(source)} → ${harmless(target)}  ${painted(health, palette)}`;
  if (status === null) return head;
  const { engine, epoch, clockSkew } = status;
  return [
    head,
    field(
      "engine",
      `${harmless(engine.host)}, process ${engine.pid}, since ${moment(engine.sinceMs)}, epoch ${epoch}`,
    ),
    ...status.directions.flatMap((direction) => directionLines(direction, palette)),
    ...(clockSkew === null ? [] : [field("clocks", skewText(clockSkew))]),
    ...status.alerts.map((alert) => field("alert", palette.warning(alertText(alert)))),
  ].join("\n");
}

function painted(word: string, palette: PlanPalette): string {
  if (GOOD.has(word)) return palette.added(word);
  return BAD.has(word) ? palette.removed(word) : palette.changed(word);
}

function field(name: string, value: string): string {
  return `  ${name.padEnd(NAME)} ${value}`;
}

function inner(name: string, value: string): string {
  return field("", `${name.padEnd(NAME)} ${value}`);
}

function directionLines(direction: DirectionStatus, palette: PlanPalette): string[] {
  const { state, feed, feedReason, progress, problem } = direction;
  const reason = feedReason === "" ? "" : ` (${harmless(feedReason)})`;
  const lines = [field(direction.direction, painted(state, palette))];
  if (problem !== null) {
    lines.push(inner("problem", palette.removed(harmless(`${problem.text} [${problem.code}]`))));
    if (problem.remedy !== "") lines.push(inner("help", harmless(problem.remedy)));
  }
  if (feed !== null) {
    const from = feed.server === null ? "no server at the moment" : `from ${feed.server}`;
    lines.push(inner("feed", `${feed.kind}, ${from}${reason}`));
    lines.push(...feed.losses.map((loss) => inner("", `may lose: ${harmless(loss)}`)));
  }
  if (progress !== null) lines.push(inner("copy", progressText(progress)));
  return [...lines, ...figureLines(direction), ...guardLines(direction)];
}

function figureLines(direction: DirectionStatus): string[] {
  const { sourceZxid, appliedZxid, rate, digest, totals, held } = direction;
  const { transactions, operations, skipped, repaired, conflicts } = totals;
  const done = `${counted(transactions, "transaction")}, ${counted(operations, "operation")}`;
  const rest = `${count(skipped)} skipped, ${count(repaired)} repaired`;
  return [
    inner("lag", lagText(direction)),
    inner("rate", `${counted(rate, "operation")} a second, backlog ${backlogText(direction)}`),
    inner("zxid", `source ${sourceZxid || "unknown"}, applied ${appliedZxid || "none"}`),
    inner("digest", DIGEST[digest]),
    inner("totals", `${done}, ${rest} since the engine became active`),
    inner(
      "conflicts",
      `${count(conflicts)}${held > 0 ? `, ${counted(held, "znode")} held for a decision` : ""}`,
    ),
  ];
}

function guardLines({ guard }: DirectionStatus): string[] {
  if (guard === undefined || guard === null) return [];
  const { server, foreign, restored, waiting, differing, example, gap } = guard;
  const from = server === null ? "not watched at the moment" : `watched from ${server}`;
  const open = waiting > 0 ? `, ${count(waiting)} to be looked at` : "";
  const lines = [
    inner(
      "target",
      `watched ${from}: ${counted(foreign, "write")} by others, ${count(restored)} undone${open}`,
    ),
  ];
  if (differing > 0) {
    lines.push(
      inner(
        "",
        `${counted(differing, "znode")} differ and are left so, for example ${harmless(example ?? "")}`,
      ),
    );
  }
  if (gap !== null) lines.push(inner("", `not everything is known: ${harmless(gap)}`));
  return lines;
}

const DIGEST: Readonly<Record<DirectionStatus["digest"], string>> = {
  "not-sent": "not sent by the source's servers",
  unchecked: "not checked yet",
  equal: "equal: the whole tree of the source is known exactly",
  different: "DIFFERENT: what is known of the source's tree is not what its servers have",
};

function backlogText({ backlog, spooledBytes = 0 }: DirectionStatus): string {
  return spooledBytes === 0
    ? count(backlog)
    : `${count(backlog)}, ${counted(spooledBytes, "byte")} of it on disk`;
}

function lagText({ lagMs, waitingMs }: DirectionStatus): string {
  const waiting = waitingMs > 0 ? `, the oldest waits for ${millis(waitingMs)}` : "";
  if (lagMs === null) return `nothing came in the last ten seconds${waiting}`;
  return `p50 ${millis(lagMs.p50)}, p99 ${millis(lagMs.p99)}, max ${millis(lagMs.max)}${waiting}`;
}

export function progressText(progress: NonNullable<DirectionStatus["progress"]>): string {
  const { done, total, perSecond } = progress;
  if (total === null || total === 0) return `${counted(done, "znode")}, ${count(perSecond)} a second`;
  const share = Math.min(1, done / total);
  const left = perSecond === 0 ? "" : `, ${millis(((total - done) / perSecond) * 1_000)} to go`;
  return `${bar(share)} ${Math.floor(share * 100)}%, ${count(done)} of ${counted(total, "znode")}, ${count(perSecond)} a second${left}`;
}

const BAR = 24;

function bar(share: number): string {
  const full = Math.round(share * BAR);
  return `[${"=".repeat(full)}${" ".repeat(BAR - full)}]`;
}

function skewText({ ms, plusMinusMs }: NonNullable<SyncStatus["clockSkew"]>): string {
  const how =
    ms === 0
      ? "side b's clock is that of side a"
      : `side b is ${millis(Math.abs(ms))} ${ms > 0 ? "ahead" : "behind"}`;
  return `${how} (± ${millis(plusMinusMs)})`;
}

function alertText({ code, text }: Alert): string {
  return harmless(`${code}: ${text}`);
}

/** One line for each direction, for a line that is written over and over and for logs. Never coloured. */
export function renderLine(name: string, status: SyncStatus): string {
  return status.directions
    .map((direction) => {
      const { state, progress, backlog, rate, lagMs, waitingMs } = direction;
      const head = `${harmless(name)} ${direction.direction} ${state}`;
      if (state === "copying" && progress !== null) return `${head} ${progressText(progress)}`;
      const lag = lagMs === null ? "" : `, lag p50 ${millis(lagMs.p50)} p99 ${millis(lagMs.p99)}`;
      const waiting = waitingMs > 1_000 ? `, oldest waits ${millis(waitingMs)}` : "";
      return `${head}, ${count(rate)}/s${lag}, backlog ${count(backlog)}${waiting}`;
    })
    .join("\n");
}
