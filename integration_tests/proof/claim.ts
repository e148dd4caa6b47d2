/** Something that must be true of a CDP after a sync. */
export interface Claim {
  readonly text: string;
  /** How many rows or people the claim was checked for. */
  readonly checked: number;
  /** Salesforce or Ortto ids for which it does not hold, each with the reason. */
  readonly counterexamples: readonly string[];
}
