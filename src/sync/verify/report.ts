/** What a comparison found, as one object: counts, the first differences by name, and what it amounts to. Plain data. */
import type { PathRule } from "../spec.js";
import type { DifferenceField } from "./compare.js";
import type { ReaderKind } from "./tree-reader.js";
import type { Difference, WalkCounts, WalkEvent } from "./walk.js";

export type Moving = Extract<WalkEvent, { kind: "moving" }>;
export type Unreadable = Extract<WalkEvent, { kind: "unreadable" }>;
export type Absent = Extract<WalkEvent, { kind: "absent" }>;

export interface VerifyReport {
  readonly format: 1;
  readonly rules: readonly PathRule[];
  readonly readers: { readonly a: ReaderKind; readonly b: ReaderKind };
  readonly durationMs: number;
  readonly counts: Readonly<WalkCounts>;
  /** How many differences of each field there are, informative ones included; fields without any are left out. */
  readonly fields: Readonly<Partial<Record<DifferenceField, number>>>;
  /** Of each of these lists the first that were found, in order of path; `counts` and `fields` know how many there are. */
  readonly differences: readonly Difference[];
  readonly moving: readonly Omit<Moving, "kind">[];
  readonly unreadable: readonly Omit<Unreadable, "kind">[];
  /** Roots of rules that are on neither side. */
  readonly absent: readonly Omit<Absent, "kind">[];
}

/**
 * `equal`: every znode was read on both sides and is the same. `different`: at least one is not. `unproven`: no difference
 * was found, but something could not be read, never stood still, or there was nothing to compare.
 */
export type VerifyResult = "equal" | "different" | "unproven";

export function resultOf({ counts }: Pick<VerifyReport, "counts">): VerifyResult {
  if (counts.differing > 0) return "different";
  return counts.moving > 0 || counts.unreadable > 0 || counts.nodes === 0 ? "unproven" : "equal";
}

/** Takes the events of a walk and keeps the first of each kind. */
export class ReportBuilder {
  private readonly fields: Partial<Record<DifferenceField, number>> = {};
  private readonly differences: Difference[] = [];
  private readonly moving: Omit<Moving, "kind">[] = [];
  private readonly unreadable: Omit<Unreadable, "kind">[] = [];
  private readonly absent: Omit<Absent, "kind">[] = [];

  /** @param keep how many of each list */
  constructor(private readonly keep: number) {}

  note(event: WalkEvent): void {
    if (event.kind === "difference") {
      const { difference } = event;
      this.fields[difference.field] = (this.fields[difference.field] ?? 0) + 1;
      this.hold(this.differences, difference);
      return;
    }
    const { kind, ...what } = event;
    if (kind === "moving") this.hold(this.moving, what as Omit<Moving, "kind">);
    else if (kind === "unreadable") this.hold(this.unreadable, what as Omit<Unreadable, "kind">);
    else this.hold(this.absent, what);
  }

  report(
    about: Pick<VerifyReport, "rules" | "readers" | "durationMs">,
    counts: Readonly<WalkCounts>,
  ): VerifyReport {
    return {
      format: 1,
      ...about,
      counts: { ...counts },
      fields: this.fields,
      differences: inOrder(this.differences),
      moving: inOrder(this.moving),
      unreadable: inOrder(this.unreadable),
      absent: inOrder(this.absent),
    };
  }

  private hold<T>(list: T[], entry: T): void {
    if (list.length < this.keep) list.push(entry);
  }
}

/** What was found of one znode stays together, as it was found. */
function inOrder<T extends { readonly path: string }>(list: readonly T[]): T[] {
  return list.toSorted((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
}
